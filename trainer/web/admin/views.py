"""All views of the administrator, gathered on one blueprint."""

from trainer.web.admin import groups, system
from trainer.web.admin.accounts import bp

__all__ = ["bp", "groups", "system"]
