"""The rules engine: dated, sourced rules that answer questions about a case. Pure: no web, no database, no clock."""

from trainer.rules.engine import Because, Decision, Overridden
from trainer.rules.functions import Run
from trainer.rules.problems import (
    MissingFacts,
    Problem,
    QuestionError,
    RulebookError,
    RuleError,
    UnknownRule,
)
from trainer.rules.record import Figure, Rule
from trainer.rules.rulebook import Badge, FigureUse, Rulebook
from trainer.rules.spec import DecisionSpec
from trainer.rules.terms import Term

__all__ = [
    "Badge",
    "Because",
    "Decision",
    "DecisionSpec",
    "Figure",
    "FigureUse",
    "MissingFacts",
    "Overridden",
    "Problem",
    "QuestionError",
    "Rule",
    "RuleError",
    "Rulebook",
    "RulebookError",
    "Run",
    "Term",
    "UnknownRule",
]
