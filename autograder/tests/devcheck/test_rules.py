"""Each rule about files, broken in a small course: found, named, and nothing else said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.devcheck.registry import COURSE_RULES, TOPIC_RULES
from autograder.devcheck.subject import Subject, look_at
from autograder.devcheck.violation import Fault
from autograder.tests.devcheck.toy import TOPIC, hidden, load_toy, replace, write_toy

ALONE = frozenset(
    {"places", "part-kind", "toml", "lesson-section", "lesson-region", "lesson-prediction", "check-sentence"}
    | {"framework-word", "todo", "lint", "types"}
)
"""Rules about a topic that need no check to be collected."""


@dataclass(frozen=True, slots=True)
class Break:
    """How to break a rule, and what it must then say."""

    rule: str
    how: Callable[[Path], object]
    says: str
    times: int = 1


def at(*parts: str) -> Callable[[Path], Path]:
    return lambda root: root.joinpath(*parts)


LESSON = at("lessons", TOPIC, "lesson.md")
PAIR = at("lessons", TOPIC, "flask_app.py")
STARTER = at("exercises", TOPIC, "flask_app.py")
EXAMPLES = at("exercises", TOPIC, "test_examples.py")
HINTS = at("exercises", TOPIC, "hints.toml")
SOLUTION = at("solutions", TOPIC, "flask_app.py")
CONTRACT = at("autograder", "hidden", TOPIC, "test_contract.py")
COURSE = at("course.toml")
CELL = "\n```{{code-cell}} ipython3\n{options}\n{code}\n```\n"
PREDICTS = 'predict("What?", {"a": 1, "b": 2}, observed=1)'


def swap(where: Callable[[Path], Path], old: str, new: str) -> Callable[[Path], object]:
    return lambda root: replace(where(root), old, new)


def add(where: Callable[[Path], Path], text: str) -> Callable[[Path], object]:
    def do(root: Path) -> None:
        path = where(root)
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        path.write_text(before + text, encoding="utf-8")

    return do


def drop(where: Callable[[Path], Path]) -> Callable[[Path], object]:
    return lambda root: where(root).unlink()


BREAKS = [
    Break("starter-copy", add(at(".starters", TOPIC, "flask_app.py"), "x = 1\n"), "differs", times=2),
    Break("unclaimed", add(at("solutions", "parting", "flask_app.py"), "x = 1\n"), "no topic 'parting'"),
    Break("unclaimed", add(at("exercises", TOPIC, "draft.py"), "x = 1\n"), "what this file is for"),
    Break("unclaimed", add(at("lessons", TOPIC, "flask_app.bak"), "x\n"), "what this file is for"),
    Break("unclaimed", add(at("autograder", "hidden", "stray.py"), "x = 1\n"), "what this file is for"),
    Break("unclaimed", lambda root: at("lessons", TOPIC, "data")(root).symlink_to(root), "a link"),
    Break("framework-folder", add(at("lessons", TOPIC, "flask", "a.py"), ""), "can hide the framework"),
    Break("machine-path", add(LESSON, "See /home/" + "ada/course/x.py\n"), "/home/" + "ada/"),
    Break("machine-path", add(STARTER, "# C:\\Users\\" + "ada\n"), "C:\\Users"),
    Break("secret-line", add(LESSON, '\napi.get("/bye").expect(200, json={"bye": True})\n'),
          "test_contract.py"),
    Break("secret-line", lambda root: shutil.rmtree(root / "solutions"), "cannot be told"),
    Break("shared-line", add(at("autograder", "hidden", TOPIC, "shared.txt"), "a line that is nowhere\n"),
          "need not be shared"),
    Break("places", drop(LESSON), "needs this file"),
    Break("places", drop(at("solutions", TOPIC, "NOTES.md")), "needs this file"),
    Break("places", lambda root: shutil.rmtree(root / "exercises" / TOPIC), "needs this file", 5),
    Break("part-kind", swap(COURSE, 'name = "flask"\nkind = "contract"', 'name = "flask"\nkind = "measure"'),
          "cannot be judged yet"),
    Break("part-kind", swap(COURSE, 'framework = "flask"', ""), "says no framework"),
    Break("toml", swap(HINTS, 'id = "none"', 'id = "none"\ncolour = "red"'), "colour is an unknown key"),
    Break("toml", swap(HINTS, ', "Answer with that name."', ""), "stages is wrong"),
    Break("toml", swap(HINTS, 'id = "none"', 'id = "none'), "not TOML"),
    Break("toml", add(at("autograder", "hidden", TOPIC, "exempt.toml"), "[[exempt]]\nwhy = 1\n"),
          "exempt.0.", 4),
    Break("toml", add(at("autograder", "hidden", TOPIC, "survivors.toml"), "[[survivor]]\nwhy = 1\n"),
          "survivor.0.", 6),
    Break("lesson-section", swap(LESSON, "## Saying hello", "## Saying nothing"), "'saying-hello'"),
    Break("lesson-section", swap(LESSON, "(saying-no)=\n", ""), "'saying-no'"),
    Break("lesson-region", swap(PAIR, "# region greet", "# region meet"), "'greet'", 3),
    Break("lesson-region", swap(PAIR, "    # endregion greet\n", ""), "is not closed"),
    Break("lesson-region", add(PAIR, "# region greet\n# endregion\n"), "more than once"),
    Break("lesson-region", add(PAIR, "# endregion\n"), "closes nothing"),
    Break("lesson-prediction", add(LESSON, CELL.format(options="", code=PREDICTS)), "can be read", 2),
    Break("lesson-prediction", add(LESSON, CELL.format(options=":tags: [hide-input]\n", code=PREDICTS)),
          "'source_hidden: true'"),
    Break("lesson-prediction",
          add(LESSON, CELL.format(options="---\ntags: [hide-input]\n---\n", code=PREDICTS)),
          "'source_hidden: true'"),
    Break("check-collected", add(CONTRACT, "import nothing_of_this_name\n"), "nothing_of_this_name", 1),
    Break("check-collected", add(EXAMPLES, "import nothing_of_this_name\n"), "nothing_of_this_name"),
    Break("check-sentence", swap(CONTRACT, "goodbye.", "goodbye"), "without a period"),
    Break("check-sentence", swap(CONTRACT, '    """Who leaves is told goodbye."""\n', ""), "has no sentence"),
    Break("check-sentence", swap(EXAMPLES, "Ada is greeted.", "Ada " + "is " * 60 + "greeted."),
          "160 are the most"),
    Break("check-points", swap(CONTRACT, '@points(1)\n@assesses("refuse")', '@assesses("refuse")'),
          "test_refuses has no points", 3),
    Break("check-points", swap(CONTRACT, '@points(1)\n@assesses("ref', '@points(2)\n@assesses("ref'),
          "The part is worth 3, its checks are worth 4", 2),
    Break("check-objective", swap(CONTRACT, '@assesses("refuse")\n', ""), "assesses nothing"),
    Break("check-objective", swap(CONTRACT, '"refuse"', '"fly"'), "no objective of the topic"),
    Break("check-hint", swap(CONTRACT, '@hint("none")\n', ""), "test_refuses has no hint"),
    Break("check-hint", swap(CONTRACT, '@hint("none")', '@hint("nobody")'), "'nobody', which does not exist"),
    Break("check-hint", swap(HINTS, 'id = "none"', 'id = "name"'), "more than once", 2),
    Break("hint-unused", swap(CONTRACT, '@hint("none")', '@hint("name")'), "No check names the hint 'none'"),
    Break("objective-assessed", swap(CONTRACT, '@assesses("refuse")', '@assesses("greet")'),
          "the part 'fl", 2),
    Break("framework-word", add(CONTRACT, "# works in Flask\n"), "names 'Flask'"),
    Break("framework-word", add(EXAMPLES, "# as werkzeug does\n"), "names 'werkzeug'"),
    Break("todo", swap(STARTER, "TODO: the name", "the name"), "does not say TODO"),
    Break("todo", add(SOLUTION, "# TODO tidy\n"), "There is a TODO"),
    Break("todo", add(LESSON, "TODO: write\n"), "There is a TODO"),
    Break("lint", add(SOLUTION, "import os\n"), "ruff F401"),
    Break("types", lambda root: SOLUTION(root).write_text("def greet(name):\n    return name\n"),
          "no-untyped-def"),
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "a course")


def faults(root: Path, rule: str) -> list[Fault]:
    catalog = load_toy(root)
    if rule in COURSE_RULES:
        return list(COURSE_RULES[rule](catalog))
    topic = catalog.topic(TOPIC)
    subject = Subject(catalog, topic) if rule in ALONE else look_at(catalog, topic)
    return list(TOPIC_RULES[rule](subject))


# mypy reads a good part of the standard library before its first word.
SLOW = {"types": [pytest.mark.slow]}


@pytest.mark.parametrize(
    "broken", [pytest.param(each, id=each.rule, marks=SLOW.get(each.rule, [])) for each in BREAKS]
)
def test_a_broken_rule_is_found(root: Path, broken: Break) -> None:
    broken.how(root)
    found = faults(root, broken.rule)
    assert len(found) == broken.times, found
    assert broken.says in " ".join(each.what for each in found)
    assert all(each.where and each.remedy for each in found)


@pytest.mark.parametrize("rule", [*COURSE_RULES, *(rule for rule in TOPIC_RULES if rule != "types")])
def test_the_sound_course_keeps_the_rule(root: Path, rule: str) -> None:
    assert faults(root, rule) == []


def test_every_rule_about_files_is_broken_by_a_test() -> None:
    assert {each.rule for each in BREAKS} == {*COURSE_RULES, *TOPIC_RULES}


def test_a_fault_names_its_line(root: Path) -> None:
    replace(hidden(root, "test_contract.py"), "goodbye.", "goodbye")
    assert [each.where for each in faults(root, "check-sentence")] == [
        f"autograder/hidden/{TOPIC}/test_contract.py:20"
    ]


def test_a_package_may_stand_for_a_module(root: Path) -> None:
    for tree in ("lessons", "exercises", "solutions"):
        file = root / tree / TOPIC / "flask_app.py"
        package = file.with_suffix("")
        package.mkdir()
        file.rename(package / "__init__.py")
    assert [faults(root, rule) for rule in ("places", "unclaimed", "lesson-region", "todo")] == [[]] * 4


@pytest.mark.parametrize("tool", ["ruff", "mypy"])
def test_an_absent_tool_is_a_violation(root: Path, tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.devcheck.code.find_spec", lambda _: None)
    found = faults(root, {"ruff": "lint", "mypy": "types"}[tool])
    assert [each.what.startswith(f"Cannot tell whether {tool}") for each in found] == [True]


def test_what_tools_leave_behind_is_nobodys_content(root: Path) -> None:
    for name in ("__pycache__/flask_app.cpython-313.pyc", ".ipynb_checkpoints/x.ipynb", ".DS_Store"):
        path = root / "exercises" / TOPIC / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert faults(root, "unclaimed") == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("", "pair()"),
        (":tags: [hide-input]\n:jupyter: {source_hidden: true}\n", PREDICTS),
        ("---\ntags: [hide-input]\njupyter:\n  source_hidden: true\n---\n", PREDICTS),
    ],
)
def test_other_cells_and_predictions_that_are_folded_are_left_alone(
    tmp_path: Path, options: str, code: str
) -> None:
    root = write_toy(tmp_path)
    add(LESSON, CELL.format(options=options, code=code))(root)
    assert faults(root, "lesson-prediction") == []
