"""The trainer's pages."""

from trainer.web.authoring.views import bp

__all__ = ["bp"]
