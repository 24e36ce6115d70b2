"""The supervisor's assignments pages."""

from trainer.web.assignments.views import bp

__all__ = ["bp"]
