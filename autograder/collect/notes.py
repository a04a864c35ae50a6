"""The sentences that a student is told about a hand-in, each once, and not without end."""

from __future__ import annotations

__all__ = ["Notes"]


class Notes:
    """Collects sentences in order, without repetition.

    Args:
        most: how many are kept; the others are counted.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._sentences: dict[str, None] = {}
        self._beyond = 0

    def add(self, sentence: str) -> None:
        """Tell the student one thing, unless it has been told."""
        if sentence in self._sentences:
            return
        if len(self._sentences) < self._most:
            self._sentences[sentence] = None
        else:
            self._beyond += 1

    def sentences(self) -> tuple[str, ...]:
        """All that was added, the last one saying how many more there were."""
        kept = tuple(self._sentences)
        if not self._beyond:
            return kept
        more = f"{self._beyond} more things were left out or renamed"
        return (*kept, f"{more}; hand in only the files that the brief names.")
