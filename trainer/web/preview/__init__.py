"""Previews for trainers: a paper or a question as a learner on a chosen date."""

from trainer.web.preview.views import bp

__all__ = ["bp"]
