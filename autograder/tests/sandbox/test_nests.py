"""Jobs that one nest starts know nothing of each other, of the nest, or of those before them."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal

import pytest

from autograder.errors import GradingBroken, WallLost
from autograder.sandbox import Sandbox
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.nest import Nest
from autograder.sandbox.policy import load_policy
from autograder.tests.sandbox.running import (
    FASTAPI,
    FLASK,
    ask,
    job,
    make,
    open_sandbox,
    run_code,
    start,
    write,
)


@pytest.fixture(scope="module")
def warm() -> Iterator[Sandbox]:
    yield from open_sandbox("warm")


def made(jobs: int = 500) -> BubblewrapSandbox:
    """A sandbox of the test's own, with nests of its own."""
    policy = load_policy()
    nest = policy.nest.model_copy(update={"jobs": jobs})
    return BubblewrapSandbox(policy.model_copy(update={"nest": nest}), warm=True)


def nests_of(sandbox: BubblewrapSandbox) -> list[Nest]:
    assert sandbox._nests is not None
    return [place.nest for place in sandbox._nests._places.values() if place.nest is not None]


def end(nest: Nest) -> None:
    os.kill(nest._pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{nest._pid}/cmdline").exists() and time.monotonic() < deadline:
        time.sleep(0.01)


# ── What a job finds ────────────────────────────────────────────────────────────────────────────────


STATE = """
    import asyncio, builtins, gc, importlib, json, logging, os, random, signal, sys, threading, warnings

    def state():
        return {
            "environment": dict(os.environ),
            "folder": os.getcwd(),
            "files": [sorted(os.listdir(place)) for place in (".", "/tmp", "/dev/shm")],
            "mask": os.umask(0o022),
            "json": json.dumps({"a": 1}),
            "modules": sorted(name for name in sys.modules if not name.startswith("_")),
            "path": sys.path,
            "built in": sorted(vars(builtins)),
            "warnings": len(warnings.filters),
            "handlers": len(logging.root.handlers),
            "signals": [str(signal.getsignal(each)).split(" at ")[0] for each in (1, 2, 10, 15)],
            "threads": sorted(each.name for each in threading.enumerate())[:1],
            "policy": type(asyncio.get_event_loop_policy()).__name__,
            "recursion": sys.getrecursionlimit(),
            "collector": gc.isenabled(),
            "nice": os.nice(0),
            "pid": os.getpid(),
        }
"""
SHOW = """
    @app.get("/state")
    def show():
        return state()
"""
SPOIL = """
    os.environ["LEFT"] = "behind"
    os.umask(0)
    os.mkdir("left")
    for place in ("/tmp/left", "/dev/shm/left"):
        open(place, "w").close()
    os.chdir("/tmp")
    json.dumps = lambda *_, **__: "spoiled"
    json.encoder.JSONEncoder.default = None
    sys.modules["left"] = sys
    sys.path.append("/left")
    builtins.left = 1
    warnings.simplefilter("error")
    logging.basicConfig()
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    sys.setrecursionlimit(5000)
    gc.disable()
    os.nice(5)
    asyncio.DefaultEventLoopPolicy.new_event_loop = None
    type(app).__call__ = None
"""


@pytest.mark.parametrize("framework", ["flask", "fastapi"])
def test_what_one_job_spoils_the_next_does_not_see(warm: Sandbox, tmp_path: Path, framework: str) -> None:
    toy = dedent({"flask": FLASK, "fastapi": FASTAPI}[framework])
    calm = dedent(STATE) + toy + dedent(SHOW)
    write(tmp_path / "calm", {f"{framework}_app.py": calm})
    write(tmp_path / "spoils", {f"{framework}_app.py": calm + dedent(SPOIL) + "print('spoiled')\n"})

    def seen() -> Any:
        with start(warm, job(tmp_path / "calm", framework)) as service:
            return ask(service, "/state").json()

    before = seen()
    with warm.serve(job(tmp_path / "spoils", framework)) as service:
        service.wait_started()
        assert "spoiled" in service.kill().stdout
    assert seen() == before


def test_no_two_jobs_draw_the_same_numbers(warm: Sandbox, tmp_path: Path) -> None:
    draw = """
    @app.get("/draw")
    def draw():
        import random, secrets, tempfile, uuid
        return [random.random(), secrets.token_hex(8), uuid.uuid4().hex, tempfile.mktemp()]
"""
    write(tmp_path, {"flask_app.py": FLASK + draw})
    drawn: list[Any] = []
    for _ in range(3):
        with start(warm, job(tmp_path, "flask")) as service:
            drawn += ask(service, "/draw").json()  # type: ignore[arg-type]
    assert len(set(drawn)) == len(drawn)


def test_an_app_holds_its_own_descriptors_and_no_other(warm: Sandbox, tmp_path: Path) -> None:
    look = """
    @app.get("/look")
    def look():
        paths = [f"/proc/self/fd/{n}" for n in os.listdir("/proc/self/fd")]
        return {path[14:]: os.readlink(path) for path in paths if os.path.lexists(path)}
"""
    write(tmp_path, {"flask_app.py": FLASK + look})
    with start(warm, job(tmp_path, "flask")) as service:
        held = ask(service, "/look").json()
    assert isinstance(held, dict)
    assert held.pop("0") == "/dev/null"
    kinds = sorted(link.partition(":")[0] for link in held.values() if not link.startswith("/proc/"))
    # Standard output, standard error; its listener, the server's selector, this request's connection.
    assert [kind for kind in kinds if kind != "anon_inode"] == ["pipe", "pipe", "socket", "socket"], held


def test_no_ancestor_of_an_app_has_an_environment(
    warm: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_SECRET", "of the grader")
    with start(warm, make(tmp_path, "flask")) as service:
        pid = next(_below(service._enclosure.pid))  # type: ignore[attr-defined]
        found = {}
        while pid != os.getpid():
            try:
                found[pid] = Path(f"/proc/{pid}/environ").read_bytes()
            except PermissionError:
                found[pid] = b""  # pid 1 is closed even to the user it belongs to
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    assert len(found) == 4  # the app, its pid 1, the nest, the nest's bubblewrap
    assert set(found.values()) <= {b"", b"PWD=/home/app\0"}


def _below(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


SPACES = ("pid", "mnt", "net", "ipc", "uts")


def test_siblings_neither_see_nor_reach_each_other(warm: Sandbox, tmp_path: Path) -> None:
    show = """
    @app.get("/spaces")
    def spaces():
        return [os.getuid(), *(os.readlink(f"/proc/self/ns/{name}") for name in SPACES)]
"""
    write(tmp_path / "one", {"flask_app.py": f"SPACES = {SPACES!r}\n{dedent(FLASK)}{dedent(show)}"})
    with start(warm, job(tmp_path / "one", "flask")) as service:
        host = service._enclosure.pid  # type: ignore[attr-defined]
        code = f"""
            import glob, json, os
            reached = []
            for pid in (*range(2, 400), *range({host} - 50, {host} + 50)):
                try:
                    os.kill(pid, 0)
                    reached.append(pid)
                except ProcessLookupError:
                    pass
            spaces = [os.readlink("/proc/self/ns/" + name) for name in {SPACES!r}]
            print(json.dumps([reached, os.getpid(), len(glob.glob("/proc/[0-9]*")), os.getuid(), spaces]))
        """
        reached, pid, visible, uid, spaces = json.loads(run_code(warm, tmp_path / "two", code).stdout)
        others = ask(service, "/spaces").json()
    assert reached in ([], [pid])
    assert isinstance(others, list)
    assert visible == 2  # pid 1 and itself
    assert not set(spaces) & set(others)
    assert len(set(spaces)) == len(SPACES)
    assert uid != others[0] or os.geteuid() != 0  # an ordinary user has one uid, and a namespace for each job


def test_an_app_cannot_tell_the_nest_to_fork_or_end(warm: Sandbox, tmp_path: Path) -> None:
    """Whatever it writes to any descriptor number, the nest serves the next job."""
    write(tmp_path, {
        "flask_app.py": """
            import json, os
            for number in range(3, 200):
                for what in ({"do": "hatch"}, {"do": "reap", "pid": 1}):
                    try:
                        os.write(number, json.dumps(what).encode())
                    except OSError:
                        pass
            os._exit(0)
        """
    })  # fmt: skip
    with warm.serve(job(tmp_path, "flask")) as service:
        service.wait_started()
    with start(warm, make(tmp_path / "next", "flask")) as service:
        assert ask(service).status == 200


# ── What a part allows is what is there ─────────────────────────────────────────────────────────────


def test_a_nest_has_imported_no_more_than_the_part_allows(warm: Sandbox, tmp_path: Path) -> None:
    show = """
    @app.get("/modules")
    def modules():
        import sys
        return sorted({name.partition(".")[0] for name in sys.modules})
"""
    for framework, toy in (("flask", FLASK), ("fastapi", FASTAPI)):
        write(tmp_path, {f"{framework}_app.py": toy + show})
        with start(warm, job(tmp_path, framework, libraries=(framework,))) as service:
            found = ask(service, "/modules").json()
        assert isinstance(found, list)
        assert framework in found
        assert {"flask": "fastapi", "fastapi": "flask"}[framework] not in found


def test_a_part_that_allows_more_finds_more_imported(warm: Sandbox, tmp_path: Path) -> None:
    write(tmp_path, {"flask_app.py": "import sys\nprint('sqlalchemy' in sys.modules)\n" + dedent(FLASK)})
    found = []
    for libraries in (("flask",), ("flask", "sqlalchemy")):
        with start(warm, job(tmp_path, "flask", libraries=libraries)) as service:
            found.append(service.kill().stdout)
    assert found == ["False\n", "True\n"]


@pytest.mark.parametrize("library", load_policy().nest.modules)
def test_what_is_imported_early_prints_nothing(library: str) -> None:
    """What a library prints when it is imported, it prints to the app's own output; here it would be lost."""
    sandbox = made()
    protocol: Literal["wsgi", "asgi"] = "asgi" if library in {"fastapi", "a2wsgi"} else "wsgi"
    sandbox.prepare(protocol, (library,))
    (nest,) = nests_of(sandbox)
    assert os.pread(nest._errors, 1000, 0) == b""


def test_a_library_that_is_not_installed_is_missed_by_the_app_alone(tmp_path: Path) -> None:
    policy = load_policy()
    nest = policy.nest.model_copy(
        update={"modules": {"nowhere": ("nowhere_installed",), "flask": ("flask",)}}
    )
    sandbox = BubblewrapSandbox(policy.model_copy(update={"nest": nest}), warm=True)
    write(tmp_path, {"flask_app.py": "import nowhere_installed\n"})
    work = job(tmp_path, "flask", libraries=("flask", "nowhere", "nowhere_installed"))
    with sandbox.serve(work) as service:
        assert not service.wait_started()
        outcome = service.kill()
    assert outcome.stderr.endswith("ModuleNotFoundError: No module named 'nowhere_installed'\n")


def test_a_module_that_starts_a_thread_is_not_imported_early(tmp_path: Path) -> None:
    """A fork has no thread but the one that forked: what the others hold would be held for ever."""
    write(tmp_path, {
        "busy.py": "from threading import Timer\nslow = Timer(9, print)\nslow.daemon = True\nslow.start()\n",
        "idle.py": "import threading\n",
    })  # fmt: skip
    ends = {}
    for name in ("busy", "idle"):
        setup = {"site": [str(tmp_path)], "protocol": "", "modules": [name]}
        code = f"from autograder.sandbox import launcher; launcher.import_early({setup!r})"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        ends[name] = run.returncode, "starts a thread" in run.stderr
    assert ends == {"busy": (1, True), "idle": (0, False)}


# ── How long a nest lives ───────────────────────────────────────────────────────────────────────────


def test_a_nest_that_died_is_replaced(tmp_path: Path) -> None:
    sandbox = made()
    with start(sandbox, make(tmp_path, "flask")) as service:
        assert ask(service).status == 200
    (nest,) = nests_of(sandbox)
    end(nest)
    with start(sandbox, make(tmp_path, "flask")) as service:
        assert ask(service).status == 200
    assert nests_of(sandbox) != [nest]


def test_a_job_whose_nest_died_is_our_fault(tmp_path: Path) -> None:
    sandbox = made()
    service = start(sandbox, make(tmp_path, "flask"))
    end(*nests_of(sandbox))
    assert not service.alive()
    assert not service.restart()
    with pytest.raises(WallLost, match="ended in the middle of a submission"):
        service.kill()
    assert issubclass(WallLost, GradingBroken)


def test_a_nest_is_replaced_after_its_jobs_and_ends_with_the_last(tmp_path: Path) -> None:
    sandbox = made(jobs=2)
    with start(sandbox, make(tmp_path, "flask")) as first, start(sandbox, make(tmp_path, "flask")):
        (old,) = nests_of(sandbox)
        with start(sandbox, make(tmp_path, "flask")) as third:
            (new,) = nests_of(sandbox)
            assert new is not old
            assert [ask(each).status for each in (first, third)] == [200, 200]
    assert not Path(f"/proc/{old._pid}").exists()
    assert Path(f"/proc/{new._pid}").exists()


def test_nests_end_with_their_sandbox_and_its_last_job(tmp_path: Path) -> None:
    sandbox = made()
    service = start(sandbox, make(tmp_path, "flask"))
    (nest,) = nests_of(sandbox)
    pid = nest._pid
    del sandbox, nest
    gc.collect()
    with service:
        assert ask(service).status == 200  # as long as a job needs it
    assert Path(f"/proc/{pid}").exists()
    del service
    gc.collect()
    assert not Path(f"/proc/{pid}").exists()


def test_there_are_no_more_nests_than_allowed(tmp_path: Path) -> None:
    policy = load_policy()
    sandbox = BubblewrapSandbox(
        policy.model_copy(update={"nest": policy.nest.model_copy(update={"most": 2})}), warm=True
    )
    pids = []
    for libraries in (("flask",), ("flask", "jwt"), ("flask", "sqlalchemy")):
        with start(sandbox, make(tmp_path, "flask", libraries=libraries)) as service:
            assert ask(service).status == 200
            pids.append(nests_of(sandbox)[-1]._pid)
    assert len(set(pids)) == 3
    assert [Path(f"/proc/{pid}").exists() for pid in pids] == [False, True, True]


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.slow
def test_three_hundred_jobs_leave_a_nest_as_it_was(tmp_path: Path) -> None:
    sandbox = made()
    work = make(tmp_path, "flask")

    def serve(_: int) -> int:
        with start(sandbox, work) as service:
            return ask(service).status

    assert serve(0) == 200
    (nest,) = nests_of(sandbox)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(serve, range(20)))
        gc.collect()  # what an earlier test has left open may not be closed between the two counts
        before, held = nest._size(), _descriptors(os.getpid())
        assert set(pool.map(serve, range(300))) == {200}
    assert nests_of(sandbox) == [nest]
    assert nest._size() - before < 4 << 20
    assert _descriptors(os.getpid()) - held <= 2
    assert _descriptors(nest._pid) < 8
    assert list(_below(nest._pid)) == []
