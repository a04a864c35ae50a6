"""In which order checks run, and that a check which has failed asks for everything all the same."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.expect import CheckFailed, expect, fail, noting, prompt, spend
from autograder.checks.holder import CheckHolder
from autograder.checks.message import Finding, Order
from autograder.checks.runner import CheckRunner, Steered
from autograder.evaluate import Grader
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.checks.test_runner import Steady, check_file, one, order
from autograder.tests.toycourse import Toy
from autograder.verdict import Verdict

ASKED: list[str] = []


class Asked(BaseHTTPRequestHandler):
    """Answers 404 and `{}`, and keeps what it was asked."""

    def do_GET(self) -> None:
        ASKED.append(self.path)
        if self.path == "/slow":
            threading.Event().wait(1.5)
        self.send_response(404)
        self.send_header("Content-Length", "2")
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the client has given up
            self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    ASKED.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(5)


@pytest.fixture(params=[False, True], ids=["pytest", "light"])
def light(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def found(folder: Path, body: str, port: int, *, seeds: list[str], light: bool = True) -> list[list[Finding]]:
    file = check_file(folder, body)
    runs = []
    with (
        CheckHolder([file], graded=True, light=light) as holder,
        CheckRunner([file], holder=holder) as runner,
    ):
        assert holder.is_light is light
        for seed in seeds:
            drawn = replace(order(port, seed), drawn=True)
            runs.append(list(runner.run(drawn, Steady(), give_up=lambda: None)))
    return runs


def names(findings: list[Finding]) -> list[str]:
    return [each.name for each in findings]


TEN = "".join(one(number, f'api.get("/{number}")') for number in range(10))
WRITTEN = [f"test_{number}" for number in range(10)]


def test_the_order_is_drawn_from_the_seed_alone(tmp_path: Path, port: int, *, light: bool) -> None:
    first, again, other = found(tmp_path, TEN, port, seeds=["1", "1", "2"], light=light)
    assert names(first) == names(again)
    assert sorted(names(first)) == sorted(names(other)) == WRITTEN
    assert len({tuple(names(each)) for each in (first, other)} | {tuple(WRITTEN)}) == 3
    assert [f"test_{path[1:]}" for path in ASKED[:10]] == names(first)


def test_both_ways_of_collecting_draw_the_same_order(tmp_path: Path, port: int) -> None:
    seeds = [str(number) for number in range(5)]
    plain, light = (found(tmp_path, TEN, port, seeds=seeds, light=each) for each in (False, True))
    assert [names(each) for each in plain] == [names(each) for each in light]


def test_no_check_runs_before_one_that_it_needs(tmp_path: Path, port: int) -> None:
    body = "".join(
        one(number, 'api.get("/")', f'@needs("test_{number - 1}")\n' if number % 3 else "")
        for number in range(9)
    )
    for run in found(tmp_path, body, port, seeds=[str(number) for number in range(20)]):
        at = {name: place for place, name in enumerate(names(run))}
        assert all(at[f"test_{number - 1}"] < at[f"test_{number}"] for number in range(9) if number % 3)


def test_reports_keep_the_written_order_and_examples_run_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy, ran = Toy(tmp_path), list[list[str]]()
    files, examples = toy.collected(), toy.catalog.places("greeting").examples
    run = CheckRunner.run

    def noted(self: CheckRunner, order: Order, app: Steered, *, give_up: Callable[[], None]) -> Any:
        ran.append(names(list(run(self, order, app, give_up=give_up))))
        return run(self, order, app, give_up=give_up)

    monkeypatch.setattr(CheckRunner, "run", noted)
    reported = []
    # With the toy's three checks, of which one needs another, three orders are possible.
    for seed, checks in [*((str(number), None) for number in range(6)), ("1", [examples])]:
        with Grader(toy.catalog, sandbox=PlainSandbox(), seed=partial(_same, seed), checks=checks) as grader:
            part = grader.grade(files, ["flask"]).parts[0]
        reported.append([check.name for check in part.checks])
    with CheckHolder([toy.contract], graded=True) as holder:
        written = [info.name for info in holder.infos]
    assert reported[:6] == [written] * 6
    assert len({tuple(each) for each in ran[:6]}) > 1
    assert ran[6] == reported[6]


def _same(seed: str, topic: str) -> str:
    assert topic
    return seed


def test_a_check_that_failed_asks_for_everything_and_reports_the_first_failure(
    tmp_path: Path, port: int, *, light: bool
) -> None:
    body = one(1, 'api.get("/a").expect(200); expect(False, "No."); api.get("/b").expect(201)')
    [[finding]] = found(tmp_path, body, port, seeds=["1"], light=light)
    assert ASKED == ["/a", "/b"]
    assert (finding.verdict, finding.sent, finding.expected) == (Verdict.FAILED, "GET /a", "status 200")


def test_what_goes_wrong_after_a_failure_is_not_the_checks_fault(tmp_path: Path, port: int) -> None:
    body = one(1, 'api.get("/a").expect(200).json()["number"] + 1')
    [[finding]] = found(tmp_path, body, port, seeds=["1"])
    assert (finding.verdict, finding.message) == (Verdict.FAILED, "The status is 404, not 200.")


def test_a_check_that_failed_and_then_hung_counts_as_hung(tmp_path: Path, port: int) -> None:
    body = "".join(one(number, 'api.get("/a").expect(200); api.get("/slow")') for number in range(4))
    [run] = found(tmp_path, body, port, seeds=["1"])
    assert [each.verdict for each in run] == [Verdict.FAILED] * 2 + [Verdict.TIMED_OUT] * 2
    assert "Not run" in run[3].message


def test_a_check_that_failed_cannot_go_on_for_ever(tmp_path: Path, port: int) -> None:
    body = one(1, 'api.get("/a").expect(200)\n    while True: api.get("/b")')
    [[finding]] = found(tmp_path, body, port, seeds=["1"])
    assert finding.verdict is Verdict.FAILED
    assert finding.message == "The status is 404, not 200."
    assert len(ASKED) == 65


def test_a_failure_is_raised_at_once_outside_checks_and_where_a_helper_asks_for_it() -> None:
    with pytest.raises(CheckFailed):
        fail(CheckFailed("No check runs."))
    spend()
    with noting() as noted:
        expect(condition=False, message="Noted.")
        with prompt(), pytest.raises(CheckFailed, match="Raised"):
            expect(condition=False, message="Raised.")
        expect(condition=False, message="Too late.")
    assert noted.first is not None
    assert noted.first.message == "Noted."
