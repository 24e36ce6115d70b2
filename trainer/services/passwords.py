"""Passwords: how they are hashed, which are good enough, and initial ones that can be read out on the phone."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from trainer.errors import InputError

SHORTEST, LONGEST = 8, 128
# No characters that look alike: 0 O o, 1 l I, 2 Z z, 5 S.
READABLE = "abcdefghjkmnpqrtuvwxy346789"
COMMON = frozenset({
    "12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "88888888", "66666666", "password",
    "password1", "qwertyui", "qwer1234", "asdf1234", "a1234567", "aa123456", "abc12345", "abcd1234", "woaini1314",
    "iloveyou", "admin123", "admin888", "1qaz2wsx", "q1w2e3r4", "taobao123", "kefu1234", "kefu8888",
})
# 19 MiB, two passes, one lane: the least that OWASP asks for, about 25 ms on the machines shops have.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_nobody = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters."""
    return _hasher.hash(password)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one; takes as long where there is no account."""
    try:
        return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def initial_password() -> str:
    """A random password of ten characters that are hard to mistake; about 47 bits."""
    return "".join(secrets.choice(READABLE) for _ in range(10))


def require_good(password: str, staff_no: str, field: str = "password") -> None:
    """Raise InputError where a password is too short, too long, too common, or is the 工号 itself."""
    if len(password) < SHORTEST:
        raise InputError(f"密码至少要 {SHORTEST} 个字符，现在是 {len(password)} 个。可以用一句好记的话。", field)
    if len(password) > LONGEST:
        raise InputError(f"密码最多 {LONGEST} 个字符，请缩短一些。", field)
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 3:
        raise InputError("这个密码太常见，容易被猜中，请换一个。", field)
    if staff_no.casefold() in plain and len(plain) - len(staff_no) < 4:
        raise InputError("密码里不要直接用工号，请换一个。", field)
