"""The files of a question bank as content, and the checks across them."""

from trainer.bank.bank import Bank, BankError
from trainer.bank.canonical import dump, dump_lesson
from trainer.bank.check import Sorted, check, flaws_of, sort_entries
from trainer.bank.drawing import Shortage, shortages
from trainer.bank.stock import Stock
from trainer.rules.problems import Problem

__all__ = [
    "Bank",
    "BankError",
    "Problem",
    "Shortage",
    "Sorted",
    "Stock",
    "check",
    "dump",
    "dump_lesson",
    "flaws_of",
    "shortages",
    "sort_entries",
]
