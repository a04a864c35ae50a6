"""The runner itself: it sees what is not held, says so, and refuses where there is no wall."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.attackrun import suite
from autograder.attackrun.attack import KINDS, Attack, attacks_folder, read_attacks
from autograder.attackrun.engine import Engine
from autograder.attackrun.ground import Ground, open_ground
from autograder.attackrun.hold import faults_of
from autograder.attackrun.result import Result
from autograder.attackrun.show import markdown, summary
from autograder.attackrun.suite import chosen, one, run
from autograder.attackrun.target import Answer, Target
from autograder.cli.main import main
from autograder.errors import SandboxUnavailable, UsageError
from autograder.report.model import CheckReport, ProcessReport
from autograder.tests.report.samples import check, part, report
from autograder.verdict import Verdict

ATTACKS = {each.name: each for each in read_attacks()}


def test_every_kind_is_tried() -> None:
    assert {kind for attack in ATTACKS.values() for kind in attack.kinds} == set(range(1, KINDS + 1))


def test_every_folder_is_an_attack() -> None:
    folders = {path.name for path in (attacks_folder() / "submissions").iterdir() if path.is_dir()}
    assert {name for name in folders if name[0].isdigit()} == {each.folder.name for each in ATTACKS.values()}


def test_a_dozen_are_tried_in_the_fast_tier() -> None:
    assert 10 <= sum(each.fast for each in ATTACKS.values()) <= 20


# ── What it sees in a report ────────────────────────────────────────────────────────────────────────

ATTACK = Attack(
    name="sample",
    kinds=(1,),
    tries="Tries a sample of everything.",
    part="flask",
    base="examples",
    verdicts=(Verdict.FAILED,),
    held_by="wall",
    because="It is a sample of what is held.",
)


def faults(*checks: CheckReport, attack: Attack = ATTACK, worth: float = 2, **more: Any) -> str:
    process = ProcessReport(started=True, stdout=more.pop("stdout", ""))
    told = report(part("flask", *checks, process=process, max_points=10), **more)
    return "\n".join(faults_of(attack, Answer({"report": told.model_dump(mode="json")}), worth))


FAILED = check("b", Verdict.FAILED)


def test_an_honest_report_has_no_fault() -> None:
    assert faults(check("a", points=2, max_points=2), FAILED) == ""


def test_a_point_more_than_the_base_is_seen() -> None:
    assert "it has 3 points" in faults(check("a", points=3, max_points=3), FAILED)


def test_another_verdict_is_seen() -> None:
    assert "the verdict is passed, not failed" in faults(check("a", points=2, max_points=2))


def test_a_secret_in_a_report_is_seen() -> None:
    assert "a secret of the grader's" in faults(FAILED, stdout=f"canary-{'0' * 32}")


def test_what_a_hand_in_reached_is_seen() -> None:
    assert "REACHED the moon" in faults(FAILED, stdout="REACHED the moon\nTRIED 1\n")


def test_an_attack_that_did_not_run_is_seen() -> None:
    probing = ATTACK.model_copy(update={"tried": 3})
    assert "it made 2 attempts, not 3" in faults(FAILED, attack=probing, stdout="TRIED 2\n")


def test_a_hidden_input_that_a_student_could_read_is_seen() -> None:
    told = check("b", Verdict.FAILED, got="leak-00ff", message="No.")
    assert "at the level 'example' a student reads a hidden input: leak-00ff" in faults(told)


def test_a_report_that_grows_with_the_app_is_seen() -> None:
    assert "the report has 97 kB" in faults(check("b", Verdict.FAILED, got="x" * 99_000))


# ── What it sees on the machine, where there is no wall ─────────────────────────────────────────────


@pytest.fixture(scope="module")
def open_field() -> Iterator[tuple[Engine, Ground]]:
    """A grader without a wall, for hand-ins that look and leave, and do no harm."""
    with open_ground() as ground, Target(ground, "plain") as target:
        assert target.sandbox == "plain"
        yield Engine(ground, target), ground


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("reads_the_checks", "a secret of the grader's stands in the report"),
        ("calls_out", "REACHED the machine's loopback"),
        ("remembers_what_was_asked", "it left the file"),
        ("leaves_a_daemon", "a process of it still runs"),
        ("asks_an_accomplice", "REACHED abstract"),
    ],
)
def test_without_a_wall_it_sees_what_is_not_held(
    open_field: tuple[Engine, Ground], name: str, seen: str
) -> None:
    engine, ground = open_field
    result = one(engine, ATTACKS[name])
    _end_all_with(ground.token)
    assert not result.held
    assert seen in "\n".join(result.faults)


def _end_all_with(token: str) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if token.encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            continue


# ── The command ─────────────────────────────────────────────────────────────────────────────────────


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["dev", "attacks", *words])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_without_a_wall_it_names_what_is_not_held_and_that_grading_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> None:
        raise SandboxUnavailable("There is no wall.", where="here", remedy="Build one.")

    monkeypatch.setattr(suite, "choose", refuse)
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = told(capsys, "--sandbox", "cold", "--only", "bombs_with_processes", "--only", "40")
    assert code == 1
    assert "grading refuses: There is no wall." in " ".join(out.split())
    assert out.count("✗ NOT HELD") == 3
    assert "3 were not tried: there is no wall here." in out


@pytest.mark.usefixtures("walled")
def test_it_tries_what_it_is_asked_to_and_writes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    page = tmp_path / "a page.md"
    code, out, _ = told(capsys, "--only", "leaves_at_import", "--sandbox", "cold", "--markdown", str(page))
    assert code == 0, out
    assert "✓ held" in out
    assert "1 try at 1 attack of 1 of the 49 kinds, in cold: 1 held." in out
    text = page.read_text("utf-8")
    assert "| 6 | `leaves_at_import` | Ends its process with exit code 0" in text
    assert "Made by `course dev attacks --markdown autograder/ATTACKS.md`" in text


@pytest.mark.parametrize("words", [("--only", "no_such_attack"), ("--sandbox", "lukewarm")])
def test_what_does_not_exist_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    code, _, err = told(capsys, *words)
    assert code == 2
    assert words[1] in err


def test_an_installed_package_says_that_it_has_no_attacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.__file__", str(tmp_path / "autograder" / "__init__.py"))
    with pytest.raises(UsageError, match="The attacks are not here"):
        chosen([])


def test_the_page_in_the_tree_names_every_attack() -> None:
    text = (Path(__file__).parents[2] / "ATTACKS.md").read_text("utf-8")
    missing = [name for name in ATTACKS if f"| `{name}` |" not in text]
    assert missing == []


def test_a_lane_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Boom(Exception):
        pass

    def fail(*_: object) -> None:
        raise Boom

    monkeypatch.setattr(suite, "choose", lambda **_: type("Wall", (), {"check_available": lambda _: None})())
    monkeypatch.setattr(suite, "Engine", fail)
    monkeypatch.setattr(suite, "Target", fail)
    with pytest.raises(Boom):
        list(run([ATTACKS["leaves_at_import"]], "cold", jobs=1))


def test_the_sum_counts_what_is_held() -> None:
    results = [
        Result(ATTACK, "cold", "failed"),
        Result(ATTACK.model_copy(update={"bounded": "Some."}), "cold", "failed"),
        Result(ATTACK, "warm", "failed", ("a fault",)),
    ]
    assert summary(results).endswith("in cold, warm: 1 held, 1 bounded, 1 NOT HELD.")
    assert "held (cold)" in markdown([results[0], results[2]])
    assert "NOT HELD (warm)" in markdown([results[0], results[2]])
