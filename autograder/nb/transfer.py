"""nbgrader's collect: fetches from the exchange into ``submitted``, then fills the inbox from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets.utils.importstring import import_item

from autograder.nb.folder import GradingFolder
from autograder.nb.inbox import refresh

__all__ = ["to_submitted"]


class _ToSubmitted:
    """Before a class that collects from an exchange: it collects into ``submitted``, not into the inbox."""

    coursedir: Any

    def start(self) -> None:
        """Collect one assignment."""
        folder = GradingFolder(Path(self.coursedir.root))
        inbox = self.coursedir.submitted_directory
        self.coursedir.submitted_directory = folder.submitted.name
        try:
            super().start()  # type: ignore[misc] # of the class that this one stands before
        finally:
            self.coursedir.submitted_directory = inbox
        refresh(folder, folder.catalog(), topics=[self.coursedir.assignment_id])


def to_submitted(collect: Any) -> Any:
    """A class that collects as another one does, nbgrader's own or a hub's, but into ``submitted``.

    Args:
        collect: the other class, or its dotted name.
    """
    theirs = import_item(collect) if isinstance(collect, str) else collect
    return type("CollectToSubmitted", (_ToSubmitted, theirs), {"__doc__": theirs.__doc__})
