"""The engine's side of the checks' process: start it once, run it for many apps."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from pydantic import TypeAdapter

from autograder.checks.message import CheckInfo, Finding, Order, Question, lines, say
from autograder.errors import GradingBroken
from autograder.scratch import scratch_folder

__all__ = ["CheckRunner", "Steered"]

_HELLO = TypeAdapter(tuple[CheckInfo, ...])


@contextlib.contextmanager
def _alarm(wall_s: float, ring: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(wall_s, ring)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


_REMEDY = "Run `course dev check`; correct the check files it names."


class Steered(Protocol):
    """What the checks may ask of the app's process; a sandbox's `Service` offers it."""

    def restart(self, environment: Mapping[str, str] | None = None) -> bool:
        """Stop it and start it again with these variables more; whether it is served again."""

    @property
    def left(self) -> Mapping[str, bytes]:
        """The files that the process left which the last restart ended, by name."""


class CheckRunner:
    """A process that holds the collected checks of one part; runs are safe from several threads.

    Args:
        files: the check files, in the order in which they are run.
        graded: whether every check must say what it is worth.

    Raises:
        GradingBroken: the files cannot be collected, hold no check, or hold two of one name.
    """

    def __init__(self, files: Sequence[Path], *, graded: bool = True) -> None:
        self._where = ", ".join(str(file) for file in files)
        absent = [str(file) for file in files if not file.is_file()]
        if absent or not files:
            raise self._broken(f"The checks are missing: {', '.join(absent) or 'no file is named'}.")
        self._folder = scratch_folder("checks")
        unix = hasattr(socket, "AF_UNIX") and os.name == "posix"
        self._path = str(self._folder / "s") if unix else ""
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self._said = stack.enter_context((self._folder / "stderr").open("w+b"))
            self._process = self._start(files, graded=graded)
            stack.callback(self._end)
            self.infos = self._hello(graded=graded)
            self._stack = stack.pop_all()

    @property
    def alive(self) -> bool:
        """Whether the process still runs; one that was killed can take no further app."""
        return self._process.poll() is None

    def run(self, order: Order, app: Steered, *, give_up: Callable[[], None]) -> tuple[Finding, ...]:
        """Run every check against one app.

        Args:
            order: the app's address, the seed and the limits.
            app: what is restarted when a check asks for it.
            give_up: ends the app; called once when the order's time is over, from another thread.
                The checks left then find no app.

        Raises:
            GradingBroken: the findings are not exactly one for each check.
        """
        findings: list[Finding] = []
        done = False
        with self._connect() as channel, _alarm(order.wall_s, give_up):
            try:
                say(channel, order.model_dump())
                for message in lines(channel):
                    if "finding" in message:
                        findings.append(Finding.model_validate(message["finding"]))
                    elif "ask" in message:
                        say(channel, _answer(Question.model_validate(message), app))
                    done = done or bool(message.get("done"))
            except (ConnectionError, ValueError) as error:
                raise self._broken(f"The checks' process ended in the middle of a run: {error}.") from error
        told = Counter(finding.name for finding in findings)
        if not done or told != Counter(info.name for info in self.infos):
            raise self._broken(f"The checks' process told {len(findings)} of {len(self.infos)} findings.")
        return tuple(findings)

    def close(self) -> None:
        """End the process; can be called again."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, files: Sequence[Path], *, graded: bool) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "autograder.checks.worker",
            self._path,
            "graded" if graded else "free",
        ]
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, *map(str, files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # Ctrl-C is for the engine; this process ends with it
        )

    def _end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        if os.name != "posix":
            self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _hello(self, *, graded: bool) -> tuple[CheckInfo, ...]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            self._said.seek(0)
            told = self._said.read().decode("utf-8", "replace").strip()
            if not told:
                told = f"Their process ended with code {code}; it has a minute to read them."
            raise self._broken(f"The checks cannot be collected. {told[-2000:]}")
        hello = json.loads(line)
        infos = _HELLO.validate_python(hello["checks"])
        self._port = hello["port"]
        names = Counter(info.name for info in infos)
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise self._broken(f"Two checks have one name: {', '.join(twice)}.")
        if not infos:
            raise self._broken("There is no check in the files.")
        self._hold_needs(infos, graded=graded)
        return infos

    def _hold_needs(self, infos: tuple[CheckInfo, ...], *, graded: bool) -> None:
        before: set[str] = set()
        for info in infos:
            for needed in info.needs:
                if needed not in before:
                    raise self._broken(f"{info.name} needs {needed!r}, which is no check before it.")
            if graded and info.points <= 0:
                raise self._broken(
                    f"{info.name} is worth {info.points} points; it must be worth more than 0."
                )
            before.add(info.name)

    def _connect(self) -> socket.socket:
        channel = socket.socket(socket.AF_UNIX if self._path else socket.AF_INET)
        try:
            channel.connect(self._path or ("127.0.0.1", self._port))
        except OSError as error:
            channel.close()
            raise self._broken(f"The checks' process is gone: {error}.") from error
        return channel

    def _broken(self, what: str) -> GradingBroken:
        return GradingBroken(what, where=self._where, remedy=_REMEDY)


def _answer(question: Question, app: Steered) -> dict[str, object]:
    if question.ask == "restart":
        return {"started": app.restart(question.environment)}
    content = app.left.get(question.file)
    return {"content": None if content is None else base64.b64encode(content).decode()}
