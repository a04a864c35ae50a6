"""The command `course`, as a program: what a check will need is started before the words are read."""

from __future__ import annotations

import sys

from autograder import ahead

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit."""
    try:
        ahead.begin(sys.argv[1:])
        from autograder.cli import main as run  # noqa: PLC0415 - typer takes a tenth of a second

        run()
    finally:
        ahead.end()


if __name__ == "__main__":
    main()
