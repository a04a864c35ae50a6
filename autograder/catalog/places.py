"""The four places of a topic: computed from its name, written down nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["TREES", "Places"]

TREES = ("lessons", "exercises", "solutions", "autograder/hidden")


@dataclass(frozen=True, slots=True)
class Places:
    """A topic's folder in each tree; a place may not exist in a student edition."""

    root: Path
    topic: str
    is_handout: bool = False
    """Whether the root itself is the topic's exercise, handed out alone; no other place exists then."""

    @property
    def lesson(self) -> Path:
        """``lessons/<topic>``."""
        return self.root / "lessons" / self.topic

    @property
    def exercise(self) -> Path:
        """``exercises/<topic>``, or the folder that was handed out: brief, starters, examples, hints."""
        return self.root if self.is_handout else self.root / "exercises" / self.topic

    @property
    def solution(self) -> Path:
        """``solutions/<topic>``."""
        return self.root / "solutions" / self.topic

    @property
    def hidden(self) -> Path:
        """``autograder/hidden/<topic>``: contract, wrong and right submissions."""
        return self.root / "autograder" / "hidden" / self.topic

    @property
    def brief(self) -> Path:
        """The brief that a learner works from."""
        return self.exercise / "README.md"

    @property
    def examples(self) -> Path:
        """The brief's examples as checks."""
        return self.exercise / "test_examples.py"

    @property
    def hints(self) -> Path:
        """Hints in three stages."""
        return self.exercise / "hints.toml"

    @property
    def contract(self) -> Path:
        """The hidden checks that judge every framework alike."""
        return self.hidden / "test_contract.py"

    def hidden_checks(self, framework: str | None) -> tuple[Path, ...]:
        """The check files that judge a part: the contract, then those of its framework, if any."""
        files = [self.contract]
        if framework is not None:
            own = self.hidden / f"test_{framework}.py"
            if own.is_file():
                files.append(own)
        return tuple(files)
