"""Grading a class into the gradebook: this engine against stock nbgrader, points compared."""

from __future__ import annotations

import itertools
import os
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.bench.measure import Cost, measured
from autograder.bench.stock import StockPart, hand_in, write_course
from autograder.catalog import Catalog, Topic
from autograder.checks.runner import CheckRunner
from autograder.errors import GradingBroken
from autograder.frameworks import FRAMEWORKS
from autograder.nb.build import build_course
from autograder.nb.folder import GradingFolder

__all__ = ["Figures", "Side", "bench_grading"]


@dataclass(frozen=True, slots=True)
class Side:
    """What one grader needed for the class, over all rounds.

    Attributes:
        per_second: submissions a second, median of the rounds, start-up included.
        slowest: of the rounds, in submissions a second.
        fastest: likewise.
        cpu_s: CPU seconds a submission, median.
        peak_mb: resident memory of the largest process, in 10^6 bytes.
    """

    per_second: float
    slowest: float
    fastest: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One benchmark's result; ``ratio`` is the median of the rounds' ratios."""

    submissions: int
    rounds: int
    jobs: int
    checks: int
    ours: Side
    stock: Side
    ratio: float
    ratios: tuple[float, ...]
    same_points: int

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def bench_grading(catalog: Catalog, topic: Topic, *, submissions: int, rounds: int, jobs: int) -> Figures:
    """Grade one generated class both ways, ``rounds`` times in turns, from scratch each time.

    Raises:
        GradingBroken: a command failed, or a student's points differ between the two.
    """
    apps = list(itertools.islice(_class(catalog, topic), submissions))
    ours: list[Cost] = []
    stock: list[Cost] = []
    with tempfile.TemporaryDirectory(prefix="course bench ") as name:
        for number in range(rounds):
            own, other = Path(name) / f"ours-{number}", Path(name) / f"stock-{number}"
            _prepare_ours(catalog, topic, own, apps)
            checks = _prepare_stock(catalog, topic, other, GradingFolder(own).seed(topic.name), apps)
            command = [*_course(), "autograde", topic.name, "--build", str(own), "--jobs", str(jobs)]
            ours.append(measured(command, cwd=catalog.root))
            stock.append(measured([*_nbgrader(), "autograde", topic.name], cwd=other, env=_PATH))
            same = _compare(own / "gradebook.db", other / "gradebook.db")
    ratios = tuple(theirs.wall_s / mine.wall_s for mine, theirs in zip(ours, stock, strict=True))
    return Figures(
        submissions=submissions,
        rounds=rounds,
        jobs=jobs,
        checks=checks,
        ours=_side(ours, submissions),
        stock=_side(stock, submissions),
        ratio=statistics.median(ratios),
        ratios=ratios,
        same_points=same,
    )


# Stock nbgrader calls `alembic` by its bare name, as it lies beside the interpreter.
_PATH = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _course() -> list[str]:
    return [sys.executable, "-m", "autograder"]


def _nbgrader() -> list[str]:
    return [sys.executable, "-m", "nbgrader"]


def _class(catalog: Catalog, topic: Topic) -> Iterator[dict[str, str]]:
    """Students' apps by part: solutions, other right ones, and each named wrong one, in turns."""
    places = catalog.places(topic.name)
    pools: list[list[str]] = []
    for part in _parts(topic):
        framework = FRAMEWORKS[part]
        solution = places.solution / f"{framework.module}.py"
        others = sorted(
            file for kind in ("right", "wrong") for file in (places.hidden / kind).glob(f"*.{part}.py")
        )
        pools.append([file.read_text("utf-8") for file in (solution, *others)])
    for number in itertools.count():
        # A comment makes every hand-in another content, so that the cache cannot help.
        yield {
            part: f"{pool[number % len(pool)]}\n# hand-in {number}\n"
            for part, pool in zip(_parts(topic), pools, strict=True)
        }


def _parts(topic: Topic) -> list[str]:
    return [part.framework for part in topic.part if part.kind == "contract" and part.framework]


def _students(apps: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, Mapping[str, str]]]:
    return ((f"s{number:05}", each) for number, each in enumerate(apps))


def _prepare_ours(catalog: Catalog, topic: Topic, folder: Path, apps: Sequence[Mapping[str, str]]) -> None:
    build_course(catalog, folder, [topic.name])
    measured([*_nbgrader(), "generate_assignment", topic.name], cwd=folder)
    notebook = (folder / "release" / topic.name / f"{topic.name}.ipynb").read_bytes()
    for student, files in _students(apps):
        place = folder / "submitted" / student / topic.name
        place.mkdir(parents=True)
        (place / f"{topic.name}.ipynb").write_bytes(notebook)
        for part, source in files.items():
            (place / f"{FRAMEWORKS[part].module}.py").write_text(source, "utf-8")


def _prepare_stock(
    catalog: Catalog, topic: Topic, folder: Path, seed: str, apps: Sequence[Mapping[str, str]]
) -> int:
    places = catalog.places(topic.name)
    parts = []
    for name in _parts(topic):
        files = places.hidden_checks(name)
        with CheckRunner(files) as runner:
            parts.append(StockPart(name, FRAMEWORKS[name], files, runner.infos))
    folder.mkdir()
    write_course(folder, topic, places, parts, seed)
    measured([*_nbgrader(), "generate_assignment", topic.name], cwd=folder, env=_PATH)
    for student, sources in _students(apps):
        hand_in(folder, topic, student, sources)
    return sum(len(part.infos) for part in parts)


def _compare(ours: Path, stock: Path) -> int:
    """How many students have the same points in both gradebooks, which must be all."""
    mine, theirs = _points(ours), _points(stock)
    other = sorted(student for student in mine | theirs if mine.get(student) != theirs.get(student))
    if other:
        shown = ", ".join(f"{each}: {mine.get(each)} and {theirs.get(each)}" for each in other[:5])
        raise GradingBroken(
            f"{len(other)} students have other points in stock nbgrader: {shown}.",
            where=str(stock),
            remedy="A check is not the same in both; compare the two notebooks of the first student.",
        )
    return len(mine)


def _points(gradebook: Path) -> dict[str, float]:
    """Points of each student, read straight from the gradebook."""
    query = """
        SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        GROUP BY submitted_assignment.student_id
    """
    database = sqlite3.connect(gradebook)
    try:
        return {student: points for student, points in database.execute(query) if points is not None}
    finally:
        database.close()


def _side(costs: Sequence[Cost], submissions: int) -> Side:
    speeds = [submissions / cost.wall_s for cost in costs]
    return Side(
        per_second=statistics.median(speeds),
        slowest=min(speeds),
        fastest=max(speeds),
        cpu_s=statistics.median(cost.cpu_s for cost in costs) / submissions,
        peak_mb=max(cost.peak_mb for cost in costs),
    )
