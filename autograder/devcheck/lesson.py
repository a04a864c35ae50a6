"""Rules about a lesson: sections that objectives name, regions of its pair, answers not seen at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.devcheck.subject import Subject
from autograder.devcheck.violation import Fault, shown
from autograder.frameworks import FRAMEWORKS
from autograder.release.claims import authored_files

__all__ = ["anchors", "predictions", "regions", "sections"]

_HEADING = re.compile(r"#{1,6}\s+(?P<text>.+?)\s*#*$")
_TARGET = re.compile(r"\((?P<anchor>[^()\s]+)\)=$")
_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,}|:{3,})")
_CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?P<options>---\n.*?^---\n|(?::[^\n]*\n)*)(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_PREDICTS = re.compile(r"^predict\(", re.MULTILINE)
_REGION = re.compile(r"\s*#\s*(?P<kind>region|endregion)\b\s*(?P<name>.*?)\s*$")


def anchors(text: str) -> frozenset[str]:
    """The anchors that a lesson's headings and targets make, by the slugs that the site gives them."""
    found: set[str] = set()
    fence: str | None = None
    for line in _body(text).splitlines():
        mark = _FENCE.match(line)
        if fence is not None:
            if mark and line.strip() == mark["mark"] and mark["mark"].startswith(fence):
                fence = None
            continue
        if mark and not mark["mark"].startswith(":"):
            fence = mark["mark"]
        elif heading := _HEADING.match(line):
            found.add(_slug(heading["text"]))
        elif target := _TARGET.match(line.strip()):
            found.add(target["anchor"])
    return frozenset(found)


def sections(subject: Subject) -> Iterator[Fault]:
    """Each objective is taught by a section of the lesson."""
    path = subject.places.lesson / "lesson.md"
    if not path.is_file():
        return
    found = anchors(path.read_text(encoding="utf-8"))
    for objective in subject.topic.objective:
        if objective.section not in found:
            yield Fault(
                shown(subject.root, path),
                f"The objective {objective.id!r} names the section {objective.section!r}, "
                "which the lesson does not have.",
                "Write the section, or name another in course.toml.",
            )


def predictions(subject: Subject) -> Iterator[Fault]:
    """The code of a prediction, which holds the answer, is folded on the site and in JupyterLab."""
    path = subject.places.lesson / "lesson.md"
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    for cell in _CELL.finditer(text):
        for option in ("hide-input", "source_hidden: true"):
            if _PREDICTS.search(cell["code"]) and option not in cell["options"]:
                yield Fault(
                    shown(subject.root, path, text.count("\n", 0, cell.start()) + 1),
                    f"The answer to this prediction can be read in its code: it lacks {option!r}.",
                    "Write both lines: `:tags: [hide-input]` and `:jupyter: {source_hidden: true}`.",
                )


def regions(subject: Subject) -> Iterator[Fault]:
    """The lesson's apps have the same regions, each once and closed."""
    named: dict[str, set[str]] = {}
    for framework in subject.catalog.course.frameworks:
        files = _pair_files(subject.places.lesson, FRAMEWORKS[framework].module)
        if not files:
            continue
        found = [_regions(file) for file in files]
        for file, each in zip(files, found, strict=True):
            for line, what in each.faults:
                yield Fault(shown(subject.root, file, line), what, "Open and close each region once.")
        names = Counter(name for each in found for name in each.names)
        named[framework] = set(names)
        where = shown(subject.root, files[0])
        for name in sorted(name for name, count in names.items() if count > 1):
            yield Fault(
                where, f"The region {name!r} stands more than once.", "Give each region its own name."
            )
        if not names:
            yield Fault(where, "The app has no region to show.", "Mark what the lesson shows: # region NAME.")
    every = set().union(*named.values())
    for framework, names_here in named.items():
        for name in sorted(every - names_here):
            yield Fault(
                shown(subject.root, subject.places.lesson / FRAMEWORKS[framework].module),
                f"The region {name!r} is in the other app alone.",
                "Mark the lines that do the same here, or drop the region there.",
            )


@dataclass(frozen=True, slots=True)
class _Regions:
    names: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]


def _regions(file: Path) -> _Regions:
    names: list[str] = []
    faults: list[tuple[int, str]] = []
    still_open: list[tuple[int, str]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        found = _REGION.match(line)
        if found is None:
            continue
        name = found["name"]
        if found["kind"] == "region":
            still_open.append((number, name))
            names.append(name)
            if not name:
                faults.append((number, "The region has no name."))
        elif not still_open:
            faults.append((number, "This endregion closes nothing."))
        else:
            opened = still_open.pop()[1]
            if name and name != opened:
                faults.append((number, f"This endregion says {name!r}, the region is {opened!r}."))
    faults += [(number, f"The region {name!r} is not closed.") for number, name in still_open]
    return _Regions(tuple(names), tuple(faults))


def _pair_files(lesson: Path, module: str) -> list[Path]:
    single = lesson / f"{module}.py"
    if single.is_file():
        return [single]
    return [file for file in authored_files(lesson / module) if file.suffix == ".py"]


def _body(text: str) -> str:
    """The text without its front matter, where ``#`` opens a comment."""
    if text.startswith("---\n"):
        _, found, rest = text[4:].partition("\n---\n")
        return rest if found else text
    return text


def _slug(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", heading.lower())
    return words.strip().replace(" ", "-")
