"""逐步回放: a session step by step, its best line, two attempts side by side, remarks on steps."""

from trainer.web.replay import comments
from trainer.web.replay.views import bp

__all__ = ["bp", "comments"]
