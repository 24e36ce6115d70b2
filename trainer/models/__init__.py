"""All tables. Import from here: `from trainer.models import User`."""

from trainer.models.append_only import APPEND_ONLY, trigger_statements
from trainer.models.base import Base, canonical
from trainer.models.cases import CaseWalk
from trainer.models.content import (
    KINDS,
    Asset,
    ChangeSet,
    ChangeSetEntry,
    ContentItem,
    Release,
    ReleasePointer,
    Revision,
    VariantRow,
    VariantRule,
)
from trainer.models.desks import (
    COMMENT_NOTES,
    DeskComment,
    DeskCommentNote,
    DeskConversation,
    DeskMove,
    DeskSession,
    DeskSet,
)
from trainer.models.exams import (
    ATTEMPT_STATES,
    Assignment,
    AssignmentTarget,
    Attempt,
    AttemptItem,
    AttemptResult,
    Certificate,
    ExamException,
    Grade,
    Irregularity,
    ItemResult,
    LateDraftDecision,
    Regrade,
    RegradeRow,
    Response,
    ResponseEvent,
    Review,
)
from trainer.models.learning import LessonProgress, PracticeAnswer, ReviewCard, TypingTest
from trainer.models.people import (
    LEARNER_STATES,
    ROLES,
    AuditLog,
    Enrolment,
    Identity,
    Klass,
    LearnerState,
    Setting,
    Shop,
    SignInFailure,
    Team,
    TeamMember,
    User,
    UserRole,
)
from trainer.models.samples import SAMPLE_ORIGINS, SAMPLE_STATES, BenchRun, ReplySample, SampleLabel

__all__ = [
    "APPEND_ONLY", "ATTEMPT_STATES", "Asset", "Assignment", "AssignmentTarget", "Attempt", "AttemptItem",
    "AttemptResult", "AuditLog", "Base", "BenchRun", "COMMENT_NOTES", "CaseWalk", "Certificate", "ChangeSet",
    "ChangeSetEntry", "ContentItem", "DeskComment", "DeskCommentNote",
    "DeskConversation", "DeskMove", "DeskSession", "DeskSet", "Enrolment", "ExamException", "Grade", "Identity", "Irregularity",
    "ItemResult", "LateDraftDecision", "Regrade", "RegradeRow", "TypingTest", "KINDS", "Klass",
    "LEARNER_STATES", "LearnerState", "LessonProgress", "PracticeAnswer", "ROLES",
    "Release", "ReleasePointer", "ReplySample", "Response", "ResponseEvent", "Review", "ReviewCard", "Revision", "SAMPLE_ORIGINS",
    "SAMPLE_STATES", "SampleLabel", "Setting", "Shop",
    "SignInFailure", "Team", "TeamMember", "User", "UserRole", "VariantRow", "VariantRule", "canonical",
    "trigger_statements",
]
