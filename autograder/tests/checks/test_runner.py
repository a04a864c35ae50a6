"""The checks' process: what it finds, and what it never takes for a pass."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from autograder.checks.message import Finding, Order
from autograder.checks.runner import CheckRunner
from autograder.errors import GradingBroken
from autograder.sandbox.job import Address
from autograder.verdict import Verdict

HEAD = "from autograder.checks import Api, Draw, expect, hint, needs, points\n"


class Steady:
    """An app whose restarts are only noted."""

    def __init__(self, *, starts: bool = True) -> None:
        self.left: Mapping[str, bytes] = {}
        self.asked: list[Mapping[str, str]] = []
        self._starts = starts

    def restart(self, environment: Mapping[str, str] | None = None) -> bool:
        self.asked.append(environment or {})
        self.left = {"log": f"run {len(self.asked)}".encode()}
        return self._starts


MEETING = threading.Barrier(8)
"""Nobody is answered below /meet before eight have asked."""


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/meet"):
            MEETING.wait(5)
        if self.path == "/slow":
            threading.Event().wait(1.5)
        body = b'{"hello": "world"}'
        self.send_response(200 if self.path == "/hello" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(5)


def check_file(folder: Path, body: str, name: str = "test_contract.py") -> Path:
    path = folder / name
    path.write_text(HEAD + body)
    return path


def order(
    port: int, seed: str = "1", hang_limit: int = 2, wall_s: float = 30, request_wall_s: float = 0.3
) -> Order:
    return Order(
        addresses=(Address(port=port),),
        left=("log",),
        seed=seed,
        wall_s=wall_s,
        request_wall_s=request_wall_s,
        response_bytes=10_000,
        hang_limit=hang_limit,
    )


def findings(runner: CheckRunner, order: Order) -> dict[str, Finding]:
    found = runner.run(order, Steady(), give_up=lambda: None)
    return {each.name: each for each in found}


def run(folder: Path, body: str, order: Order) -> dict[str, Finding]:
    with CheckRunner([check_file(folder, body)]) as runner:
        return findings(runner, order)


def one(number: int, body: str, marks: str = "", worth: float = 1) -> str:
    head = f"@points({worth})\n{marks}def test_{number}(api: Api) -> None:\n"
    return f'{head}    """It does thing {number}."""\n    {body}\n\n\n'


def test_a_check_passes_or_fails_by_the_answer(tmp_path: Path, port: int) -> None:
    found = run(
        tmp_path, one(1, 'api.get("/hello").expect(200)') + one(2, 'api.get("/x").expect(200)'), order(port)
    )
    assert (found["test_1"].verdict, found["test_2"].verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert found["test_2"].sent == "GET /x"
    assert found["test_2"].expected == "status 200"


@pytest.mark.parametrize(
    "fault",
    ["raise KeyError('x')", "assert False", "import pytest; pytest.skip('no')", "import sys; sys.exit(0)"],
)
def test_a_fault_in_a_check_is_broken_and_never_the_students(tmp_path: Path, port: int, fault: str) -> None:
    found = run(tmp_path, one(1, fault), order(port))
    assert found["test_1"].verdict is Verdict.BROKEN


def test_an_app_that_is_gone_is_a_crash(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        free = unused.getsockname()[1]
    assert run(tmp_path, one(1, 'api.get("/")'), order(free))["test_1"].verdict is Verdict.CRASHED


def test_after_some_hangs_the_rest_is_not_tried_and_says_so(tmp_path: Path, port: int) -> None:
    body = "".join(one(number, 'api.get("/slow")') for number in range(4)) + one(9, 'api.get("/hello")')
    found = run(tmp_path, body, order(port, hang_limit=2))
    assert {each.verdict for each in found.values()} == {Verdict.TIMED_OUT}
    assert "Not run" in found["test_9"].message
    assert "Not run" not in found["test_1"].message


def test_a_check_that_rests_on_a_failed_one_is_skipped_with_the_reason(tmp_path: Path, port: int) -> None:
    body = one(1, 'api.get("/hello").expect(500)') + one(2, 'api.get("/hello")', '@needs("test_1")\n')
    found = run(tmp_path, body, order(port))
    assert found["test_2"].verdict is Verdict.SKIPPED
    assert "It does thing 1." in found["test_2"].message


def test_what_a_check_leaves_behind_is_gone_in_the_next_run(tmp_path: Path, port: int) -> None:
    body = "SEEN: list[int] = []\n\n\n" + one(
        1, 'SEEN.append(1); expect(len(SEEN) == 1, "State carried over.")'
    )
    with CheckRunner([check_file(tmp_path, body)]) as runner:
        verdicts = [findings(runner, order(port))["test_1"].verdict for _ in range(3)]
    assert verdicts == [Verdict.PASSED] * 3


def test_hidden_inputs_follow_the_seed_and_nothing_else(tmp_path: Path, port: int) -> None:
    body = (
        '@points(1)\ndef test_1(draw: Draw) -> None:\n    """It draws a number."""\n'
        "    expect(False, str(draw.random()))\n"
    )
    with CheckRunner([check_file(tmp_path, body)]) as runner:
        drawn = [findings(runner, order(port, seed))["test_1"].message for seed in ("1", "1", "2")]
    assert drawn[0] == drawn[1] != drawn[2]


def test_several_runs_at_once_do_not_mix(tmp_path: Path, port: int) -> None:
    body = (
        '@points(1)\ndef test_1(draw: Draw) -> None:\n    """It draws."""\n'
        "    expect(False, str(draw.random()))\n"
    )
    told: dict[str, str] = {}
    with CheckRunner([check_file(tmp_path, body)]) as runner:

        def go(seed: str) -> None:
            told[seed] = findings(runner, order(port, seed))["test_1"].message

        threads = [threading.Thread(target=go, args=(str(number),)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert told == {seed: findings(runner, order(port, seed))["test_1"].message for seed in told}
    assert len(set(told.values())) == 8


def steered(folder: Path, port: int, body: str, app: Steady) -> dict[str, Finding]:
    with CheckRunner([check_file(folder, body)]) as runner:
        found = runner.run(order(port), app, give_up=lambda: None)
    return {each.name: each for each in found}


def test_a_restart_is_asked_of_the_engine_with_its_variables(tmp_path: Path, port: int) -> None:
    app = Steady()
    body = one(1, 'api.restart(environment={"APP_CLOCK": "noon"}); api.restart(); api.get("/hello")')
    assert steered(tmp_path, port, body, app)["test_1"].verdict is Verdict.PASSED
    assert app.asked == [{"APP_CLOCK": "noon"}, {}]


def test_the_next_check_that_asks_finds_the_parts_own_variables(tmp_path: Path, port: int) -> None:
    app = Steady()
    later = one(1, 'api.restart({"A": "1"}); api.get("/hello")') + one(2, "pass")
    later += one(3, 'api.get("/hello"); api.get("/hello")') + one(4, 'api.get("/hello")')
    steered(tmp_path, port, later + one(5, 'api.restart({"A": "2"})'), app)
    assert app.asked == [{"A": "1"}, {}, {"A": "2"}]


def test_what_the_app_left_comes_back_as_bytes_or_none(tmp_path: Path, port: int) -> None:
    body = one(
        1, 'expect(api.left("log") is None, "x"); api.restart(); expect(api.left("log") == b"run 1", "y")'
    )
    assert steered(tmp_path, port, body, Steady())["test_1"].message == ""


def test_a_file_or_a_variable_that_no_author_may_name_is_our_fault(tmp_path: Path, port: int) -> None:
    body = one(1, 'api.left("other")') + one(2, 'api.restart({"path": "x"})')
    found = steered(tmp_path, port, body, Steady())
    assert {each.verdict for each in found.values()} == {Verdict.BROKEN}
    assert "'other'" in found["test_1"].message


def test_an_app_that_does_not_start_again_is_a_crash(tmp_path: Path, port: int) -> None:
    found = steered(tmp_path, port, one(1, "api.restart()"), Steady(starts=False))
    assert found["test_1"].verdict is Verdict.CRASHED


def test_a_variables_value_that_is_no_text_is_the_apps_doing(tmp_path: Path, port: int) -> None:
    body = one(1, 'api.restart({"A": "\\x00"})') + one(2, 'api.restart({"A": "\\ud800"})')
    found = steered(tmp_path, port, body, Steady())
    assert {each.verdict for each in found.values()} == {Verdict.FAILED}


def test_requests_at_once_overlap_and_come_back_in_order(tmp_path: Path, port: int) -> None:
    sent = [("GET", f"/meet/{number}") for number in range(8)]
    body = (
        f"replies = api.at_once({sent!r})\n"
        f"    expect([each.sent for each in replies] == [f'GET /meet/{{n}}' for n in range(8)], 'order')\n"
        f"    expect({{each.status for each in replies}} == {{404}}, 'met')\n"
    )
    assert run(tmp_path, one(1, body), order(port, request_wall_s=20))["test_1"].message == ""


@pytest.mark.parametrize(
    ("requests", "verdict"),
    [
        ('("GET", "/hello"), ("GET", "/slow"), ("GET", "/hello")', Verdict.TIMED_OUT),
        ('("POST", "/hello", {"json": [1], "headers": {"a": "b"}}),', Verdict.PASSED),
        ("", Verdict.BROKEN),
        ('*[("GET", "/hello")] * 33', Verdict.BROKEN),
    ],
)
def test_requests_at_once_fail_as_one_alone_would(
    tmp_path: Path, port: int, requests: str, verdict: Verdict
) -> None:
    assert run(tmp_path, one(1, f"api.at_once([{requests}])"), order(port))["test_1"].verdict is verdict


def test_every_method_is_sent_as_it_is_called(tmp_path: Path, port: int) -> None:
    body = (
        "for method in ('get', 'post', 'put', 'patch', 'delete'):\n"
        "        reply = getattr(api, method)('/hello', query={'a': 'b'})\n"
        "        expect(reply.sent == f'{method.upper()} /hello?a=b', reply.sent)\n"
    )
    assert run(tmp_path, one(1, body), order(port))["test_1"].message == ""


def test_the_app_is_given_up_when_its_time_is_over(tmp_path: Path, port: int) -> None:
    gone = threading.Event()
    with CheckRunner([check_file(tmp_path, one(1, 'api.get("/slow")'))]) as runner:
        runner.run(order(port, wall_s=0.05), Steady(), give_up=gone.set)
    assert gone.is_set()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no check"),
        ("import nothing_of_this_name\n", "nothing_of_this_name"),
        ("def test_1(api: Api) -> None:\n    pass\n", "docstring"),
        ('def test_1(api: Api) -> None:\n    """It does a thing."""\n', "points"),
        (one(1, "pass", '@needs("test_9")\n'), "test_9"),
        (one(1, "pass", worth=-1), "greater than or equal to 0"),
        (one(1, "pass", worth=0), "worth more than 0"),
    ],
)
def test_checks_that_cannot_be_collected_are_our_fault(tmp_path: Path, body: str, reason: str) -> None:
    with pytest.raises(GradingBroken, match=reason):
        CheckRunner([check_file(tmp_path, body)])


def test_two_checks_of_one_name_are_our_fault(tmp_path: Path) -> None:
    first = check_file(tmp_path, one(1, "pass"))
    second = check_file(tmp_path, one(1, "pass"), "test_more.py")
    with pytest.raises(GradingBroken, match="one name"):
        CheckRunner([first, second])


def test_a_missing_file_is_our_fault(tmp_path: Path) -> None:
    with pytest.raises(GradingBroken, match="missing"):
        CheckRunner([tmp_path / "test_contract.py"])


def test_a_run_that_dies_half_way_is_broken(tmp_path: Path, port: int) -> None:
    body = one(1, "pass") + one(2, "import os; os._exit(0)")
    with CheckRunner([check_file(tmp_path, body)]) as runner, pytest.raises(GradingBroken, match="1 of 2"):
        findings(runner, order(port))


def test_a_conftest_beside_the_checks_is_not_read(tmp_path: Path, port: int) -> None:
    (tmp_path / "conftest.py").write_text("raise RuntimeError('read')\n")
    assert run(tmp_path, one(1, "pass"), order(port))["test_1"].verdict is Verdict.PASSED


def test_an_answer_that_is_no_text_reaches_the_report_as_one(tmp_path: Path, port: int) -> None:
    found = run(tmp_path, one(1, 'expect(False, "It is \\ud800.", expected="\\udfff")'), order(port))
    assert (found["test_1"].verdict, found["test_1"].message) == (Verdict.FAILED, "It is \\ud800.")
    assert found["test_1"].expected == "\\udfff"


def test_what_a_check_prints_neither_blocks_it_nor_is_taken_for_a_finding(tmp_path: Path, port: int) -> None:
    body = "print('{\"checks\": []}')\n\n\n" + one(1, "print('x' * 1_000_000)")
    assert run(tmp_path, body, order(port))["test_1"].verdict is Verdict.PASSED


def test_a_killed_process_is_known_to_be_gone(tmp_path: Path, port: int) -> None:
    with CheckRunner([check_file(tmp_path, one(1, "pass"))]) as runner:
        before = runner.alive
        runner._holder._process.kill()
        runner._holder._process.wait()
        assert (before, runner.alive) == (True, False)
        with pytest.raises(GradingBroken, match="is gone"):
            findings(runner, order(port))


@pytest.mark.slow
def test_a_check_that_never_ends_by_itself_is_ended_and_broken(tmp_path: Path, port: int) -> None:
    gone = threading.Event()
    with (
        CheckRunner([check_file(tmp_path, one(1, "pass") + one(2, "while True: pass"))]) as runner,
        pytest.raises(GradingBroken, match="1 of 2"),
    ):
        runner.run(order(port, wall_s=1), Steady(), give_up=gone.set)
    assert gone.is_set()


def test_nothing_is_left_of_a_runner(tmp_path: Path) -> None:
    with CheckRunner([check_file(tmp_path, one(1, "pass"))]) as runner:
        folder = runner._holder._folder
        assert folder.is_dir()
    runner.close()
    assert not folder.exists()
    with pytest.raises(GradingBroken):
        CheckRunner([check_file(tmp_path, "1 / 0\n")])
    assert not list(folder.parent.glob(f"{folder.name}*"))


def test_the_checks_import_nothing_from_where_somebody_grades(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in = tmp_path / "handed in"
    handed_in.mkdir()
    for name in ("json", "select", "random", "autograder"):
        (handed_in / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit(1)\n")
    monkeypatch.chdir(handed_in)
    found = run(tmp_path, one(1, 'api.get("/hello").expect(200)'), order(port))
    assert found["test_1"].verdict is Verdict.PASSED
    assert not (tmp_path / "ran").exists()
