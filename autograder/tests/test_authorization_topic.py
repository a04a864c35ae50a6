"""The examples of the topic authorization, as far as they read findings."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from autograder import checks
from autograder.catalog import load
from autograder.checks import CheckFailed
from autograder.checks.findings import Finding, Findings

PLACES = load(None).places("authorization")
RIGHT = Finding(class_="idor-read", function="show_entry", request="GET /diary/1")


@pytest.fixture(scope="module")
def examples() -> ModuleType:
    return module(PLACES.examples)


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("authorization_examples", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "hint", lambda *_: lambda function: function)  # this run has no such mark
        spec.loader.exec_module(made)
    return made


def test_the_examples_know_the_slugs_and_the_views_of_the_brief(examples: ModuleType) -> None:
    brief = PLACES.brief.read_text("utf-8")
    classes = brief.partition("| class | ")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", classes, re.MULTILINE) == examples.CLASSES
    contract = brief.partition("| request | ")[2].partition("\n\n")[0]
    assert re.findall(r"\| `(\w+)` \|", contract) == examples.VIEWS


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"class_": "idor-raed"}, "Finding 2 has the class `idor-raed`, which the brief does not list: did"),
        ({"class_": "IDOR-read"}, "did you mean `idor-read`?"),
        ({"class_": "xyz"}, "Finding 2 has the class `xyz`, which the brief does not list."),
        ({"function": "show_entrys"}, "the function `show_entrys`, which the brief does not list: did"),
    ],
)
def test_a_misspelled_finding_fails_an_example_that_names_it(
    examples: ModuleType, wrong: dict[str, str], told: str
) -> None:
    findings = Findings(entries=(RIGHT, RIGHT.model_copy(update=wrong)))
    with pytest.raises(CheckFailed, match=re.escape(told)):
        examples.test_example_names(findings)


def test_findings_as_the_brief_names_them_pass(examples: ModuleType) -> None:
    examples.test_example_names(Findings(entries=(RIGHT, RIGHT)))
    examples.test_example_names(Findings())
