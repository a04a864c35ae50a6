"""`course withdraw`: a misfiled or withdrawn hand-in out of the gradebook."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from autograder.commands.autograde import build_folder
from autograder.nb.withdraw import withdraw
from autograder.report.screen import Screen

__all__ = ["run"]


def run(course: Path | None, topic: str, student: str, build: Path, *, reason: str) -> int:
    """Withdraw one hand-in, and say where it is and how it comes back. Returns 0."""
    folder = build_folder(course, build)
    done = withdraw(folder, topic, student, reason=reason)
    console = Screen(highlight=False, soft_wrap=True)
    held = "held nothing of it" if done.points is None else f"no longer holds its {done.points:g} points"
    console.print(f"Withdrawn: {student}, {topic}. The gradebook {held}.")
    console.print(f"All files are in {folder / done.moved_to}.")
    if done.files:
        console.print("\nTo undo this:")
        for name in done.files:
            target = folder / "submitted" / name
            moved = folder / done.moved_to / "submitted" / name
            # Without -T, a hand-in that came since would receive the withdrawn one as a folder inside.
            console.print(f"  mkdir -p {_quoted(target.parent)} && mv -T {_quoted(moved)} {_quoted(target)}")
        console.print(f"  course autograde {topic} --build {_quoted(folder)}")
    return 0


def _quoted(path: Path) -> str:
    """The path as a shell reads it; bytes that do not print are written out."""
    name = str(path)
    if name.isprintable():
        return shlex.quote(name)
    plain = (chr(byte) if _is_plain(byte) else f"\\x{byte:02x}" for byte in os.fsencode(name))
    return f"$'{''.join(plain)}'"


def _is_plain(byte: int) -> bool:
    return chr(byte).isascii() and chr(byte).isprintable() and chr(byte) not in "'\\"
