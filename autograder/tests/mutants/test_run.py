"""Mutants of the toy course's solutions, judged as hand-ins are; what is accepted, and what is stale."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest
from rich.console import Console

from autograder.devcheck.tomls import Survivor
from autograder.errors import CatalogError, UsageError
from autograder.mutants import PartResult, run_mutants
from autograder.mutants.mutant import Mutant
from autograder.mutants.result import Fate, judged
from autograder.mutants.show import as_json, show_results
from autograder.report.model import PartReport
from autograder.sandbox.choose import choose
from autograder.tests.toycourse import Toy, course
from autograder.verdict import Verdict

REASON = "The brief says nothing of what an unknown address is called."
LINE = 'return {"error": "not found"}, 404'


def mutant(number: int = 1) -> Mutant:
    after = f"x = {number + 1}\n"
    file = PurePosixPath("flask_app.py")
    return Mutant(file, "off-by-one", "f", f"x = {number}", after.strip(), "x = 1\n", after)


def fate(number: int, verdict: Verdict) -> Fate:
    report = PartReport(name="flask", kind="contract", verdict=verdict, points=0, max_points=1)
    return Fate(mutant(number), report)


def accept(number: int, framework: str = "flask") -> Survivor:
    return Survivor(
        framework=framework, where="f", line=f"x = {number}", becomes=f"x = {number + 1}", reason=REASON
    )


KILLED = [fate(number, Verdict.FAILED) for number in range(100, 119)]


def test_nineteen_of_twenty_are_enough_and_eighteen_of_nineteen_are_not() -> None:
    alive = fate(1, Verdict.PASSED)
    enough = judged("flask", "flask", [alive, *KILLED], [])
    assert (enough.mutants, enough.share, enough.good) == (20, 0.95, True)
    assert not judged("flask", "flask", [alive, *KILLED[1:]], []).good


def test_an_accepted_survivor_does_not_count() -> None:
    result = judged("flask", "flask", [fate(1, Verdict.PASSED), KILLED[0]], [accept(1), accept(2, "fastapi")])
    assert (result.survivors, result.accepted, result.share, result.stale) == ((), 1, 1.0, ())
    assert result.good


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.CRASHED])
def test_an_entry_that_is_caught_or_has_no_mutant_is_stale(verdict: Verdict) -> None:
    result = judged("flask", "flask", [fate(1, verdict)], [accept(1), accept(2)])
    assert (result.stale, result.good) == ((accept(1), accept(2)), False)


def test_a_mutant_that_was_only_slow_makes_no_entry_stale() -> None:
    assert judged("flask", "flask", [fate(1, Verdict.TIMED_OUT)], [accept(1)]).good


def test_json_tells_every_survivor_with_its_diff() -> None:
    result = judged("flask", "flask", [fate(1, Verdict.PASSED)], [accept(2)])
    told = json.loads(as_json("greeting", [result]))
    assert (told["good"], told["parts"][0]["share"]) == (False, 0.0)
    [survivor] = told["parts"][0]["survivors"]
    assert (survivor["line"], survivor["becomes"]) == ("x = 1", "x = 2")
    assert "+x = 2" in survivor["diff"]
    assert told["parts"][0]["stale"] == [accept(2).model_dump()]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


def tried(toy: Toy) -> PartResult:
    [result] = run_mutants(toy.catalog, choose(own_code=True), "greeting", "flask", jobs=2)
    return result


def weaken(toy: Toy) -> None:
    """Make the checks blind for what an unknown address answers."""
    text = toy.contract.read_text("utf-8")
    strict = '.expect(404, json={"error": "not found"})'
    assert strict in text
    toy.contract.write_text(text.replace(strict, ".expect(404)"), "utf-8")


def survivors_file(toy: Toy) -> Path:
    return toy.path / "autograder/hidden/greeting/survivors.toml"


@pytest.mark.slow
def test_checks_catch_what_they_look_at_and_a_hole_shows(toy: Toy) -> None:
    whole = tried(toy)
    assert (whole.share, whole.survivors) == (1.0, ())
    weaken(toy)
    holed = tried(toy)
    assert {each.operator for each in holed.survivors} == {"string"}
    assert {each.line for each in holed.survivors} == {LINE}
    entries = [
        f"[[survivor]]\nframework = 'flask'\nwhere = '{each.where}'\nline = '{each.line}'\n"
        f'becomes = """{each.becomes}"""\nreason = \'{REASON}\'\n'
        for each in holed.survivors
    ]
    survivors_file(toy).write_text("".join(entries), "utf-8")
    accepted = tried(toy)
    assert (accepted.accepted, accepted.survivors, accepted.good) == (2, (), True)


@pytest.mark.slow
def test_the_command_shows_a_diff_and_an_entry_and_fails(toy: Toy) -> None:
    weaken(toy)
    ran = course("dev", "mutants", "greeting", "--framework", "flask", cwd=toy.path, code=1)
    assert f"-        {LINE}" in ran.stdout
    assert "[[survivor]]" in ran.stdout
    assert "2 not caught" in ran.stdout


@pytest.mark.slow
def test_a_solution_that_fails_is_told_at_once(toy: Toy) -> None:
    solution = toy.path / "solutions/greeting/flask_app.py"
    solution.write_text(solution.read_text("utf-8").replace("not found", "gone"), "utf-8")
    with pytest.raises(CatalogError, match="does not pass its own checks: test_an_unknown_address"):
        tried(toy)


def test_a_framework_without_a_solution_is_a_wrong_word(toy: Toy) -> None:
    with pytest.raises(UsageError, match="no solution in bottle"):
        run_mutants(toy.catalog, choose(own_code=True), "greeting", "bottle")


def test_an_unknown_key_among_the_accepted_is_a_fault(toy: Toy) -> None:
    survivors_file(toy).write_text("[[survivor]]\ncolour = 1\n", "utf-8")
    with pytest.raises(CatalogError, match=r"survivor\.0\."):
        run_mutants(toy.catalog, choose(own_code=True), "greeting")


def test_what_is_shown_names_stale_entries() -> None:
    console = Console(width=100)
    with console.capture() as told_to:
        console.print(show_results("greeting", [judged("flask", "flask", KILLED, [accept(2)])]))
    told = told_to.get()
    assert "no longer needed" in told
    assert "19 mutants: 19 caught, 0 not caught, 0 accepted" in told
