"""The seed of the hidden inputs: secret, equal for all students of a release, repeatable."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from autograder.errors import GradingBroken

__all__ = ["fresh_seed", "next_seed", "read_secret", "release_seed"]

_BYTES = 32


def release_seed(secret: bytes, topic: str, release: str) -> str:
    """Hex seed of a topic in a release, from which nobody without the secret can tell the inputs."""
    return hmac.new(secret, f"{topic}\n{release}".encode(), hashlib.sha256).hexdigest()[:32]


def next_seed(seed: str) -> str:
    """The seed of a further try: other hidden inputs, which a report with both seeds can repeat."""
    return hashlib.sha256(f"another try after {seed}".encode()).hexdigest()[:32]


def fresh_seed() -> str:
    """A new seed, for a learner's own check."""
    return secrets.token_hex(16)


def read_secret(path: Path) -> bytes:
    """The course's secret, made at the first call and readable by its owner alone.

    Raises:
        GradingBroken: the file is cut short, so that anybody could guess the hidden inputs.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
        new = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_BYTES))
            # Whole or not at all, and only the first of two graders that start at once.
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
        finally:
            new.unlink()
    secret = path.read_bytes()
    if len(secret) < _BYTES:
        raise GradingBroken(
            f"The course's secret has {len(secret)} bytes, not {_BYTES}.",
            where=str(path),
            remedy="Restore it from a copy; or delete it, and every topic's hidden inputs are drawn anew.",
        )
    return secret
