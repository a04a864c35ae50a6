"""Parts in which a faulty app is repaired: the findings file, whatever a learner writes into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.checks.findings import Finding, Findings
from autograder.errors import CatalogError
from autograder.evaluate import Grader
from autograder.kinds.read_findings import main
from autograder.release import find_leaks, release_files
from autograder.report.model import PartReport
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import FLASK, Toy, repairing, validated
from autograder.verdict import Verdict

ONE = "- class: injection\n  function: search\n  line: 12\n  request: GET /search?sort=name;--\n"
ENTRY = Finding(class_="injection", function="search", line=12, request="GET /search?sort=name;--")


def read(folder: Path, text: str | bytes) -> Findings:
    """What the script inside the wall makes of the text."""
    file, result = folder / "flask_findings.yaml", folder / "result"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    main(str(file), str(result))
    return Findings.model_validate_json(result.read_bytes())


def test_an_entry_is_read_with_and_without_a_line(tmp_path: Path) -> None:
    found = read(tmp_path, f"# mine\n{ONE}- {{class: x, function: ' f ', request: 'GET /', why: because}}\n")
    assert found == Findings(entries=(ENTRY, Finding(class_="x", function="f", request="GET /")))


@pytest.mark.parametrize("text", ["", "# nothing found yet\n", "[]\n", "---\n"])
def test_a_file_without_findings_is_read_as_none(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Findings()


NESTED = "[" * 5000
PROBLEMS: dict[str, tuple[str | bytes, str]] = {
    "no YAML": ("- class: a\n  function: [\n", "is not YAML in line 3:"),
    "tabs": ("-\tclass:\ta\n\t- b", "is not YAML in line"),
    "an object": ("- !!python/object/apply:os.system [id]\n", "is not YAML in line 1: could not determine"),
    "no text": (b"- class: \xff\xfe\n", "is not YAML"),
    "a null byte": (b"- class: \x00\n", "is not YAML"),
    "too deep": (NESTED, "is not YAML"),
    "a huge number": (f"- {{class: a, function: f, request: r, line: {'9' * 5000}}}", "is not YAML"),
    "no list": ("class: a\n", "does not hold a list"),
    "a word": ("hello\n", "does not hold a list"),
    "a list of words": ("- hello\n", "number 1, that is not a mapping"),
    "a key missing": (f"{ONE}- class: a\n  request: b\n", "number 2, whose `function` is not a string"),
    "an empty text": ("- {class: '', function: f, request: r}", "number 1, whose `class` is not a string"),
    "a date": ("- {class: a, function: f, request: 2026-11-22}", "whose `request` is not a string"),
    "half a character": ('- {class: a, function: f, request: "\\ud800"}', "whose `request` is not a string"),
    "a line in words": ("- {class: a, function: f, request: r, line: ten}", "whose `line` is not a line"),
    "a line that is true": ("- {class: a, function: f, request: r, line: yes}", "whose `line` is not a line"),
    "line 0": ("- {class: a, function: f, request: r, line: 0}", "whose `line` is not a line number"),
    "a long text": (f"- {{class: a, function: f, request: {'r' * 2049}}}", "longer than 2048 characters"),
    "too many": (ONE * 51, "holds more than 50 findings"),
    "a long file": ("#" * 65_537, "is longer than 65536 bytes"),
    "laughs": (
        "- &a [x, x, x, x]\n"
        + "".join(f"- &{new} [*{old}, *{old}, *{old}, *{old}]\n" for old, new in pairwise("abcdefghijkl")),
        "number 1, that is not a mapping",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, name: str) -> None:
    text, says = PROBLEMS[name]
    found = read(tmp_path, text)
    assert found.entries == ()
    assert found.problem is not None
    assert says in found.problem
    assert found.problem.endswith(".")
    assert "\n" not in found.problem


def test_the_most_that_is_read_arrives_whole(tmp_path: Path) -> None:
    longest = f"- {{class: {'a' * 50}, function: f, request: {'r' * 1000}}}\n"
    assert len(read(tmp_path, longest * 50).entries) == 50


@pytest.fixture(params=["bubblewrap", "plain"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from open_sandbox(request.param)


def judged(toy: Toy, sandbox: Sandbox, findings: str, **beside: str) -> PartReport:
    folder = toy.hand_in("ann", {"flask_app.py": FLASK, "flask_findings.yaml": findings, **beside})
    with Grader(toy.catalog, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        return validated(grader.grade(toy.taken(folder, "ann"), ["flask"])).parts[0]


def test_checks_see_what_the_learner_found_and_the_repaired_app(sandbox: Sandbox, tmp_path: Path) -> None:
    toy = repairing(Toy(tmp_path))
    part = judged(toy, sandbox, ONE, **{"yaml.py": "1 / 0\n", "json.py": "1 / 0\n"})
    assert (part.verdict, part.points) == (Verdict.PASSED, 10), part
    assert {check.file for check in part.checks[:-1]} == {None}
    told = judged(toy, sandbox, "- class: none\n  function: [\n").checks[-1]
    assert told.verdict is Verdict.FAILED
    assert told.message.startswith("flask_findings.yaml is not YAML in line 3:")
    assert (told.file, told.error) == ("flask_findings.yaml", "")


def test_a_hand_in_without_the_file_is_refused_and_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    toy = repairing(Toy(tmp_path))
    with Grader(toy.catalog, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        part = grader.grade(toy.collected(), ["flask"]).parts[0]
    assert part.refusal is not None
    assert "flask_findings.yaml" in part.refusal


def test_findings_that_are_long_in_all_are_a_sentence(sandbox: Sandbox, tmp_path: Path) -> None:
    entry = {"class": "*a", "function": "*a", "request": "*a"}
    anchor = f'- {{class: &a "{"x" * 2000}", function: f, request: r}}\n'
    line = "- " + json.dumps(entry).replace('"', "") + "\n"
    told = judged(repairing(Toy(tmp_path)), sandbox, anchor + line * 40).checks[-1]
    assert told.message == "flask_findings.yaml says more than 65536 characters in all."


def test_a_part_that_hands_in_no_findings_is_a_fault_of_the_course(tmp_path: Path) -> None:
    toy = repairing(Toy(tmp_path))
    course = toy.path / "course.toml"
    course.write_text(course.read_text("utf-8").replace(', "flask_findings.yaml"', ""), "utf-8")
    catalog = load(toy.path)
    with (
        Grader(catalog, sandbox=next(open_sandbox("plain")), seed=lambda _: "5eed") as grader,
        pytest.raises(CatalogError, match=r"hands in no flask_findings\.yaml"),
    ):
        grader.grade(toy.collected(), ["flask"])


def leaks(toy: Toy) -> set[tuple[str, str]]:
    """Public file and secret line."""
    found = find_leaks(toy.catalog, release_files(toy.catalog))
    return {(leak.where.partition(":")[0], leak.text) for leak in found}


def test_what_learners_are_given_to_repair_is_no_secret_and_the_repair_is(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    starter, brief = "exercises/greeting/flask_app.py", "exercises/greeting/README.md"
    (toy.path / starter).write_text(FLASK.replace("not found", "gone"), "utf-8")
    assert starter in {where for where, _ in leaks(toy)}
    repairing(toy)
    [repair] = [line.strip() for line in FLASK.splitlines() if "not found" in line]
    with (toy.path / brief).open("a", encoding="utf-8") as file:
        file.write(f"\n{repair}\n")
    assert starter not in {where for where, _ in leaks(toy)}
    assert (brief, repair) in leaks(toy)
