"""模拟接待: choosing a case, the desk itself, the report and the replay."""

from trainer.web.desk.views import bp

__all__ = ["bp"]
