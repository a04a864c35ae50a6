"""The command line as a person or a pipeline meets it: words in, exit codes and documents out."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

ROOT = Path(__file__).parents[3]
TOY = ROOT / "autograder" / "tests" / "toy"
SCHEMA = json.loads((ROOT / "autograder/report/report-1.schema.json").read_text("utf-8"))


def course(*words: str, cwd: Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the command; its output is held to be text without a traceback."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert code is None or ran.returncode == code, f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    assert "Traceback (most recent call last)" not in ran.stderr
    return ran


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A copy of the toy course, in a folder with a space in its name."""
    folder = tmp_path / "toy course"
    shutil.copytree(TOY, folder, ignore=shutil.ignore_patterns("__pycache__", "conftest.py"))
    return folder


@pytest.fixture
def handed_in(toy: Path, tmp_path: Path) -> Path:
    """A class of two: one right, one that knows one name only."""
    wrong = toy / "autograder/hidden/greeting/wrong"
    for student, flask, fastapi in (
        ("ann", toy / "solutions/greeting/flask_app.py", toy / "solutions/greeting/fastapi_app.py"),
        ("ben", wrong / "always_ada.flask.py", wrong / "always_ada.fastapi.py"),
    ):
        place = tmp_path / "class" / student
        place.mkdir(parents=True)
        shutil.copy(flask, place / "flask_app.py")
        shutil.copy(fastapi, place / "fastapi_app.py")
    return tmp_path / "class"


def reports(text: str) -> Iterator[dict[str, object]]:
    for line in text.splitlines():
        report = json.loads(line)
        jsonschema.validate(report, SCHEMA)
        yield report


def test_list_shows_the_ready_topics_from_any_folder_of_the_course(toy: Path) -> None:
    said = course("list", cwd=toy / "exercises" / "greeting").stdout
    assert "greeting" in said
    assert "opinion" in said


def test_a_reader_that_leaves_early_ends_a_command_without_a_word(toy: Path) -> None:
    command = shlex.join([sys.executable, "-m", "autograder", "list"])
    script = f'{command} | head -c 0; echo "${{PIPESTATUS[0]}}"'
    told = subprocess.run(["bash", "-c", script], cwd=toy, capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("141\n", "")


def test_outside_a_course_every_command_says_where_it_looked(tmp_path: Path) -> None:
    ran = course("list", cwd=tmp_path, code=2)
    assert str(tmp_path) in ran.stderr
    assert "--course" in ran.stderr


def test_check_passes_the_solution_and_says_what_to_fix_in_the_starter(toy: Path) -> None:
    assert "0 of" in course("check", "greeting", cwd=toy, code=1).stdout
    for name in ("flask_app.py", "fastapi_app.py"):
        shutil.copy(toy / "solutions/greeting" / name, toy / "exercises/greeting" / name)
    said = course("check", "greeting", cwd=toy, code=0).stdout
    assert "20 of 20 points" in said


def test_check_looks_at_one_part_alone(toy: Path) -> None:
    shutil.copy(toy / "solutions/greeting/flask_app.py", toy / "exercises/greeting/flask_app.py")
    said = course("check", "greeting", "flask", "--json", cwd=toy, code=0).stdout
    (report,) = reports(said)
    assert [part["name"] for part in report["parts"]] == ["flask"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("check", "nothing"), "greeting"),
        (("check", "greeting", "django"), "flask, fastapi"),
        (("grade", "."), "--topic"),
        (("grade", "no-such-folder", "--topic", "greeting"), "no-such-folder"),
        (("autograde", "greeting"), "course build"),
        (("dev", "show", "nothing"), "greeting"),
        (("grade",), "paths"),
        (("no-such-command",), "no-such-command"),
        (("grade", ".", "--jobs", "0"), "--jobs"),
    ],
)
def test_wrong_usage_is_2_and_names_what_there_is(toy: Path, words: tuple[str, ...], names: str) -> None:
    assert names in course(*words, cwd=toy, code=2).stderr


def test_grade_prints_one_valid_report_a_line_and_exits_0_whatever_the_points(
    toy: Path, handed_in: Path
) -> None:
    ran = course("grade", str(handed_in), "--topic", "greeting", "--json", cwd=toy)
    told = {report["student"]: report for report in reports(ran.stdout)}
    assert set(told) == {"ann", "ben"}
    assert told["ann"]["points"] == 20
    assert 0 < told["ben"]["points"] < 20  # type: ignore[operator]
    assert {report["status"] for report in told.values()} == {"graded"}


def test_grading_again_reads_the_verdicts_back_with_the_same_points(toy: Path, handed_in: Path) -> None:
    runs = [
        list(reports(course("grade", str(handed_in), "--topic", "greeting", "--json", cwd=toy).stdout))
        for _ in range(2)
    ]
    assert [report["points"] for report in runs[0]] == [report["points"] for report in runs[1]]
    assert [report["cached"] for report in runs[1]] == [True, True]


