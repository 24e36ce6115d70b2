"""Exams as a learner meets them: list, sitting, result, appeal."""

from trainer.web.exams.views import bp

__all__ = ["bp"]
