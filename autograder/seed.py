"""The seed of the hidden inputs: secret, equal for all students of a release, repeatable."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

__all__ = ["fresh_seed", "read_secret", "release_seed"]


def release_seed(secret: bytes, topic: str, release: str) -> str:
    """Hex seed of a topic in a release, from which nobody without the secret can tell the inputs."""
    return hmac.new(secret, f"{topic}\n{release}".encode(), hashlib.sha256).hexdigest()[:32]


def fresh_seed() -> str:
    """A new seed, for a learner's own check."""
    return secrets.token_hex(16)


def read_secret(path: Path) -> bytes:
    """The course's secret, made at the first call and readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        secret = secrets.token_bytes(32)
        file.write(secret)
    return secret
