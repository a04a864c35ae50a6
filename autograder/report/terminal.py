"""Decides how one report looks in a terminal: the first thing to fix first, the rest as a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from autograder.report.class_table import show_class
from autograder.report.desk import Desk
from autograder.report.escape import clip, tail, visible, visible_line
from autograder.report.focus import Focus, first_to_fix, judged, nothing_ran
from autograder.report.model import CheckReport, PartReport, Report
from autograder.report.told import looks_like
from autograder.report.trace import own_frames
from autograder.report.why import why_nothing_ran
from autograder.report.words import (
    EXAMPLES_ONLY,
    NOT_BEGUN,
    Look,
    hidden_told,
    look,
    part_title,
    score,
    tally,
    total,
)

__all__ = ["show_class", "show_report"]

_WIDE = 100
_WIDEST = 120
_LINES = 12
_LINE_WIDTH = 400
_TRACEBACK_LINES = 14
_NOTES = 8
_REST = 12


def show_report(report: Report, console: Console, *, brief: bool = False, desk: Desk | None = None) -> None:
    """Print a report for the learner whose work it is.

    Args:
        report: as ``reveal`` left it; what it holds is shown.
        console: where to; its width decides between side by side and stacked.
        brief: only how the parts stand and the first thing to fix.
        desk: where their files lie, if they are at hand: then paths are shown by which an editor opens
            them, and what was not begun is not counted as failed.
    """
    page = _Page(report, desk, plain=console.options.ascii_only, wide=console.width >= _WIDE)
    for block in page.blocks(brief=brief):
        console.print(Padding(block, (1, 0, 0, 0)), width=min(console.width, _WIDEST))


class _Page:
    """One report, laid out; text reaches it as ``Text`` only, so that markup in it means nothing."""

    def __init__(self, report: Report, desk: Desk | None, *, plain: bool, wide: bool) -> None:
        self._report = report
        self._desk = desk
        self._untouched = desk.untouched if desk else frozenset()
        self._plain = plain
        self._wide = wide

    def blocks(self, *, brief: bool) -> Iterator[RenderableType]:
        """What to print, from top to bottom."""
        yield self._heading()
        yield self._standing()
        yield from self._unknown()
        if self._report.refusal is not None:
            yield _section("Not accepted", self._block(self._report.refusal))
        begun = [part for part in self._report.parts if part.name not in self._untouched]
        for part in begun:
            yield from self._why_not_judged(part)
        # Who has begun nothing is told what the first check asks.
        focus = first_to_fix(self._report, self._untouched)
        if focus is not None:
            yield _section("Fix this first" if begun else "Where to begin", self._focus(focus))
        if not brief:
            yield from self._rest(focus)
            yield from self._notes()

    def _heading(self) -> RenderableType:
        line = Table.grid(expand=True)
        line.add_column(style="bold")
        line.add_column(style="bold", justify="right")
        line.add_row(self._line(self._report.topic), self._line(total(self._report)))
        return line

    def _standing(self) -> RenderableType:
        table = _grid(4)
        for part in self._report.parts:
            if part.name in self._untouched:
                told = "its files are as they were handed out"
                table.add_row(self._title(part), self._sign(NOT_BEGUN), Text(), Text(told, style="dim"))
                continue
            count = "" if nothing_ran(part) or part.max_points == 0 else tally(part)
            table.add_row(
                self._title(part), self._told(part), self._line(score(part)), Text(count, style="dim")
            )
        return _indented(table)

    def _unknown(self) -> Iterator[RenderableType]:
        """What the examples do not show, where a part passes them."""
        if self._says_unknown:
            yield _section("Still unknown", Group(*map(self._line, self._unknown_told)))

    @property
    def _says_unknown(self) -> bool:
        return any(
            part.judged_by == "examples" and part.verdict.earns and part.name not in self._untouched
            for part in self._report.parts
        )

    @property
    def _unknown_told(self) -> tuple[str, str]:
        return EXAMPLES_ONLY, hidden_told(self._report)

    def _why_not_judged(self, part: PartReport) -> Iterator[RenderableType]:
        name = self._title(part).plain
        if part.broken is not None:
            yield _section(f"{name} was not judged", self._block(part.broken))
        elif part.refusal is not None:
            if part.refusal != self._report.refusal:
                why = self._block(part.refusal)
                yield _section(f"{name} was not accepted", Group(why, *self._facts(self._starter(part))))
        elif part.process is not None and not part.process.started:
            title = f"{name}: nothing ran, for {why_nothing_ran(part)}"
            yield _section(title, self._start(part, part.process.traceback))
        elif part.looks_like is not None:
            yield _section(f"{name} is another topic's", self._line(looks_like(part.looks_like)))

    def _starter(self, part: PartReport) -> tuple[str, str]:
        """How a learner whose own file is gone gets the starter back."""
        is_gone = self._desk is not None and self._desk.is_own and part.name in self._desk.missing
        return "starter", f"course reset {self._report.topic} {part.name}" if is_gone else ""

    def _start(self, part: PartReport, traceback: str) -> RenderableType:
        message = next((check.message for check in part.checks if check.message), "It ended without a word.")
        told: list[RenderableType] = [self._line(message)]
        if self._desk is not None:
            told += self._facts(("in", self._desk.place(part, own_frames(traceback))))
        if traceback.strip():
            told += [Text(), self._trace(own_frames(traceback))]
        return Group(*told)

    def _focus(self, focus: Focus) -> RenderableType:
        failing = [check for _, check in focus.seen if not check.verdict.earns]
        same = len({(check.sent, check.expected) for check in failing}) == 1
        blocks: list[RenderableType] = [self._line(focus.check.sentence)]
        if same:
            blocks += self._facts(("sent", focus.check.sent), ("expected", focus.check.expected))
        panels = [self._panel(part, check, whole=not same) for part, check in focus.seen]
        blocks += [Text(), *_beside(panels, wide=self._wide)]
        lesson = focus.check.section and f"{self._lesson()}, section {focus.check.section}"
        return Group(*blocks, *self._printed(focus), *self._facts(("lesson", lesson), self._hints(focus)))

    def _hints(self, focus: Focus) -> tuple[str, str]:
        hints = focus.check.hints
        if self._desk is not None and not self._desk.is_own:
            return "hint", ""
        if self._desk is not None and hints:
            return "hint", f"course hint {self._report.topic}"
        return "hint" if len(hints) == 1 else "hints", ", ".join(hints)

    def _lesson(self) -> PurePosixPath:
        return PurePosixPath("lessons", self._report.topic)

    def _panel(self, part: PartReport, check: CheckReport, *, whole: bool) -> RenderableType:
        """How one part fares: a box of facts, or a line where there are none to show."""
        sent = [("sent", check.sent), ("expected", check.expected)] if whole else []
        place = None
        if self._desk is not None and not check.verdict.earns:
            place = self._desk.of(part, check)
        facts = self._facts(*sent, ("got", check.got), ("why", check.message), ("in", place))
        title = Text.assemble(self._title(part), " ", self._told(check))
        if not facts:
            return title
        return Panel(Group(*facts[1:]), title=title, title_align="left", padding=(0, 1))

    def _facts(self, *facts: tuple[str, str | None]) -> list[RenderableType]:
        """An empty line and a table of those facts that there are, or nothing."""
        table = _grid(2)
        table.columns[0].style = "dim"
        for label, text in facts:
            if text:
                table.add_row(label, self._block(text))
        return [Text(), table] if table.row_count else []

    def _rest(self, focus: Focus | None) -> Iterator[RenderableType]:
        """The other checks that do not pass, a line each, the parts side by side."""
        parts = [part for part in self._report.parts if judged(part) and part.checks]
        parts = [part for part in parts if part.name not in self._untouched]
        by_name: dict[str, dict[str, CheckReport]] = {}
        for part in parts:
            for check in part.checks:
                by_name.setdefault(check.name, {})[part.name] = check
        told = focus.check.name if focus else None
        rest = [
            row
            for name, row in by_name.items()
            if name != told and not all(check.verdict.earns for check in row.values())
        ]
        table = _grid(len(parts) + 1)
        table.add_row(*(self._title(part) for part in parts), "", style="dim")
        for row in rest[:_REST]:
            cells = [self._told(row[part.name]) if part.name in row else Text() for part in parts]
            table.add_row(*cells, self._line(next(iter(row.values())).sentence))
        if len(rest) > _REST:
            table.add_row(*(Text() for _ in parts), Text(f"and {len(rest) - _REST} more", style="dim"))
        if rest:
            yield _section("After that", table)

    def _notes(self) -> Iterator[RenderableType]:
        table = _grid(2)
        told = self._unknown_told if self._says_unknown else ()
        notes = [note for note in self._report.notes if note not in told]
        for note in notes[:_NOTES]:
            table.add_row("-", self._line(note))
        if len(notes) > _NOTES:
            table.add_row("-", f"and {len(notes) - _NOTES} more")
        if table.row_count:
            yield _section("Good to know", table)

    def _printed(self, focus: Focus) -> list[RenderableType]:
        """The error that each failing app printed as it answered, where it printed one."""
        blocks: list[RenderableType] = []
        for part, check in focus.seen:
            if check.error:
                title = Text.assemble("The error that ", self._title(part), " printed:")
                blocks += [Text(), title, self._trace(check.error)]
        return blocks

    def _trace(self, traceback: str) -> Text:
        located = self._desk.located(traceback) if self._desk else traceback
        shown = tail(located, lines=_TRACEBACK_LINES, width=_LINE_WIDTH)
        return Text(self._visible(shown), style="dim")

    def _title(self, part: PartReport) -> Text:
        return self._line(part_title(part.name), 40)

    def _told(self, judged: PartReport | CheckReport) -> Text:
        return self._sign(look(judged))

    def _sign(self, seen: Look) -> Text:
        return Text(f"{seen.plain if self._plain else seen.sign} {seen.word}", style=seen.style)

    def _line(self, text: str, width: int = _LINE_WIDTH) -> Text:
        return Text(visible_line(text, width, ascii_only=self._plain))

    def _block(self, text: str) -> Text:
        return Text(self._visible(clip(text, lines=_LINES, width=_LINE_WIDTH)))

    def _visible(self, text: str) -> str:
        return visible(text, ascii_only=self._plain)


def _grid(columns: int) -> Table:
    table = Table.grid(padding=(0, 2))
    for column in range(columns):
        table.add_column(no_wrap=column < columns - 1, overflow="fold")
    return table


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(title, style="bold"), _indented(body))


def _indented(body: RenderableType) -> RenderableType:
    return Padding(body, (0, 0, 0, 2))


def _beside(panels: list[RenderableType], *, wide: bool) -> list[RenderableType]:
    if not wide or len(panels) == 1:
        return panels
    row = Table.grid(expand=True, padding=(0, 1))
    for _ in panels:
        row.add_column(ratio=1)
    row.add_row(*panels)
    return [row]
