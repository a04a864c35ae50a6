"""`course bench`: what is measured, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.bench.grading import Figures, Side, bench_grading
from autograder.bench.site import bench_site
from autograder.bench.start import Start, bench_start
from autograder.catalog import load

__all__ = ["run_grading", "run_site", "run_start"]


def run_grading(course: Path | None, *, submissions: int, rounds: int, jobs: int, as_json: bool) -> int:
    """Measure grading into the gradebook. Returns 0; raises GradingBroken when points differ."""
    catalog = load(course)
    topic = catalog.ready_topic("routing")
    figures = bench_grading(catalog, topic, submissions=submissions, rounds=rounds, jobs=jobs)
    if as_json:
        sys.stdout.write(json.dumps(figures.as_dict()) + "\n")
    else:
        _show(figures, Console())
    return 0


def run_site(course: Path | None, *, as_json: bool) -> int:
    """Measure building the site. Returns 0."""
    figures = bench_site(load(course)).as_dict()
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return 0
    table = Table(box=None, show_header=False)
    for name, value in figures.items():
        shown = f"{value:.1f}" if isinstance(value, float) else str(value)
        table.add_row(name.replace("_s", ", seconds").replace("_kb", ", kB"), shown)
    Console().print(table)
    return 0


def run_start(course: Path | None, *, starts: int, jobs: int, as_json: bool) -> int:
    """Measure starting apps, wall by wall. Returns 0."""
    figures = bench_start(load(course), starts=starts, jobs=jobs)
    if as_json:
        sys.stdout.write(json.dumps([each.as_dict() for each in figures]) + "\n")
    else:
        _show_starts(figures, Console(), starts, jobs)
    return 0


def _show_starts(figures: Sequence[Start], console: Console, starts: int, jobs: int) -> None:
    title = f"{starts} starts one after another, then {starts} with 10 requests each on {jobs} workers"
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for column in (
        "app",
        "start",
        "first answer ms",
        "middle half",
        "apps/s",
        "CPU ms each",
        "first answer ÷",
    ):
        table.add_column(column, justify="left" if column in {"app", "start"} else "right")
    floors = {each.framework: each.first_ms for each in figures if each.kind == "floor"}
    for each in figures:
        table.add_row(
            each.framework,
            each.kind,
            f"{each.first_ms:.1f}",
            f"{each.quarter_ms:.1f}–{each.three_quarters_ms:.1f}",
            f"{each.per_second:.1f}",
            f"{each.cpu_ms:.0f}",
            f"{each.first_ms / floors[each.framework]:.2f}",
        )
    console.print(table)
    console.print("\nfloor: a bare fork from a warm process, no wall; ÷: as a multiple of the floor")


def _show(figures: Figures, console: Console) -> None:
    title = (
        f"{figures.submissions} submissions × {figures.checks} checks into the gradebook, "
        f"median of {figures.rounds} rounds"
    )
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for column in ("grader", "wall", "submissions/s", "slowest–fastest", "CPU s each", "largest process MB"):
        table.add_column(column, justify="left" if column in {"grader", "wall"} else "right")
    table.add_row(f"this engine, {figures.jobs} jobs", "bubblewrap", *_cells(figures.ours))
    table.add_row("stock nbgrader", "none", *_cells(figures.stock))
    console.print(table)
    spread = f"{min(figures.ratios):.1f}–{max(figures.ratios):.1f}"
    console.print(f"\nratio {figures.ratio:.1f} ({spread}); same points for {figures.same_points} students")


def _cells(side: Side) -> tuple[str, ...]:
    return (
        f"{side.per_second:.2f}",
        f"{side.slowest:.2f}–{side.fastest:.2f}",
        f"{side.cpu_s:.2f}",
        f"{side.peak_mb:.0f}",
    )
