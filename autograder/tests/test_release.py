"""The student edition: what is in it, what is refused, and that nobody's work is lost."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.errors import ReleaseRefused, UsageError
from autograder.release import MARKER, release
from autograder.tests.devcheck.toy import TOPIC, hidden, load_toy, replace, write_toy

RELEASED = {
    ".starters/greeting/fastapi_app.py",
    ".starters/greeting/flask_app.py",
    ".vscode/extensions.json",
    ".vscode/launch.json",
    ".vscode/tasks.json",
    "README.md",
    "course.toml",
    "exercises/greeting/README.md",
    "exercises/greeting/fastapi_app.py",
    "exercises/greeting/flask_app.py",
    "exercises/greeting/hints.toml",
    "exercises/greeting/test_examples.py",
    "lessons/greeting/fastapi_app.py",
    "lessons/greeting/flask_app.py",
    "lessons/greeting/lesson.md",
    "lessons/sidebyside/__init__.py",
}
CHECK_LINE = 'api.get("/nobody-offers-this").expect(404)'
SOLUTION_LINE = '"""Greet one person, whoever it may be."""'
WRONG_LINE = 'return {"hello": name.upper()}  # as asked'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "a course")


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "for students" / "edition 1"


def names(folder: Path) -> set[str]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found - {MARKER}


def test_a_release_holds_what_the_list_allows_and_nothing_else(root: Path, to: Path) -> None:
    (root / "exercises" / TOPIC / "draft.py").write_text("x = 1\n")
    (root / "lessons" / TOPIC / "lesson.md.bak").write_text("old\n")
    (root / "lessons" / "claims.toml").write_text("")
    written = release(load_toy(root), to)
    assert names(to) == RELEASED
    assert written == sorted(to / name for name in RELEASED)


def test_starters_are_released_byte_for_byte(root: Path, to: Path) -> None:
    starter = root / "exercises" / TOPIC / "flask_app.py"
    starter.write_bytes(starter.read_bytes().replace(b"\n", b"\r\n") + "# naïve".encode("latin-1"))
    release(load_toy(root), to)
    assert (to / "exercises" / TOPIC / "flask_app.py").read_bytes() == starter.read_bytes()


def test_a_release_is_a_student_edition_that_loads_and_cannot_be_released(root: Path, to: Path) -> None:
    release(load_toy(root), to)
    students = load(to)
    assert students.course.edition == "student"
    assert students.course.topic == load_toy(root).course.topic
    with pytest.raises(UsageError, match="student edition already"):
        release(students, to.parent / "again")


def test_a_planned_topic_is_not_released(root: Path, to: Path) -> None:
    replace(root / "course.toml", 'status = "ready"', 'status = "planned"')
    release(load_toy(root), to)
    editor = {name for name in RELEASED if name.startswith(".vscode/")}
    assert names(to) == {"README.md", "course.toml", "lessons/sidebyside/__init__.py", *editor}


@pytest.mark.parametrize("line", [CHECK_LINE, SOLUTION_LINE, WRONG_LINE])
@pytest.mark.parametrize(
    "spot",
    [
        ("exercises/greeting/README.md", "\nOne more:\n\n    {}\n", "exercises/greeting/README.md:7"),
        ("exercises/greeting/flask_app.py", "\n# {}\n", "exercises/greeting/flask_app.py:"),
        ("exercises/greeting/test_examples.py", "\n{}\n", "exercises/greeting/test_examples.py:"),
        ("lessons/greeting/fastapi_app.py", "\nX = 1; {}\n", "lessons/greeting/fastapi_app.py:"),
        ("lessons/greeting/lesson.md", "\n> {}\n", "lessons/greeting/lesson.md:"),
        ("exercises/greeting/hints.toml", "# {}\n", "exercises/greeting/hints.toml:8"),
        ("course.toml", "# {}\n", "course.toml:"),
        ("lessons/sidebyside/__init__.py", "\n{}\n", "lessons/sidebyside/__init__.py:3"),
    ],
)
def test_a_secret_line_is_found_in_any_file(
    root: Path, to: Path, spot: tuple[str, str, str], line: str
) -> None:
    file, text, where = spot
    with (root / file).open("a", encoding="utf-8") as public:
        public.write(text.format(line))
    with pytest.raises(ReleaseRefused) as caught:
        release(load_toy(root), to)
    assert where in caught.value.where
    assert line in caught.value.what
    assert not to.parent.exists()


def test_a_secret_line_is_found_in_a_cell_of_a_notebook(root: Path, to: Path) -> None:
    cell = {"cell_type": "code", "source": ["x = 1\n", f"    {CHECK_LINE}\n"], "outputs": [], "metadata": {}}
    notebook = {"cells": [{"cell_type": "markdown", "source": "# Hi", "metadata": {}}, cell], "metadata": {}}
    (root / "exercises" / TOPIC / f"{TOPIC}.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(ReleaseRefused) as caught:
        release(load_toy(root), to)
    assert caught.value.where == f"exercises/{TOPIC}/{TOPIC}.ipynb (cells 2.source, line 2)"


def test_a_secret_line_is_found_behind_the_escapes_of_toml_and_html(root: Path, to: Path) -> None:
    escaped = CHECK_LINE.replace('"', '\\"')
    replace(root / "exercises" / TOPIC / "hints.toml", "Look at the name.", escaped)
    in_html = CHECK_LINE.replace('"', "&quot;")
    with (root / "lessons" / TOPIC / "lesson.md").open("a") as lesson:
        lesson.write(f"<code>{in_html}</code>\n")
    with pytest.raises(ReleaseRefused) as caught:
        release(load_toy(root), to)
    assert "hints.toml" in caught.value.where
    assert "lesson.md" in caught.value.where


def test_a_secret_line_is_found_however_it_is_broken_and_indented(root: Path, to: Path) -> None:
    with (root / "exercises" / TOPIC / "README.md").open("a") as brief:
        brief.write('\napi.get(\n    "/nobody-offers-this"\n)\n  .expect(404)\n')
    with pytest.raises(ReleaseRefused, match=r"README\.md:5"):
        release(load_toy(root), to)


def test_every_leak_is_told_not_only_the_first(root: Path, to: Path) -> None:
    with (root / "exercises" / TOPIC / "README.md").open("a") as brief:
        brief.write(f"\n{CHECK_LINE}\n{SOLUTION_LINE}\n")
    with pytest.raises(ReleaseRefused, match="2 secret lines"):
        release(load_toy(root), to)


def test_a_leak_is_told_wherever_it_stands_and_once_a_place(root: Path, to: Path) -> None:
    with (root / "exercises" / TOPIC / "hints.toml").open("a") as hints:
        hints.write(f"# {WRONG_LINE}\n# and again:\n# {WRONG_LINE}\n")
    with pytest.raises(ReleaseRefused) as caught:
        release(load_toy(root), to)
    assert caught.value.where == ", ".join(f"exercises/{TOPIC}/hints.toml:{line}" for line in (8, 10))


def test_a_line_is_shared_only_when_an_author_says_so(root: Path, to: Path) -> None:
    with (root / "exercises" / TOPIC / "README.md").open("a") as brief:
        brief.write(f"\n{CHECK_LINE}\n")
    with hidden(root, "shared.txt").open("a") as shared:
        shared.write(f"    {CHECK_LINE}\n")
    release(load_toy(root), to)
    assert CHECK_LINE in (to / "exercises" / TOPIC / "README.md").read_text()


def test_imports_and_short_lines_are_nobodys_secret(root: Path, to: Path) -> None:
    with (root / "lessons" / TOPIC / "lesson.md").open("a") as lesson:
        lesson.write("\nfrom __future__ import annotations\nfrom flask import Flask\napp = Flask(__name__)\n")
        lesson.write("from autograder.checks import Api, Draw, assesses, hint, points\nreturn app\n")
    release(load_toy(root), to)
    assert names(to) == RELEASED


def test_a_link_is_refused(root: Path, to: Path) -> None:
    (root / "exercises" / TOPIC / "data").mkdir()
    (root / "exercises" / TOPIC / "data" / "notes.md").symlink_to(hidden(root, "test_contract.py"))
    with pytest.raises(ReleaseRefused, match="link"):
        release(load_toy(root), to)


@pytest.mark.parametrize("place", ["solutions/greeting", "autograder/hidden/greeting"])
def test_without_the_secrets_at_hand_nothing_is_released(root: Path, to: Path, place: str) -> None:
    for file in (root / place).rglob("*.*"):
        file.unlink()
    with pytest.raises(ReleaseRefused, match="cannot be told"):
        release(load_toy(root), to)
    assert not to.exists()


def test_an_empty_folder_and_an_untouched_release_are_replaced(root: Path, to: Path) -> None:
    to.mkdir(parents=True)
    release(load_toy(root), to)
    (to / "exercises" / "__pycache__").mkdir()
    (root / "lessons" / TOPIC / "fastapi_app.py").unlink()
    release(load_toy(root), to)
    assert names(to) == RELEASED - {"lessons/greeting/fastapi_app.py"}
    assert [path.name for path in to.parent.iterdir()] == [to.name]


@pytest.mark.parametrize("change", ["exercises/greeting/flask_app.py", "notes.txt", ".git/HEAD"])
def test_a_release_that_somebody_changed_is_kept(root: Path, to: Path, change: str) -> None:
    release(load_toy(root), to)
    (to / change).parent.mkdir(exist_ok=True)
    (to / change).write_text("my work")
    with pytest.raises(UsageError, match=change):
        release(load_toy(root), to)
    assert (to / change).read_text() == "my work"


@pytest.mark.parametrize("marker", [None, "", "[]", '{"files": 3}'])
def test_a_folder_that_is_no_release_is_kept(root: Path, to: Path, marker: str | None) -> None:
    to.mkdir(parents=True)
    (to / "thesis.txt").write_text("mine")
    if marker is not None:
        (to / MARKER).write_text(marker)
    with pytest.raises(UsageError, match="cannot be replaced"):
        release(load_toy(root), to)
    assert (to / "thesis.txt").read_text() == "mine"


def test_the_course_itself_is_no_destination(root: Path) -> None:
    before = names(root)
    with pytest.raises(UsageError):
        release(load_toy(root), root)
    assert names(root) == before


def test_when_writing_fails_the_earlier_release_stays(
    root: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(load_toy(root), to)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if Path(target) == to and self.name.startswith("."):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="No space"):
        release(load_toy(root), to)
    assert names(to) == RELEASED
    assert [path.name for path in to.parent.iterdir()] == [to.name]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_release_has_the_mode_of_any_new_folder(root: Path, to: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    release(load_toy(root), to)
    assert stat.S_IMODE(to.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
