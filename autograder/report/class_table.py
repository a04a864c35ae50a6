"""Decides how a class's reports look in a terminal: a table, one student a line, and a sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.report.escape import visible_line
from autograder.report.model import PartReport, Report
from autograder.report.words import part_title, points, status_look
from autograder.verdict import Status, Verdict

__all__ = ["show_class"]

_WIDE = 100
_NAME = 24
_NOTE = 160


def show_class(reports: Sequence[Report], console: Console) -> None:
    """Print a gradebook for the instructor: a table for each topic, a student a line.

    Where the console is too narrow for notes beside the points, they follow below the table.
    """
    if not reports:
        console.print(Text("No submission was graded."))
    for topic in dict.fromkeys(report.topic for report in reports):
        page = _ClassPage([report for report in reports if report.topic == topic], console)
        for block in page.blocks():
            console.print(Padding(block, (1, 0, 0, 0)))


class _ClassPage:
    """The reports of one topic on one console."""

    def __init__(self, reports: Sequence[Report], console: Console) -> None:
        self._reports = sorted(reports, key=lambda report: report.student)
        self._plain = console.options.ascii_only
        self._wide = console.width >= _WIDE
        self._parts = list(dict.fromkeys(part.name for report in reports for part in report.parts))

    def blocks(self) -> list[RenderableType]:
        """What to print, from top to bottom."""
        heading = Text(visible_line(self._reports[0].topic, _NAME, ascii_only=self._plain), style="bold")
        notes = [] if self._wide else self._notes_below()
        return [heading, self._table(), *notes, Text(_sum(self._reports))]

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
        table.add_column("student", overflow="fold", min_width=7)
        for name in self._parts:
            table.add_column(self._line(part_title(name), _NAME), justify="right", no_wrap=True)
        table.add_column("total", justify="right", no_wrap=True)
        table.add_column("status", no_wrap=True)
        if self._wide:
            table.add_column("note", overflow="fold")
        for report in self._reports:
            table.add_row(*self._row(report))
        return table

    def _row(self, report: Report) -> list[Text]:
        parts = {part.name: part for part in report.parts}
        by_part = [Text(_earned(parts.get(name))) for name in self._parts]
        broken = report.status is Status.BROKEN
        whole = "#" if broken else points(report.points)
        out_of = points(report.max_points)
        seen = status_look(report.status)
        status = Text(f"{seen.plain if self._plain else seen.sign} {seen.word}", style=seen.style)
        row = [self._line(report.student, _NAME), *by_part, Text(f"{whole} of {out_of}"), status]
        return [*row, self._line(_note(report), _NOTE)] if self._wide else row

    def _notes_below(self) -> list[RenderableType]:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for report in self._reports:
            if note := _note(report):
                table.add_row(self._line(report.student, _NAME), self._line(note, _NOTE))
        return [table] if table.row_count else []

    def _line(self, text: str, width: int) -> Text:
        return Text(visible_line(text, width, ascii_only=self._plain))


def _earned(part: PartReport | None) -> str:
    """What stands in a part's column: no number where nothing has been decided."""
    if part is None:
        return ""
    if part.verdict is Verdict.BROKEN:
        return "#"
    return "?" if part.verdict is Verdict.AWAITING_PERSON else points(part.points)


def _note(report: Report) -> str:
    """The one thing that an instructor should know first."""
    broken = [part.broken for part in report.parts if part.broken is not None]
    refused = [part.refusal for part in report.parts if part.refusal is not None]
    told = [*broken, *([report.refusal] if report.refusal else []), *refused, *report.notes]
    if told:
        return told[0].partition("\n")[0]
    for part in report.parts:
        if part.process is not None and not part.process.started:
            return f"{part_title(part.name)} did not start."
    return ""


def _sum(reports: Sequence[Report]) -> str:
    """The class in a line: how many, in which state, and the middle of those that are graded."""
    counts = Counter(report.status for report in reports)
    states = ", ".join(f"{counts[status]} {status_look(status).word}" for status in Status if counts[status])
    noun = "submission" if len(reports) == 1 else "submissions"
    graded = [report for report in reports if report.status is Status.GRADED]
    if not graded:
        return f"{len(reports)} {noun}: {states}."
    middle = points(median(report.points for report in graded))
    return (
        f"{len(reports)} {noun}: {states}. Median of the graded: {middle} of {points(graded[0].max_points)}."
    )
