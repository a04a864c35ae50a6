"""Writes the student edition: what an allow-list names, and only while nothing secret is in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog
from autograder.catalog.root import COURSE_FILE
from autograder.errors import ReleaseRefused, UsageError
from autograder.release.claims import authored_files, claimed, is_tool_made
from autograder.release.counts import counts_table
from autograder.release.editor import editor_files
from autograder.release.leaks import Leak, Secrets
from autograder.release.starters import starter_copies

__all__ = ["MARKER", "find_leaks", "release", "release_files"]

MARKER = ".course-release.json"
"""The file by which a folder is known as a release of ours; it holds the digest of each file."""

_EDITION = re.compile(r'^edition\s*=\s*"author"', re.MULTILINE)

_README = """\
# {title}

This is the student edition: lessons to read and run, exercises to work on. The checks that judge
a hand-in, and the solutions, are not part of it.

Install the course's package, the file ending in .whl that you were given, then work in this folder:

    pip install fastapi_vs_flask-VERSION-py3-none-any.whl
    course start
    course check TOPIC

`course start` says what is next; `course --help` lists the rest. `course check` runs the brief's
examples. An app can pass every example and still be wrong: hidden checks judge what you submit.

`.starters` holds the exercises as they were handed out, for `course reset`.

Each exercise is in `exercises/TOPIC`: start with its README.md. Its lesson is `lessons/TOPIC/lesson.md`.

| topic | about | minutes | points |
|---|---|---|---|
{rows}
"""


def release(catalog: Catalog, destination: Path) -> list[Path]:
    """Write the student edition into a folder, whole or not at all.

    Args:
        catalog: the course, in its author edition.
        destination: absent, empty, or an earlier release that nobody changed, which is replaced.

    Returns:
        The files written, sorted, without the release's own marker.

    Raises:
        ReleaseRefused: a secret line would be in it; names every file and line.
        UsageError: the course is no author edition, or the destination holds something else.
    """
    _hold_replaceable(destination)
    files = release_files(catalog)
    leaks = find_leaks(catalog, files)
    if leaks:
        raise ReleaseRefused(
            f"{len(leaks)} secret lines would be released: "
            + "; ".join(f"{leak.where} holds {leak.secret}: {leak.text}" for leak in leaks),
            where=", ".join(leak.where for leak in leaks),
            remedy="Take each line out; or, where learners may read it, add it to the shared.txt of the "
            "topic that it comes from.",
        )
    files |= starter_copies(catalog, files)
    _write(destination.absolute(), files)
    return sorted(destination / path for path in files)


def release_files(catalog: Catalog) -> dict[PurePosixPath, bytes]:
    """What a release holds, by path, but for the second copy of the starters.

    Raises:
        UsageError: the course is no author edition.
        ReleaseRefused: a link stands among the files, or what is secret cannot be told.
    """
    _hold_author_edition(catalog)
    files = {
        PurePosixPath(COURSE_FILE): _student_course(catalog),
        PurePosixPath("README.md"): _student_readme(catalog),
        **editor_files(catalog.course.frameworks),
    }
    for tree, path, file in _allowed(catalog):
        if file.is_symlink():
            raise ReleaseRefused(
                "A link stands among the files to release; what it leads to may be secret.",
                where=str(file),
                remedy="Put the file itself in its place.",
            )
        files[tree / path] = file.read_bytes()
    return files


def find_leaks(catalog: Catalog, files: dict[PurePosixPath, bytes]) -> tuple[Leak, ...]:
    """Every secret line in the files of a release."""
    secrets = Secrets(catalog)
    return tuple(leak for path, data in sorted(files.items()) for leak in secrets.leaks(path, data))


def _allowed(catalog: Catalog) -> Iterator[tuple[PurePosixPath, PurePosixPath, Path]]:
    """Tree, path below it, and file, for everything that the allow-list lets through."""
    ready = [topic.name for topic in catalog.ready]
    for tree, folders in (("lessons", [*ready, "sidebyside"]), ("exercises", ready)):
        top = catalog.root / tree
        for folder in folders:
            for file in authored_files(top / folder):
                path = PurePosixPath(file.relative_to(top).as_posix())
                if claimed(catalog, tree, path):
                    yield PurePosixPath(tree), path, file


def _hold_author_edition(catalog: Catalog) -> None:
    if catalog.course.edition != "author":
        raise UsageError(
            "This is a student edition already.",
            where=str(catalog.root / COURSE_FILE),
            remedy="Release from the author edition.",
        )
    for topic in catalog.ready:
        places = catalog.places(topic.name)
        # What a person alone grades has no checks that could leak.
        judged = any(part.kind != "memo" for part in topic.part)
        for place in (places.hidden, places.solution) if judged else (places.solution,):
            if next(authored_files(place), None) is None:
                raise ReleaseRefused(
                    f"What is secret of {topic.name} cannot be told, since a place of it is empty.",
                    where=str(place),
                    remedy="Restore the folder, or set the topic's status to planned.",
                )


def _student_course(catalog: Catalog) -> bytes:
    text = (catalog.root / COURSE_FILE).read_text(encoding="utf-8")
    changed, count = _EDITION.subn('edition = "student"', text)
    if count != 1 or tomllib.loads(changed).get("edition") != "student":
        raise ReleaseRefused(
            "The edition cannot be set to student.",
            where=str(catalog.root / COURSE_FILE),
            remedy='Write the key on a line of its own: edition = "author".',
        )
    return f"{changed}{counts_table(catalog)}".encode()


def _student_readme(catalog: Catalog) -> bytes:
    rows = "\n".join(
        f"| `{topic.name}` | {topic.title} | {topic.minutes} | {topic.points} |" for topic in catalog.ready
    )
    return _README.format(title=catalog.course.title, rows=rows).encode()


def _hold_replaceable(destination: Path) -> None:
    """Raise UsageError unless the destination may be replaced without losing anybody's work."""
    if not destination.exists() and not destination.is_symlink():
        return
    problem = _not_replaceable(destination)
    if problem is not None:
        raise UsageError(
            f"The destination cannot be replaced: {problem}.",
            where=str(destination),
            remedy="Name a folder that is absent or empty, or an earlier release that nobody changed.",
        )


