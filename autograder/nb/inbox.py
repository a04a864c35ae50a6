"""Which hand-ins are new since they were last collected; keeps the inbox and the journal in step."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Topic
from autograder.collect import sync_inbox
from autograder.errors import GradingBroken
from autograder.nb.folder import GradingFolder
from autograder.nb.journal import Journal, Kind
from autograder.submission import PartFiles, Submission
from autograder.versions import engine_digest

__all__ = ["collected", "refresh", "students_of"]

_SEEN_MOST = 20_000


def refresh(
    folder: GradingFolder,
    catalog: Catalog,
    *,
    topics: Sequence[str] | None = None,
    students: Collection[str] | None = None,
) -> None:
    """Collect what changed in ``submitted`` since the last time; costs one stat a file when nothing did.

    What was collected once stays in the inbox, even when it is gone from ``submitted``.
    """
    journal = Journal(folder.journal)
    for topic in catalog.ready:
        if topics is not None and topic.name not in topics:
            continue
        known = journal.standings(topic.name)
        for student in students_of(folder, topic.name):
            if students is not None and student not in students:
                continue
            print_now = _fingerprint(folder.submitted / student, topic.name)
            event = known[student].events.get(Kind.COLLECTED) if student in known else None
            kept = None if event is None else json.loads(journal.detail(event))["fingerprint"]
            if kept != print_now or not (folder.inbox / student / topic.name).is_dir():
                _collect(folder, journal, topic, student, print_now)


def students_of(folder: GradingFolder, topic: str) -> list[str]:
    """Ids of those who handed in anything for the topic."""
    try:
        entries = sorted(entry.name for entry in os.scandir(folder.submitted) if entry.is_dir())
    except FileNotFoundError:
        return []
    return [name for name in entries if any(_entries(folder.submitted / name, topic))]


def collected(folder: GradingFolder, topic: str, student: str) -> Submission:
    """The hand-in that lies in the inbox.

    Raises:
        GradingBroken: it never went through collect.
    """
    kept = Journal(folder.journal).latest(topic, student, Kind.COLLECTED)
    if kept is None:
        raise GradingBroken(
            f"The hand-in of {student} for {topic} was put into the inbox by hand.",
            where=str(folder.inbox / student / topic),
            remedy="Put it into 'submitted' instead; collect cleans it and fills the inbox.",
        )
    return _read(folder, json.loads(kept))


def _collect(folder: GradingFolder, journal: Journal, topic: Topic, student: str, fingerprint: str) -> None:
    for submission in sync_inbox(folder.submitted, folder.inbox, topic, [student]):
        journal.add(
            topic.name,
            submission.student,
            Kind.COLLECTED,
            digest=submission.digest,
            detail=_written(submission, fingerprint),
        )


def _entries(home: Path, topic: str) -> Iterator[os.DirEntry[str]]:
    """What of a student's folder belongs to the topic: its folder, or an archive named like it."""
    with os.scandir(home) as entries:
        for entry in entries:
            if entry.name == topic or entry.name.startswith(f"{topic}."):
                yield entry


def _fingerprint(home: Path, topic: str) -> str:
    """Changes when any file of the hand-in does, or the engine that collects it."""
    digest = hashlib.sha256(engine_digest().encode())
    waiting = sorted((entry.path for entry in _entries(home, topic)), reverse=True)
    seen = 0
    while waiting and seen < _SEEN_MOST:
        seen += 1
        path = waiting.pop()
        facts = os.lstat(path)
        digest.update(
            f"{os.fsencode(path)!r} {facts.st_mode} {facts.st_size} "
            f"{facts.st_mtime_ns} {facts.st_ctime_ns} {facts.st_ino}\n".encode()
        )
        if os.path.isdir(path) and not os.path.islink(path):
            waiting.extend(sorted((entry.path for entry in os.scandir(path)), reverse=True))
    return digest.hexdigest()


def _written(submission: Submission, fingerprint: str) -> str:
    parts = {
        name: {"files": [str(file) for file in part.files], "refusal": part.refusal}
        for name, part in submission.parts.items()
    }
    facts = {
        "student": submission.student,
        "topic": submission.topic,
        "parts": parts,
        "notes": list(submission.notes),
        "refusal": submission.refusal,
        "digest": submission.digest,
        "fingerprint": fingerprint,
    }
    return json.dumps(facts)


def _read(folder: GradingFolder, facts: dict[str, object]) -> Submission:
    parts, notes, refusal = facts["parts"], facts["notes"], facts["refusal"]
    assert isinstance(parts, dict)
    assert isinstance(notes, list)
    student, topic = str(facts["student"]), str(facts["topic"])
    return Submission(
        student=student,
        topic=topic,
        folder=folder.inbox / student / topic,
        parts={
            name: PartFiles(tuple(map(PurePosixPath, part["files"])), part["refusal"])
            for name, part in parts.items()
        },
        notes=tuple(map(str, notes)),
        refusal=None if refusal is None else str(refusal),
        digest=str(facts["digest"]),
    )
