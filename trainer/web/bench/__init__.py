"""话术测试台 and 标注样本 for trainers."""

from trainer.web.bench import drafts, samples, views
from trainer.web.bench.blueprint import bp

__all__ = ["bp", "drafts", "samples", "views"]
