"""Practice, the 错题本 and the typing test."""

from trainer.web.practice import typing
from trainer.web.practice.views import bp

__all__ = ["bp", "typing"]
