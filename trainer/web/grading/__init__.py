"""The review queue and regrades."""

from trainer.web.grading import regrades
from trainer.web.grading.views import bp

__all__ = ["bp", "regrades"]
