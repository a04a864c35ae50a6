"""The servers that a lesson can start: the command of each, what it speaks, and where it cannot run."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.errors import UsageError
from autograder.frameworks import FRAMEWORKS, Framework

__all__ = ["SERVERS", "Setup", "parse_setup"]

_APP = "sidebyside.observing:app"
_Arguments = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Server:
    """A server.

    Attributes:
        module: what ``python -m`` runs.
        protocols: what it speaks.
        arguments: of its command, from the port and the number of threads.
        threads: the number when none is asked for; 0 where the server has no threads to set.
        needs: a module beside its own.
        posix: whether it runs on POSIX systems alone.
    """

    module: str
    protocols: tuple[str, ...]
    arguments: _Arguments
    threads: int = 0
    needs: str | None = None
    posix: bool = False


def _gunicorn(kind: str) -> _Arguments:
    def arguments(port: str, threads: int) -> list[str]:
        own = ["--threads", str(threads)] if threads else []
        return ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", kind, *own, _APP]

    return arguments


SERVERS: dict[str, Server] = {
    "development": Server(
        "flask", ("wsgi",), lambda port, _: ["--app", _APP, "run", "--port", port, "--no-reload"]
    ),
    "gunicorn": Server("gunicorn", ("wsgi",), _gunicorn("sync"), posix=True),
    "gunicorn-threads": Server("gunicorn", ("wsgi",), _gunicorn("gthread"), threads=8, posix=True),
    "gunicorn-gevent": Server("gunicorn", ("wsgi",), _gunicorn("gevent"), needs="gevent", posix=True),
    "waitress": Server(
        "waitress",
        ("wsgi",),
        lambda port, threads: [f"--listen=127.0.0.1:{port}", f"--threads={threads}", _APP],
        threads=4,
    ),
    "granian": Server(
        "granian", ("wsgi", "asgi"), lambda port, _: ["--host", "127.0.0.1", "--port", port, _APP]
    ),
    "uvicorn": Server(
        "uvicorn",
        ("asgi",),
        lambda port, _: ["--port", port, "--log-level", "warning", "--no-access-log", _APP],
    ),
}
"""By the name that lessons use."""


@dataclass(frozen=True, slots=True)
class Setup:
    """An app on a server.

    Attributes:
        framework: whose app.
        name: the server's name in SERVERS.
        threads: how many; 0 where there are none to set.
    """

    framework: Framework
    name: str
    threads: int

    @property
    def server(self) -> Server:
        """The server."""
        return SERVERS[self.name]

    @property
    def title(self) -> str:
        """As people read it."""
        threads = f", {self.threads} threads" if self.threads else ""
        return f"{self.framework.title} on {self.name}{threads}"

    @property
    def command(self) -> Callable[[int], Sequence[str]]:
        """From the port to the command that starts it."""
        interface = ["--interface", self.framework.protocol] if self.name == "granian" else []
        more = ["--blocking-threads", str(self.threads)] if self.name == "granian" and self.threads else []
        return lambda port: [
            sys.executable,
            "-m",
            self.server.module,
            *interface,
            *more,
            *self.server.arguments(str(port), self.threads),
        ]

    @property
    def absent(self) -> str | None:
        """Why this server cannot run here; None when it can."""
        if self.server.posix and sys.platform == "win32":
            return f"{self.name} does not run on Windows."
        for module in (self.server.module, self.server.needs):
            if module is not None and importlib.util.find_spec(module) is None:
                return f"{module} is not installed: pip install {module}"
        return None


def parse_setup(text: str) -> Setup:
    """Read ``flask on waitress``, or ``flask on waitress:64`` for 64 threads.

    Raises:
        UsageError: there is no such framework or server, or they do not speak the same protocol.
    """
    name, _, rest = text.partition(" on ")
    server, _, number = rest.strip().partition(":")
    framework = FRAMEWORKS.get(name.strip().lower())
    if framework is None or server not in SERVERS or (number and not number.isdecimal()):
        raise UsageError(
            f"{text!r} names no app on a server.",
            where="serving, timeline",
            remedy=f"Write “flask on waitress:8”. Frameworks: {', '.join(FRAMEWORKS)}. "
            f"Servers: {', '.join(SERVERS)}. A number after the colon sets threads.",
        )
    protocols = SERVERS[server].protocols
    if framework.protocol not in protocols:
        others = [each for each, it in SERVERS.items() if framework.protocol in it.protocols]
        raise UsageError(
            f"{server} speaks {' and '.join(protocols).upper()}; {framework.title} is an "
            f"{framework.protocol.upper()} app.",
            where=f"{text!r}",
            remedy=f"Use one of: {', '.join(others)}.",
        )
    return Setup(framework, server, int(number) if number else SERVERS[server].threads)
