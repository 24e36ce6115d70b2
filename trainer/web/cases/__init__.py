"""案例 for trainers: the list, a case as a graph with its walk, trying it out, writing it, its history."""

from trainer.web.cases import editor
from trainer.web.cases.views import bp

__all__ = ["bp", "editor"]
