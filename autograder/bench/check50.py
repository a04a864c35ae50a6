"""The same app for check50: a problem that asks it as often as our checks do, through its helper for apps.

That helper imports the app into the checking process and calls its test client; it starts no server, and
knows one framework.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.frameworks import FRAMEWORKS

__all__ = ["KNOWN", "check50_command", "write_problem"]

KNOWN = next(each for each in FRAMEWORKS.values() if each.protocol == "wsgi")
"""The framework for which check50 has a helper, which is called as the framework is."""

_HEAD = f"import check50\nimport check50.{KNOWN.name}\n"
_CHECK = '''

@check50.check()
def item_{number}():
    """Item {number} answers with its id."""
    check50.{helper}.app("application.py").get("/items/{number}").status(200).raw_content("{number}")
'''
_MADE = "\n\napp = create_app()\n"


def write_problem(folder: Path, files: Path, checks: int) -> Path:
    """Write a problem of so many checks, and the app beside it; returns the folder to run check50 in.

    Args:
        folder: made by this call.
        files: where the solution's app is.
        checks: each is a process of its own, as check50 has it.
    """
    problem, work = folder / "problem", folder / "work"
    problem.mkdir(parents=True)
    work.mkdir()
    (problem / ".cs50.yaml").write_text("check50: true\n", "utf-8")
    text = _HEAD + "".join(_CHECK.format(number=number, helper=KNOWN.name) for number in range(1, checks + 1))
    (problem / "__init__.py").write_text(text, "utf-8")
    shutil.copy(files / f"{KNOWN.module}.py", work / "application.py")
    # Its helper takes an app, and no function that makes one.
    with (work / "application.py").open("a", encoding="utf-8") as app:
        app.write(_MADE)
    return work


def check50_command(python: Path, work: Path) -> list[str]:
    """The words that run check50 of this Python, locally and without the network."""
    return [str(python), "-m", "check50", "--dev", "--output", "ansi", "--", str(work.parent / "problem")]
