"""The supervisor's pages of people and their attempts."""

from trainer.web.team import attempts
from trainer.web.team.views import bp

__all__ = ["attempts", "bp"]
