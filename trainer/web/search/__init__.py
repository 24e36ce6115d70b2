"""The search pages."""

from trainer.web.search.views import bp

__all__ = ["bp"]
