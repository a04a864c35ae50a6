"""Keys as they are pressed, one at a time, on every operating system; lines where there is no keyboard."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator

__all__ = ["ENTER", "has_keyboard", "listening"]

ENTER = "\n"
"""What the key that ends a line is told as, whatever the terminal calls it."""

_ESCAPE = "\x1b"
_LOOK_S = 0.1
_MOST_BYTES = 32


def has_keyboard() -> bool:
    """Whether somebody can press keys and see what they do."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextlib.contextmanager
def listening(press: Callable[[str], None]) -> Iterator[None]:
    """Tell of every key until the block is left; the terminal is then as it was before.

    Letters are told in lower case. Arrows and the like are not told of.

    Args:
        press: called with each key, from another thread.
    """
    stop = threading.Event()
    with _single_keys() as read:
        reader = threading.Thread(target=_read, args=(read, press, stop), daemon=True)
        reader.start()
        try:
            yield
        finally:
            stop.set()
            reader.join(_LOOK_S * 10)


def _read(read: Callable[[], str], press: Callable[[str], None], stop: threading.Event) -> None:
    while not stop.is_set():
        for key in read():
            press(ENTER if key == "\r" else key.lower())


if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def _single_keys() -> Iterator[Callable[[], str]]:
        yield _pressed

    def _pressed() -> str:
        if not msvcrt.kbhit():
            time.sleep(_LOOK_S / 2)
            return ""
        key = msvcrt.getwch()
        if key in {"\x00", "\xe0"}:  # an arrow or a function key: its second half follows
            msvcrt.getwch()
            return ""
        return key

else:
    import termios
    import tty

    @contextlib.contextmanager
    def _single_keys() -> Iterator[Callable[[], str]]:
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
        try:
            tty.setcbreak(keyboard)  # Ctrl-C stays what it is
            yield lambda: _pressed(keyboard)
        finally:
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)

    def _pressed(keyboard: int) -> str:
        ready, _, _ = select.select([keyboard], [], [], _LOOK_S)
        if not ready:
            return ""
        try:
            keys = os.read(keyboard, _MOST_BYTES).decode("utf-8", "replace")
        except OSError:  # the terminal is gone; whoever waits for it is told by a signal
            return ""
        return "" if keys.startswith(_ESCAPE) else keys
