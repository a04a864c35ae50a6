"""Which files are taken, which are left out with a note, and which without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from autograder.catalog.model import Part, Topic
from autograder.collect import Caps
from autograder.submission import Submission

Collect = Callable[..., Submission]
Kept = Callable[[Submission], set[str]]
FLASK, FASTAPI = "flask_app.py", "fastapi_app.py"
BOTH = {FLASK: "x = 1", FASTAPI: "x = 2"}


NOT_TAKEN = [
    "conftest.py",
    "sitecustomize.py",
    "usercustomize.py",
    "pyproject.toml",
    "pytest.ini",
    "tox.ini",
    "setup.cfg",
    ".env",
    "evil.pth",
    "evil.so",
    "data.pickle",
    "data.npy",
    "app.db",
    "picture.png",
    "run.sh",
    "Makefile",
]


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_what_tools_pick_up_and_what_is_no_text_is_left_out_with_a_note(
    collect: Collect, kept: Kept, name: str
) -> None:
    submission = collect({**BOTH, name: "x"})
    assert kept(submission) == set(BOTH)
    assert [note for note in submission.notes if note.startswith(f'"{name}" was left out: ')]


def test_what_the_brief_names_is_taken_whatever_it_is_called(
    collect: Collect, kept: Kept, topic: Topic
) -> None:
    part = Part(name="settings", kind="measure", points=1, files=(".env", "conftest.py", "figures.db"))
    wide = topic.model_copy(update={"part": (part,)})
    destination = {".env": "A=1", "conftest.py": "x", "figures.db": "text"}
    submission = collect(destination, topic=wide)
    assert kept(submission) == set(destination)
    assert set(submission.parts["settings"].files) == set(map(PurePosixPath, destination))


JUNK = [
    "__MACOSX/._flask_app.py",
    "._flask_app.py",
    ".DS_Store",
    "__pycache__/flask_app.cpython-311.pyc",
    "Thumbs.db",
    "feedback/2026-11-22 08:00:00.123456 UTC/routing.html",
    "feedback/2026-11-22_08_00_00/routing.html",
]


def test_what_tools_leave_behind_is_left_out_without_a_word(collect: Collect, kept: Kept) -> None:
    plain = collect(BOTH).notes
    submission = collect(
        {**BOTH, **dict.fromkeys(JUNK, b"\0"), ".ipynb_checkpoints/flask_app-checkpoint.py": "old"}
    )
    assert kept(submission) == set(BOTH)
    assert submission.notes == plain


@pytest.mark.parametrize("folder", [".git", ".venv", "venv", "node_modules"])
def test_a_tools_folder_is_left_out_with_one_note(
    collect: Collect, kept: Kept, zipped: Callable[..., Path], folder: str
) -> None:
    files = {**BOTH, **{f"{folder}/lib/f{number}.py": "solution" for number in range(300)}}
    for submission in (collect(zipped(files)), collect(files)):
        assert kept(submission) == set(BOTH)
        assert len([note for note in submission.notes if folder in note]) == 1


def test_nothing_at_all_is_refused_and_still_a_folder_with_a_notebook(collect: Collect, kept: Kept) -> None:
    submission = collect({})
    assert submission.refusal == (
        "Your hand-in holds no file that can be taken: hand in the files that the brief names."
    )
    assert kept(submission) == set()
    assert all(part.refusal for part in submission.parts.values())


def test_a_hand_in_whose_only_file_is_too_large_is_told_so(collect: Collect) -> None:
    refusal = collect({FLASK: "#" * 1_000_001}).refusal
    assert refusal is not None
    assert "holds no file that can be taken" in refusal
    assert "flask_app.py" in refusal
    assert "larger than 1 MB" in refusal


def test_a_file_that_is_too_large_refuses_its_part_and_says_so(collect: Collect) -> None:
    assert collect({**BOTH, FLASK: "#" * 1_000_001}).parts["flask"].refusal == (
        "Your flask_app.py could not be taken: it is larger than 1 MB."
    )
    assert collect({**BOTH, FLASK: "#" * 1_000_000}).parts["flask"].refusal is None


def test_a_folder_of_too_many_files_does_not_hide_the_apps(collect: Collect, kept: Kept) -> None:
    submission = collect({**BOTH, **{f"d{number}/f.txt": "x" for number in range(60)}}, caps=Caps(seen=50))
    assert kept(submission) >= set(BOTH)
    assert any("more than 50 files" in note for note in submission.notes)


def test_notes_have_an_end(collect: Collect) -> None:
    notes = collect({f"f{number}.exe": "x" for number in range(500)}).notes
    assert len(notes) == 31
    assert notes[-1].startswith("470 more things were left out")


def test_one_file_alone_is_a_hand_in(collect: Collect, home: Path) -> None:
    (home / "flask_app (1).py").write_text("x = 1")
    submission = collect(home / "flask_app (1).py")
    assert submission.parts["flask"].refusal is None
    assert submission.parts["fastapi"].refusal is not None


def test_a_file_that_is_neither_app_nor_archive_is_refused(collect: Collect, home: Path) -> None:
    (home / "essay.docx").write_bytes(b"\xd0\xcf")
    refusal = collect(home / "essay.docx").refusal
    assert refusal is not None
    assert "neither a file that the brief names nor a zip or tar archive" in refusal


def test_only_the_named_files_of_a_folder_are_taken(collect: Collect, kept: Kept) -> None:
    assert kept(collect({**BOTH, "other.py": "x"}, only=(FLASK,))) == {FLASK}


@pytest.mark.parametrize("folder", ["routing.ipynb", "x.ipynb", "templates/X.IPYNB", "timestamp.txt"])
def test_a_folder_is_never_named_like_what_nbgrader_opens(
    collect: Collect, kept: Kept, zipped: Callable[..., Path], folder: str
) -> None:
    for submission in (
        collect({**BOTH, f"{folder}/a.txt": "x"}),
        collect(zipped({**BOTH, f"{folder}/a.txt": "x"})),
    ):
        assert kept(submission) == set(BOTH)
        assert any(f'"{folder}' in note for note in submission.notes)
