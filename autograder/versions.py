"""What can sway a verdict, by version: part of every report and of every cache key."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import autograder

__all__ = ["engine_digest", "files_digest", "versions"]

_DISTRIBUTIONS = (
    "anyio",
    "fastapi",
    "flask",
    "h11",
    "itsdangerous",
    "jinja2",
    "pydantic",
    "pytest",
    "pyyaml",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "werkzeug",
)


@functools.cache
def versions() -> dict[str, str]:
    """Versions of the engine, Python and the libraries that serve and check."""
    found = {name: metadata.version(name) for name in _DISTRIBUTIONS}
    return {"autograder": autograder.__version__, "python": platform.python_version(), **found}


def files_digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents, in the order given."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@functools.cache
def engine_digest() -> str:
    """SHA-256 over the engine's own source, so that a changed engine never reads an old verdict."""
    package = Path(__file__).parent
    apart = {"hidden", "tests"}
    return files_digest(
        file for file in sorted(package.rglob("*.py")) if file.relative_to(package).parts[0] not in apart
    )
