"""What a student reads of an app that does not do what it should, behind the real wall."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.evaluate import Grader
from autograder.report.model import PartReport
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import FASTAPI, FLASK, Toy, answering, policy, validated
from autograder.verdict import Status, Verdict

DID_NOT = "The app did not start: "
EXITED = f"{DID_NOT}flask_app.py, line 1: SystemExit: 0 (the app asked Python to exit)"
RESTS = "Not run, since it rests on another check: `GET /hello/{name}` answers with the name."

LIBRARIES = "this exercise does not use httpcore; beside the standard library it uses flask, werkzeug"

NOT_STARTING: dict[str, tuple[str, str]] = {
    "raises at import": (f"{FLASK}\n{{}}['x']\n", f"{DID_NOT}flask_app.py, line 25: KeyError: 'x'"),
    "raises in create_app": (
        "def create_app():\n    return 1 / 0\n",
        f"{DID_NOT}flask_app.py, line 2: ZeroDivisionError: division by zero",
    ),
    "is no Python": (
        "x = 1\ndef create_app(:\n",
        f"{DID_NOT}flask_app.py, line 2: SyntaxError: invalid syntax",
    ),
    "exits at import": ("import sys; sys.exit(0)\n", EXITED),
    "leaves without a word": (
        "import os; os._exit(0)\n",
        f"{DID_NOT}its process ended with exit code 0, and wrote nothing.",
    ),
    "kills itself": (
        "import os; os.kill(os.getpid(), 9)\n",
        f"{DID_NOT}its process was ended by signal 9 (Killed).",
    ),
    "offers no app": (
        "x = 1\n",
        f"{DID_NOT}flask_app offers neither a function create_app() nor a variable app.",
    ),
    "offers a number": ("app = 3\n", f"{DID_NOT}In flask_app, app is no web app but an object of type int."),
    "imports another library": (
        "import httpcore\n",
        f"{DID_NOT}flask_app.py, line 1: ImportError: {LIBRARIES}",
    ),
    "raises several at once": (
        "raise ExceptionGroup('two', [KeyError('a'), ValueError('b')])\n",
        f"{DID_NOT}flask_app.py, line 1: ExceptionGroup: two (2 sub-exceptions), the first: KeyError: 'a'",
    ),
    "raises, then prints as it ends": (
        "import atexit, sys\natexit.register(lambda: print('good bye', file=sys.stderr))\n1 / 0\n",
        f"{DID_NOT}flask_app.py, line 3: ZeroDivisionError: division by zero",
    ),
    "prints and leaves": (
        "import os, sys\nprint('bye', file=sys.stderr)\nos._exit(3)\n",
        f"{DID_NOT}its process ended with exit code 3 and raised nothing. The last line that it wrote: bye",
    ),
    "exits with a reason": (
        "import sys\nsys.exit('Set DATABASE_URL.')\n",
        f"{DID_NOT}flask_app.py, line 2: SystemExit: Set DATABASE_URL. (the app asked Python to exit)",
    ),
    "makes a coroutine": (
        "async def create_app():\n    pass\n",
        f"{DID_NOT}In flask_app, create_app() is a coroutine function: remove `async` before `def`.",
    ),
    "floods at import": ("while True:\n    print('x' * 1000)\n", f"{DID_NOT}it printed more than 1 MiB."),
}
"""By what it does: the app, and the sentence."""

DYING: dict[str, tuple[str, str]] = {
    "dies half-way": ("import os; os._exit(3)", "The app's process ended by itself, with exit code 3."),
    "segfaults": (
        "import signal; signal.raise_signal(11)",  # of this thread: os.kill would leave it a moment to answer
        "The app's process was ended by signal 11 (Segmentation fault).",
    ),
    "floods": (
        "[print('x' * 100_000) for _ in range(100)]",
        "The app was ended: it printed more than 1 MiB.",
    ),
    "eats memory": (
        "kept = [bytearray(10**7) for _ in range(60)]; import time; time.sleep(3)",
        "The app was ended: it used more than 256 MiB of memory.",
    ),
}
"""By what it does when it is asked: the view's statement, and the sentence."""


@pytest.fixture(scope="module")
def wall() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


@pytest.fixture(scope="module")
def told(wall: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, PartReport]:
    """The Flask part of every app above, by what the app does."""
    toy = Toy(tmp_path_factory.mktemp("a zoo"))
    apps = {name: app for name, (app, _) in NOT_STARTING.items()}
    apps |= {name: answering(statement) for name, (statement, _) in DYING.items()}
    apps["never starts"] = "import time\ntime.sleep(60)\n"
    shorter = policy(start_wall_s=8, memory_bytes=256 << 20)
    with (
        Grader(toy.catalog, sandbox=wall, seed=lambda _: "5eed", policy=shorter) as grader,
        ThreadPoolExecutor(3) as pool,
    ):
        hand_ins = [toy.collected(flask=app) for app in apps.values()]
        judged = list(pool.map(lambda each: validated(grader.grade(each, ["flask"])), hand_ins))
    assert {report.status for report in judged} == {Status.GRADED}
    return {name: report.parts[0] for name, report in zip(apps, judged, strict=True)}


