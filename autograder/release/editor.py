"""What a student edition gives VS Code: the learner's commands as tasks, and each framework's app to debug.

Only a release holds these files: whoever works on the course itself has settings of their own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from autograder.frameworks import FRAMEWORKS, Framework

__all__ = ["EDITOR", "editor_files"]

EDITOR = ".vscode"

_PYTHON = "${command:python.interpreterPath}"
"""The environment that was chosen in the editor; the course's package is installed there."""
_TOPIC = "${fileDirnameBasename}"
"""The folder of the file that is being edited: in an exercise, the topic's name."""
_ANY_PORT = 0

_TASKS = (
    ("course: check this topic", ("check", _TOPIC)),
    ("course: watch this topic", ("watch", _TOPIC)),
    ("course: hint for this topic", ("hint", _TOPIC)),
    ("course: serve this topic", ("serve", _TOPIC)),
    ("course: what is next", ("next",)),
    ("course: progress", ("progress",)),
)
_UNTIL_STOPPED = {"watch", "serve"}


def editor_files(frameworks: Sequence[str]) -> dict[PurePosixPath, bytes]:
    """The files of the editor's folder, by path.

    Args:
        frameworks: names of those that the course is about.
    """
    known = [FRAMEWORKS[name] for name in frameworks]
    contents = {
        "extensions.json": {"recommendations": ["ms-python.python", "ms-python.debugpy"]},
        "launch.json": {"version": "0.2.0", "configurations": [_debugged(each) for each in known]},
        "tasks.json": {"version": "2.0.0", "tasks": [_task(label, words) for label, words in _TASKS]},
    }
    return {
        PurePosixPath(EDITOR, name): (json.dumps(content, indent=4) + "\n").encode()
        for name, content in contents.items()
    }


def _task(label: str, words: tuple[str, ...]) -> dict[str, Any]:
    task: dict[str, Any] = {
        "label": label,
        "type": "process",
        "command": _PYTHON,
        "args": ["-m", "autograder", *words],
        "options": {"cwd": "${workspaceFolder}"},
        "presentation": {"panel": "dedicated", "clear": words[0] not in _UNTIL_STOPPED},
        "problemMatcher": [],
    }
    if words[0] in _UNTIL_STOPPED:
        task["isBackground"] = True
    if words[0] == "check":
        task["group"] = {"kind": "test", "isDefault": True}
    return task


def _debugged(framework: Framework) -> dict[str, Any]:
    # `-m module words...`, as a development server is started by hand; breakpoints need one process.
    _, module, *words = framework.serve_command(f"{framework.module}:create_app", _ANY_PORT)
    return {
        "name": f"{framework.title}: serve this folder's app",
        "type": "debugpy",
        "request": "launch",
        "module": module,
        "args": words,
        "cwd": "${fileDirname}",
        "jinja": True,
    }
