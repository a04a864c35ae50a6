"""Pythons started ahead of their orders: they import what they will need while this process reads the course.

Imports little itself, since it runs before everything else. Whoever has an order takes one of these
processes, or starts one of the same kind when none waits.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from autograder.frameworks import FRAMEWORKS

__all__ = ["CHECKS", "begin", "dismiss", "end", "new_checks", "new_server", "plain_environment", "take"]

CHECKS = "checks"
"""The kind of the checks' process; an app's kind is its protocol."""

_PACKAGE = Path(__file__).parent
_COMMANDS = {"check", "watch"}
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")

_waiting: dict[str, subprocess.Popen[bytes]] = {}
_taking = threading.Lock()


def begin(words: Sequence[str]) -> None:
    """Start what the command of these words will need, if it checks a learner's apps.

    Args:
        words: the command line, as far as it is known: nobody has parsed it yet.
    """
    if not words or words[0] not in _COMMANDS or "--help" in words:
        return
    named = [each for each in FRAMEWORKS.values() if each.name in words]
    # The slowest first; the machine may have fewer cores than there are processes.
    with contextlib.suppress(OSError):  # it fails again, and is told, when somebody needs one
        for each in reversed(named or list(FRAMEWORKS.values())):
            _waiting[each.protocol] = new_server(each.protocol, each.early)
        _waiting[CHECKS] = new_checks()


def take(kind: str) -> subprocess.Popen[bytes] | None:
    """A process of this kind that still waits; whoever takes it ends it."""
    with _taking:
        child = _waiting.pop(kind, None)
    if child is not None and child.poll() is not None:
        dismiss(child)
        return None
    return child


def end() -> None:
    """End what nobody took; can be called again."""
    for kind in list(_waiting):
        child = take(kind)
        if child is not None:
            dismiss(child)


def dismiss(child: subprocess.Popen[bytes]) -> None:
    """End a process that got no order."""
    child.kill()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            stream.close()
    child.wait()


def new_server(
    protocol: Literal["wsgi", "asgi", ""] = "",
    modules: Sequence[str] = (),
    *,
    folder: Path = _PACKAGE,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """A process in which an app can be served; see `run_plain` of the launcher.

    Args:
        protocol: whose server it imports while it waits; nothing is imported when empty.
        modules: what it imports beside that.
        folder: where it waits.
        environment: what it sees until it has its order.

    Raises:
        OSError: Python cannot be started.
    """
    launcher = str(_PACKAGE / "sandbox" / "launcher.py")
    # Isolated, it reads no PYTHONUTF8; and `course serve` and the grader read text as UTF-8, too.
    command = [sys.executable, "-I", "-X", "utf8", "-B", launcher, "plain", protocol, *modules]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and launcher
        command,
        cwd=folder,
        env=dict(plain_environment() if environment is None else environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def new_checks() -> subprocess.Popen[bytes]:
    """A process that will hold checks; see `autograder.checks.worker`.

    Raises:
        OSError: Python cannot be started.
    """
    return subprocess.Popen(
        # -P: the folder that somebody grades in is no place to import from.
        [sys.executable, "-P", "-m", "autograder.checks.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the engine; this process ends with it
    )


def plain_environment() -> dict[str, str]:
    """The variables that every app sees which runs without a wall."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
