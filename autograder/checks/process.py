"""The app's process, as a check steers it: restarted, and asked for the files that it left."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from autograder.checks.expect import AppGone, CheckFailed

__all__ = ["AppProcess", "Ask"]

Ask = Callable[[dict[str, object]], Mapping[str, object]]
"""Says something to the engine and returns its answer."""

_VARIABLE = re.compile(r"[A-Z_]+")


class AppProcess:
    """Steers the process of one run; the engine owns it.

    Args:
        ask: how the engine is asked.
        files: the files of which it may be asked what was left, as the part declares them.
        changed: whether it may run with variables that an earlier check asked for.
    """

    def __init__(self, ask: Ask, files: tuple[str, ...], *, changed: bool = False) -> None:
        self._ask = ask
        self._files = files
        self._changed = changed
        self._stale = changed

    def restart(self, environment: Mapping[str, str]) -> None:
        """Ask the process to stop and start it again, with these variables on top of the part's own.

        Raises:
            AppGone: it did not start again.
            CheckFailed: a value, which can only be one of the app's, cannot stand in a variable.
            ValueError: a name is no variable's.
        """
        for name, value in environment.items():
            if not _VARIABLE.fullmatch(name):
                message = f"{name!r} is no name of a variable: capitals and underscores"
                raise ValueError(message)
            if "\0" in value or not _is_text(value):
                raise CheckFailed(f"A value of the app's is no text: {value!r}.")
        self._changed, self._stale = bool(environment), False
        if not self._ask({"ask": "restart", "environment": dict(environment)})["started"]:
            raise AppGone("The app did not start again after it was asked to stop.")

    def left(self, name: str) -> bytes | None:
        """What the process that was ended last had left in the file; None when there was none.

        Raises:
            LookupError: the part in course.toml does not declare the file under ``left``.
        """
        if name not in self._files:
            message = f"course.toml does not list {name!r} under `left`; it lists {list(self._files)}"
            raise LookupError(message)
        content = self._ask({"ask": "left", "file": name})["content"]
        return None if content is None else base64.b64decode(str(content))

    def next_check(self) -> None:
        """Another check begins: it must not find the variables that an earlier one asked for."""
        self._stale = self._changed

    def settle(self) -> None:
        """Start the app as the part says, unless it is so: called before a request is sent."""
        if self._stale:
            self.restart({})


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
