"""The author's checks: the mirror of lessons, exercises, solutions and hidden checks is proven."""

from __future__ import annotations

from autograder.devcheck.check import SEED, check_course, check_files
from autograder.devcheck.matrix import Matrix, Row, alignment
from autograder.devcheck.violation import Violation

__all__ = ["SEED", "Matrix", "Row", "Violation", "alignment", "check_course", "check_files"]
