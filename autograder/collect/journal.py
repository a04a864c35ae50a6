"""Remembers what each hand-in in the inbox was made of, so that only what changed is collected again."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path, PurePosixPath
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from autograder.catalog.model import Topic
from autograder.collect.caps import Caps
from autograder.collect.released import ReleasedNotebook
from autograder.submission import PartFiles, Submission
from autograder.versions import engine_digest

__all__ = ["Record", "journal_file", "rules_digest"]

_FOLDER = ".collected"  # a name that no student can have and that nbgrader's patterns do not match


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Part(_Frozen):
    files: tuple[PurePosixPath, ...]
    refusal: str | None


class Record(_Frozen):
    """One hand-in as it was collected.

    Attributes:
        source: fingerprint of the hand-in when it was read; empty when it had not settled.
        made: fingerprint of the folder in the inbox when it was written.
        rules: digest of everything else that decides what is made of a hand-in.
    """

    format_version: Literal[1] = 1
    source: str
    made: str
    rules: str
    student: str
    topic: str
    parts: dict[str, _Part]
    notes: tuple[str, ...]
    refusal: str | None
    digest: str

    @classmethod
    def of(cls, submission: Submission, *, source: str, made: str, rules: str) -> Self:
        """What is to be remembered of ``submission``."""
        return cls(
            source=source,
            made=made,
            rules=rules,
            student=submission.student,
            topic=submission.topic,
            parts={
                name: _Part(files=part.files, refusal=part.refusal) for name, part in submission.parts.items()
            },
            notes=submission.notes,
            refusal=submission.refusal,
            digest=submission.digest,
        )

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """The record in a file; None when there is none that can be used."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write(self, file: Path) -> None:
        """Replace the file by this record."""
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{secrets.token_hex(8)}")
        fresh.write_text(self.model_dump_json(), encoding="utf-8")
        fresh.replace(file)

    def submission(self, folder: Path) -> Submission:
        """What was remembered."""
        return Submission(
            student=self.student,
            topic=self.topic,
            folder=folder,
            parts={name: PartFiles(part.files, part.refusal) for name, part in self.parts.items()},
            notes=self.notes,
            refusal=self.refusal,
            digest=self.digest,
        )


def journal_file(inbox: Path, topic: str, student: str) -> Path:
    """Where a hand-in's record lies: in the inbox, beside the students' folders."""
    return inbox / _FOLDER / topic / f"{student}.json"


def rules_digest(topic: Topic, released: ReleasedNotebook | None, caps: Caps) -> str:
    """Differs when the same hand-in may be collected in another way: other engine, topic, release or caps."""
    digest = hashlib.sha256(engine_digest().encode())
    digest.update(topic.model_dump_json().encode())
    digest.update(repr(caps).encode())
    digest.update(released.text if released else b"")
    return digest.hexdigest()
