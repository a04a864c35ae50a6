"""`course dev attacks`: hostile hand-ins against this grader, and whether each is held."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.attackrun.result import Result
from autograder.attackrun.show import markdown, summary, table
from autograder.attackrun.suite import SANDBOXES, chosen, run, usual
from autograder.commands.grade import progress
from autograder.errors import UsageError
from autograder.report.screen import Screen

__all__ = ["run_attacks"]

_WIDE = 110


def run_attacks(
    only: Sequence[str], sandbox: str | None, *, jobs: int, as_json: bool, page: Path | None = None
) -> int:
    """Try the attacks. Returns 0, or 1 when one is not held.

    Args:
        only: names of attacks or numbers of kinds; all when empty.
        sandbox: ``cold``, ``warm`` or ``all``; the one that grading uses here when not given.
        jobs: how many attacked graders work at once.
        as_json: print one result a line.
        page: a file for the table as Markdown.

    Raises:
        UsageError: there is no such attack or sandbox, or the attacks are not in this installation.
    """
    attacks = chosen(only)
    sandboxes = SANDBOXES if sandbox == "all" else (sandbox or usual(),)
    if not set(sandboxes) <= set(SANDBOXES):
        raise UsageError(
            f"There is no sandbox {sandbox!r}.",
            where="course dev attacks --sandbox",
            remedy=f"Use one of: {', '.join(SANDBOXES)}, all.",
        )
    results: list[Result] = []
    with progress("attacks", len(attacks) * len(sandboxes)) as tell:
        for each in sandboxes:
            for result in run(attacks, each, jobs=jobs):
                results.append(result)
                tell(len(results), len(attacks) * len(sandboxes))
                if as_json:
                    sys.stdout.write(json.dumps(result.as_dict()) + "\n")
                    sys.stdout.flush()
    order = {attack.name: number for number, attack in enumerate(attacks)}
    results.sort(key=lambda result: (order[result.attack.name], sandboxes.index(result.asked)))
    if not as_json:
        _show(results)
    if page is not None:
        page.write_text(markdown(results), "utf-8")
    return 0 if all(result.held for result in results) else 1


def _show(results: Sequence[Result]) -> None:
    console = Screen(highlight=False)
    console.print(table(results, wide=console.width >= _WIDE))
    console.print(f"\n{summary(results)}", soft_wrap=True)
    untried = [result for result in results if not result.tried]
    if untried:
        console.print(
            f"{len(untried)} were not tried: there is no wall here. `course grade` and nbgrader refuse to "
            "grade, so none of them reaches anybody; with --trust-submissions none of them would be held."
        )
