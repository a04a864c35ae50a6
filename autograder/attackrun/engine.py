"""Tries attacks on the engine: collected and judged beside an honest neighbour, in one living grader."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
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
        attacks: those that will be tried; what they need is started before the first.
    """

    def __init__(self, ground: Ground, target: Target, attacks: Iterable[Attack]) -> None:
        self._ground = ground
        self._target = target
        self._policies = policies()
        self._honest = {name: self._lay(f"honest-{name}", "solution", name) for name in FRAMEWORKS}
        self._looks = self._lay_looks()
        self._worth = self._measure(attacks)
        self._fresh = {name: self._look_around(name) for name in FRAMEWORKS}

    def attack(self, attack: Attack, accomplice: Attack | None = None) -> Result:
        """Try one attack and hold everything that must stay true.

        Args:
            attack: the attack.
            accomplice: another one, graded at the same moment.
        """
        ground, target = self._ground, self._target
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
        return Result(attack, target.sandbox, outcome, tuple(dict.fromkeys(faults)), measured)

    def _once(self, attack: Attack, source: Path, beside: list[Path]) -> tuple[Answer, list[str]]:
        target = self._target
        hostile = target.grade(source, part=attack.part, limits=attack.limits)
        others = [
            target.grade(each, part=attack.part, limits=attack.limits, student="mallory") for each in beside
        ]
        honest = target.grade(self._neighbours_work, part=self._neighbours_part, student="neighbour")
        answer = hostile.result(_ANSWER_S)
        faults = list(faults_of(attack, answer, self._worth[attack.base, attack.part]))
        for other in others:
            other.result(_ANSWER_S)
        faults += self._neighbour(honest.result(_ANSWER_S))
        if not target.alive:
            faults.append("the grader is gone")
        return answer, faults

    def _neighbour(self, answer: Answer) -> Iterator[str]:
        if answer.report is None:
            yield f"the neighbour has no report: {answer.error}"
        elif answer.report.points != _FULL:
            (part,) = answer.report.parts
            told = {check.message for check in part.checks if check.message} or part.broken
            yield f"the neighbour has {answer.report.points:g} points: {told}"

    def _bounds(self, attack: Attack, peak: Peak, before: int) -> Iterator[str]:
        allowed = self._policies[attack.limits].limits.memory_bytes * (1 + (attack.accomplice is not None))
        if peak.memory_bytes - before > allowed + _SLACK_BYTES:
            yield f"{(peak.memory_bytes - before) // _MIB} MiB of memory were used"
        if peak.disk_bytes > _DISK_BYTES:
            yield f"{peak.disk_bytes // _MIB} MiB of disk were used"

    def _memory(self) -> int:
        with self._target.watched() as peak:
            time.sleep(0.15)
        return peak.memory_bytes

    # ── What honest work is worth ───────────────────────────────────────────────────────────────────

    def _lay(self, name: str, base: str, part: str) -> Path:
        folder = self._ground.hand_ins / name
        folder.mkdir()
        module = FRAMEWORKS[part].module
        # The neighbour's own work is none of another's business.
        text = f"# {self._ground.canary}\n" if name.startswith("honest") else ""
        source = self._ground.base(base, module)
        (folder / f"{module}.py").write_text(f"{source}\n{text}", "utf-8")
        return folder

    def _lay_looks(self) -> Path:
        folder = self._ground.hand_ins / "looks"
        folder.mkdir()
        for each in (attacks_folder() / "submissions" / "_looks").iterdir():
            if each.suffix == ".py":
                (folder / each.name).write_bytes(each.read_bytes())
        return folder

    def _measure(self, attacks: Iterable[Attack]) -> dict[tuple[str, str], float]:
        needed = {(attack.limits, attack.part) for attack in attacks}
        needed |= {("own", part) for part in FRAMEWORKS}
        asked = {
            (base, part): self._target.grade(self._lay(f"{base}-{part}", base, part), part=part)
            for base in ("solution", "examples")
            for part in FRAMEWORKS
        }
        started = [
            self._target.grade(self._honest[part], part=part, limits=limits) for limits, part in needed
        ]
        worth = {key: self._points(future.result(_ANSWER_S)) for key, future in asked.items()}
        for future in started:
            future.result(_ANSWER_S)
        if any(worth["solution", part] != _FULL for part in FRAMEWORKS):
            raise GradingBroken(
                f"Honest work does not get full points before any attack: {worth}.",
                where="autograder/tests/attacks/course",
                remedy="Mend that first; then try the attacks.",
            )
        return worth

    def _points(self, answer: Answer) -> float:
        if answer.report is None:
            raise GradingBroken(
                f"Honest work cannot be graded: {answer.error}",
                where="autograder/tests/attacks/course",
                remedy="Mend that first; then try the attacks.",
            )
        return answer.report.points

    # ── What a later hand-in finds ──────────────────────────────────────────────────────────────────

    def _look_around(self, part: str) -> dict[str, str]:
        """What an honest hand-in sees of its surroundings, by name."""
        answer = self._target.grade(self._looks, part=part, student="looks").result(_ANSWER_S)
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


def _of(parts: tuple[PartReport, ...]) -> PartReport:
    (part,) = parts
    return part
