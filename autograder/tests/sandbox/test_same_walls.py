"""A warm start and a cold one: the same walls, the same fresh start, the same outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import FASTAPI, FLASK, ask, job, limits, open_sandbox, start, write

STATUS = (
    "CapInh",
    "CapPrm",
    "CapEff",
    "CapBnd",
    "CapAmb",
    "NoNewPrivs",
    "Seccomp",
    "Umask",
    "SigIgn",
    "SigBlk",
)
LOOK = f"""
    import asyncio, gc, locale, logging, os, resource, signal, socket, sys, warnings

    def look():
        lines = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
        mounts = [line.split(" - ") for line in open("/proc/self/mountinfo")]
        shown = {{}}
        for left, right in mounts:
            *_, place, flags = left.split()[:6]
            kind, _, options = right.split()[:3]
            sizes = [each for each in options.split(",") if each.startswith(("size", "mode"))]
            # Of two at one place the later one lies on top.
            shown[place] = [sorted(set(flags.split(",")) - {{"relatime"}}), kind, sizes]
        return {{
            "status": {{name: lines[name].strip() for name in {STATUS!r}}},
            "filters": lines.get("Seccomp_filters", "").strip(),
            "limits": open("/proc/self/limits").read(),
            "mounts": shown,
            "root": sorted(os.listdir("/")),
            "devices": sorted(os.listdir("/dev")),
            "names": open("/etc/passwd").read().replace(str(os.getuid()), "N"),
            "group": open("/etc/group").read().replace(str(os.getuid()), "N"),
            "hosts": open("/etc/hosts").read() + open("/etc/nsswitch.conf").read(),
            "listed": sorted(os.listdir("/etc")),
            "pids": sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[:1],
            "session": [os.getsid(0), os.getpgid(0), os.getppid()],
            "network": [name for _, name in socket.if_nameindex()],
            "host": os.uname().nodename,
            "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))[:3],
            "environment": [dict(os.environ), open("/proc/self/environ").read()],
            "folder": [os.getcwd(), sorted(os.listdir(".")), oct(os.stat(".").st_mode)],
            "path": sys.path,
            "flags": repr(sys.flags),
            "argv": sys.argv,
            "python": [sys.executable, sys.prefix, sys.flags.dont_write_bytecode, sys.getrecursionlimit()],
            "gc": [gc.isenabled(), gc.get_threshold()],
            "warnings": [repr(each) for each in warnings.filters],
            "logging": [repr(logging.root.handlers), logging.root.level, logging.root.manager.disable],
            "signals": [repr(signal.getsignal(number)).split(" at ")[0] for number in range(1, 32)],
            "timers": [signal.getitimer(each) for each in (0, 1, 2)],
            "locale": [locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding(), sys.stdout.encoding],
            "priority": [os.nice(0), os.sched_getscheduler(0)],
            "policy": repr(asyncio.get_event_loop_policy()).split(" object")[0],
            "hooks": [sys.excepthook is sys.__excepthook__, sys.gettrace(), sys.getprofile()],
            "streams": [[each.encoding, each.errors] for each in (sys.stdout, sys.stderr)],
            "core": resource.getrlimit(resource.RLIMIT_CORE),
        }}
