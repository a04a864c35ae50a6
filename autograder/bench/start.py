"""Starting an app: from the request to start it to its first answer, and how many a second; wall by wall."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from autograder.catalog import Catalog, Part
from autograder.checks.client import Client
from autograder.errors import GradingBroken
from autograder.frameworks import FRAMEWORKS
from autograder.sandbox import Address, Job
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.policy import load_policy
from autograder.sandbox.system import package_folders
from autograder.sandbox.watchdog import cpu_of, usage_of
from autograder.scratch import temporary_folder

__all__ = ["KINDS", "Start", "bench_start"]

Kind = Literal["floor", "warm", "cold"]
KINDS: tuple[Kind, ...] = ("floor", "warm", "cold")
TOPIC, TARGET = "routing", "/items/latest"
_REQUESTS = 10


@dataclass(frozen=True, slots=True)
class Start:
    """What starting one framework's app costs, one way.

    Attributes:
        kind: ``floor`` is a bare fork from a warm process without a wall; the others are walls.
        first_ms: from asking for the start to the whole of the first answer, median.
        quarter_ms: a quarter of the starts was faster than this.
        three_quarters_ms: a quarter was slower than this.
        per_second: apps started, asked ten times and ended, a second, with all workers busy.
        cpu_ms: user and system time for one of these: the app's processes, what it was forked from,
            this process.
    """

    framework: str
    kind: Kind
    first_ms: float
    quarter_ms: float
    three_quarters_ms: float
    per_second: float
    cpu_ms: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(slots=True)
class _App:
    """One started app.

    Attributes:
        cpu_s: what its own processes used, once it has ended.
    """

    address: Address
    cpu_s: float = 0.0


Serve = Callable[[], contextlib.AbstractContextManager[_App]]


def bench_start(catalog: Catalog, *, starts: int, jobs: int) -> list[Start]:
    """Start each framework's solution of one topic, ``starts`` times one after another, then at once.

    Raises:
        GradingBroken: an app did not answer as it must.
        SandboxUnavailable: this machine has no such wall.
    """
    topic = catalog.ready_topic(TOPIC)
    figures = []
    for part in topic.part:
        if part.framework is None:
            continue
        with temporary_folder("bench") as folder:
            files = _files(catalog, part.framework, folder)
            openers = [(kind, _open(kind, files, part)) for kind in KINDS]
            with contextlib.ExitStack() as stack:
                serves = {kind: stack.enter_context(opener) for kind, opener in openers}
                first: dict[Kind, list[float]] = {kind: [] for kind in KINDS}
                for number in range(starts + 1):
                    # In turns, so that a noisy minute is everybody's; the first is for warming up.
                    for kind, serve in serves.items():
                        took = _first_answer(serve)
                        first[kind] += [took] if number else []
                for kind, serve in serves.items():
                    figures.append(_figures(part.framework, kind, first[kind], _many(serve, starts, jobs)))
    return figures


def _files(catalog: Catalog, framework: str, folder: Path) -> Path:
    files = folder / "files"
    files.mkdir()
    module = f"{FRAMEWORKS[framework].module}.py"
    shutil.copy(catalog.places(TOPIC).solution / module, files / module)
    return files


def _first_answer(serve: Serve) -> float:
    start = time.perf_counter()
    with serve() as app:
        _ask(app.address)
        return time.perf_counter() - start


def _many(serve: Serve, starts: int, jobs: int) -> tuple[float, float]:
    """Seconds and CPU seconds for one app, with that many workers."""

    def one(_: int) -> float:
        with serve() as app:
            for _ in range(_REQUESTS):
                _ask(app.address)
        return app.cpu_s

    lasting, start = _lasting_cpu_s(os.getpid()), time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        apps = sum(pool.map(one, range(starts)))
    took = time.perf_counter() - start
    return took / starts, (apps + _lasting_cpu_s(os.getpid()) - lasting) / starts


def _lasting_cpu_s(pid: int) -> float:
    """CPU seconds of a process and all below it, those that live now, without their dead."""
    below = usage_of(pid).pids
    return sum(map(cpu_of, (pid, *below)))


def _ask(address: Address) -> None:
    reply = Client(address, wall_s=20, max_bytes=1 << 20)("GET", TARGET, {}, None)
    if reply.status != 200:  # noqa: PLR2004 - OK
        raise GradingBroken(
            f"The app that is measured answered {reply.status} to {TARGET}.",
            where=f"solutions/{TOPIC}",
            remedy="Run `course dev check`.",
        )


def _figures(framework: str, kind: Kind, first: list[float], each: tuple[float, float]) -> Start:
    quarter, middle, three = (1000 * value for value in statistics.quantiles(first, n=4))
    return Start(framework, kind, middle, quarter, three, 1 / each[0], 1000 * each[1])


# ── Three ways to start ─────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def _open(kind: Kind, files: Path, part: Part) -> Iterator[Serve]:
    assert part.framework is not None
    framework = FRAMEWORKS[part.framework]
    policy = load_policy()
    job = Job(
        files=files,
        limits=policy.limits,
        protocol=framework.protocol,
        module=framework.module,
        libraries=part.libraries,
    )
    if kind == "floor":
        with _floor(job, policy.nest.modules) as serve:
            yield serve
        return
    sandbox = BubblewrapSandbox(warm=kind == "warm")
    sandbox.check_available()

    @contextlib.contextmanager
    def serve_behind_wall() -> Iterator[_App]:
        with sandbox.serve(job) as service:
            app = _App(service.addresses[0])
            yield app
            app.cpu_s = service.kill().cpu_s

    yield serve_behind_wall


@contextlib.contextmanager
def _floor(job: Job, modules: dict[str, tuple[str, ...]]) -> Iterator[Serve]:
    allowed = [module for name in sorted(job.libraries) for module in modules.get(name, ())]
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.bench.floor"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    asking = threading.Lock()

    def ask(order: dict[str, object]) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        with asking:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

    order: dict[str, object] = {
        "protocol": job.protocol,
        "module": job.module,
        "apps": [],
        "command": [],
        "libraries": job.libraries,
        "environment": {},
        "site": package_folders(),
        "rlimits": {},
        "home": str(job.files),
    }

    @contextlib.contextmanager
    def serve() -> Iterator[_App]:
        with temporary_folder("floor") as folder:
            path = str(folder / "app")
            pid = int(ask({**order, "path": path}))
            app = _App(Address(path=path))
            try:
                yield app
            finally:
                app.cpu_s = cpu_of(pid)
                os.kill(pid, signal.SIGKILL)
                ask({"reap": pid})

    with process:
        ask({"protocol": job.protocol, "modules": allowed, "site": []})
        yield serve
        process.kill()
