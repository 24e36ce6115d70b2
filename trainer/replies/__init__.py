"""Written replies to a buyer, judged against a rulebook: text, facts and rulebook in, findings out."""

from trainer.replies.checker import CHECKER_VERSION, check_reply, wording_faults
from trainer.replies.findings import Act, Claim, Findings, Suspicion, Violation
from trainer.replies.wording import WordingError, validate_wording, wording_schema
from trainer.replies.wording_shape import ACTS, CODES

__all__ = [
    "ACTS",
    "CHECKER_VERSION",
    "CODES",
    "Act",
    "Claim",
    "Findings",
    "Suspicion",
    "Violation",
    "WordingError",
    "check_reply",
    "validate_wording",
    "wording_faults",
    "wording_schema",
]
