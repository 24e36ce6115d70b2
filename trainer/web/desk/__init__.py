"""模拟接待: choosing a case, the desk itself, receptions of several buyers, the report."""

from trainer.web.desk import reception
from trainer.web.desk.views import bp

__all__ = ["bp", "reception"]
