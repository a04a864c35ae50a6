"""Tries attacks on the engine: collected and judged beside an honest neighbour, in one living grader."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from autograder.attackrun.attack import Attack, attacks_folder
from autograder.attackrun.ground import Ground
from autograder.attackrun.handin import hand_in
from autograder.attackrun.hold import faults_of, outcome_of
from autograder.attackrun.result import Result
from autograder.attackrun.target import Answer, Peak, Target
from autograder.attackrun.traces import left_behind, look
from autograder.attackrun.worker import policies
from autograder.errors import GradingBroken
from autograder.frameworks import FRAMEWORKS
from autograder.report.model import PartReport

__all__ = ["Engine"]

_MIB = 1 << 20
_ANSWER_S = 240.0
_SLACK_BYTES = 420 * _MIB
_DISK_BYTES = 64 * _MIB
_FULL = 10.0


class Engine:
    """A grader under attack, and what honest work is worth in it.

    Args:
        ground: where the attacks are tried.
        target: the grader.
    """

    def __init__(self, ground: Ground, target: Target) -> None:
        self.ground = ground
        self.target = target
        self._policies = policies()
        # The first part's app stands for all honest work: it is graded beside every attack.
        self._neighbours_part = next(iter(FRAMEWORKS))
        self._neighbour = self._lay("neighbour", "solution", self._neighbours_part, f"# {ground.canary}\n")
        self._worth: dict[tuple[str, str], float] = {}
        self._started: set[tuple[str, str]] = set()
        self._fresh: dict[str, dict[str, str]] = {}
        self.worth("solution", self._neighbours_part)

    def worth(self, base: str, part: str) -> float:
        """Points of an app without hostility, measured at the first call."""
        if (base, part) not in self._worth:
            source = self._lay(f"base-{base}-{part}", base, part)
            answer = self.target.grade(source, part=part).result(_ANSWER_S)
            points = None if answer.report is None else answer.report.points
            if points is None or (base == "solution" and points != _FULL):
                raise GradingBroken(
                    f"Honest work has {points} points before any attack: {answer.text[:2000]}",
                    where="autograder/tests/attacks/course",
                    remedy="Mend that first; then try the attacks.",
                )
            self._worth[base, part] = points
            self._started.add(("own", part))
        return self._worth[base, part]

    def attack(self, attack: Attack, accomplice: Attack | None = None) -> Result:
        """Try one attack and hold everything that must stay true.

        Args:
            attack: the attack.
            accomplice: another one, graded at the same moment.
        """
        ground, target = self.ground, self.target
        self._start(attack)
        source = hand_in(attack, ground)
        beside = [] if accomplice is None else [hand_in(accomplice, ground)]
        before, memory = look(ground, target), self._memory()
        start = time.monotonic()
        faults: list[str] = []
        answer = Answer({"error": "it was not tried"})
        with target.watched() as peak:
            for _ in range(attack.again):
                answer, more = self._once(attack, source, beside)
                faults += more
        seconds = time.monotonic() - start
        if attack.looked_after:
            faults += self._differences(attack.part)
        faults += left_behind(ground, target, before)
        faults += self._bounds(attack, peak, memory)
        measured = {"seconds": round(seconds, 1), "memory_mib": (peak.memory_bytes - memory) / _MIB}
        outcome = outcome_of(attack, answer)
        return Result(attack, target.asked, outcome, tuple(dict.fromkeys(faults)), measured)

    def _once(self, attack: Attack, source: Path, beside: list[Path]) -> tuple[Answer, list[str]]:
        target = self.target
        hostile = target.grade(source, part=attack.part, limits=attack.limits)
        others = [
            target.grade(each, part=attack.part, limits=attack.limits, student="mallory") for each in beside
        ]
        honest = target.grade(self._neighbour, part=self._neighbours_part, student="neighbour")
        answer = hostile.result(_ANSWER_S)
        faults = list(faults_of(attack, answer, self.worth(attack.base, attack.part)))
        for other in others:
            other.result(_ANSWER_S)
        faults += _neighbour_faults(honest.result(_ANSWER_S))
        if not target.alive:
            faults.append("the grader is gone")
        return answer, faults

    def _bounds(self, attack: Attack, peak: Peak, before: int) -> Iterator[str]:
        allowed = self._policies[attack.limits].limits.memory_bytes * (1 + (attack.accomplice is not None))
        if peak.memory_bytes - before > allowed + _SLACK_BYTES:
            yield f"{(peak.memory_bytes - before) // _MIB} MiB of memory were used"
        if peak.disk_bytes > _DISK_BYTES:
            yield f"{peak.disk_bytes // _MIB} MiB of disk were used"

    def _memory(self) -> int:
        with self.target.watched() as peak:
            time.sleep(0.15)
        return peak.memory_bytes

    def _start(self, attack: Attack) -> None:
        """Have everything running that the attack needs, so that what it leaves can be told from that."""
        self.worth(attack.base, attack.part)
        if (attack.limits, attack.part) not in self._started:
            source = self.ground.hand_ins / f"base-{attack.base}-{attack.part}"
            self.target.grade(source, part=attack.part, limits=attack.limits).result(_ANSWER_S)
            self._started.add((attack.limits, attack.part))
        if attack.looked_after and attack.part not in self._fresh:
            self._fresh[attack.part] = self._look_around(attack.part)

    def _lay(self, name: str, base: str, part: str, more: str = "") -> Path:
        folder = self.ground.hand_ins / name
        folder.mkdir()
        module = FRAMEWORKS[part].module
        (folder / f"{module}.py").write_text(f"{self.ground.base(base, module)}\n{more}", "utf-8")
        return folder

    # ── What a later hand-in finds ──────────────────────────────────────────────────────────────────

    def _look_around(self, part: str) -> dict[str, str]:
        """What an honest hand-in sees of its surroundings, by name."""
        looks = attacks_folder() / "submissions" / "_looks"
        answer = self.target.grade(looks, part=part, student="looks").result(_ANSWER_S)
        process = None if answer.report is None else _of(answer.report.parts).process
        lines = [] if process is None else process.stdout.splitlines()
        found = dict(line.removeprefix("SEES ").split("=", 1) for line in lines if line.startswith("SEES "))
        if not found:
            raise GradingBroken(
                f"The hand-in that looks around did not say what it sees: {answer.text[:2000]}",
                where="autograder/tests/attacks/submissions/_looks",
                remedy="Mend it.",
            )
        return found

    def _differences(self, part: str) -> Iterator[str]:
        now, fresh = self._look_around(part), self._fresh[part]
        for name in sorted(now.keys() | fresh.keys()):
            drawn = name.startswith("drawn")
            if drawn and now.get(name) == fresh.get(name):
                yield f"the next hand-in draws the same {name}"
            elif not drawn and now.get(name) != fresh.get(name):
                yield f"the next hand-in finds another {name}: {now.get(name)}, not {fresh.get(name)}"


def _neighbour_faults(answer: Answer) -> Iterator[str]:
    if answer.report is None:
        yield f"the neighbour has no report: {answer.error}"
    elif answer.report.points != _FULL:
        part = _of(answer.report.parts)
        told = part.broken or sorted({check.message for check in part.checks if check.message})
        yield f"the neighbour has {answer.report.points:g} points: {told}"


def _of(parts: tuple[PartReport, ...]) -> PartReport:
    (part,) = parts
    return part
