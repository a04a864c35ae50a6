"""``python -m autograder``: the command `course`."""

from __future__ import annotations

from autograder.cli import main

main()
