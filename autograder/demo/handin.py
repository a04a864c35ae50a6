"""Makes each student's hand-in as it would lie in ``submitted/``, oddities included."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.demo.roll import Student
from autograder.devcheck.authored import App
from autograder.errors import CatalogError

__all__ = ["write_hand_in"]

_ADDED = Path(__file__).parent / "added"


@dataclass
class _HandIn:
    """A hand-in while it is made; ``special`` are files that are no plain bytes."""

    notebook: dict[str, Any]
    topic: str
    files: dict[str, bytes] = field(default_factory=dict)
    special: dict[str, Callable[[Path], None]] = field(default_factory=dict)


def write_hand_in(student: Student, apps: Sequence[App], released: Path, submitted: Path) -> None:
    """Write ``submitted/<student>/<topic>/``.

    Args:
        student: whose.
        apps: the topic's authored apps, of which theirs are taken.
        released: the released notebook.
        submitted: the folder of all hand-ins.
    """
    if "never-handed-in" in student.odd:
        return
    folder = submitted / student.id / student.topic
    folder.mkdir(parents=True)
    if "empty-folder" in student.odd:
        return
    made = _HandIn(json.loads(released.read_text("utf-8")), student.topic)
    for part, origin in student.apps.items():
        made.files |= _app(apps, origin, part)
    made.files[f"{student.topic}.ipynb"] = _packed(made.notebook)
    for oddity in student.odd:
        _ODDITIES[oddity](made)
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, make in made.special.items():
        make(folder / name)


def _app(apps: Sequence[App], origin: str, part: str) -> dict[str, bytes]:
    """An app's files: ``<origin>``, or ``<origin> + <name>`` with ``added/<name>.<part>.py`` at its end."""
    base, _, name = origin.partition(" + ")
    role, _, slug = base.partition("/")
    app = next((app for app in apps if (app.role, app.part.name) == (role, part) and _named(app, slug)), None)
    added = _ADDED / f"{name}.{part}.py"
    if app is None or (name and not added.is_file()):
        raise CatalogError(
            f"The class roll names an app that does not exist: {origin!r} for {part}.",
            where=str(added if app else "autograder/demo/class.toml"),
            remedy="Correct autograder/demo/class.toml, or write the app.",
        )
    files = {str(placed): path.read_bytes() for placed, path in app.files}
    if name:
        main = next(str(placed) for placed, path in app.files if path == app.main)
        files[main] += b"\n\n" + added.read_bytes()
    return files


def _named(app: App, slug: str) -> bool:
    return not slug or app.slug == slug


def _packed(notebook: object) -> bytes:
    return json.dumps(notebook).encode()


def _graded_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


def _no_notebook(made: _HandIn) -> None:
    del made.files[f"{made.topic}.ipynb"]


def _two_notebooks(made: _HandIn) -> None:
    made.files[f"{made.topic}-backup.ipynb"] = _packed(made.notebook)


def _renamed_notebook(made: _HandIn) -> None:
    made.files[f"{made.topic} (1).ipynb"] = made.files.pop(f"{made.topic}.ipynb")


def _duplicated_cell(made: _HandIn) -> None:
    made.notebook["cells"].append(deepcopy(_graded_cells(made.notebook)[0]))
    made.files[f"{made.topic}.ipynb"] = _packed(made.notebook)


def _deleted_cell(made: _HandIn) -> None:
    made.notebook["cells"].remove(_graded_cells(made.notebook)[0])
    made.files[f"{made.topic}.ipynb"] = _packed(made.notebook)


def _changed_metadata(made: _HandIn) -> None:
    for cell in _graded_cells(made.notebook):
        cell["metadata"]["nbgrader"] |= {"points": 1000, "locked": False, "solution": True}
        cell["metadata"]["tags"] = ["skip-execution"]
        cell["source"] = "1000"
    made.files[f"{made.topic}.ipynb"] = _packed(made.notebook)


def _huge_outputs(made: _HandIn) -> None:
    for cell in _graded_cells(made.notebook):
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ha " * 900_000}]
    made.files[f"{made.topic}.ipynb"] = _packed(made.notebook)


def _not_utf8_notebook(made: _HandIn) -> None:
    made.files[f"{made.topic}.ipynb"] = b"\xff\xfe" + _packed(made.notebook)


def _not_utf8_app(made: _HandIn) -> None:
    made.files["flask_app.py"] = b'TITLE = "\xe9\xe8"\n' + made.files["flask_app.py"]


def _linked_app(made: _HandIn) -> None:
    made.files.pop("flask_app.py", None)
    made.special["flask_app.py"] = lambda path: path.symlink_to("/etc/passwd")


def _fifo_app(made: _HandIn) -> None:
    made.files.pop("fastapi_app.py", None)
    made.special["fastapi_app.py"] = os.mkfifo


def _zipped(made: _HandIn) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in made.files.items():
            archive.writestr(name, content)
    made.files = {f"{made.topic}.zip": packed.getvalue()}


def _in_a_folder(made: _HandIn) -> None:
    made.files = {f"my {made.topic}/{name}": content for name, content in made.files.items()}


_ODDITIES: dict[str, Callable[[_HandIn], None]] = {
    "no-notebook": _no_notebook,
    "two-notebooks": _two_notebooks,
    "renamed-notebook": _renamed_notebook,
    "duplicated-cell": _duplicated_cell,
    "deleted-cell": _deleted_cell,
    "changed-metadata": _changed_metadata,
    "huge-outputs": _huge_outputs,
    "not-utf8-notebook": _not_utf8_notebook,
    "not-utf8-app": _not_utf8_app,
    "linked-app": _linked_app,
    "fifo-app": _fifo_app,
    "zipped": _zipped,
    "in-a-folder": _in_a_folder,
}
