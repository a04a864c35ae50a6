"""What a learner reads when their app does not start, and what keeps it from starting by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.outcome import Limit, Outcome
from autograder.sandbox import Sandbox, launcher
from autograder.tests.sandbox.running import FASTAPI, FLASK, ask, job, limits, start, write

TOY = {"flask": FLASK, "fastapi": FASTAPI}


def refused(sandbox: Sandbox, folder: Path, framework: str, text: str) -> Outcome:
    write(folder, {f"{framework}_app.py": text})
    with sandbox.serve(job(folder, framework)) as service:
        assert not service.wait_started()
        outcome = service.kill()
    assert (outcome.entered, outcome.started, outcome.limit) == (True, False, None)
    return outcome


def test_an_error_on_import_shows_the_learners_lines_alone(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {"store.py": "def load():\n    return {}['stock']\n"})
    outcome = refused(sandbox, tmp_path, framework, "import store\n\nstore.load()\n")
    assert outcome.exit_code == launcher.APP_RAISED
    lines = outcome.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert [line for line in lines if "File" in line] == [
        f'  File "{framework}_app.py", line 3, in <module>',
        '  File "store.py", line 2, in load',
    ]
    assert lines[-1] == "KeyError: 'stock'"


def test_a_syntax_error_names_file_and_line(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    outcome = refused(sandbox, tmp_path, framework, "x = 1\ndef broken(:\n")
    assert outcome.exit_code == launcher.APP_RAISED
    assert f'File "{framework}_app.py", line 2' in outcome.stderr
    assert outcome.stderr.splitlines()[-1].startswith("SyntaxError:")
    assert "launcher" not in outcome.stderr


def test_an_error_that_follows_another_shows_both(sandbox: Sandbox, tmp_path: Path) -> None:
    text = """
        def create_app():
            try:
                {}["a"]
            except KeyError as error:
                raise RuntimeError("no a") from error
    """
    outcome = refused(sandbox, tmp_path, "flask", text)
    assert "KeyError: 'a'" in outcome.stderr
    assert outcome.stderr.splitlines()[-1] == "RuntimeError: no a"
    assert "launcher" not in outcome.stderr


def test_a_module_without_an_app_is_told_so(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    outcome = refused(sandbox, tmp_path, framework, "application = 1\n")
    assert outcome.exit_code == launcher.APP_MISSING
    assert outcome.stderr == f"{framework}_app offers neither a function create_app() nor a variable app.\n"


def test_a_factory_that_returns_nothing_is_told_so(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    outcome = refused(sandbox, tmp_path, framework, "def create_app():\n    pass\n")
    assert "create_app() returned None and not an app: does it end with `return app`?" in outcome.stderr


def test_a_missing_module_is_told_so(sandbox: Sandbox, tmp_path: Path) -> None:
    write(tmp_path, {"other.py": ""})
    with sandbox.serve(job(tmp_path, "flask")) as service:
        assert not service.wait_started()
        outcome = service.kill()
    assert outcome.exit_code == launcher.APP_MISSING
    assert outcome.stderr == "There is no flask_app.py here, and no package flask_app either.\n"


def test_an_exit_on_import_is_told_so(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    outcome = refused(sandbox, tmp_path, framework, "exit(0)\n")
    assert outcome.exit_code == launcher.APP_RAISED
    assert outcome.stderr.startswith(f"{framework}_app asked Python to exit while it was being imported.")


def test_an_exit_in_the_factory_is_told_so(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    outcome = refused(sandbox, tmp_path, framework, "def create_app():\n    exit(0)\n")
    assert outcome.stderr.startswith(f"{framework}_app asked Python to exit in create_app().")


def test_a_factory_that_needs_an_argument_is_told_so(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    outcome = refused(sandbox, tmp_path, framework, "def create_app(config):\n    return None\n")
    assert outcome.exit_code == launcher.APP_MISSING
    assert "create_app() is called without arguments: give each of its" in outcome.stderr


def test_an_asynchronous_factory_is_told_so(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    outcome = refused(sandbox, tmp_path, framework, "async def create_app():\n    return None\n")
    assert outcome.exit_code == launcher.APP_MISSING
    assert outcome.stderr == (
        f"In {framework}_app, create_app() is a coroutine function: remove `async` before `def`.\n"
    )


def test_an_app_that_refuses_in_its_lifespan_has_not_started(sandbox: Sandbox, tmp_path: Path) -> None:
    text = """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            raise RuntimeError("no stock")
            yield

        app = FastAPI(lifespan=lifespan)
    """
    outcome = refused(sandbox, tmp_path, "fastapi", text)
    assert outcome.exit_code == launcher.APP_REFUSED
    assert "RuntimeError: no stock" in outcome.stderr


def test_an_app_that_never_starts_runs_into_the_wall(sandbox: Sandbox, tmp_path: Path) -> None:
    write(tmp_path, {"flask_app.py": "import time\ntime.sleep(100)\n"})
    with sandbox.serve(job(tmp_path, "flask", limits=limits(start_wall_s=1))) as service:
        assert not service.wait_started()
        outcome = service.kill()
    assert (outcome.started, outcome.limit, outcome.exit_code) == (False, Limit.WALL, None)
    assert outcome.wall_s < 10


def test_a_factory_is_preferred_and_called_without_arguments(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    text = TOY[framework].replace("    app = ", "    app = None\n    made = ")
    text = text.replace("@app.", "@made.") + "\n    def create_app(name='x'):\n        return made\n"
    write(tmp_path, {f"{framework}_app.py": text})
    with start(sandbox, job(tmp_path, framework)) as service:
        assert ask(service).status == 200


def test_a_package_with_modules_of_its_own_is_an_app_too(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            f"{framework}_app/__init__.py": "from .routes import app\nfrom store import NAME\n",
            f"{framework}_app/routes.py": TOY[framework],
            "store.py": "NAME = 'store'\n",
        },
    )
    with start(sandbox, job(tmp_path, framework)) as service:
        assert ask(service).status == 200


NAMES = ["json", "typing", "sitecustomize", "usercustomize", "socket", "signal", "select", "launcher", "site"]
NAMES += [
    "uvicorn",
    "werkzeug",
    "h11",
    "logging",
    "asyncio",
    "email",
    "http",
    "inspect",
    "traceback",
    "conftest",
]


def test_files_named_like_modules_that_serving_needs_do_no_harm(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {f"{name}.py": "raise RuntimeError('shadow')\n" for name in NAMES})
    write(tmp_path, {f"{framework}_app.py": TOY[framework]})
    with start(sandbox, job(tmp_path, framework)) as service:
        assert ask(service).status == 200
        outcome = service.kill()
    assert "shadow" not in outcome.stderr


def test_an_uncaught_error_is_a_500_and_the_learners_line_is_logged(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {f"{framework}_app.py": TOY[framework]})
    with start(sandbox, job(tmp_path, framework)) as service:
        reply = ask(service, "/boom")
        assert reply.status == 500
        assert "KeyError" not in reply.text
        outcome = service.kill()
    assert "KeyError: 'nothing'" in outcome.stderr
    assert f'File "{framework}_app.py", line' in outcome.stderr
    assert "launcher" not in outcome.stderr
    assert "GET /boom HTTP" not in outcome.stderr


def test_a_library_that_the_exercise_does_not_use_is_refused(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {f"{framework}_app.py": "import json, store\n", "store.py": "import pluggy\n"})
    with sandbox.serve(job(tmp_path, framework, libraries=(framework,))) as service:
        assert not service.wait_started()
        outcome = service.kill()
    last = outcome.stderr.splitlines()[-1]
    assert last == (
        f"ImportError: this exercise does not use pluggy; beside the standard library it uses {framework}"
    )
    assert "launcher" not in outcome.stderr


def test_libraries_of_the_exercise_may_import_what_they_need(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {f"{framework}_app.py": TOY[framework], "store.py": ""})
    with start(sandbox, job(tmp_path, framework, libraries=(framework,))) as service:
        assert ask(service).status == 200


@pytest.mark.parametrize("text", ["raise SystemExit", "raise KeyboardInterrupt", "raise GeneratorExit"])
def test_whatever_is_raised_on_import_is_the_learners_own_crash(
    sandbox: Sandbox, tmp_path: Path, text: str
) -> None:
    outcome = refused(sandbox, tmp_path, "flask", text)
    assert outcome.exit_code == launcher.APP_RAISED
    assert 'File "flask_app.py", line 1' in outcome.stderr


def test_configurations_need_a_factory(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    write(tmp_path, {f"{framework}_app.py": TOY[framework]})
    with sandbox.serve(job(tmp_path, framework, apps=({}, {"a": 1}))) as service:
        assert not service.wait_started()
        outcome = service.kill()
    assert outcome.stderr == f"{framework}_app offers no function create_app(config).\n"


def test_one_of_several_apps_that_refuses_keeps_all_from_starting(sandbox: Sandbox, tmp_path: Path) -> None:
    text = """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        def create_app(config):
            @asynccontextmanager
            async def lifespan(app):
                if config.get("refuse"):
                    raise RuntimeError("no stock")
                yield
                print("closed", config["name"])

            return FastAPI(lifespan=lifespan)
    """
    write(tmp_path, {"fastapi_app.py": text})
    apps = ({"name": "a"}, {"name": "b"}, {"refuse": True}, {"name": "d"})
    with sandbox.serve(job(tmp_path, "fastapi", apps=apps)) as service:
        assert not service.wait_started()
        outcome = service.kill()
    assert (outcome.exit_code, outcome.stdout) == (launcher.APP_REFUSED, "closed b\nclosed a\n")
    assert "RuntimeError: no stock" in outcome.stderr
