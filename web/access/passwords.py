"""Passwords: what one must be, how it is kept, and how it is checked in the same time for everybody."""

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web import errors

SHORTEST, LONGEST = 10, 256
# Argon2id with the library's own figures (RFC 9106, the second recommended option: 64 MiB, 3 passes).
_HASHER = PasswordHasher()
# Each check takes 64 MiB: as many at once as there are threads would take the machine down.
_AT_ONCE = BoundedSemaphore(4)
_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"
# What an unknown login is checked against; no password has this hash.
_NOBODY = _HASHER.hash("nobody's password, to take as long as somebody's")


def drawn() -> str:
    """A password nobody has chosen, of some 79 bits, in letters and digits that are not mistaken for others."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(4)) for _ in range(4))


def hashed(login: str, password: str) -> str:
    """The hash to be kept of ``password``; raises PasswordUnfit (rules: X)."""
    problem = _problem(login, password)
    if problem:
        raise errors.PasswordUnfit(problem=problem)
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one of the hash ``kept``; of nobody's it is not, and takes as long."""
    with _AT_ONCE:
        try:
            _HASHER.verify(kept or _NOBODY, password.encode(errors="replace")[: LONGEST * 4])
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def _problem(login: str, password: str) -> str:
    if len(password) < SHORTEST:
        return f"只有 {len(password)} 个字符"
    if len(password) > LONGEST:
        return f"有 {len(password)} 个字符"
    if password.strip().lower() == login.lower():
        return "与登录名相同"
    if not password.isprintable():  # a line break or a broken character nobody could type again
        return "含有不可见的字符"
    return ""
