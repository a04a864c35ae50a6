"""nbgrader's collect: fetches from the exchange into ``submitted``, then fills the inbox from there."""

from __future__ import annotations

from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect

from autograder.nb.folder import GradingFolder
from autograder.nb.inbox import refresh

__all__ = ["CollectToSubmitted"]


class CollectToSubmitted(ExchangeCollect):
    """As nbgrader's own, but what nbgrader reads later is the inbox."""

    def start(self) -> None:
        """Collect one assignment."""
        folder = GradingFolder(Path(self.coursedir.root))
        inbox = self.coursedir.submitted_directory
        self.coursedir.submitted_directory = folder.submitted.name
        try:
            super().start()
        finally:
            self.coursedir.submitted_directory = inbox
        refresh(folder, folder.catalog(), topics=[self.coursedir.assignment_id])