@pytest.mark.parametrize("name", NOT_STARTING)
def test_an_app_that_does_not_start_is_a_crash_that_says_why_and_where(
    told: dict[str, PartReport], name: str
) -> None:
    part = told[name]
    assert {(check.verdict, check.message) for check in part.checks} == {
        (Verdict.CRASHED, NOT_STARTING[name][1])
    }
    assert (part.verdict, part.points, part.refusal, part.broken) == (Verdict.CRASHED, 0, None, None)
    assert part.process is not None
    assert not part.process.started


@pytest.mark.parametrize("name", DYING)
def test_an_app_that_dies_when_it_is_asked_says_what_ended_it(told: dict[str, PartReport], name: str) -> None:
    hello, letters, missing = told[name].checks
    assert (hello.verdict, hello.message) == (Verdict.CRASHED, DYING[name][1])
    assert hello.sent is not None
    assert hello.sent.startswith("GET /hello/")
    assert (letters.verdict, letters.message) == (Verdict.SKIPPED, RESTS)
    assert (missing.verdict, missing.message) == (Verdict.CRASHED, DYING[name][1])
    assert told[name].points == 0


def test_an_app_that_never_starts_is_told_how_long_it_may_take(told: dict[str, PartReport]) -> None:
    part = told["never starts"]
    sentence = "The app did not start within 8 seconds: while it is made, it must not wait or loop."
    assert {(check.verdict, check.message) for check in part.checks} == {(Verdict.TIMED_OUT, sentence)}
    assert part.process is not None
    assert part.process.limit == "wall"


def test_an_app_that_hangs_loses_those_checks_and_keeps_the_others(wall: Sandbox, tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    slow = answering("import time; time.sleep(30)")
    impatient = policy(request_wall_s=0.5)
    with Grader(toy.catalog, sandbox=wall, seed=lambda _: "5eed", policy=impatient) as grader:
        part = validated(grader.grade(toy.collected(flask=slow), ["flask"])).parts[0]
    assert [check.verdict for check in part.checks] == [Verdict.TIMED_OUT, Verdict.SKIPPED, Verdict.PASSED]
    assert part.checks[0].message == "No complete answer came within 0.5 seconds."
    assert part.points == 4


def test_an_app_that_hangs_for_ever_is_given_up_and_its_time_named(wall: Sandbox, tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.contract.write_text(toy.contract.read_text("utf-8").replace('@needs("test_says_hello")\n', ""))
    slow = FLASK.replace(
        "    return app", "    app.before_request(lambda: __import__('time').sleep(30))\n    return app"
    )
    brief = policy(wall_s=5, request_wall_s=20)
    with Grader(toy.catalog, sandbox=wall, seed=lambda _: "5eed", policy=brief) as grader:
        part = validated(grader.grade(toy.collected(flask=slow), ["flask"])).parts[0]
    sentence = "The app was ended: judging it may take 5 seconds, and they were over."
    assert {(check.verdict, check.message) for check in part.checks} == {(Verdict.TIMED_OUT, sentence)}


@pytest.mark.parametrize("name", ["flask", "fastapi"])
def test_an_error_that_was_printed_stands_with_the_check_that_caused_it(
    wall: Sandbox, tmp_path: Path, name: str
) -> None:
    toy = Toy(tmp_path)
    app = answering('return {"hi": name}', app={"flask": FLASK, "fastapi": FASTAPI}[name])
    head, found, tail = app.rpartition("        return ")
    app = f"{head}        raise LookupError('nothing here')\n{found}{tail}"
    with Grader(toy.catalog, sandbox=wall, seed=lambda _: "5eed") as grader:
        part = validated(grader.grade(toy.collected(**{name: app}), [name])).parts[0]
    hello, _, missing = part.checks
    assert (hello.verdict, hello.error) == (Verdict.FAILED, "")
    assert "JSON differs" in hello.message
    assert missing.got is not None
    assert missing.got.startswith("500")
    assert missing.error.rstrip().endswith("LookupError: nothing here")
    assert f'File "{name}_app.py"' in missing.error


def test_asgi_apps_that_do_not_start_say_why_too(wall: Sandbox, tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    lifespan = (
        f"{FASTAPI}\n\nfrom contextlib import asynccontextmanager\n\n\n"
        "@asynccontextmanager\nasync def refuse(app):\n    raise RuntimeError('no database')\n    yield\n\n\n"
        "def create_app():\n    return FastAPI(lifespan=refuse)\n"
    )
    with Grader(toy.catalog, sandbox=wall, seed=lambda _: "5eed") as grader:
        part = validated(grader.grade(toy.collected(fastapi=lifespan), ["fastapi"])).parts[0]
    assert {check.verdict for check in part.checks} == {Verdict.CRASHED}
    assert part.checks[0].message.startswith(DID_NOT)
    assert part.process is not None
    assert "no database" in part.process.stderr
