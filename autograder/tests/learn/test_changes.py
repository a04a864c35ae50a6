"""A result that is older than the files or their checks is shown as such, and counts for nothing."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.learn.changes import as_it_is_now, held
from autograder.learn.standing import Change, Stamp
from autograder.learn.store import open_store
from autograder.tests.learn.learning import Learner
from autograder.tests.toycourse import environment
from autograder.verdict import Verdict

COMMANDS = ("start", "next", "list", "progress")


def changed(learner: Learner, part: str = "flask") -> Change:
    catalog = load(learner.course)
    with open_store(catalog) as store:
        return as_it_is_now(catalog, store.standing()).part("greeting", part).changed


def edit(learner: Learner, name: str = "flask_app.py") -> None:
    with learner.file(name).open("a", encoding="utf-8") as file:
        file.write("# one more line\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pass_that_is_older_than_the_files_is_shown_as_changed(learner: Learner, command: str) -> None:
    learner.types("start")
    learner.solves("flask_app.py")
    learner.checked_as_it_is(Verdict.PASSED, 10)
    assert "hanged since" not in learner.types(command)
    edit(learner)
    assert "hanged since" in learner.types(command)
    assert "hanged since" in learner.types(command, columns=60)


def test_what_has_changed_since_it_passed_is_neither_passed_nor_done(learner: Learner) -> None:
    learner.types("start")
    learner.solves("flask_app.py")
    learner.checked_as_it_is(Verdict.PASSED, 10)
    edit(learner)
    told = learner.reads("progress")
    assert (told["passed"], told["points"], told["minutes_left"]) == (0, 0, 20)
    assert told["next"] == {"topic": "greeting", "part": "flask"}
    assert (told["parts"][0]["state"], told["parts"][0]["changed_since"]) == ("changed", "files")
    assert "0 of 3 parts are passed" in learner.types("start")


def test_work_that_is_as_it_was_checked_again_counts_again(learner: Learner) -> None:
    learner.solves("flask_app.py")
    before = learner.file("flask_app.py").read_bytes()
    learner.checked_as_it_is(Verdict.PASSED, 10)
    edit(learner)
    assert changed(learner) is Change.FILES
    learner.file("flask_app.py").write_bytes(before.replace(b"\n", b"\r\n"))
    assert changed(learner) is Change.NONE


def test_a_failure_that_is_older_than_the_files_says_so_in_the_list_and_the_hint(learner: Learner) -> None:
    learner.edits("flask_app.py")
    learner.checked_as_it_is(Verdict.FAILED, 4)
    assert "not yet, 0/1 checks" in learner.types("list")
    edit(learner)
    assert "not yet, 0/1 checks; changed since" in learner.types("list", columns=60)
    said = learner.types("hint")
    assert "Hint 1 of 3" in said
    assert "have changed since this check; what fails now:\n  course check greeting flask" in said
    assert learner.reads("hint")["changed_since"] == "files"


def test_a_hint_for_what_passed_and_changed_asks_for_a_check(learner: Learner) -> None:
    learner.checked_as_it_is(Verdict.PASSED, 10)
    edit(learner)
    said = learner.types("hint", code=1)
    assert "it passed, but it has changed since its last check" in said
    assert "course check greeting flask" in said


def test_the_other_part_is_not_changed_by_it(learner: Learner) -> None:
    for part in ("flask", "fastapi"):
        learner.checked_as_it_is(Verdict.PASSED, 10, part)
    edit(learner)
    assert (changed(learner, "flask"), changed(learner, "fastapi")) == (Change.FILES, Change.NONE)


def test_a_pass_by_other_checks_is_not_a_pass(learner: Learner) -> None:
    learner.checked_as_it_is(Verdict.PASSED, 10)
    contract = learner.course / "autograder/hidden/greeting/test_contract.py"
    contract.write_text(contract.read_text("utf-8") + "\n# one check more\n", "utf-8")
    assert changed(learner) is Change.CHECKS
    assert "passed; its checks changed since" in learner.types("list", columns=60)
    assert learner.reads("progress")["passed"] == 0


def test_a_part_worth_other_points_was_not_checked_for_them(learner: Learner) -> None:
    learner.checked_as_it_is(Verdict.PASSED, 10)
    sheet = learner.course / "course.toml"
    text = sheet.read_text("utf-8")
    sheet.write_text(
        text.replace("points = 30", "points = 32", 1)
        .replace("points = 20", "points = 22", 1)
        .replace("points = 10", "points = 12", 1),
        "utf-8",
    )
    assert changed(learner) is Change.CHECKS


def test_a_record_without_a_stamp_is_read_as_it_stands(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    edit(learner)
    assert changed(learner) is Change.NONE
    assert learner.reads("progress")["passed"] == 1


def test_what_was_saved_during_the_check_is_not_what_was_checked() -> None:
    before, after = Stamp("a", "c"), Stamp("b", "c")
    assert held({"flask": before}, {"flask": after}) == {"flask": Stamp("", "c")}
    assert held({"flask": before}, {"flask": before}) == {"flask": before}


def test_one_check_of_two_parts_counts_once(learner: Learner) -> None:
    for part in ("flask", "fastapi"):
        learner.was_checked(Verdict.FAILED, 0, part)
    assert "after 2 checks" in learner.types("progress")
    learner.types("check", "greeting", code=1)
    assert "after 3 checks" in learner.types("progress")


def test_what_was_edited_and_never_checked_is_begun(learner: Learner) -> None:
    learner.edits("fastapi_app.py")
    said = learner.types("start")
    assert "Begun, not checked yet: greeting fastapi." in said
    assert "Next: Saying hello, FastAPI" in said
    assert "course check greeting fastapi" in said


def test_what_was_checked_and_failed_is_begun(learner: Learner) -> None:
    learner.edits("fastapi_app.py")
    learner.checked_as_it_is(Verdict.FAILED, 3, "fastapi")
    assert "Begun, not passed yet: greeting fastapi." in learner.types("start")


def test_another_folder_changes_neither_progress_nor_hints(
    learner: Learner, data: Path, tmp_path: Path
) -> None:
    other = tmp_path / "somebody else's"
    shutil.copytree(learner.course / "solutions/greeting", other)
    said = learner.types("check", "greeting", "--folder", str(other))
    assert "20 of 20 points" in said
    assert "Your progress and your hints stay as they are" in said
    assert not data.exists()
    learner.edits("flask_app.py")
    learner.types("check", "greeting", code=1)
    kept, hint = learner.reads("progress"), learner.reads("hint", "--again", code=1)
    for words in (("--json",), ()):
        learner.types("check", "greeting", "--folder", str(other), *words)
    (other / "fastapi_app.py").write_text("import nothing_like_this\n", "utf-8")
    assert "course hint" not in learner.types("check", "greeting", "--folder", str(other), code=1)
    assert (learner.reads("progress"), learner.reads("hint", "--again", code=1)) == (kept, hint)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes of this kind")
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_reader_that_leaves_takes_no_progress_along(learner: Learner, more: tuple[str, ...]) -> None:
    learner.solves("flask_app.py")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "check", "greeting", "flask", *more],
        cwd=learner.course,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 128 + signal.SIGPIPE, errors
    assert errors == b""
    assert learner.reads("progress")["parts"][0]["state"] == "passed"


def test_a_check_interrupted_while_it_prints_is_recorded(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.commands.check.show_report", interrupted)
    learner.solves("flask_app.py")
    learner.types("check", "greeting", "flask", code=130)
    assert learner.reads("progress")["parts"][0]["state"] == "passed"
