"""`course hint`, `solution` and `reset`: help in steps, each asked for, and nobody's work is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.learn.solution import Pair, Side, beside
from autograder.tests.learn.learning import Learner, report
from autograder.verdict import Verdict

NUDGE = "Where does the name stand in the request?"
MORE = "Both frameworks fill a function's argument"
ALMOST = "Flask writes the placeholder as <name>"


def test_hints_come_one_at_a_time_and_are_remembered(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("name",))
    for stage, text in enumerate((NUDGE, MORE, ALMOST), 1):
        said = learner.types("hint", "greeting")
        assert f"Hint {stage} of 3, about name" in said
        assert text in said
        assert sum(other in said for other in (NUDGE, MORE, ALMOST)) == 1
    said = learner.types("hint", "greeting")
    assert all(text in said for text in (NUDGE, MORE, ALMOST))
    assert "That was the last hint for this check." in said


def test_the_last_stage_says_that_it_is_the_last(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("name",))
    assert "There is more" in learner.types("hint")
    assert "There is more" in learner.types("hint")
    assert "That was the last hint" in learner.types("hint")


def test_after_one_family_comes_the_next_that_the_check_names(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("name", "missing"))
    families = [learner.reads("hint")["hints"][0]["family"] for _ in range(6)]
    assert families == ["name"] * 3 + ["missing"] * 3
    assert learner.reads("hint")["more"] is False


def test_hints_begin_at_the_first_for_each_framework_and_each_check(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("name",))
    learner.types("hint")
    learner.was_checked(Verdict.FAILED, part="fastapi", hints=("name",))
    assert "Hint 1 of 3, about name" in learner.types("hint", "fastapi")
    assert "Hint 2 of 3, about name" in learner.types("hint", "flask")
    other = report(Verdict.FAILED, hints=("name",))
    check = other.parts[0].checks[0].model_copy(update={"name": "test_b"})
    part = other.parts[0].model_copy(update={"checks": (check,)})
    learner.keeps(lambda store: store.record_check(other.model_copy(update={"parts": (part,)})))
    assert "Hint 1 of 3, about name" in learner.types("hint", "flask")


def test_hints_seen_already_can_be_read_again_without_taking_one(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("name",))
    learner.types("hint")
    for _ in range(2):
        said = learner.types("hint", "--again")
        assert NUDGE in said
        assert MORE not in said


def test_a_hint_is_of_the_part_that_is_asked_for_or_else_of_the_one_checked_last(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("missing",))
    learner.was_checked(Verdict.FAILED, part="fastapi", hints=("name",))
    for words, family in (
        (("greeting", "flask"), "missing"),
        (("flask",), "missing"),
        (("greeting",), "name"),
        ((), "name"),
    ):
        assert learner.reads("hint", *words)["hints"][0]["family"] == family, words


def test_a_hint_is_of_the_check_that_was_shown_as_the_one_to_fix_first(learner: Learner) -> None:
    flask, fastapi = report(Verdict.FAILED), report(Verdict.FAILED, part="fastapi", hints=("name",))
    passing = flask.parts[0].checks[0].model_copy(update={"name": "test_0", "verdict": Verdict.PASSED})
    later = flask.parts[0].model_copy(update={"checks": (passing, *flask.parts[0].checks)})
    both = flask.model_copy(update={"parts": (later, *fastapi.parts)})
    learner.keeps(lambda store: store.record_check(both))
    assert learner.reads("hint")["hints"][0]["family"] == "name"
    assert "greeting, FastAPI\n  It greets." in learner.types("hint", "--again")
    learner.keeps(lambda store: store.record_check(both, untouched=["fastapi"]))
    assert learner.reads("hint")["hints"][0]["family"] == "missing"


def test_without_a_failing_check_it_is_said_what_passes_and_what_was_not_checked(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    for words in ((), ("greeting",)):
        said = learner.types("hint", *words, code=1)
        assert "greeting, Flask passes, and nothing else that was checked fails. Not checked yet:" in said
        assert "course check greeting fastapi" in said


@pytest.mark.parametrize("again", [(), ("--again",)])
def test_without_a_check_that_failed_there_is_nothing_to_hint_at(
    learner: Learner, again: tuple[str, ...]
) -> None:
    said = learner.types("hint", *again, code=1)
    assert "nothing has been checked yet" in said
    assert "course check greeting" in said
    for words, what in (("greeting",), "greeting"), (("fastapi",), "greeting, FastAPI"):
        said = learner.types("hint", *words, *again, code=1)
        assert f"{what} has not been checked yet" in said
    learner.was_checked(Verdict.PASSED, 10)
    assert "Nothing fails here" in learner.types("hint", "greeting", "flask", *again, code=1)


def test_a_program_is_told_why_there_is_no_hint(learner: Learner) -> None:
    told = learner.reads("hint", code=1)
    assert (told["hints"], told["more"], told["do"]) == ([], False, "course check greeting")
    assert told["why"]


def test_no_hint_is_spent_on_an_app_that_did_not_start(learner: Learner) -> None:
    learner.was_checked(Verdict.CRASHED, hints=("name",), started=False)
    said = learner.types("hint", code=1)
    assert "did not start" in said
    assert NUDGE not in said


def test_a_family_that_is_gone_from_the_file_is_passed_over(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("no-such-family",))
    assert "There is no hint for this check." in learner.types("hint", code=1)


def test_hints_that_cannot_be_read_name_the_file(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, hints=("name",))
    learner.file("hints.toml").write_text("[[hint]\n", "utf-8")
    _, err = learner.types_and_errs("hint", code=3)
    assert "hints.toml" in err


def test_the_solution_stays_closed_until_the_part_passes(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, 5)
    said = learner.types("solution", "greeting", "flask", code=1)
    assert "stays closed" in said
    assert "--i-give-up" in said
    assert "@app.get" not in said
    learner.was_checked(Verdict.PASSED, 10)
    assert "@app.get" in learner.types("solution", "greeting", "flask")


def test_who_gave_up_sees_the_solution_from_then_on_and_it_is_remembered(learner: Learner) -> None:
    assert "@app.get" in learner.types("solution", "greeting", "flask", "--i-give-up")
    assert "@app.get" in learner.types("solution", "greeting", "flask")
    gave_up = {part["part"]: part["gave_up"] for part in learner.reads("progress")["parts"]}
    assert gave_up == {"flask": True, "fastapi": False, "memo": False}
    learner.types("solution", "greeting", "fastapi", code=1)


def test_of_two_parts_the_one_that_passed_is_shown_and_the_other_closed(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    said = learner.types("solution", "greeting", code=1)
    assert "Flask: flask_app.py" in said
    assert "FastAPI: fastapi_app.py" not in said
    assert "FastAPI is not passed yet" in said


def test_what_passed_once_stays_open(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    learner.was_checked(Verdict.FAILED, 3)
    learner.types("solution", "greeting", "flask")


@pytest.mark.parametrize("columns", [150, 100])
def test_the_solution_stands_beside_the_learners_work_with_signs(learner: Learner, columns: int) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    mine = "from flask import Flask\n\n\ndef create_app() -> Flask:\n    return Flask('mine')\n"
    learner.file("flask_app.py").write_text(mine, "utf-8")
    said = learner.types("solution", "greeting", "flask", columns=columns)
    signs = (
        (" | ", " > ")
        if columns == 150
        else ("\n-    return Flask('mine')", '\n+    @app.get("/hello/<name>")')
    )
    assert all(sign in said for sign in signs)
    assert "NOTES.md" in said


def test_work_that_equals_the_solution_is_said_to(learner: Learner) -> None:
    learner.solves("flask_app.py")
    learner.was_checked(Verdict.PASSED, 10)
    assert "Yours is the solution, letter by letter." in learner.types("solution", "greeting", "flask")


def test_work_in_several_files_is_shown_beside_each_of_the_solutions(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    learner.file("flask_app.py").unlink()
    learner.file("flask_app").mkdir()
    learner.file("flask_app/__init__.py").write_text("x = '\x1b[31m'\n", "utf-8")
    said = learner.types("solution", "greeting", "flask")
    assert "flask_app/__init__.py" in said
    assert "Flask: flask_app.py" in said
    assert "\x1b[31m" not in said


def test_lines_are_paired_and_long_equal_runs_left_out() -> None:
    yours = "\n".join([*map(str, range(20)), "mine", "end"])
    solution = "\n".join([*map(str, range(20)), "theirs", "more", "end"])
    assert list(beside(yours, solution)) == [
        Pair(Side.LEFT_OUT, count=17),
        *(Pair(Side.SAME, (n + 1, str(n)), (n + 1, str(n))) for n in (17, 18, 19)),
        Pair(Side.BOTH, (21, "mine"), (21, "theirs")),
        Pair(Side.SOLUTION, None, (22, "more")),
        Pair(Side.SAME, (22, "end"), (23, "end")),
    ]


def test_a_reset_brings_the_starter_back_and_keeps_what_was_there(learner: Learner, data: Path) -> None:
    starter = learner.file("flask_app.py").read_bytes()
    learner.types("start")
    learner.file("flask_app.py").write_bytes(b"# mine, na\xefve\r\n")
    said = " ".join(learner.types("reset", "greeting", "flask").split())
    assert "the starter again" in said
    assert learner.file("flask_app.py").read_bytes() == starter
    (kept,) = (data / "kept").rglob("flask_app.py")
    assert kept.read_bytes() == b"# mine, na\xefve\r\n"
    assert "kept data" in said


def test_a_reset_can_be_undone_and_that_too(learner: Learner) -> None:
    learner.types("start")
    starter = learner.file("flask_app.py").read_bytes()
    learner.file("flask_app.py").write_bytes(b"# mine\r\n")
    learner.types("reset", "greeting", "flask")
    learner.types("reset", "greeting", "flask", "--undo")
    assert learner.file("flask_app.py").read_bytes() == b"# mine\r\n"
    learner.types("reset", "greeting", "flask", "--undo")
    assert learner.file("flask_app.py").read_bytes() == starter


def test_a_reset_takes_a_package_away_and_its_undoing_brings_it_back(learner: Learner) -> None:
    learner.types("start")
    learner.file("flask_app.py").unlink()
    learner.file("flask_app/views").mkdir(parents=True)
    learner.file("flask_app/__init__.py").write_text("# mine\n", "utf-8")
    learner.file("flask_app/views/__init__.py").write_text("# too\n", "utf-8")
    assert "(taken away)" in learner.types("reset", "greeting", "flask")
    assert learner.file("flask_app.py").is_file()
    assert not learner.file("flask_app/__init__.py").exists()
    learner.types("reset", "greeting", "flask", "--undo")
    assert learner.file("flask_app/views/__init__.py").read_text("utf-8") == "# too\n"
    assert not learner.file("flask_app.py").exists()


def test_a_reset_of_what_was_not_touched_changes_nothing(learner: Learner, data: Path) -> None:
    learner.types("start")
    before = learner.file("flask_app.py").stat().st_mtime_ns
    assert "it is the starter already" in learner.types("reset", "greeting", "flask")
    assert learner.file("flask_app.py").stat().st_mtime_ns == before
    assert not (data / "kept").exists()


def test_after_a_reset_the_part_is_next_again(learner: Learner) -> None:
    learner.types("start")
    learner.solves("flask_app.py")
    learner.was_checked(Verdict.PASSED, 10)
    learner.types("reset", "greeting", "flask")
    assert learner.reads("next")["next"] == {"topic": "greeting", "part": "flask"}


def test_what_learners_add_beside_their_app_survives_a_reset(learner: Learner) -> None:
    learner.types("start")
    learner.file("flask_app.py").write_text("# mine\n", "utf-8")
    learner.file("test_examples.py").write_text("# mine, too\n", "utf-8")
    learner.types("reset", "greeting")
    assert learner.file("test_examples.py").read_text("utf-8") == "# mine, too\n"


def test_where_no_copy_can_be_kept_nothing_is_reset(learner: Learner, data: Path) -> None:
    learner.types("start")
    learner.file("flask_app.py").write_text("# mine\n", "utf-8")
    (data / "kept").write_text("a file stands here", "utf-8")
    learner.types("reset", "greeting", "flask", code=3)
    assert learner.file("flask_app.py").read_text("utf-8") == "# mine\n"


def test_without_a_known_starter_nothing_is_reset(learner: Learner) -> None:
    learner.solves("flask_app.py")
    _, err = learner.types_and_errs("reset", "greeting", "flask", code=3)
    assert "is not known, so nothing was changed" in err
    assert (
        learner.file("flask_app.py").read_bytes()
        == (learner.course / "solutions/greeting/flask_app.py").read_bytes()
    )


def test_nothing_to_undo_is_said(learner: Learner) -> None:
    _, err = learner.types_and_errs("reset", "greeting", "flask", "--undo", code=2)
    assert "it was never reset" in err


@pytest.mark.parametrize("command", ["hint", "solution", "reset", "serve"])
def test_a_part_that_there_is_not_is_wrong_usage(learner: Learner, command: str) -> None:
    _, err = learner.types_and_errs(command, "greeting", "django", code=2)
    assert "flask, fastapi" in err
