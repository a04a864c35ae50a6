"""`course dev`: the author's commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from autograder import mutants
from autograder.commands.authoring import author_course
from autograder.commands.grade import progress
from autograder.devcheck import alignment, check_course, check_files
from autograder.devcheck.show import show_matrix, show_sheet, show_violations
from autograder.mutants.show import as_json as mutants_as_json
from autograder.mutants.show import show_results
from autograder.release import STARTERS, record_starters
from autograder.report.screen import Screen
from autograder.sandbox.choose import VARIABLE, choose, warm_refusal
from autograder.scaffold import new_topic, show_topic

__all__ = ["run_check", "run_mutants", "run_new", "run_sandbox", "run_show", "run_starters"]


def run_check(course: Path | None, topics: Sequence[str] | None, *, jobs: int, files: bool = False) -> int:
    """Hold the course to every rule, or to those alone that run no app.

    Returns 0, or 1 when one does not hold.
    """
    catalog = author_course(course)
    console = Screen(highlight=False)
    if files:
        faults = check_files(catalog, topics or None)
        console.print(show_violations(faults, files=True))
        return 1 if faults else 0
    with progress("trying apps", total=None) as tell:
        violations = check_course(
            catalog,
            choose(),
            topics or None,
            cache=catalog.root / ".course" / "cache",
            jobs=jobs,
            progress=tell,
        )
    for name in topics or [topic.name for topic in catalog.ready]:
        console.print(show_matrix(alignment(catalog, name)))
    console.print(show_violations(violations))
    return 1 if violations else 0


def run_new(course: Path | None, name: str) -> int:
    """Lay out a planned topic. Returns 0; raises UsageError when something is there already."""
    catalog = author_course(course)
    console = Screen(highlight=False, soft_wrap=True)
    for path in new_topic(catalog, name):
        console.print(str(path.relative_to(catalog.root)), markup=False)
    console.print(f"\nNext: fill them in until `course dev check --topic {name}` is silent.")
    return 0


def run_mutants(course: Path | None, topic: str, framework: str | None, *, jobs: int, as_json: bool) -> int:
    """Plant small faults into a topic's solutions. Returns 0, or 1 when too few are caught."""
    catalog = author_course(course)
    with progress("trying mutants", total=None) as tell:
        results = mutants.run_mutants(
            catalog,
            choose(),
            topic,
            framework,
            cache=catalog.root / ".course" / "cache",
            jobs=jobs,
            progress=tell,
        )
    if as_json:
        sys.stdout.write(mutants_as_json(topic, results) + "\n")
    else:
        Screen(highlight=False).print(show_results(topic, results))
    return 0 if all(each.good for each in results) else 1


def run_show(course: Path | None, name: str) -> int:
    """Show a topic's sheet. Returns 0."""
    catalog = author_course(course)
    Screen(highlight=False).print(show_sheet(show_topic(catalog, name)))
    return 0


def run_starters(course: Path | None) -> int:
    """Record the starters. Returns 0."""
    written = record_starters(author_course(course))
    Screen(highlight=False).print(f"{len(written)} files are recorded in {STARTERS}.", markup=False)
    return 0


def _how_they_start(name: str) -> str:
    if name == "bubblewrap-warm":
        return (
            "They start warm: each is forked, behind walls of its own, from a process that has imported "
            f"the frameworks. {VARIABLE}=cold starts a Python for each."
        )
    refusal = warm_refusal()
    if refusal is None:
        return f"They start cold, each with a Python of its own: {VARIABLE}=cold asks for that."
    return f"They start cold, each with a Python of its own. Warm starts do not work here: {refusal}"


def run_sandbox() -> int:
    """Say what the wall is made of. Returns 0; raises SandboxUnavailable, with what to do, without one."""
    console = Screen(highlight=False, soft_wrap=True)
    if sys.platform == "linux":
        from autograder.sandbox.features import find_features  # noqa: PLC0415 - needs what only Linux has

        for each in find_features():
            console.print("\n".join(each.lines()))
        console.print()
    sandbox = choose()
    sandbox.check_available()
    console.print(f"Submissions run in {sandbox.name}: a wall holds them on this machine.")
    console.print(_how_they_start(sandbox.name))
    return 0
