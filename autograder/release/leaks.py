"""Decides whether a text that learners get holds a line of a hidden check or a solution.

Every line of ``autograder/hidden`` and ``solutions`` is secret when it has at least 25 characters
beside white space, unless it is of a sort that tells nothing: imports, the names of hints and
objectives, the head of ``create_app``; or that it stands in an app that the topic's learners are given
to repair. What such a line may share with public files is not guessed from those files, since the leak
may stand in any of them: a line is public only when an author wrote it into a topic's
``hidden/<topic>/shared.txt``.
"""

from __future__ import annotations

import ast
import html
import json
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Places, Topic
from autograder.release.claims import authored_files

__all__ = ["LEAST", "Leak", "Secrets", "squeezed"]

LEAST = 25
"""Characters, white space aside, from which on a line is long enough to give something away."""

_TRAILING_COMMENT = re.compile(r"\s{2,}#.*$")
_MARKS = "#>*-|"
_TELLS_NOTHING = ("@hint(", "@assesses(", "defcreate_app(")


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret line in a public file.

    Attributes:
        where: the public file, and the line or cell.
        secret: the file and line that it comes from.
        text: the line, as it stands in the secret file.
    """

    where: str
    secret: str
    text: str


class Secrets:
    """All secret lines of a course.

    Args:
        catalog: the course, whose author edition is at hand.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._by_start: dict[str, list[tuple[str, str, str]]] = {}
        self.shared: dict[str, list[str]] = {}
        known: set[str] = set()
        for topic in catalog.course.topic:
            places = catalog.places(topic.name)
            self._read_shared(catalog.root, places.hidden / "shared.txt")
            given = _given(topic, places)
            for place in (places.hidden, places.solution):
                for file in authored_files(place):
                    if file != places.hidden / "shared.txt" and not file.is_symlink():
                        self._read(catalog.root, file, known, given)

    def leaks(self, name: PurePosixPath, data: bytes) -> Iterator[Leak]:
        """Every place in a public file where a secret line stands that is not shared on purpose."""
        as_written: set[str] = set()
        for label, text in _pieces(name, data.decode("utf-8", "replace")):
            told: set[int] = set()
            for line, secret, where, raw in self._found(text):
                if secret in self.shared or line in told or (label and secret in as_written):
                    continue
                told.add(line)
                if not label:
                    as_written.add(secret)
                place = f"{name}:{line}" if not label else f"{name} ({label}, line {line})"
                yield Leak(place, where, raw)

    def shared_in(self, name: PurePosixPath, data: bytes) -> set[str]:
        """The shared lines that a public file holds, squeezed."""
        pieces = _pieces(name, data.decode("utf-8", "replace"))
        found = {secret for _, text in pieces for _, secret, _, _ in self._found(text)}
        return found & self.shared.keys()

    def _read(self, root: Path, file: Path, known: set[str], given: Collection[str]) -> None:
        text = file.read_bytes().decode("utf-8", "replace")
        apart = _import_lines(text) if file.suffix == ".py" else frozenset()
        for number, line in enumerate(text.splitlines(), 1):
            if number in apart:
                continue
            for form in {line, _TRAILING_COMMENT.sub("", line)}:
                secret = squeezed(form)
                if len(secret) < LEAST or secret.startswith(_TELLS_NOTHING):
                    continue
                if secret not in known and secret not in given:
                    known.add(secret)
                    found = (secret, _place(root, file, number), line.strip())
                    self._by_start.setdefault(secret[:LEAST], []).append(found)

    def _read_shared(self, root: Path, file: Path) -> None:
        if not file.is_file():
            return
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                self.shared.setdefault(squeezed(line), []).append(_place(root, file, number))

    def _found(self, text: str) -> Iterator[tuple[int, str, str, str]]:
        """Line, secret, its place and its text, wherever a secret stands in the text."""
        lines = text.splitlines()
        numbers = [number for number, line in enumerate(lines, 1) for char in line if not char.isspace()]
        whole = "".join("".join(line.split()) for line in lines)
        for start in range(len(whole) - LEAST + 1):
            for secret, where, raw in self._by_start.get(whole[start : start + LEAST], ()):
                if whole.startswith(secret, start):
                    yield numbers[start], secret, where, raw


def squeezed(line: str) -> str:
    """The line without white space and without marks of comments, quotes and lists before it."""
    return "".join(line.split()).lstrip(_MARKS)


def _given(topic: Topic, places: Places) -> frozenset[str]:
    """The lines of apps that learners are given to repair: most of a solution is what was given."""
    files = [places.exercise / name for part in topic.part if part.kind == "fix" for name in part.files]
    packages = [path for file in files for path in authored_files(file.with_suffix(""))]
    texts = [path.read_text(encoding="utf-8") for path in (*files, *packages) if path.is_file()]
    lines = [line for text in texts for line in text.splitlines()]
    return frozenset(squeezed(form) for line in lines for form in (line, _TRAILING_COMMENT.sub("", line)))


def _place(root: Path, file: Path, line: int) -> str:
    return f"{file.relative_to(root).as_posix()}:{line}"


def _import_lines(text: str) -> frozenset[int]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return frozenset()
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return frozenset(
        number for node in nodes for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    )


def _pieces(name: PurePosixPath, text: str) -> Iterator[tuple[str, str]]:
    """The text as it stands, and what it means to who reads it: cells, strings, characters."""
    yield "", text
    if "&" in text:
        yield "unescaped", html.unescape(text)
    try:
        if name.suffix in {".ipynb", ".json"}:
            yield from _strings(json.loads(text), "")
        elif name.suffix == ".toml":
            yield from _strings(tomllib.loads(text), "")
    except (ValueError, RecursionError):
        return  # not what its name says: its text has been looked at


def _strings(value: object, label: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield label, value
    elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        yield label, "\n".join(each.rstrip("\n") for each in value)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _strings(each, f"{label}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _strings(each, f"{label} {number}".strip())
