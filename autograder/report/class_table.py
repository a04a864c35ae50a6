"""Decides how a class's reports look in a terminal: a table, one student a line, and a sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.report.escape import visible_line
from autograder.report.model import PartReport, Report
from autograder.report.told import looks_like
from autograder.report.words import part_title, points, status_look
from autograder.submission import choices
from autograder.verdict import Status, Verdict

__all__ = ["show_class"]

_WIDE = 100
_NAME = 24
_OWNER = 44
_STUDENT = 200
_NOTE = 160
_REASON = 500
_PIECE = 200
"""Rows laid out at a time: rich keeps every character of a table, 5 kB a student."""


def show_class(reports: Sequence[Report], console: Console) -> None:
    """Print a gradebook for the instructor: a table for each topic, a student a line.

    Where the console is too narrow for notes beside the points, they follow below the table.
    """
    if not reports:
        console.print(Text("No submission was graded."))
    for topic in dict.fromkeys(report.topic for report in reports):
        page = _ClassPage([report for report in reports if report.topic == topic], console)
        for block, gap in page.blocks():
            console.print(Padding(block, (gap, 0, 0, 0)))
        for reason in page.reasons():
            console.print(reason, soft_wrap=True)


class _ClassPage:
    """The reports of one topic on one console."""

    def __init__(self, reports: Sequence[Report], console: Console) -> None:
        self._reports = sorted(reports, key=lambda report: report.student)
        self._plain = console.options.ascii_only
        self._wide = console.width >= _WIDE
        self._parts = list(dict.fromkeys(part.name for report in reports for part in report.parts))

    def blocks(self) -> Iterator[tuple[RenderableType, int]]:
        """What to print, from top to bottom, each with the empty lines above it."""
        heading = visible_line(self._reports[0].topic, _NAME, ascii_only=self._plain)
        yield Text(heading, style="bold"), 1
        widths = self._widths() if len(self._reports) > _PIECE else {}
        for first in range(0, len(self._reports), _PIECE):
            yield self._table(first, widths), int(not first)
        if not self._wide:
            yield from self._notes_below()
        yield Text(_sum(self._reports)), 1

    def reasons(self) -> Iterator[Text]:
        """Why nothing was judged of an entry, each on a line of its own, which a terminal wraps."""
        for report in self._reports:
            if not report.parts and report.refusal:
                student = visible_line(report.student, _STUDENT, ascii_only=self._plain)
                reason = visible_line(report.refusal, _REASON, ascii_only=self._plain)
                yield Text(f"{status_look(report.status).word}: {student}: {reason}")

    def _headings(self) -> list[str]:
        parts = (visible_line(part_title(name), _NAME, ascii_only=self._plain) for name in self._parts)
        return ["student", *parts, "total", "status", *(["note"] if self._wide else [])]

    def _widths(self) -> dict[int, int]:
        """How wide each column must be for all rows."""
        widths = [len(words) for words in self._headings()]
        for report in self._reports:
            widths = [
                max(width, cell.cell_len) for width, cell in zip(widths, self._row(report), strict=True)
            ]
        return dict(enumerate(widths[:-1] if self._wide else widths))

    def _table(self, first: int, widths: Mapping[int, int]) -> Table:
        """A piece of the table from this row on; all pieces have the same columns."""
        table = Table(
            box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False, show_header=not first
        )
        student, *others = self._headings()
        table.add_column(student, overflow="fold", min_width=widths.get(0, 7))
        total = len(self._parts) + 1
        for at, heading in enumerate(others, 1):
            if at <= total:
                table.add_column(heading, justify="right", no_wrap=True, min_width=widths.get(at))
            elif at == total + 1:
                table.add_column(heading, no_wrap=True, min_width=widths.get(at))
            else:
                table.add_column(heading, overflow="fold")
        for report in self._reports[first : first + _PIECE]:
            table.add_row(*self._row(report))
        return table

    def _row(self, report: Report) -> list[Text]:
        earned = _earned_by_part(report)
        by_part = [Text(earned.get(name, "")) for name in self._parts]
        whole = points(_whole(report)) if report.status.has_points else "#"
        total = f"{whole} of {points(report.max_points)}" if report.parts else ""
        seen = status_look(report.status)
        status = Text(f"{seen.plain if self._plain else seen.sign} {seen.word}", style=seen.style)
        row = [self._line(report.student, _STUDENT), *by_part, Text(total), status]
        return [*row, self._line(_note(report), _NOTE)] if self._wide else row

    def _notes_below(self) -> Iterator[tuple[RenderableType, int]]:
        noted = [
            (self._line(report.student, _OWNER), self._line(note, _NOTE))
            for report in self._reports
            if (note := _note(report))
        ]
        width = max((name.cell_len for name, _ in noted), default=0)
        for first in range(0, len(noted), _PIECE):
            table = Table.grid(padding=(0, 2))
            table.add_column(no_wrap=True, min_width=width)
            table.add_column(overflow="fold")
            for row in noted[first : first + _PIECE]:
                table.add_row(*row)
            yield table, int(not first)

    def _line(self, text: str, width: int) -> Text:
        return Text(visible_line(text, width, ascii_only=self._plain))


def _earned_by_part(report: Report) -> dict[str, str]:
    """The cells of the parts' columns: no number where nothing has been decided."""
    if report.counted is None or report.status is Status.BROKEN:
        return {part.name: _earned(part) for part in report.parts}
    return {part.name: "?" if part.points is None else points(part.points) for part in report.counted.parts}


