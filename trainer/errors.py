"""Failures that people are told about, kept apart from failures of our own code."""


class TrainerError(Exception):
    """A failure with a Chinese message that says what, where and how to put it right."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InputError(TrainerError):
    """What a person entered cannot be taken; `field` names the form field, where there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class ContentError(TrainerError):
    """Published content is at fault: a trainer must mend it, and no learner is punished for it."""


class ConflictError(TrainerError):
    """Somebody else changed the same thing first; `current` carries what now stands."""

    def __init__(self, message: str, current: object = None) -> None:
        super().__init__(message)
        self.current = current


class SettingError(TrainerError):
    """A setting of the environment is missing or malformed; the server must not start."""