def test_grade_shows_a_class_as_a_table(toy: Path, handed_in: Path) -> None:
    said = course("grade", str(handed_in), "--topic", "greeting", cwd=toy).stdout
    assert "ann" in said
    assert "ben" in said


def test_grade_writes_junit(toy: Path, handed_in: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.xml"
    course("grade", str(handed_in / "ben"), "--topic", "greeting", "--junit", str(target), cwd=toy)
    suites = ET.parse(target).getroot()
    assert suites.findall(".//failure")
    assert suites.findall(".//testcase")


def test_broken_checks_are_3_and_no_points(toy: Path, handed_in: Path) -> None:
    contract = toy / "autograder/hidden/greeting/test_contract.py"
    contract.write_text(contract.read_text("utf-8") + "\n\nraise RuntimeError\n", "utf-8")
    ran = course("grade", str(handed_in), "--topic", "greeting", "--json", cwd=toy, code=3)
    for report in reports(ran.stdout):
        assert (report["status"], report["points"]) == ("broken", 0)


def test_hidden_checks_that_are_missing_in_an_author_edition_are_broken(toy: Path, handed_in: Path) -> None:
    (toy / "autograder/hidden/greeting/test_contract.py").unlink()
    ran = course("grade", str(handed_in), "--topic", "greeting", "--json", cwd=toy, code=3)
    assert {report["status"] for report in reports(ran.stdout)} == {"broken"}


def test_the_student_edition_checks_examples_and_grades_nothing(tmp_path: Path) -> None:
    target = tmp_path / "student edition"
    course("release", str(target), cwd=ROOT)
    assert not list(target.rglob("test_contract.py"))
    assert not (target / "solutions").exists()
    said = course("check", "routing", cwd=target, code=1).stdout
    assert "hand it in" in said
    ran = course("grade", str(target / "exercises/routing"), "--topic", "routing", cwd=target, code=2)
    assert "student edition" in ran.stderr


def test_nothing_is_released_that_holds_a_secret_line(toy: Path, tmp_path: Path) -> None:
    ran = course("release", str(tmp_path / "student edition"), cwd=toy, code=3)
    assert "secret lines would be released" in ran.stderr
    assert not (tmp_path / "student edition").exists()


def test_dev_sandbox_names_the_wall(toy: Path) -> None:
    assert "bubblewrap" in course("dev", "sandbox", cwd=toy).stdout


def test_ctrl_c_keeps_what_was_graded(toy: Path, handed_in: Path) -> None:
    hanging = handed_in / "cy"
    hanging.mkdir()
    (hanging / "flask_app.py").write_text("while True:\n    pass\n", "utf-8")
    shutil.copy(handed_in / "ann" / "fastapi_app.py", hanging / "fastapi_app.py")
    command = [sys.executable, "-m", "autograder", "grade", str(handed_in), "--topic", "greeting"]
    process = subprocess.Popen(
        [*command, "--json", "--jobs", "1"],
        cwd=toy,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(2)]
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "what was graded is kept" in stderr.lower()
    assert [report["student"] for report in reports("".join(first))] == ["ann", "ben"]
    again = course("grade", str(handed_in / "ann"), "--topic", "greeting", "--json", cwd=toy)
    assert next(reports(again.stdout))["cached"] is True


def test_every_entry_of_a_mixed_class_is_told_and_stops_nobody(
    toy: Path, handed_in: Path, tmp_path: Path
) -> None:
    shutil.copytree(handed_in / "ann", handed_in / "cy" / "greeting")
    shutil.make_archive(str(handed_in / "dot"), "zip", handed_in / "ann")
    shutil.make_archive(str(tmp_path / "greeting"), "zip", handed_in / "ann")
    (handed_in / "eve").mkdir()
    shutil.move(tmp_path / "greeting.zip", handed_in / "eve")
    shutil.copytree(handed_in / "ann", handed_in / "Jos\udce9")
    (handed_in / "fay" / "opinion").mkdir(parents=True)
    for name in ("notes.txt", ".DS_Store"):
        (handed_in / name).write_text("x")
    target = tmp_path / "report.xml"
    words = ("grade", str(handed_in), "--topic", "greeting", "--junit", str(target))
    ran = course(*words, "--json", cwd=toy, code=3)
    assert {report["student"]: report["status"] for report in reports(ran.stdout)} == {
        **dict.fromkeys(("ann", "ben", "cy", "dot", "eve"), "graded"),
        "Jos\\xe9": "not_understood",
        "notes.txt": "not_understood",
        "fay": "missing",
    }
    assert "Ignored, made by a tool: .DS_Store" in ran.stderr
    errors = [suite.get("name") for suite in ET.parse(target).getroot() if suite.findall("testcase/error")]
    assert errors == ["Jos\\xe9.greeting", "notes.txt.greeting"]
    said = course(*words, cwd=toy, code=3).stdout
    assert '"notes.txt" is a loose file, so it is not clear whose it is.' in said
    assert "8 submissions: 5 graded, 1 missing, 2 not understood." in said
