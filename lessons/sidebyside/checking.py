"""Decides what a graded cell does: it shows how the learner's app fares, or fails in one line."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Checked", "NotYet", "check"]


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """How one part of an exercise fares, as a notebook or an interpreter shows it.

    Attributes:
        passed: whether nothing is left to fix.
        line: the result in one short line.
        text: the whole of it as plain text.
        html: the whole of it as a fragment of HTML.
    """

    passed: bool
    line: str
    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html

    def _ipython_display_(self) -> None:
        """Show it in a notebook, as output and not as the cell's result: nbgrader takes that for points."""
        from IPython.display import display  # noqa: PLC0415 - only notebooks have it, and they ask for this

        display({"text/plain": self.text, "text/html": self.html}, raw=True)


class NotYet(AssertionError):
    """The app does not do everything yet; raised only while nbgrader validates."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: nbgrader's dialog shows it whole."""
        return [f"Not yet. {self}"]


def check(topic: str, part: str) -> Checked:
    """Judge your own app of a topic and show what to fix first.

    A notebook and an interactive interpreter show the result; a script, which would not, prints it.

    Your files are taken from beside the notebook where they lie there, otherwise from the topic's
    folder in ``exercises``. An author edition judges by the hidden checks, a student edition by the
    brief's examples.

    Args:
        topic: such as ``routing``.
        part: such as ``flask``.

    Raises:
        NotYet: nbgrader validates the notebook, and something is left to fix.
    """
    # To nbgrader any word on standard error is a failed cell.
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Here, so that a lesson that checks nothing does not load the engine.
        from sidebyside.judging import judged  # noqa: PLC0415 - see above

        checked = judged(topic, part, Path.cwd())
    if _validating() and not checked.passed:
        raise NotYet(checked.line)
    if not _shows_results():
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(f"{checked.text}\n".encode(encoding, "replace").decode(encoding))
    return checked


def _shows_results() -> bool:
    """Whether whoever runs this code shows the value of an expression: IPython, or Python's own prompt."""
    if hasattr(sys, "ps1"):
        return True
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def _validating() -> bool:
    return bool(os.environ.get("NBGRADER_VALIDATING")) or os.environ.get("NBGRADER_EXECUTION") == "validate"
