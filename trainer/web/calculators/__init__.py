"""The calculators: one for every decision of the rules engine."""

from trainer.web.calculators.views import bp

__all__ = ["bp"]
