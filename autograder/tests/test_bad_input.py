"""What a stranger can hand in, and what a machine can refuse, as the commands tell it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.batch import grade_batch
from autograder.collect import find_submissions
from autograder.evaluate import Grader
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.toycourse import FASTAPI, FLASK, Toy, answering, course, reports
from autograder.verdict import Status

NOBODY = 61_179
GOOD = {"flask_app.py": FLASK, "fastapi_app.py": FASTAPI}
REFUSED: dict[str, str] = {
    "empty": "Your hand-in holds no file that can be taken",
    "fifo": "Your flask_app.py could not be taken: it is not a plain file.",
    "garbled": "The archive that you handed in is damaged: pack the files again",
    "huge": "Your flask_app.py could not be taken: it is larger than 1 MB.",
    "latin": "Your flask_app.py is not UTF-8 text: save it as UTF-8.",
    "link": "Your flask_app.py could not be taken: it is a link; hand in the file itself.",
    "swells": '"flask_app.py" was left out: it is larger than 1 MB.',
    "two": 'Your submission has two apps, "flask_app/" and "flask_app.py": keep only one.',
}
"""By student: what is said of the Flask part, or in a note."""


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


def lay_bad_class(toy: Toy) -> Path:
    """A class of everything that can be wrong with files, and two that are right."""
    folder = toy.hand_in("ann", GOOD).parent
    toy.hand_in("Zoë Müller-李", GOOD)
    (folder / "empty").mkdir()
    os.mkfifo(toy.hand_in("fifo", {"README.md": "see the pipe"}) / "flask_app.py")
    (folder / "garbled.zip").write_bytes(b"PK\3\4 and then nothing of the kind")
    toy.hand_in("huge", {"README.md": "see the app", "flask_app.py": f"{FLASK}\n#{'x' * 2_000_000}\n"})
    toy.hand_in("latin", {"flask_app.py": FLASK.encode() + "# Grüße\n".encode("latin-1")})
    (toy.hand_in("link", {"README.md": "see the link"}) / "flask_app.py").symlink_to("/etc/passwd")
    with zipfile.ZipFile(folder / "swells.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flask_app.py", b"#" * 90_000_000)
    toy.hand_in("two", {"flask_app.py": FLASK, "flask_app/__init__.py": FLASK})
    return folder


def flask(report: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = report["parts"][0]
    return part


def test_every_bad_file_is_refused_in_a_sentence_and_the_others_are_graded(toy: Toy) -> None:
    folder = lay_bad_class(toy)
    told = reports(course("grade", str(folder), "--topic", "greeting", "--json", cwd=toy.path).stdout)
    assert {name for name, report in told.items() if report["points"] == 20} == {"ann", "Zoë Müller-李"}
    assert set(told) == {"ann", "Zoë Müller-李", *REFUSED}
    for student, words in REFUSED.items():
        part = flask(told[student])
        assert words in "\n".join((part["refusal"], *told[student]["notes"]))
        assert (part["points"], part["process"], part["broken"]) == (0, None, None)
        assert {(check["verdict"], check["message"]) for check in part["checks"]} == {
            ("failed", part["refusal"])
        }
        assert "root:" not in str(told[student])


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_a_check_that_raises_over_one_students_answer_fails_it_and_tells_the_author(
    toy: Toy, jobs: str
) -> None:
    text = toy.contract.read_text("utf-8").replace(
        '    api.get(f"/hello/{name}").expect(200, json={"hello": name})\n',
        '    reply = api.get(f"/hello/{name}").expect(200)\n    assert reply.json()["hello"] == name\n',
    )
    toy.contract.write_text(text)
    for student in ("ann", "ben", "cy"):
        folder = toy.hand_in(student, {"flask_app.py": FLASK}).parent
    toy.hand_in("ben", {"flask_app.py": answering('return {"hullo": name}')})
    ran = course("grade", str(folder), "--topic", "greeting", "--jobs", jobs, cwd=toy.path, code=0)
    assert "3 submissions: 3 graded." in ran.stdout
    rows = [line.split() for line in ran.stdout.splitlines()]
    assert {row[0]: row[1] for row in rows if row[:1] in (["ann"], ["ben"], ["cy"])} == {
        "ann": "10",
        "ben": "4",
        "cy": "10",
    }
    assert "to the author of the checks, 1 of 3" in ran.stderr
    assert "test_says_hello: KeyError: 'hello'" in ran.stderr


@contextlib.contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """The path is closed to this process; root becomes somebody else for the time."""
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        path.chmod(0o700)


@pytest.mark.parametrize("name", ["ben", "ben/opinion.ipynb"])
def test_what_our_own_user_may_not_read_is_broken_and_never_the_students(name: str) -> None:
    home = Path(tempfile.mkdtemp(prefix="course test "))
    home.chmod(0o755)  # pytest's own folder is closed to others
    try:
        toy = Toy(home)
        for student in ("ann", "ben", "cy"):
            folder = toy.hand_in(student, {"opinion.ipynb": "{}"}).parent
        topic = toy.topic("opinion")
        sources = find_submissions([folder], topic).sources
        with Grader(toy.catalog, sandbox=PlainSandbox(), seed=lambda _: "5eed") as grader:
            # Also has Python import all that it takes, which somebody else may not read.
            before = list(grade_batch(grader, topic, sources, jobs=1))
            with unreadable(folder / name):
                ann, ben, cy = grade_batch(grader, topic, sources, jobs=1)
    finally:
        shutil.rmtree(home)
    assert {report.status for report in (*before, ann, cy)} == {Status.AWAITING_PERSON}
    assert ben.status is Status.BROKEN
    assert ben.parts[0].broken is not None
    assert "Permission denied" in ben.parts[0].broken
    assert "may read the hand-ins" in ben.parts[0].broken


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "nothing"), "greeting"),
        (("check", "greeting", "django"), "flask, fastapi"),
        (("grade", "{class}", "--topic", "nothing"), "greeting"),
        (("grade", "{class}/nobody", "--topic", "greeting"), "class/nobody"),
        (("grade", "{class}", "--topic", "greeting", "--junit", "no/folder.xml"), "no/folder.xml"),
    ],
)
def test_what_does_not_exist_is_wrong_usage_and_nothing_is_run(
    toy: Toy, words: tuple[str, ...], told: str
) -> None:
    folder = toy.hand_in("ann", GOOD).parent
    ran = course(*(word.replace("{class}", str(folder)) for word in words), cwd=toy.path, code=2)
    assert told in ran.stderr
    assert "do:" in ran.stderr
    assert ran.stdout == ""