"""
SHOW = {
    "flask": '\n    @app.get("/look")\n    def show():\n        return look()\n',
    "fastapi": '\n    @app.get("/look")\n    def show():\n        return look()\n',
}
TOY = {"flask": FLASK, "fastapi": FASTAPI}


@pytest.fixture(scope="module")
def cold() -> Iterator[Sandbox]:
    yield from open_sandbox("cold")


@pytest.fixture(scope="module")
def warm() -> Iterator[Sandbox]:
    yield from open_sandbox("warm")


def seen(sandbox: Sandbox, work: Any) -> dict[str, Any]:
    with start(sandbox, work) as service:
        found = ask(service, "/look").json()
    assert isinstance(found, dict)
    return found


def test_an_app_finds_the_same_walls_and_the_same_fresh_python(
    cold: Sandbox, warm: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {f"{framework}_app.py": dedent(TOY[framework]) + dedent(LOOK) + dedent(SHOW[framework])})
    one, other = (seen(sandbox, job(tmp_path, framework)) for sandbox in (cold, warm))
    for mounts in (one["mounts"], other["mounts"]):
        # A nest shows /etc with the names of its own user; each job lays its own over them.
        for name in ("/etc/passwd", "/etc/group", "/etc"):
            mounts.pop(name, None)
        for name in ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/sysrq-trigger"):
            mounts.pop(name, None)  # the warm wall may close more of them
    assert one == other


def test_what_can_be_written_to_is_the_same(cold: Sandbox, warm: Sandbox, tmp_path: Path) -> None:
    code = """
        import json, os
        found = []
        for folder, folders, files in os.walk("/"):
            if folder.startswith("/proc/") and folder.split("/")[2].isdigit():
                folders.clear()
                continue
            if folder.count("/") > 6 or folder.startswith(("/usr/", "/opt/")):
                folders.clear()
            paths = [folder, *(os.path.join(folder, name) for name in files)]
            found += [path for path in paths if os.access(path, os.W_OK)]
        print(json.dumps(sorted(set(found))))
    """
    write(tmp_path, {"script.py": code})
    work = job(tmp_path, "flask", command=("script.py",))
    places = [json.loads(sandbox.run(work).stdout) for sandbox in (cold, warm)]
    assert {"/home/app", "/tmp", "/dev/shm", "script.py"} <= set(places[0])
    assert not [each for each in places[1] if each not in places[0]]


APPS = {"flask_app.py": FLASK, "fastapi_app.py": FASTAPI}
SUBMISSIONS: dict[str, dict[str, str]] = {
    "answers": APPS,
    "has no app": {"flask_app.py": "x = 1\n", "fastapi_app.py": "x = 1\n"},
    "raises": {"flask_app.py": "import flask\n{}['a']\n", "fastapi_app.py": "import fastapi\n{}['a']\n"},
    "exits": {"flask_app.py": "import os\nos._exit(3)\n", "fastapi_app.py": "import sys\nsys.exit(3)\n"},
    "crashes": {
        "flask_app.py": "import ctypes\nctypes.string_at(0)\n",
        "fastapi_app.py": "import ctypes\nctypes.string_at(0)\n",
    },
    "prints": {
        "flask_app.py": f"print('on import')\n{dedent(FLASK)}",
        "fastapi_app.py": f"import sys\nprint('on import', file=sys.stderr)\n{dedent(FASTAPI)}",
    },
    "warns": {name: f"import warnings\nwarnings.warn('w')\n{dedent(toy)}" for name, toy in APPS.items()},
    "logs": {name: f"import logging\nlogging.warning('logged')\n{dedent(toy)}" for name, toy in APPS.items()},
    "imports what is not allowed": {
        "flask_app.py": f"import fastapi\n{dedent(FLASK)}",
        "fastapi_app.py": f"import flask\n{dedent(FASTAPI)}",
    },
}
for _name in ("flask", "fastapi", "pydantic", "werkzeug", "uuid", "typing"):
    SUBMISSIONS[f"has a module called {_name}"] = {f"{_name}.py": f"print('mine: {_name}')\n", **APPS}
for _name in ("flask", "pydantic"):
    SUBMISSIONS[f"has an empty folder called {_name}"] = {f"{_name}/notes.txt": "", **APPS}
SUBMISSIONS["has a package called flask and one called fastapi"] = {
    "flask/__init__.py": "class Flask:\n    pass\n",
    "fastapi/__init__.py": "class FastAPI:\n    pass\n",
    **APPS,
}


def told(sandbox: Sandbox, folder: Path, framework: str) -> list[Any]:
    work = job(folder, framework, libraries=(framework, "typing_extensions"), limits=limits(start_wall_s=60))
    with sandbox.serve(work) as service:
        reply = ask(service) if service.wait_started() else None
        outcome = service.kill()
    facts = [outcome.entered, outcome.started, outcome.exit_code, outcome.signal, outcome.limit]
    return [*facts, outcome.stdout, outcome.stderr, outcome.failure, reply and reply.json()]


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_submission_has_the_same_outcome(
    cold: Sandbox, warm: Sandbox, framework: str, tmp_path: Path, name: str
) -> None:
    write(tmp_path, SUBMISSIONS[name])
    assert told(warm, tmp_path, framework) == told(cold, tmp_path, framework)


def test_the_table_of_submissions_tells_them_apart(cold: Sandbox, tmp_path: Path) -> None:
    """Otherwise the comparison above would compare nothing."""
    names = ["answers", "has no app", "raises", "exits", "crashes", "prints", "has a module called flask"]
    found = []
    for name in names:
        write(tmp_path / name, SUBMISSIONS[name])
        found.append(repr(told(cold, tmp_path / name, "flask")))
    assert len(set(found)) == len(names)
