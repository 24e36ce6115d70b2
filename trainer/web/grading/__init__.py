"""The supervisor's grading pages."""

from trainer.web.grading.views import bp

__all__ = ["bp"]
