"""What the hidden checks caught of the mutants, against what the author accepts as beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.devcheck.tomls import Survivor
from autograder.mutants.mutant import Mutant
from autograder.report.model import PartReport
from autograder.verdict import Verdict

__all__ = ["LEAST_SHARE", "Fate", "PartResult", "Survivor", "judged"]

LEAST_SHARE = 0.95
"""Of the mutants that nobody accepted, how many the checks must catch."""


@dataclass(frozen=True, slots=True)
class Fate:
    """A mutant, and its part's report."""

    mutant: Mutant
    report: PartReport

    @property
    def killed(self) -> bool:
        """Whether a check failed."""
        return self.report.verdict is not Verdict.PASSED

    @property
    def hung(self) -> bool:
        """Whether it was only too slow, which a busy machine can do to any app."""
        return self.report.verdict is Verdict.TIMED_OUT


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part's mutants.

    Attributes:
        part: the part's name.
        framework: its framework.
        killed: how many were caught.
        survivors: those that were not, and that nobody accepted.
        accepted: how many were not, and are accepted with a reason.
        stale: entries of survivors.toml that no surviving mutant needs.
    """

    part: str
    framework: str
    killed: int
    survivors: tuple[Mutant, ...]
    accepted: int
    stale: tuple[Survivor, ...]

    @property
    def mutants(self) -> int:
        """How many there were."""
        return self.killed + len(self.survivors) + self.accepted

    @property
    def share(self) -> float:
        """Of the mutants that nobody accepted, the share that was caught; 1 where there are none."""
        judged = self.killed + len(self.survivors)
        return self.killed / judged if judged else 1.0

    @property
    def good(self) -> bool:
        """Whether enough was caught, and every accepted survivor still survives."""
        return self.share >= LEAST_SHARE and not self.stale


def judged(part: str, framework: str, fates: Sequence[Fate], accepted: Iterable[Survivor]) -> PartResult:
    """The part's result; ``accepted`` may hold other frameworks' entries, too."""
    entries = {
        (each.where, each.line, each.becomes): each for each in accepted if each.framework == framework
    }
    alive = [fate.mutant for fate in fates if not fate.killed]
    needed = {mutant.key for mutant in alive} | {fate.mutant.key for fate in fates if fate.hung}
    return PartResult(
        part=part,
        framework=framework,
        killed=sum(fate.killed for fate in fates),
        survivors=tuple(mutant for mutant in alive if mutant.key not in entries),
        accepted=sum(mutant.key in entries for mutant in alive),
        stale=tuple(entry for key, entry in entries.items() if key not in needed),
    )
