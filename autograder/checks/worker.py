"""The checks' process: collects the hidden checks once and runs them for one app after another.

Started as ``python -m autograder.checks.worker``, perhaps before anybody knows which checks are wanted:
the first line of standard input says that. It announces on standard output what it collected, then
accepts one connection a run. Where the system can fork, every run is a child of its own, so that
nothing a check does can carry over to the next submission.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.checks.light import LightChecks, light_checks
from autograder.checks.limits import limit_check, limit_run
from autograder.checks.message import Finding, Order, lines, say
from autograder.checks.run import Run

if TYPE_CHECKING:
    from autograder.checks.plugin import Checks

__all__ = ["main"]

_QUIET = [
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:logging",
    "-p", "no:faulthandler", "-p", "no:unraisableexception", "-p", "no:threadexception",
    "-p", "no:junitxml", "-p", "no:stepwise", "-p", "no:doctest", "-p", "no:tmpdir",
    "--capture=no", "--import-mode=importlib", "-c", os.devnull, "--noconftest", "--strict-markers",
]  # fmt: skip
_COLLECT_WALL_S = 60
_RUN_SLACK_S = 30
"""How long a run may go on after its app was ended: then a check of ours does not end by itself."""

_CAN_FORK = hasattr(os, "fork")

_runs: dict[int, socket.socket] = {}
"""The connections of the runs that are children of this process, by their pids."""


def main() -> int:
    """Collect and serve until standard input ends. Returns 0, or pytest's exit code."""
    setup = json.loads(_first_line() or "null")
    if setup is None:
        return 0  # whoever started this process had nothing to check
    os.dup2(os.open(setup["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
    files: list[str] = setup["files"]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    # What a check file prints must neither be taken for the announcement nor fill a pipe that nobody reads.
    announce = os.dup(1)
    os.dup2(2, 1)
    _end_after(_COLLECT_WALL_S)
    if setup["light"]:
        checks = light_checks([Path(file) for file in files], graded=setup["graded"])
        if checks is not None:
            _serve(checks, setup["listener"], announce)
            return 0
    return _serve_by_pytest(setup, files, announce)


def _serve_by_pytest(setup: dict[str, Any], files: list[str], announce: int) -> int:
    import pytest  # noqa: PLC0415 - where it is not needed, all else takes less time than this

    from autograder.checks.plugin import Checks  # noqa: PLC0415 - likewise

    checks = Checks(lambda checks: _serve(checks, setup["listener"], announce), graded=setup["graded"])
    root = str(Path(files[0]).parent)
    return int(pytest.main([*_QUIET, f"--rootdir={root}", *files], plugins=[checks]))


def _first_line() -> bytes:
    """The first line of standard input, and not a byte more: its end is waited for later."""
    line = bytearray()
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return bytes(line)


def _serve(checks: Checks | LightChecks, listener_path: str, announce: int) -> None:
    with _listener(listener_path) as listener, _clearing(listener_path):
        port = None if listener_path else listener.getsockname()[1]
        told = [info.told() for info in checks.infos]
        hello = {"checks": told, "port": port, "light": isinstance(checks, LightChecks)}
        with os.fdopen(announce, "w", encoding="utf-8") as out:
            out.write(json.dumps(hello) + "\n")
        _end_after(0)
        gc.freeze()  # what was collected is never garbage, and the children share it
        for channel in _connections(listener):
            _answer(checks, channel, listener)


@contextlib.contextmanager
def _clearing(listener_path: str) -> Iterator[None]:
    """Remove the listener's folder in the end: the engine does it too, unless it was killed."""
    try:
        yield
    finally:
        if listener_path:
            shutil.rmtree(os.path.dirname(listener_path), ignore_errors=True)  # noqa: PTH120 - as in main


def _listener(path: str) -> socket.socket:
    if not path:
        return socket.create_server(("127.0.0.1", 0))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(128)
    return listener


def _connections(listener: socket.socket) -> Iterator[socket.socket]:
    """Accepted connections, until the engine closes our standard input."""
    if not _CAN_FORK:
        threading.Thread(target=_end_with_engine, daemon=True).start()
        while True:
            yield listener.accept()[0]
    signal.signal(signal.SIGCHLD, _bury)
    stdin = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([listener, stdin], [], [])
        if stdin in ready:
            return
        channel, _ = listener.accept()
        yield channel


def _end_with_engine() -> None:
    """Wait until the engine closes our standard input, in whatever way it ends, and end too."""
    while os.read(0, 1):
        pass
    os._exit(0)


def _bury(*_: object) -> None:
    """Wait for the runs that have ended, so that what they cost is counted as ours; tell of the limit."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with _runs.pop(pid) as channel, contextlib.suppress(OSError):  # the engine gave the run up
                if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
                    say(channel, {"overrun": True})


def _answer(checks: Checks | LightChecks, channel: socket.socket, listener: socket.socket) -> None:
    """Run the checks for one connection, in a child of our own where there can be one."""
    if not _CAN_FORK:
        with channel:
            _run(checks, channel)
        return
    # A run that ends before it is noted would be buried unknown.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid:
        _runs[pid] = channel
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    else:
        code = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            for each in (listener, *_runs.values()):
                each.close()  # nobody may wait at one when the parent is gone
            _run(checks, channel)
            code = 0
        except BrokenPipeError:
            code = 2  # the engine gave the run up
        finally:
            sys.stdout.flush()
            os._exit(code)


def _run(checks: Checks | LightChecks, channel: socket.socket) -> None:
    # Closed at once, whatever else refers to it: the engine reads until the connection ends.
    with contextlib.closing(lines(channel)) as messages:
        order = Order.read(next(messages))
        if _CAN_FORK:
            _end_after(int(order.wall_s) + _RUN_SLACK_S)

        def ask(question: dict[str, object]) -> dict[str, object]:
            say(channel, question)
            return next(messages)

        def tell(finding: Finding) -> None:
            say(channel, {"finding": finding.told()})

        def begin(check: str, hung: int) -> None:
            say(channel, {"running": check, "hung": hung})
            if _CAN_FORK:
                limit_check(order.check_cpu_s)

        if _CAN_FORK:
            limit_run(order.memory_bytes)
        checks.run(Run(order, ask, tell, begin))
        say(channel, {"done": True})


def _end_after(seconds: int) -> None:
    """Have the kernel end this process when the time is over; 0 takes that back."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


if __name__ == "__main__":
    sys.exit(main())
