"""The supervisor's team pages."""

from trainer.web.team.views import bp

__all__ = ["bp"]
