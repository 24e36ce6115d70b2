"""课程 for trainers: the list, one lesson as learners see it, its editor with a live preview, its history."""

from trainer.web.lessons import editor
from trainer.web.lessons.views import bp

__all__ = ["bp", "editor"]
