"""Decides in which words it is said why an app did not start: what kind of mistake to look for."""

from __future__ import annotations

from autograder.report.model import PartReport
from autograder.report.raised import last_raised

__all__ = ["why_nothing_ran"]

_BY_CODE = {71: "the file offers no app", 72: "the app refused to start"}
"""By an exit code of the launcher."""
_BY_ERROR = {
    **dict.fromkeys(("SyntaxError", "IndentationError", "TabError"), "Python cannot read the file"),
    **dict.fromkeys(("ImportError", "ModuleNotFoundError"), "an import fails"),
}
_RAISED = 70


def why_nothing_ran(part: PartReport) -> str:
    """A few words for a part whose app did not start; an app that answers wrongly is another matter."""
    process = part.process
    if process is None:
        return "there was no app to start"
    if process.limit is not None:
        return "the app was ended before it started"
    error = last_raised(process.traceback)
    raised = process.exit_code == _RAISED
    return (
        _BY_CODE.get(process.exit_code or 0)
        or _BY_ERROR.get(error.name if error else "")
        or ("an error while the app was made" if raised else "the app did not start")
    )
