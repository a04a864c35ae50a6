"""`course bench`: what is measured of the site, of starting apps, of one's own checks; a table or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.bench.check import TOPIC, Latency, bench_check
from autograder.bench.site import bench_site
from autograder.bench.start import Start, bench_start
from autograder.commands.authoring import author_course
from autograder.report.screen import Screen

__all__ = ["run_check", "run_site", "run_start"]


def run_site(course: Path | None, *, as_json: bool) -> int:
    """Measure building the site. Returns 0."""
    figures = bench_site(author_course(course)).as_dict()
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return 0
    table = Table(box=None, show_header=False)
    for name, value in figures.items():
        shown = f"{value:.1f}" if isinstance(value, float) else str(value)
        table.add_row(name.replace("_s", ", seconds").replace("_kb", ", kB"), shown)
    Screen().print(table)
    return 0


def run_start(course: Path | None, *, starts: int, jobs: int, as_json: bool) -> int:
    """Measure starting apps, wall by wall. Returns 0."""
    figures = bench_start(author_course(course), starts=starts, jobs=jobs)
    if as_json:
        sys.stdout.write(json.dumps([each.as_dict() for each in figures]) + "\n")
    else:
        _show_starts(figures, Screen(), starts, jobs)
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


def run_check(course: Path | None, *, rounds: int, check50: Path | None, as_json: bool) -> int:
    """Measure a learner's own check. Returns 0."""
    figures = bench_check(author_course(course), rounds=rounds, check50=check50)
    if as_json:
        sys.stdout.write(json.dumps([each.as_dict() for each in figures]) + "\n")
    else:
        _show_checks(figures, Screen(), rounds)
    return 0


def _show_checks(figures: Sequence[Latency], console: Console, rounds: int) -> None:
    title = f"To the verdict on {TOPIC}, {rounds} rounds, every kind once a round"
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for column in ("what", "start", "median ms", "middle half", "least ms", "÷ floor"):
        table.add_column(column, justify="left" if column in {"what", "start"} else "right")
    (floor,) = (each for each in figures if each.start == "floor")
    for each in figures:
        table.add_row(
            each.what,
            each.start,
            f"{each.median_ms:.0f}",
            f"{each.quarter_ms:.0f}–{each.three_quarters_ms:.0f}",
            f"{each.least_ms:.0f}",
            f"{each.median_ms / floor.median_ms:.2f}",
        )
    console.print(table)
    console.print(
        "\ncold: from typing the command to the verdict; warm: from saving a file to the verdict;\n"
        "÷ floor: as a multiple of starting a Python that imports the slower framework",
        highlight=False,
    )
