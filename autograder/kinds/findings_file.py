"""What the file is called in which a learner says what was wrong with an app."""

from __future__ import annotations

__all__ = ["findings_file"]


def findings_file(framework: str | None) -> str:
    """The file's name in a part of this framework."""
    return f"{framework}_findings.yaml"
