"""What came of one attack: held, held within bounds, or not held, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.attackrun.attack import Attack

__all__ = ["Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """One attack that was tried, or that could not be.

    Attributes:
        attack: the attack.
        asked: the sandbox that was asked for, ``cold`` or ``warm``.
        outcome: what came of it, in a few words.
        faults: what did not stay true; none when it is held.
        measured: figures, by name: seconds, bytes.
        tried: whether it was tried at all; without a wall some are not.
    """

    attack: Attack
    asked: str
    outcome: str
    faults: tuple[str, ...] = ()
    measured: dict[str, float] = field(default_factory=dict)
    tried: bool = True

    @property
    def held(self) -> bool:
        """Whether everything stayed true."""
        return not self.faults

    @property
    def word(self) -> str:
        """The result in one or two words."""
        if not self.held:
            return "NOT HELD"
        return "bounded" if self.attack.bounded else "held"

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.attack.name,
            "kinds": self.attack.kinds,
            "sandbox": self.asked,
            "outcome": self.outcome,
            "result": self.word,
            "faults": self.faults,
            "measured": self.measured,
        }
