"""A solution with one small fault in it: where, what the line was, what it became."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.devcheck.authored import App
from autograder.errors import CatalogError
from autograder.mutants.operators import Change, changes

__all__ = ["Key", "Mutant", "mutants"]

Key = tuple[str, str, str]
"""Where a fault stands, the line and what it became: the same while nobody changes that line."""

_CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed file of a solution.

    Attributes:
        file: its place in a hand-in.
        operator: what sort of fault it is.
        where: the function or class that has it.
        line: what stood there, in one line.
        becomes: what stands there now.
        before: the file as it was.
        after: the file with the fault.
    """

    file: PurePosixPath
    operator: str
    where: str
    line: str
    becomes: str
    before: str
    after: str

    @property
    def key(self) -> Key:
        """By which it is known again."""
        return self.where, self.line, self.becomes

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = (text.splitlines(keepends=True) for text in (self.before, self.after))
        name = str(self.file)
        return "".join(difflib.unified_diff(old, new, name, f"{name} ({self.operator})", n=_CONTEXT))


def mutants(app: App) -> Iterator[Mutant]:
    """Every mutant of the app that is still Python, each text once.

    Raises:
        CatalogError: a file of the app is no Python itself.
    """
    for placed, path in app.files:
        if placed.suffix == ".py":
            yield from _of_file(placed, path)


def _of_file(placed: PurePosixPath, path: Path) -> Iterator[Mutant]:
    before = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(before)
    except SyntaxError as error:
        raise CatalogError(
            f"The solution is no Python: {error.msg}.", where=f"{path}:{error.lineno}", remedy="Correct it."
        ) from error
    seen = {ast.dump(tree)}
    for change in changes(tree):
        mutant = _changed(placed, before, change)
        same = _meaning(mutant.after)
        if same is not None and same not in seen:
            seen.add(same)
            yield mutant


def _meaning(text: str) -> str | None:
    """What the text says, whatever its layout; None when it does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(text, "mutant", "exec", dont_inherit=True)
            return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


def _changed(placed: PurePosixPath, before: str, change: Change) -> Mutant:
    lines = before.split("\n")
    node = change.node
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    # Columns count bytes.
    head = lines[first].encode()[: node.col_offset].decode()
    tail = lines[last].encode()[node.end_col_offset :].decode()
    new = f"{head}{change.text}{tail}"
    return Mutant(
        file=placed,
        operator=change.operator,
        where=change.where,
        line=_squeezed(" ".join(lines[first : last + 1])),
        becomes=_squeezed(new),
        before=before,
        after="\n".join([*lines[:first], new, *lines[last + 1 :]]),
    )


def _squeezed(text: str) -> str:
    return " ".join(text.split())
