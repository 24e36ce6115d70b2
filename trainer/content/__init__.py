"""Lessons, questions, papers, cases and shops as frozen data, and Markdown to safe HTML."""

from trainer.content.case import CaseHeader
from trainer.content.fields import BEIJING, Flaw, FlawedContent, Reader, read_moment
from trainer.content.lesson import Lesson
from trainer.content.paper import CertificateTerms, Paper
from trainer.content.question import ATTEMPT, Question
from trainer.content.sections import Draw, PassRule, Section
from trainer.content.shop import Shop

__all__ = [
    "ATTEMPT",
    "BEIJING",
    "CaseHeader",
    "CertificateTerms",
    "Draw",
    "Flaw",
    "FlawedContent",
    "Lesson",
    "Paper",
    "PassRule",
    "Question",
    "Reader",
    "Section",
    "Shop",
    "read_moment",
]