def _not_replaceable(destination: Path) -> str | None:
    if destination.is_symlink() or not destination.is_dir():
        return "it is not a folder"
    if not any(destination.iterdir()):
        return None
    try:
        marker = json.loads((destination / MARKER).read_bytes())
        digests = dict(marker["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return "it holds files and is no earlier release"
    for file in _all_files(destination):
        name = file.relative_to(destination).as_posix()
        if name == MARKER:
            continue
        if name not in digests:
            return f"{name} was added to the earlier release"
        if _digest(file.read_bytes()) != digests[name]:
            return f"{name} of the earlier release was changed"
    return None


def _all_files(folder: Path) -> Iterator[Path]:
    """As authored_files, and folders such as .git count like files: each may be somebody's work."""
    for entry in sorted(folder.iterdir()):
        if is_tool_made(entry):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _all_files(entry)
        else:
            yield entry


def _write(destination: Path, files: dict[PurePosixPath, bytes]) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{destination.name}-new-", dir=destination.parent))
    try:
        for path, data in files.items():
            target = fresh / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        digests = {str(path): _digest(data) for path, data in sorted(files.items())}
        marker = {"format": "course-release", "format_version": 1, "files": digests}
        (fresh / MARKER).write_text(json.dumps(marker, indent=1) + "\n", encoding="utf-8")
        _open_for_reading(fresh)
        _swap(fresh, destination)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _open_for_reading(folder: Path) -> None:
    """Give the folder the mode that any new one has: a temporary one is its owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)


def _swap(fresh: Path, destination: Path) -> None:
    if not destination.exists():
        fresh.rename(destination)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{destination.name}-old-", dir=destination.parent))
    try:
        destination.rename(old / "release")
        try:
            fresh.rename(destination)
        except OSError:
            (old / "release").rename(destination)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
