"""Hostile hand-ins against this very grader: what each tries, and what must stay true all the same."""

from __future__ import annotations

from autograder.attackrun.attack import Attack, read_attacks
from autograder.attackrun.result import Result

__all__ = ["Attack", "Result", "read_attacks"]
