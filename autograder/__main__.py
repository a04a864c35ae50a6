"""The command `course`, as a program: what a check will need is started before the words are read."""

from __future__ import annotations

import gc
import sys

from autograder import ahead

__all__ = ["main"]

_MANY = 50_000
"""New objects between two looks for garbage: importing makes tens of thousands, and all of them stay."""


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(_MANY)
    try:
        ahead.begin(sys.argv[1:])
        from autograder.cli.main import main as run  # noqa: PLC0415 - typer takes a tenth of a second

        run()
    finally:
        ahead.end()


if __name__ == "__main__":
    main()
