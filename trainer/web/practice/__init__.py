"""Practice and the 错题本."""

from trainer.web.practice.views import bp

__all__ = ["bp"]
