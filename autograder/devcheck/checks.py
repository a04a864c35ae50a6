"""Rules about what the authors of checks say: a sentence, points, an objective, hints, no framework."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from autograder.checks.message import CheckInfo
from autograder.devcheck.subject import Subject
from autograder.devcheck.tomls import Hints, read_toml
from autograder.devcheck.violation import Fault, shown

__all__ = ["collected", "framework_words", "hints", "objectives", "points", "sentences", "unused_hints"]

_LONGEST = 160
_SHORTEST = 8
_SERVERS = ("werkzeug", "starlette", "uvicorn")


def collected(subject: Subject) -> Iterator[Fault]:
    """The checks can be collected at all."""
    yield from subject.uncollected


def sentences(subject: Subject) -> Iterator[Fault]:
    """Every check's docstring is one sentence, short enough for a line of a report."""
    for file in _check_files(subject):
        for function in _checks(file):
            sentence = " ".join((ast.get_docstring(function) or "").split("\n\n")[0].split())
            what = _wrong_with(sentence)
            if what is not None:
                where = shown(subject.root, file, function.lineno)
                yield Fault(where, f"{function.name} {what}.", "Say in its docstring what the app should do.")


def points(subject: Subject) -> Iterator[Fault]:
    """Every hidden check is worth something, and together they are worth what the part is."""
    for info in _infos(subject):
        if not info.points:
            yield Fault(_where(subject, info.file), f"{info.name} has no points.", "Add @points(…) to it.")
    for part in subject.parts:
        infos = subject.checks.get(part.name)
        if infos is None:
            continue
        worth = sum(info.points for info in infos)
        if worth != part.points:
            yield Fault(
                f"course.toml: topic.{subject.topic.name}.part.{part.name}.points",
                f"The part is worth {part.points}, its checks are worth {worth:g}.",
                "Make the @points of the checks add up to the part's points.",
            )


def objectives(subject: Subject) -> Iterator[Fault]:
    """Every hidden check assesses an objective of the topic."""
    known = {each.id for each in subject.topic.objective}
    for info in _infos(subject):
        where = _where(subject, info.file)
        if info.objective is None:
            yield Fault(where, f"{info.name} assesses nothing.", "Add @assesses(OBJECTIVE) to it.")
        elif info.objective not in known:
            yield Fault(
                where,
                f"{info.name} assesses {info.objective!r}, which is no objective of the topic.",
                f"Use one of: {', '.join(sorted(known))}.",
            )


def hints(subject: Subject) -> Iterator[Fault]:
    """Every hidden check has a hint, every hint that a check names exists, and no id stands twice."""
    sheet, faults = read_toml(subject.root, subject.places.hints, Hints)
    if faults:
        return
    ids = Counter(each.id for each in sheet.hint) if sheet else Counter[str]()
    where = shown(subject.root, subject.places.hints)
    for name in sorted(each for each, count in ids.items() if count > 1):
        yield Fault(where, f"The hint {name!r} stands more than once.", "Give each hint its own id.")
    for info in _infos(subject):
        if not info.hints:
            yield Fault(_where(subject, info.file), f"{info.name} has no hint.", "Add @hint(ID) to it.")
    for name, used, file in _used_hints(subject):
        if used not in ids:
            yield Fault(
                _where(subject, file),
                f"{name} names the hint {used!r}, which does not exist.",
                f"Write it into {where}, in three stages.",
            )


def unused_hints(subject: Subject) -> Iterator[Fault]:
    """Every hint helps with a check."""
    sheet, _ = read_toml(subject.root, subject.places.hints, Hints)
    if sheet is None or subject.uncollected:
        return
    used = {each for _, each, _ in _used_hints(subject)}
    for hint in sheet.hint:
        if hint.id not in used:
            yield Fault(
                shown(subject.root, subject.places.hints),
                f"No check names the hint {hint.id!r}.",
                "Name it in a check's @hint(…), or delete it.",
            )


def framework_words(subject: Subject) -> Iterator[Fault]:
    """Neither the contract nor the examples know which framework answers."""
    words = (*subject.catalog.course.frameworks, *_SERVERS)
    pattern = re.compile("|".join(words), re.IGNORECASE)
    for file in (subject.places.contract, subject.places.examples):
        if not file.is_file():
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = pattern.search(line)
            if found:
                yield Fault(
                    shown(subject.root, file, number),
                    f"The line names {found.group()!r}: a contract is the same for every framework.",
                    "Say it without the name, or move the check to the framework's own file.",
                )


def _wrong_with(sentence: str) -> str | None:
    if len(sentence) < _SHORTEST:
        return "has no sentence"
    if len(sentence) > _LONGEST:
        return f"has a sentence of {len(sentence)} characters; {_LONGEST} are the most"
    if not sentence.endswith("."):
        return "has a sentence without a period at its end"
    return None


def _check_files(subject: Subject) -> list[Path]:
    hidden = [file for part in subject.parts for file in subject.places.hidden_checks(part.framework)]
    return [file for file in dict.fromkeys((*hidden, subject.places.examples)) if file.is_file()]


def _checks(file: Path) -> Iterator[ast.FunctionDef]:
    try:
        tree = ast.parse(file.read_bytes())
    except SyntaxError:
        return  # the checks cannot be collected then, which has its own rule
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node


def _infos(subject: Subject) -> list[CheckInfo]:
    """Each hidden check once, though several parts are judged by it."""
    return list({info.name: info for infos in subject.checks.values() for info in infos}.values())


def _used_hints(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Check, hint and file, for every hint that a check or an example names."""
    for info in (*_infos(subject), *subject.examples):
        for used in info.hints:
            yield info.name, used, info.file


def _where(subject: Subject, file: str) -> str:
    """The check file of this name; examples and hidden checks never share one."""
    folder = subject.places.exercise if file == subject.places.examples.name else subject.places.hidden
    return shown(subject.root, folder / file)
