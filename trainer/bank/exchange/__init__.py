"""Question banks of other systems: GIFT, Moodle XML, spreadsheets and text pasted from Word, read and written."""

from trainer.bank.exchange.carried import LeftOut
from trainer.bank.exchange.gift import read_gift
from trainer.bank.exchange.gift_write import write_gift
from trainer.bank.exchange.item import Item, Reading, Trouble
from trainer.bank.exchange.moodle import read_moodle
from trainer.bank.exchange.moodle_write import write_moodle
from trainer.bank.exchange.shape import Defaults, Topic, shape
from trainer.bank.exchange.sheet import HEAD, SAMPLES, read_rows, write_rows
from trainer.bank.exchange.word import read_word

__all__ = [
    "HEAD", "SAMPLES", "Defaults", "Item", "LeftOut", "Reading", "Topic", "Trouble", "read_gift", "read_moodle", "read_rows", "read_word",
    "shape", "write_gift", "write_moodle", "write_rows",
]
