"""Parts in which a faulty app is repaired: the findings file, whatever a learner writes into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
BELLS = "\\a" * 1000
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
CONSTRUCTED = (
    "!!bool maybe",
    "!!int ''",
    "!!float ''",
    "!!timestamp x",
    "!!binary '='",
    "!!omap [1]",
    "!x y",
)
PROBLEMS: dict[str, tuple[str | bytes, str]] = {
    "no YAML": ("- class: a\n  function: [\n", "is not YAML in line 3, column 1:"),
    "tabs": ("-\tclass:\ta\n\t- b", "is not YAML in line 1, column 2"),
    "an object": ("- !!python/object/apply:os.system [id]\n", "uses the tag tag:yaml.org,2002:python/object"),
    **{
        f"a constructor of YAML's: {each}": (f"- class: {each}\n", "write the value without a tag")
        for each in CONSTRUCTED
    },
    "a tag on a key": ("- !!bool class: x\n", "uses the tag tag:yaml.org,2002:bool in line 1, column 3"),
    "a merge key": ("- &a {class: x}\n- {<<: *a}\n", "uses &a in line 1, column 3"),
    "an alias of nothing": ("- class: *a\n", "uses *a in line 1, column 10"),
    "a cycle": ("&a\n- *a\n", "uses &a in line 1, column 1"),
    "a cycle of keys": ("- &a {*a : 1}\n", "uses &a in line 1, column 3"),
    "a key twice": (f"{ONE}  class: b\n", "has the key 'class' twice in one mapping, the second"),
    "half a key twice": ('- {"\\ud800": 1, "\\ud800": 2}\n', "has the key '\\ud800' twice"),
    "a mapping as a key": ("- {[a]: b}\n", "has a key in line 1, column 4 that is a list"),
    "two documents": ("---\n- a\n---\n- b\n", "holds a second document in line 3, column 1"),
    "another version": ("%YAML 9.9\n---\n- a\n", "is not YAML in line 1, column 1: found incompatible"),
    "no character": ('- "\\UFFFFFFFF"\n', "is not YAML in line 1, column"),
    "no text": (b"- class: \xff\xfe\n", "is not UTF-8 text in line 1, column 10: save it as UTF-8"),
    "half of UTF-16": (b"\xff\xfe\x00\xd8\x00", "is not UTF-16 text in line 1, column 1"),
    "UTF-32": ("- a\n".encode("utf-32"), "is not YAML in line 1, column 1"),
    "a null byte": (b"# a\n- class: \x00\n", "is not YAML in line 2, column 10: the character '\\x00'"),
    "too deep": (NESTED, "is nested too deeply in line 1, column"),
    "a huge number": (f"- {{class: a, function: f, request: r, line: {'9' * 5000}}}", "whose `line` is not"),
    "no list": ("class: a\n", "does not hold a list"),
    "a word": ("hello\n", "does not hold a list"),
    "a list of words": ("- hello\n", "number 1, that is not a mapping"),
    "a key missing": (f"{ONE}- class: a\n  request: b\n", "number 2, whose `function` is not a string"),
    "an empty text": ("- {class: '', function: f, request: r}", "number 1, whose `class` is not a string"),
    "no value": ("- {class: ~, function: f, request: r}", "number 1, whose `class` is not a string"),
    "half a character": ('- {class: a, function: f, request: "\\ud800"}', "whose `request` is not a string"),
    "a line in words": ("- {class: a, function: f, request: r, line: ten}", "whose `line` is not a line"),
    "a line that is true": ("- {class: a, function: f, request: r, line: yes}", "whose `line` is not a line"),
    "other digits": ("- {class: a, function: f, request: r, line: ٢}", "whose `line` is not a line"),
    "line 0": ("- {class: a, function: f, request: r, line: 0}", "whose `line` is not a line number"),
    "a long text": (f"- {{class: a, function: f, request: {'r' * 2049}}}", "longer than 2048 characters"),
    "too many": (ONE * 51, "holds more than 50 findings"),
    "too many values": (f"- [{'x,' * 5000}]", "holds more than 2000 values"),
    "a long file": ("#" * 65_537, "is longer than 65536 bytes"),
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


@pytest.mark.parametrize(
    "value", ["2026-11-22", "yes", "12", "0x1F", "1:59", "!!str no", "! no", "'&x'", "a*b"]
)
def test_a_value_is_the_string_that_the_file_holds(tmp_path: Path, value: str) -> None:
    found = read(tmp_path, f"- {{class: a, function: f, request: {value}}}\n")
    assert [each.request for each in found.entries] == [value.removeprefix("!!str ").strip("! '")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_the_encodings_of_yaml(tmp_path: Path, encoding: str) -> None:
    text = ONE.replace("search\n", "söarch\n").replace("\n", "\r\n")
    assert [each.function for each in read(tmp_path, text.encode(encoding)).entries] == ["söarch"]


SYNTAX = (
    *(
        "- ",
        "class: ",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        "? ",
        "&a ",
        "*a",
        "!!",
        "!<",
        "%",
        '"',
        "'",
    ),
    *("|", ">", "#", "---", "...", "\\u", "\\x", "d800", "~", "<<", "9", "\t", "\0", "\x1b", "\ufeff"),
)
PIECES = st.lists(st.sampled_from(SYNTAX) | st.characters(codec="utf-8"), max_size=30)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PIECES)
def test_no_text_ends_the_reading(tmp_path: Path, pieces: list[str]) -> None:
    read(tmp_path, "".join(pieces).encode())


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_no_bytes_end_the_reading(tmp_path: Path, data: bytes) -> None:
    read(tmp_path, data)


def test_the_parser_is_not_asked_for_more_once_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0
    parsed = yaml.SafeLoader.get_event

    def counted(loader: yaml.SafeLoader) -> object:
        nonlocal count
        count += 1
        return parsed(loader)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(yaml.SafeLoader, "get_event", counted)
    for text in (NESTED, "{a: " * 10_000, f"[{'x,' * 10_000}]", "- &a x\n" * 5000):
        count = 0
        assert read(tmp_path, text).problem is not None
        assert count < 2010


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
    assert told.message.startswith("flask_findings.yaml is not YAML in line 3, column 1:")
    assert (told.file, told.error) == ("flask_findings.yaml", "")


def test_a_hand_in_without_the_file_is_refused_and_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    toy = repairing(Toy(tmp_path))
    with Grader(toy.catalog, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        part = grader.grade(toy.collected(), ["flask"]).parts[0]
    assert part.refusal is not None
    assert "flask_findings.yaml" in part.refusal


def test_findings_that_are_long_in_all_are_a_sentence(sandbox: Sandbox, tmp_path: Path) -> None:
    # Each \\a is two bytes of the file and six of what is read of it.
    line = f'- {{class: "{"a" * 10}", function: "{BELLS}", request: "{BELLS}"}}\n'
    told = judged(repairing(Toy(tmp_path)), sandbox, line * 15).checks[-1]
    assert told.message == "flask_findings.yaml says more than 65536 characters in all."


@pytest.mark.parametrize("value", CONSTRUCTED)
def test_a_value_that_yaml_cannot_construct_costs_its_learner_a_check_and_no_grade(
    sandbox: Sandbox, tmp_path: Path, value: str
) -> None:
    part = judged(repairing(Toy(tmp_path)), sandbox, f"- class: {value}\n  function: f\n  request: r\n")
    assert part.broken is None
    assert part.checks[-1].verdict is Verdict.FAILED
    assert "in line 1, column 10: write the value without a tag" in part.checks[-1].message


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
