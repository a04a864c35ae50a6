"""How the figures of grading look: as tables for the terminal, and as a page of Markdown to be kept."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from autograder.bench.grading import Figures, SideFigures
from autograder.bench.sides import SIDES

__all__ = ["SIDE_COLUMNS", "SIZE_COLUMNS", "page", "ratios", "side_rows", "size_rows"]

SIDE_COLUMNS = ("grader", "wall", "per second", "spread", "CPU s each", "peak MB")
SIZE_COLUMNS = ("submissions", "seconds each", "CPU s each", "peak MB")

_WALLS = {"ours": "bubblewrap", "again": "none runs", "alone": "bubblewrap"}
_ABOUT = """\
One class is generated: solutions, other right apps and wrong ones in turns, no two hand-ins alike.
Every side runs the same checks with the same hidden inputs, but that `ours, reports only` draws its own.
Every student must get the same points on all sides, or the command fails. Each round grades the class
from scratch, the sides in turns.
The figures are medians of the rounds, start-up included: submissions a second with the slowest and the
fastest round, CPU seconds a submission, and resident memory of the largest process in 10^6 bytes.
"""
_CPU = {
    True: "CPU seconds are those of all processes, as the kernel counts them for a control group.",
    False: "No control group could be made: CPU seconds lack those of sandboxed apps.",
}
_OTHERS = """\
Stock nbgrader and otter-grader run every check in the kernel beside the student's code, which is the
fastest that they can do, and without any wall. otter-grader's containers are left out: they would cost
it a start each. nbgrader uses one core; otter-grader is given as many as this engine.
"""


def side_rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    """A row for each side, by ``SIDE_COLUMNS``."""
    for name, side in figures.sides.items():
        yield SIDES[name], _WALLS.get(name, "none"), *_cells(side)


def size_rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    """A row for each further class, by ``SIZE_COLUMNS``."""
    for size in figures.sizes:
        yield str(size.submissions), f"{size.wall_s:.2f}", f"{size.cpu_s:.2f}", f"{size.peak_mb:.0f}"


def ratios(figures: Figures) -> Iterator[str]:
    """A sentence for each other grader."""
    for name, each in figures.ratios.items():
        middle = statistics.median(each)
        spread = f"{min(each):.1f} to {max(each):.1f} over the rounds"
        yield f"{middle:.1f} times as many submissions a second as {SIDES[name]} ({spread})"


def page(figures: Figures, command: str) -> str:
    """The page, whole.

    Args:
        figures: what was measured.
        command: what was typed.
    """
    machine = figures.machine
    title = f"{figures.submissions} submissions of {figures.checks} checks, {figures.rounds} rounds"
    lines = [
        "# Benchmarks: grading a class",
        "",
        f"Written by `{command}`.",
        "",
        _ABOUT + _CPU[figures.cpu_is_whole],
        "",
    ]
    lines += [f"## {title}, {figures.jobs} cores", "", *_table(SIDE_COLUMNS, list(side_rows(figures))), ""]
    lines += [f"- {sentence}" for sentence in ratios(figures)]
    lines += [f"- the same points on all sides: {figures.same_points} of {figures.submissions} students", ""]
    if {"stock", "otter"} & set(figures.sides):
        lines.append(_OTHERS)
    if figures.sizes:
        lines += ["## Larger classes", "", *_table(SIZE_COLUMNS, list(size_rows(figures))), ""]
    lines += [
        "## Where",
        "",
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb:.0f} GB, {machine.system}.",
        f"When it began, {machine.load:.1f} processes wanted a core.",
        "",
        *_table(("version of", ""), sorted(machine.versions.items())),
        "",
    ]
    return "\n".join(lines)


def _cells(side: SideFigures) -> tuple[str, ...]:
    return (
        f"{side.per_second:.2f}",
        f"{side.slowest:.2f} to {side.fastest:.2f}",
        f"{side.cpu_s:.2f}",
        f"{side.peak_mb:.0f}",
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    head = f"| {' | '.join(columns)} |"
    rule = f"|{'|'.join(['---', *['--:'] * (len(columns) - 1)])}|"
    return [head, rule, *(f"| {' | '.join(row)} |" for row in rows)]
