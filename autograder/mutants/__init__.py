"""Small faults planted into the solutions: whatever the hidden checks let through shows a hole in them."""

from __future__ import annotations

from autograder.mutants.result import PartResult, Survivor
from autograder.mutants.run import run_mutants

__all__ = ["PartResult", "Survivor", "run_mutants"]
