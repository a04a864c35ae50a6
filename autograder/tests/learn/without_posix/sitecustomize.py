"""Takes away, at a Python's start, what Windows lacks; on the path of a test's processes alone.

What the standard library and other packages need of it to be imported here was imported before.
"""

from __future__ import annotations

import asyncio  # noqa: F401
import contextlib
import multiprocessing  # noqa: F401
import os
import selectors  # noqa: F401
import signal
import socket
import socketserver  # noqa: F401
import subprocess
import sys
import tempfile  # noqa: F401
from importlib.abc import MetaPathFinder
from typing import Any

import platformdirs  # noqa: F401
import pytest  # noqa: F401
import rich.console  # noqa: F401

__all__: list[str] = []

_MODULES = {"fcntl", "grp", "pwd", "pty", "resource", "termios", "tty"}
_NAMES: dict[Any, str] = {
    os: "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK eventfd fork forkpty getegid geteuid getgid getpgid "
    "getuid killpg memfd_create mkfifo openpty pidfd_open posix_spawn setsid statvfs sysconf",
    socket: "AF_UNIX recv_fds send_fds",
    signal: "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGUSR1 SIGUSR2 SIGXCPU alarm pidfd_send_signal "
    "setitimer",
}


class _NoSuchModule(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname in _MODULES:
            raise ModuleNotFoundError(fullname, name=fullname)


subprocess.Popen.kill = subprocess.Popen.terminate  # type: ignore[method-assign]
for place, names in _NAMES.items():
    for name in names.split():
        with contextlib.suppress(AttributeError):
            delattr(place, name)
for answered in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
    answered.clear()
for name in _MODULES:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, _NoSuchModule())
