"""Words that several commands take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["JOBS", "Course", "Folder", "Jobs", "Json", "MaybePart", "MaybeTopic", "Topic", "Trust"]

JOBS = max(1, os.cpu_count() or 1)

Course = Annotated[
    Path | None, typer.Option("--course", help="A folder of the course; the working directory if not given.")
]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="How many submissions at once.")]
Trust = Annotated[
    bool,
    typer.Option("--trust-submissions", help="Run them without a wall: only where the machine is the wall."),
]
Topic = Annotated[str, typer.Argument(help="A topic's name, as `course list` shows it.")]
Folder = Annotated[Path, typer.Option("--build", help="The nbgrader course folder.")]

MaybeTopic = Annotated[str | None, typer.Argument(help="A topic's name; the one you are at if not given.")]
MaybePart = Annotated[str | None, typer.Argument(help="One part, such as flask; all if not given.")]
Json = Annotated[bool, typer.Option("--json", help="The same, as JSON.")]
