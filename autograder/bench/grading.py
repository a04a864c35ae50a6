"""Grading one class in several ways, in one run on one machine: costs compared, points held equal."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.bench.classes import contract_parts, generated
from autograder.bench.measure import Cost, Machine, this_machine
from autograder.bench.otter import otter_version
from autograder.bench.sides import SIDES, Side, sides_of
from autograder.catalog import Catalog, Topic
from autograder.checks.runner import CheckRunner
from autograder.errors import GradingBroken, UsageError
from autograder.scratch import temporary_folder

__all__ = ["Figures", "SideFigures", "SizeFigures", "bench_grading"]

_OTHERS = ("stock", "otter")


@dataclass(frozen=True, slots=True)
class SideFigures:
    """What one side needed for the class, over all rounds.

    Attributes:
        per_second: submissions a second, median of the rounds, start-up included.
        slowest: of the rounds, in submissions a second.
        fastest: likewise.
        cpu_s: CPU seconds a submission, median, of all processes.
        peak_mb: resident memory of the largest process, in 10^6 bytes.
    """

    per_second: float
    slowest: float
    fastest: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """One class of this engine's, graded into the gradebook.

    Attributes:
        submissions: its size.
        wall_s: seconds a submission, start-up included.
        cpu_s: CPU seconds a submission.
        peak_mb: resident memory of the largest process.
    """

    submissions: int
    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One benchmark's result.

    Attributes:
        checks: of all parts of one submission.
        sides: by name, in the order of ``SIDES``.
        ratios: by another grader's name, of each round: how many times as many submissions a second.
        same_points: students who have the same points on all sides, which is all of them.
        sizes: of further classes.
        cpu_is_whole: whether no process is missing in the CPU seconds.
    """

    submissions: int
    rounds: int
    jobs: int
    checks: int
    sides: Mapping[str, SideFigures]
    ratios: Mapping[str, tuple[float, ...]]
    same_points: int
    sizes: tuple[SizeFigures, ...]
    machine: Machine
    cpu_is_whole: bool

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def bench_grading(
    catalog: Catalog,
    topic: Topic,
    *,
    submissions: int,
    rounds: int,
    jobs: int,
    names: Collection[str],
    sizes: Sequence[int] = (),
    otter: Path | None = None,
) -> Figures:
    """Grade one generated class in several ways, ``rounds`` times in turns, from scratch each time.

    Raises:
        UsageError: there is no such side, or no otter-grader where it should be.
        GradingBroken: a command failed, or a student's points differ between two sides.
    """
    _hold_known(names)
    machine = this_machine(_also(otter) if "otter" in names else {})
    costs: dict[str, list[Cost]] = {name: [] for name in SIDES if name in names}
    same = 0
    for _ in range(rounds):
        graded = generated(catalog, topic, submissions, jobs=jobs)
        with temporary_folder("bench grading") as folder:
            sides = sides_of(graded, folder, otter_python=otter)
            for name, cost in _round(sides, costs).items():
                costs[name].append(cost)
            same = _same_points({name: sides[name] for name in costs})
    return Figures(
        submissions=submissions,
        rounds=rounds,
        jobs=jobs,
        checks=_checks(catalog, topic),
        sides={name: _figures(each, submissions) for name, each in costs.items()},
        ratios={
            name: _ratios(costs["ours"], costs[name]) for name in _OTHERS if {name, "ours"} <= set(costs)
        },
        same_points=same,
        sizes=tuple(_sized(catalog, topic, size, jobs) for size in sizes),
        machine=machine,
        cpu_is_whole=all(cost.is_whole for each in costs.values() for cost in each),
    )


def _hold_known(names: Collection[str]) -> None:
    unknown = set(names) - set(SIDES)
    if unknown or not names or ("again" in names and "ours" not in names):
        raise UsageError(
            f"There is no such side: {', '.join(sorted(unknown))}."
            if unknown
            else "The side 'again' grades what 'ours' has graded.",
            where="course bench grading --side",
            remedy=f"Name some of: {', '.join(SIDES)}.",
        )


def _also(python: Path | None) -> Mapping[str, str]:
    """The version of otter-grader."""
    named = python or Path(sys.executable)
    version = otter_version(named)
    if version is None:
        raise UsageError(
            "This Python has no otter-grader.",
            where=str(named),
            remedy="Install otter-grader beside this package in an environment of its own; name its Python "
            "with --otter.",
        )
    return {"otter-grader": version}


def _round(sides: Mapping[str, Side], names: Collection[str]) -> dict[str, Cost]:
    # The hand-ins and the seed of ours are everybody's.
    for name in ["ours", *(name for name in names if name != "ours")]:
        sides[name].prepare()
    return {name: sides[name].grade() for name in names}


def _same_points(sides: Mapping[str, Side]) -> int:
    """How many students have the same points on every side, which must be all."""
    told = {name: side.points() for name, side in sides.items()}
    (first, mine), *others = told.items()
    for name, theirs in others:
        other = sorted(student for student in {*mine, *theirs} if mine.get(student) != theirs.get(student))
        if other:
            shown = ", ".join(f"{each}: {mine.get(each)} and {theirs.get(each)}" for each in other[:5])
            raise GradingBroken(
                f"{len(other)} students have other points by '{name}' than by '{first}': {shown}.",
                where="course bench grading",
                remedy="A check is not the same in both; compare what both say of the first student.",
            )
    return len(mine)


def _checks(catalog: Catalog, topic: Topic) -> int:
    count = 0
    for part in contract_parts(topic):
        with CheckRunner(catalog.places(topic.name).hidden_checks(part)) as runner:
            count += len(runner.infos)
    return count


def _sized(catalog: Catalog, topic: Topic, size: int, jobs: int) -> SizeFigures:
    with temporary_folder("bench grading") as folder:
        ours = sides_of(generated(catalog, topic, size, jobs=jobs), folder, otter_python=None)["ours"]
        ours.prepare()
        cost = ours.grade()
    return SizeFigures(size, cost.wall_s / size, cost.cpu_s / size, cost.peak_mb)


def _ratios(ours: Sequence[Cost], others: Sequence[Cost]) -> tuple[float, ...]:
    return tuple(theirs.wall_s / mine.wall_s for mine, theirs in zip(ours, others, strict=True))


def _figures(costs: Sequence[Cost], submissions: int) -> SideFigures:
    speeds = [submissions / cost.wall_s for cost in costs]
    return SideFigures(
        per_second=statistics.median(speeds),
        slowest=min(speeds),
        fastest=max(speeds),
        cpu_s=statistics.median(cost.cpu_s for cost in costs) / submissions,
        peak_mb=max(cost.peak_mb for cost in costs),
    )
