"""Whose fault it is that a check raised an exception of its own: the solution decides.

A check that raises over an answer and passes for the solution met an answer that it cannot read. The
student's check has failed then, and the author is told; a check that raises for both is at fault itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from autograder.checks.message import Finding
from autograder.verdict import Verdict

__all__ = ["UNREAD", "SolutionRuns", "told_of"]

UNREAD = "Your answer could not be read."


class SolutionRuns:
    """Which checks the solution passes, by seed; it runs at the first need, once for each seed.

    Args:
        run: serves the solution and gives what the checks found.
    """

    def __init__(self, run: Callable[[str], Sequence[Finding]]) -> None:
        self._run = run
        self._passed: dict[str, frozenset[str]] = {}
        self._lock = threading.Lock()

    def decided(self, found: Sequence[Finding], seed: str) -> tuple[Finding, ...]:
        """The findings, those failed that were broken and that the solution passes.

        Raises:
            GradingBroken: the solution could not be run.
        """
        if not any(each.verdict is Verdict.BROKEN for each in found):
            return tuple(found)
        with self._lock:
            if seed not in self._passed:
                run = self._run(seed)
                self._passed[seed] = frozenset(each.name for each in run if each.verdict.earns)
            return tuple(_decided(each, self._passed[seed]) for each in found)


def told_of(found: Sequence[Finding]) -> str | None:
    """What the author should know of checks that raised; None where none did."""
    raised = [f"{each.name}: {each.raised}" for each in found if each.raised]
    if not raised:
        return None
    return (
        f"A check raised an exception over an answer; the solution passes it, so it counts as failed. "
        f"{'; '.join(raised)}. Correct the check so that it fails by itself."
    )


def _decided(finding: Finding, passed: Collection[str]) -> Finding:
    if finding.verdict is not Verdict.BROKEN or finding.name not in passed:
        return finding
    return replace(finding, verdict=Verdict.FAILED, message=UNREAD, raised=finding.message)
