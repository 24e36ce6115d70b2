"""试卷 for trainers: the list, one paper with what it finds in the bank, its form, its history."""

from trainer.web.papers import editor
from trainer.web.papers.views import bp

__all__ = ["bp", "editor"]