def _earned(part: PartReport) -> str:
    if part.verdict is Verdict.BROKEN:
        return "#"
    return "?" if part.verdict is Verdict.AWAITING_PERSON else points(part.points)


def _whole(report: Report) -> float:
    """What counts: the gradebook's points where there is one, else those that the checks gave."""
    return report.points if report.counted is None else report.counted.points


def _note(report: Report) -> str:
    """What an instructor should know first; why nothing was judged has lines of its own.

    It names which of several submissions counts: the points may belong to an unexpected one.
    """
    if not report.parts:
        return ""
    first, counted = _first(report), choices(report.notes)
    told = [*counted, *([first] if first not in counted else [])]
    if any(part.broken is not None for part in report.parts):
        told.reverse()
    return " ".join(filter(None, told))


def _first(report: Report) -> str:
    """The one thing that matters most, as a line."""
    broken = [part.broken for part in report.parts if part.broken is not None]
    refused = [part.refusal for part in report.parts if part.refusal is not None]
    told = [*broken, *_provisional(report), *([report.refusal] if report.refusal else []), *refused]
    told += [looks_like(part.looks_like) for part in report.parts if part.looks_like is not None]
    told += report.notes
    if told:
        return told[0].partition("\n")[0]
    for part in report.parts:
        if part.process is not None and not part.process.started:
            return f"{part_title(part.name)} did not start."
    return ""


def _provisional(report: Report) -> list[str]:
    """Whose points a person gave to an earlier submission; they count until the person changes them."""
    counted = report.counted
    if counted is None:
        return []
    parts = [part_title(part.name) for part in counted.parts if part.waits and part.points is not None]
    return [f"Provisional: a person graded an earlier {' and '.join(parts)}."] if parts else []


def _sum(reports: Sequence[Report]) -> str:
    """The class in a line: how many, in which state, and the middle of those that are graded."""
    counts = Counter(report.status for report in reports)
    states = ", ".join(f"{counts[status]} {status_look(status).word}" for status in Status if counts[status])
    noun = "submission" if len(reports) == 1 else "submissions"
    graded = [report for report in reports if report.status is Status.GRADED]
    if not graded:
        return f"{len(reports)} {noun}: {states}."
    middle = points(median(map(_whole, graded)))
    return (
        f"{len(reports)} {noun}: {states}. Median of the graded: {middle} of {points(graded[0].max_points)}."
    )
