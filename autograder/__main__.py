"""The command `course`, as a program: what a check will need is started before the words are read."""

from __future__ import annotations

import sys

from autograder import ahead
from autograder.garbage import look_seldom

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit."""
    look_seldom()
    try:
        ahead.begin(sys.argv[1:])
        from autograder.cli.main import main as run  # noqa: PLC0415 - typer takes a tenth of a second

        run()
    finally:
        ahead.end()


if __name__ == "__main__":
    main()
