"""Role-play disputes: a pure machine of cases, moves, buyers and deadlines; no database, no web, no clock of its own."""

from trainer.roleplay.case import Case, variant_count
from trainer.roleplay.case_reading import CaseError, load_case
from trainer.roleplay.heard import Fault, Heard
from trainer.roleplay.moves import SPECS, Move, MoveError, parse_move
from trainer.roleplay.play import listen, play, play_and_report
from trainer.roleplay.report import Report, report
from trainer.roleplay.scene import ENGINE_VERSION, Judge, Ruling, Scene, make_scene
from trainer.roleplay.scoring import Mark, judge
from trainer.roleplay.state import State
from trainer.roleplay.step import allowed, open_case, refusal, step

__all__ = ["ENGINE_VERSION", "SPECS", "Case", "CaseError", "Fault", "Heard", "Judge", "Mark", "Move", "MoveError",
           "Report", "Ruling", "Scene", "State", "allowed", "judge", "listen", "load_case", "make_scene", "open_case",
           "parse_move", "play", "play_and_report", "refusal", "report", "step", "variant_count"]
