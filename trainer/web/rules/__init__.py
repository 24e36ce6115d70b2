"""The rules pages."""

from trainer.web.rules import checking as checking
from trainer.web.rules.views import bp

__all__ = ["bp"]
