"""Question banks in and out, and the pictures of content."""

from trainer.web.exchange.views import bp

__all__ = ["bp"]
