"""上岗证: the page, the PDF and the public verification."""

from trainer.web.certificates.views import bp

__all__ = ["bp"]
