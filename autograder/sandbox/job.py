"""The interface of every sandbox: what can be asked of it, and what it promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from autograder.outcome import Outcome

__all__ = ["Address", "Job", "Limits", "Sandbox", "Service"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where an app answers: a unix socket's path, or a loopback port."""

    path: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use; the numbers come from policy.toml, never from code."""

    start_wall_s: float
    wall_s: float
    cpu_s: float
    memory_bytes: int
    processes: int
    open_files: int
    descriptors: int
    file_bytes: int
    tmp_bytes: int
    output_bytes: int


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do with a submission's files.

    Attributes:
        files: the clean folder; the submission sees a read-only or private copy of it.
        protocol: which server carries the app, ``wsgi`` or ``asgi``.
        module: the app's module or package, such as ``flask_app``; it offers ``create_app()`` or ``app``.
        apps: configurations: ``create_app(configuration)`` is called for each, and each app served beside
            the others in one process. When empty, one app is made, without a configuration.
        command: instead of serving, run ``python`` with these arguments once.
        environment: exactly the variables the submission sees beside the launcher's own fixed few.
        backends: named services outside the wall, each relayed to a loopback port inside;
            the submission learns the port from the variable ``BACKEND_<NAME>_PORT``, and from every
            variable whose value says ``{BACKEND_<NAME>_PORT}``.
        libraries: top-level modules that the submission may import beside the standard library and
            its own files; empty means any. An import of another ends the start with a sentence.
        results: files the submission may leave behind, by name, with the most bytes read of each.
    """

    files: Path
    limits: Limits
    protocol: Literal["wsgi", "asgi"] = "wsgi"
    module: str = ""
    apps: tuple[Mapping[str, object], ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    backends: Mapping[str, Address] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    results: Mapping[str, int] = field(default_factory=dict)


class Service(Protocol):
    """An app that is being served; always used as a context manager, which kills it."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where to connect to each app; they stay the same over restarts."""

    def wait_started(self) -> bool:
        """Wait until the app's module is imported and served; false when it ended or ran out of time."""

    def alive(self) -> bool:
        """Whether the submission's process still runs."""

    def restart(self, environment: Mapping[str, str] | None = None) -> bool:
        """Ask the app's process to stop, and start it again with the files it wrote kept.

        Args:
            environment: variables for this start alone, on top of the job's own.

        Returns:
            As `wait_started`.
        """

    @property
    def left(self) -> Mapping[str, bytes]:
        """The result files as the process that the last restart ended had left them, by name."""

    def stop(self, grace_s: float) -> Outcome:
        """Ask the app to shut down as a server would, wait up to ``grace_s``, then kill."""

    def kill(self) -> Outcome:
        """End every process of the job and wait until the last one is gone; can be called again."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


class Sandbox(Protocol):
    """A place to run submissions in; safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """As the report says it: ``bubblewrap-warm``, ``bubblewrap`` or ``plain``."""

    @property
    def walls(self) -> bool:
        """Whether a hostile submission is held."""

    def check_available(self) -> None:
        """Raise SandboxUnavailable, with what to install or set, when it cannot run here."""

    def prepare(self, protocol: Literal["wsgi", "asgi"], libraries: tuple[str, ...] = ()) -> None:
        """Start what the first job with these two would wait for. Raises GradingBroken."""

    def serve(self, job: Job) -> Service:
        """Start serving an app; returns at once. Raises GradingBroken when the sandbox fails."""

    def run(self, job: Job) -> Outcome:
        """Run ``job.command`` to its end or to a limit."""
