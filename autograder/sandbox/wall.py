"""What all boxes of one sandbox share."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.sandbox.enclosure import Enclose
from autograder.sandbox.groups import Groups
from autograder.sandbox.policy import Policy
from autograder.sandbox.system import System
from autograder.sandbox.watchdog import Watchdog

__all__ = ["Wall"]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Wall:
    """The parts that boxes are made of.

    Attributes:
        groups: makes the control group of one job.
        enclose: makes the processes of one job, warm or cold.
    """

    system: System
    policy: Policy
    watchdog: Watchdog
    groups: Groups
    enclose: Enclose
