"""A learner's own check: from saving a file, or from typing the command, to the verdict."""

from __future__ import annotations

import io
import os
import queue
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from autograder.bench.check50 import KNOWN, check50_command, write_problem
from autograder.catalog import Catalog, Topic
from autograder.checks.runner import CheckRunner
from autograder.errors import GradingBroken
from autograder.frameworks import FRAMEWORKS
from autograder.learn.watching import Watcher
from autograder.report.model import Report
from autograder.report.terminal import show_report
from autograder.scratch import temporary_folder
from autograder.selfcheck import SelfChecker

__all__ = ["TOPIC", "Latency", "bench_check"]

TOPIC = "routing"
_READY_S = 2.0
"""Between a verdict and the next save; a learner takes longer."""
_SEEN_S = 30.0
_SLOWEST = next(each for each in FRAMEWORKS.values() if each.protocol == "asgi").name
"""The framework that takes longest to import: no check of an app of it can be faster than that."""

Afterwards = Callable[[], object]
Once = Callable[[], Afterwards]
"""One check; it returns what is still to be done when the learner has the verdict."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one kind of check takes, over all rounds.

    Attributes:
        what: whose check, of which apps.
        start: ``cold`` from typing a command, ``warm`` from saving a file while it is watched.
        median_ms: to the verdict being printed.
        quarter_ms: a quarter of the rounds was faster than this.
        three_quarters_ms: a quarter was slower than this.
        least_ms: the fastest round: what the machine can do when nothing else runs.
    """

    what: str
    start: str
    median_ms: float
    quarter_ms: float
    three_quarters_ms: float
    least_ms: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def bench_check(catalog: Catalog, *, rounds: int, check50: Path | None) -> list[Latency]:
    """Check the solutions of one topic again and again, every kind of check once a round.

    Args:
        catalog: the course, in its author edition.
        rounds: how often.
        check50: a Python that has check50 and Flask, to be measured beside.

    Raises:
        GradingBroken: a solution does not pass, or check50 does not work.
    """
    topic = catalog.ready_topic(TOPIC)
    with temporary_folder("bench") as home, ExitStack() as stack:
        sides = dict(_sides(catalog, topic, home, check50, stack))
        took: dict[tuple[str, str], list[float]] = {side: [] for side in sides}
        for number in range(rounds + 1):
            # In turns, so that a noisy minute is everybody's; the first round is for caches.
            for side, once in sides.items():
                start = time.perf_counter()
                afterwards = once()
                took[side] += [1000 * (time.perf_counter() - start)] if number else []
                afterwards()
                if side[1] == "warm":
                    time.sleep(_READY_S)
        return [_latency(*side, times) for side, times in took.items()]


def _latency(what: str, start: str, times: Sequence[float]) -> Latency:
    quarter, middle, three = statistics.quantiles(times, n=4)
    return Latency(what, start, middle, quarter, three, min(times))


def _sides(
    catalog: Catalog, topic: Topic, home: Path, check50: Path | None, stack: ExitStack
) -> Iterator[tuple[tuple[str, str], Once]]:
    files = home / "files"
    files.mkdir()
    for part in topic.part:
        for name in part.files:
            shutil.copy(catalog.places(topic.name).solution / name, files / name)
    environment = {**os.environ, "COURSE_DATA": str(home / "data")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as learners have it
    floor = f"import {_SLOWEST}"
    yield (f"python: {floor}", "floor"), _command([sys.executable, "-c", floor], environment, "")
    for names in ([part.name for part in topic.part], *([part.name] for part in topic.part)):
        word = names if len(names) == 1 else []
        command = [sys.executable, "-m", "autograder", "check", topic.name, *word]
        command += ["--folder", str(files), "--course", str(catalog.root)]
        shown = ", ".join(names)
        yield (f"check: {shown}", "cold"), _command(command, environment, "checks pass")
        once = stack.enter_context(_watched(catalog, topic, files, names))
        yield (f"watch: {shown}", "warm"), once
    if check50 is not None:
        with CheckRunner(catalog.places(topic.name).hidden_checks(KNOWN.name)) as runner:
            count = len(runner.infos)
        for checks in (1, count):
            problem = write_problem(home / f"check50-{checks}", files, checks)
            told = f"check50: {KNOWN.name}, {checks} check{'s' if checks > 1 else ''}"
            yield (told, "cold"), _command(check50_command(check50, problem), environment, ":)", problem)


def _command(command: Sequence[str], environment: dict[str, str], told: str, cwd: Path | None = None) -> Once:
    def once() -> Afterwards:
        ran = subprocess.Popen(  # noqa: S603 - commands of ours, and one that the author named
            command,
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert ran.stdout is not None
        said = ""
        while not said or told not in said:
            line = ran.stdout.readline()
            said += line
            if not line:
                break
        return lambda: _hold_ended(ran, command, said, told)

    return once


def _hold_ended(ran: subprocess.Popen[str], command: Sequence[str], said: str, told: str) -> None:
    rest, _ = ran.communicate()
    if ran.returncode != 0 or told not in said:
        raise GradingBroken(
            f"`{' '.join(command)}` did not pass: {(said + rest)[-2000:]}",
            where=TOPIC,
            remedy="Run the command by hand and correct what it names.",
        )


@contextmanager
def _watched(catalog: Catalog, topic: Topic, files: Path, names: list[str]) -> Iterator[Once]:
    """Save a file, and have the verdict printed, as `course watch` does."""
    saves: queue.SimpleQueue[list[Path]] = queue.SimpleQueue()
    target = files / topic.part[0].files[0]
    with (
        SelfChecker(catalog, topic) as checker,
        Watcher(files, lambda path: path.name == target.name, saved=saves.put, lost=lambda _: None),
    ):

        def once() -> Afterwards:
            while not saves.empty():
                saves.get()  # another kind of check has saved it
            target.write_bytes(target.read_bytes())
            saves.get(timeout=_SEEN_S)
            report = checker.check(files, names)
            show_report(report, Console(file=io.StringIO(), width=100))
            _hold_passed(report)
            return lambda: checker.get_ready(names)

        yield once


def _hold_passed(report: Report) -> None:
    if report.points != report.max_points:
        raise GradingBroken(
            f"A solution earned {report.points:g} of {report.max_points:g} points.",
            where=f"solutions/{TOPIC}",
            remedy="Run `course dev check`.",
        )
