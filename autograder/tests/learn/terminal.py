"""A pseudo-terminal with somebody at it: keys go in, the screen is read as a person sees it."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

__all__ = ["Terminal"]

_PATIENCE_S = 90
_BEGIN = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Makes the terminal the one that Ctrl-C comes from."""


class Terminal:
    """`course` with these words, in a terminal.

    Args:
        words: of the command.
        cwd: where it is typed.
        columns: how wide the screen is.
        rows: how high.
        more: variables of the environment; one that is None is taken away.
    """

    def __init__(
        self, *words: str, cwd: Path, columns: int = 100, rows: int = 50, **more: str | None
    ) -> None:
        # Not on Windows, which has neither of them.
        import fcntl  # noqa: PLC0415
        import termios  # noqa: PLC0415

        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._said = b""
        self._keys, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        changed = {"COLUMNS": None, "LINES": None, "TERM": "xterm-256color", **more}
        kept = {name: text for name, text in os.environ.items() if name not in changed}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BEGIN, "-m", "autograder", *words],
            cwd=cwd,
            env={**kept, **{name: text for name, text in changed.items() if text is not None}},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._keys)

    @property
    def pid(self) -> int:
        """The command's process."""
        return self._process.pid

    @property
    def said(self) -> str:
        """Everything printed so far, without what moves or colours it."""
        text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b\].*?(?:\x1b\\|\x07)|\r", b"", self._said)
        return codecs.getincrementaldecoder("utf-8")().decode(text)  # without the first half of a character

    @property
    def raw(self) -> bytes:
        """Everything printed so far, as it came."""
        return self._said

    @property
    def screen(self) -> str:
        """What can be seen now."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def types(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._keys, keys.encode())

    def sees(self, what: str | Callable[[str], object], *, after: int = 0) -> str:
        """Wait until this is printed, as a text or as something that holds; returns what was printed.

        Args:
            what: a text, or what must be true of ``said``.
            after: how many characters of ``said`` do not count.
        """
        end = time.monotonic() + _PATIENCE_S
        while True:
            told = self.said[after:]
            if what in told if isinstance(what, str) else what(told):
                return told
            assert time.monotonic() < end, f"{what} was not seen within {_PATIENCE_S} s:\n{self.said}"
            assert self._read() or self._process.poll() is None, f"It ended before {what}:\n{self.said}"

    def ends(self) -> int:
        """Wait for the command's end; its exit code."""
        end = time.monotonic() + _PATIENCE_S
        while self._process.poll() is None:
            assert time.monotonic() < end, f"It did not end within {_PATIENCE_S} s:\n{self.said}"
            self._read()
        while self._read():
            pass
        return self._process.returncode

    def _read(self) -> bool:
        """Take what was printed, waiting for it a little; whether there was anything."""
        ready, _, _ = select.select([self._keys], [], [], 0.1)
        if not ready:
            return False
        data = b""
        with contextlib.suppress(OSError):  # Linux says so when nobody has the other end any more
            data = os.read(self._keys, 65536)
        self._said += data
        self._stream.feed(data)
        return bool(data)
