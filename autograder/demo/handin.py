"""Makes each student's hand-in as it would lie in ``submitted/``, oddities included."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.demo.roll import Student
from autograder.devcheck.authored import App
from autograder.errors import CatalogError

__all__ = ["write_hand_in"]

_ADDED = Path(__file__).parent / "added"
_FIRST = 1_790_000_000  # seconds since 1970: the class hands in on 21 September 2026


@dataclass
class _HandIn:
    """A submission while it is being made.

    Attributes:
        student: the student's id.
        topic: the topic's name.
        notebook: the released notebook.
        place: the folder below ``submitted`` that receives the files.
        files: contents by path below ``place``.
        special: functions that create what is not a plain file, by path below ``place``.
        beside: contents by path below ``submitted``, written an hour after ``files``.
    """

    student: str
    topic: str
    notebook: dict[str, Any]
    place: str
    files: dict[str, bytes] = field(default_factory=dict)
    special: dict[str, Callable[[Path], None]] = field(default_factory=dict)
    beside: dict[str, bytes] = field(default_factory=dict)

    def write(self, submitted: Path) -> None:
        """Write everything below ``submitted``."""
        for name, content in self.files.items():
            _write(submitted / self.place / name, content, _FIRST)
        for name, make in self.special.items():
            make(submitted / self.place / name)
        for name, content in self.beside.items():
            _write(submitted / name, content, _FIRST + 3600)


def _write(path: Path, content: bytes, modified: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified, modified))


def write_hand_in(
    student: Student, apps: Mapping[str, Sequence[App]], released: Path, submitted: Path
) -> None:
    """Write ``submitted/<student>/<topic>/``, or where else the student put the files.

    Args:
        student: whose submission.
        apps: by topic, the authored apps from which the student's are taken.
        released: the released notebook.
        submitted: the folder of all submissions.
    """
    if "never-handed-in" in student.odd:
        return
    if "empty-folder" in student.odd:
        (submitted / student.id / student.topic).mkdir(parents=True)
        return
    notebook = json.loads(released.read_text("utf-8"))
    made = _HandIn(student.id, student.topic, notebook, f"{student.id}/{student.topic}")
    for part, origin in student.apps.items():
        topic, _, named = origin.rpartition(":")
        made.files |= _app(apps[topic or student.topic], named, part)
    made.files[f"{student.topic}.ipynb"] = _packed(made.notebook)
    for oddity in student.odd:
        _ODDITIES[oddity](made)
    made.write(submitted)


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


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _zipped(made: _HandIn) -> None:
    made.files = {f"{made.topic}.zip": _zip(made.files)}


def _in_a_folder(made: _HandIn) -> None:
    made.files = {f"my {made.topic}/{name}": content for name, content in made.files.items()}


def _zipped_by_the_browser(made: _HandIn) -> None:
    made.place, made.files = made.student, {f"{made.topic} (1).zip": _zip(made.files)}


def _zipped_by_old_windows(made: _HandIn) -> None:
    made.files = {f"{made.topic}.zip": _zip({f"work\\{name}": data for name, data in made.files.items()})}


def _zipped_course(made: _HandIn) -> None:
    """The whole student edition in one archive, with the files of other topics and lessons in it."""
    others = {
        f"{tree}/{name}": b"raise SystemExit\n"
        for tree in ("lessons/routing", "exercises/servers", "exercises/.starters/routing")
        for name in ("flask_app.py", "fastapi_app.py")
    }
    own = {f"exercises/{made.topic}/{name}": data for name, data in made.files.items()}
    course = others | own | {"course.toml": b"format_version = 1\n"}
    made.files = {f"{made.topic}.zip": _zip({f"my-course-main/{name}": course[name] for name in course})}


def _newer_zip_beside(made: _HandIn) -> None:
    """The first attempt lies in the folder; the work is in the zip that came an hour later."""
    made.beside[f"{made.student}/{made.topic}.zip"] = _zip(made.files)
    for name in ("flask_app.py", "fastapi_app.py"):
        made.files[name] = b"# TODO\n"


def _capitalized_folder(made: _HandIn) -> None:
    made.place = f"{made.student}/{made.topic.capitalize()}"


def _misspelled_folder(made: _HandIn) -> None:
    made.place = f"{made.student}/{made.topic[:3]}{made.topic[4:]}"


def _no_topic_folder(made: _HandIn) -> None:
    made.place = made.student


def _copied_names(made: _HandIn) -> None:
    made.files["Copy of flask_app.py"] = made.files.pop("flask_app.py")
    made.files["fastapi_app (2).py"] = made.files.pop("fastapi_app.py")


def _other_names(made: _HandIn) -> None:
    made.files["app.py"] = made.files.pop("flask_app.py")


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
    "zipped-by-the-browser": _zipped_by_the_browser,
    "zipped-by-old-windows": _zipped_by_old_windows,
    "zipped-course": _zipped_course,
    "newer-zip-beside": _newer_zip_beside,
    "capitalized-folder": _capitalized_folder,
    "misspelled-folder": _misspelled_folder,
    "no-topic-folder": _no_topic_folder,
    "copied-names": _copied_names,
    "other-names": _other_names,
}
