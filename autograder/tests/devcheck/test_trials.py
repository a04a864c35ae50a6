"""The rules about what authored apps did, on trials made up for the purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.catalog import Catalog
from autograder.checks.message import CheckInfo
from autograder.devcheck.authored import App, Role, authored_apps, told_to_fail
from autograder.devcheck.bench import Trial
from autograder.devcheck.registry import TRIAL_RULES
from autograder.devcheck.subject import Subject
from autograder.report.model import CheckReport, PartReport, ProcessReport
from autograder.tests.devcheck.toy import TOPIC, hidden, load_toy, replace, write_toy, wrong
from autograder.verdict import Verdict, worst

CHECKS = ("test_greets", "test_leaves", "test_refuses")
PASSED, FAILED, SKIPPED, BROKEN = Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED, Verdict.BROKEN
CAUGHT_BY = {"shouts": "test_greets", "stays": "test_leaves", "offers_all": "test_refuses"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "a course")


def trial(app: App, verdicts: dict[str, Verdict], *, started: bool = True, examples: bool = False) -> Trial:
    """A trial in which every check passed that is not named."""
    checks = tuple(check(name, verdicts.get(name, PASSED)) for name in CHECKS)
    verdict = worst(each.verdict for each in checks)
    report = PartReport(
        name=app.part.name,
        kind="contract",
        verdict=verdict,
        points=sum(each.points for each in checks),
        max_points=3,
        checks=checks,
        process=ProcessReport(started=started),
        broken="the disk is full" if verdict is BROKEN else None,
    )
    return Trial(app, examples, report)


def check(name: str, verdict: Verdict) -> CheckReport:
    points = 1 if verdict is PASSED else 0
    return CheckReport(
        name=name, sentence="It does.", verdict=verdict, points=points, max_points=1, message="?"
    )


def as_intended(catalog: Catalog) -> Iterator[Trial]:
    for app in authored_apps(catalog, catalog.topic(TOPIC)):
        if app.role is Role.WRONG:
            yield trial(app, {CAUGHT_BY[app.slug]: FAILED})
        elif app.role is Role.STARTER:
            yield trial(app, {"test_greets": FAILED, "test_leaves": FAILED})
        else:
            yield trial(app, {})


def said(root: Path, rule: str, *changed: tuple[str, dict[str, Verdict]], started: bool = True) -> list[str]:
    """What a rule says when the named apps of the Flask part came out otherwise than intended."""
    catalog = load_toy(root)
    others = dict(changed)
    trials = [
        trial(each.app, others[name], started=started) if name in others else each
        for each in as_intended(catalog)
        for name in [f"{each.app.role}/{each.app.slug}/{each.app.part.name}"]
    ]
    infos = tuple(
        CheckInfo(name=name, sentence="It does.", points=1, objective=None, hints=(), needs=(), file="f.py")
        for name in CHECKS
    )
    subject = Subject(catalog, catalog.topic(TOPIC), {"flask": infos, "fastapi": infos}, trials=tuple(trials))
    return [each.what for each in TRIAL_RULES[rule](subject)]


@pytest.mark.parametrize("rule", TRIAL_RULES)
def test_when_all_is_as_intended_no_rule_is_broken(root: Path, rule: str) -> None:
    assert said(root, rule) == []


def test_what_fails_on_our_side_is_told_once_and_taken_for_no_result(root: Path) -> None:
    broken = ("solution/flask_app/flask", {"test_greets": BROKEN})
    another = ("wrong/shouts/flask", {"test_greets": BROKEN})
    assert said(root, "judged", broken, another) == ["Judging it failed: the disk is full"]
    assert said(root, "solution", broken) == []
    assert len(said(root, "caught", another)) == 1


def test_an_app_that_was_not_tried_is_told(root: Path) -> None:
    catalog = load_toy(root)
    subject = Subject(catalog, catalog.topic(TOPIC))
    assert len(list(TRIAL_RULES["judged"](subject))) == 12


def test_a_starter_must_boot(root: Path) -> None:
    (what,) = said(root, "starter", ("starter/flask_app/flask", {}), started=False)
    assert what.startswith("The starter does not start")


def test_a_starter_earns_no_more_than_its_share(root: Path) -> None:
    (what,) = said(root, "starter", ("starter/flask_app/flask", {"test_greets": FAILED}))
    assert what == "The starter earns 67% of the points; 35% are the most."


@pytest.mark.parametrize("role", ["solution/flask_app", "right/other"])
@pytest.mark.parametrize("verdict", [FAILED, SKIPPED, Verdict.TIMED_OUT, Verdict.CRASHED])
def test_a_right_app_passes_every_check(root: Path, role: str, verdict: Verdict) -> None:
    (what,) = said(root, role.partition("/")[0], (f"{role}/flask", {"test_leaves": verdict}))
    assert what == f"The check test_leaves says {verdict}: ?"


@pytest.mark.parametrize("role", ["solution/flask_app", "right/other"])
def test_a_right_app_must_start(root: Path, role: str) -> None:
    (what,) = said(root, role.partition("/")[0], (f"{role}/flask", {}), started=False)
    assert "does not start" in what


def test_a_wrong_one_that_fails_nothing_breaks_two_rules(root: Path) -> None:
    passes = ("wrong/stays/flask", dict[str, Verdict]())
    assert said(root, "wrong", passes) == ["It says that it fails test_leaves, but does not."]
    assert said(root, "caught", passes) == ["No wrong submission in flask shows that test_leaves can fail."]


def test_a_wrong_one_fails_only_what_it_names(root: Path) -> None:
    told = said(root, "wrong", ("wrong/stays/flask", {"test_leaves": FAILED, "test_refuses": FAILED}))
    assert told == [
        "It fails test_refuses, which it does not name.",
        "It passes 1 of the 2 checks that it does not name.",
    ]


def test_checks_that_are_skipped_are_not_failed_but_not_passed_either(root: Path) -> None:
    told = said(root, "wrong", ("wrong/stays/flask", {"test_leaves": FAILED, "test_refuses": SKIPPED}))
    assert told == ["It passes 1 of the 2 checks that it does not name."]


def test_a_skipped_check_is_not_caught(root: Path) -> None:
    assert len(said(root, "caught", ("wrong/stays/flask", {"test_leaves": SKIPPED}))) == 1


def test_a_wrong_one_must_run(root: Path) -> None:
    everything = dict.fromkeys(CHECKS, Verdict.CRASHED)
    (what,) = said(root, "wrong", ("wrong/stays/flask", everything), started=False)
    assert what.startswith("The app does not run")
    assert len(said(root, "caught", ("wrong/stays/flask", everything), started=False)) == 1


def test_a_wrong_one_says_what_it_fails(root: Path) -> None:
    replace(wrong(root, "stays"), "Fails: test_leaves\n", "")
    assert said(root, "wrong") == ["The app does not say what it fails."]


def test_a_wrong_one_names_checks_that_there_are(root: Path) -> None:
    replace(wrong(root, "stays"), "Fails: test_leaves", "Fails: test_leaves, test_flies")
    assert said(root, "wrong") == ["It names 'test_flies', which is no check of its part."]


EXEMPT = '[[exempt]]\ncheck = "{}"\nframework = "flask"\nreason = "the framework always does it"\n'


def test_an_exempt_check_needs_no_wrong_one(root: Path) -> None:
    hidden(root, "exempt.toml").write_text(EXEMPT.format("test_leaves"))
    passes = ("wrong/stays/flask", dict[str, Verdict]())
    assert said(root, "caught", passes) == []
    assert said(root, "exemption", passes) == []


def test_an_exemption_that_is_no_longer_needed_is_a_violation(root: Path) -> None:
    hidden(root, "exempt.toml").write_text(EXEMPT.format("test_leaves"))
    (what,) = said(root, "exemption")
    assert "no longer needed" in what


def test_an_exemption_of_no_check_is_a_violation(root: Path) -> None:
    hidden(root, "exempt.toml").write_text(EXEMPT.format("test_flies"))
    (what,) = said(root, "exemption")
    assert "no check 'test_flies'" in what


def test_the_names_may_run_over_several_lines(root: Path) -> None:
    replace(
        wrong(root, "stays"), "Fails: test_leaves\n", "Fails: test_leaves,\n    test_a[1-x]\n\nAnd more.\n"
    )
    catalog = load_toy(root)
    apps = {app.path: app for app in authored_apps(catalog, catalog.topic(TOPIC))}
    assert told_to_fail(apps[wrong(root, "stays")]) == ("test_leaves", "test_a[1-x]")


@pytest.mark.parametrize(
    ("files", "placed"),
    [
        (["flask_app.py", "names.py"], ["flask_app.py", "names.py"]),
        (["__init__.py", "names.py"], ["flask_app/__init__.py", "flask_app/names.py"]),
    ],
)
def test_a_folder_is_a_hand_in_or_the_package_itself(root: Path, files: list[str], placed: list[str]) -> None:
    folder = hidden(root, "wrong/many.flask")
    folder.mkdir()
    for name in files:
        (folder / name).write_text('"""M.\n\nFails: test_leaves\n"""\n')
    catalog = load_toy(root)
    (app,) = (each for each in authored_apps(catalog, catalog.topic(TOPIC)) if each.path == folder)
    assert [str(path) for path, _ in app.files] == placed
    assert told_to_fail(app) == ("test_leaves",)
