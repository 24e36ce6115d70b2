"""The learner's day, the course and its lessons."""

from trainer.web.learn.views import bp

__all__ = ["bp"]
