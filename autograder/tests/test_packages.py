"""A topic whose apps are packages, through every face of the engine that takes a topic's files."""

from __future__ import annotations

import json
from concurrent.futures import Future
from pathlib import Path, PurePosixPath

import pytest

from autograder.demo.handin import write_hand_in
from autograder.demo.roll import Student
from autograder.devcheck.authored import Role, authored_apps
from autograder.devcheck.bench import Bench, Trial
from autograder.nb.build import build_course
from autograder.release import release_files
from autograder.sandbox.choose import choose
from autograder.selfcheck import self_check
from autograder.tests.toycourse import Toy
from autograder.verdict import Status, Verdict

PARTS = {"flask_app": "flask", "fastapi_app": "fastapi"}


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """The toy course, its starters, solutions and wrong submissions split into packages."""
    made = Toy(tmp_path)
    for tree in ("exercises", "solutions"):
        for module in PARTS:
            split(made.path / tree / "greeting" / f"{module}.py", module)
    for file in sorted((made.path / "autograder/hidden/greeting/wrong").glob("*.py")):
        slug, framework, _ = file.name.split(".")
        split(file, f"{slug}.{framework}", module=f"{framework}_app")
    return made


def split(file: Path, folder: str, module: str | None = None) -> None:
    """Turn a file into a package whose first file imports the app and carries the docstring."""
    text = file.read_text("utf-8")
    docstring = text.partition('"""')[2].partition('"""')[0]
    package = file.parent / folder
    package.mkdir()
    file.rename(package / "greeting.py")
    head = f'"""{docstring}"""\n\nfrom {module or folder}.greeting import create_app\n'
    (package / "__init__.py").write_text(f"{head}\n__all__ = ['create_app']\n", "utf-8")


def test_the_student_edition_and_the_assignment_hold_the_package(toy: Toy, tmp_path: Path) -> None:
    released = {str(path) for path in release_files(toy.catalog)}
    build_course(toy.catalog, tmp_path / "build", ["greeting"])
    for module in PARTS:
        for name in ("__init__.py", "greeting.py"):
            assert f"exercises/greeting/{module}/{name}" in released
            assert (tmp_path / "build/source/greeting" / module / name).is_file()
    assert not any(path.startswith("solutions") for path in released)


def test_a_student_of_the_demo_hands_the_package_in(toy: Toy, tmp_path: Path) -> None:
    sheet = tmp_path / "greeting.ipynb"
    sheet.write_text(json.dumps({"cells": []}), "utf-8")
    student = Student(
        id="ann",
        topic="greeting",
        story="Leaves in the middle.",
        apps={"flask": "wrong/always_ada + syntax_error", "fastapi": "solution"},
        status=Status.GRADED,
    )
    apps = {"greeting": authored_apps(toy.catalog, toy.topic())}
    write_hand_in(student, apps, sheet, tmp_path / "submitted")
    folder = tmp_path / "submitted/ann/greeting"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    modules = {f"{module}/{name}" for module in PARTS for name in ("__init__.py", "greeting.py")}
    assert files == {"greeting.ipynb", *modules}
    own = Path(__file__).parents[1] / "demo/added/syntax_error.flask.py"
    assert (folder / "flask_app/__init__.py").read_text("utf-8").endswith(own.read_text("utf-8"))


@pytest.mark.slow
def test_packages_are_judged_like_files(toy: Toy) -> None:
    report = self_check(toy.catalog, toy.topic(), toy.catalog.places("greeting").solution)
    assert {part.name: part.verdict for part in report.parts} == dict.fromkeys(PARTS.values(), Verdict.PASSED)
    with Bench(toy.catalog, choose(own_code=True), seed="5eed", cache=None, jobs=2) as bench:
        started: list[Future[Trial]] = bench.start(toy.topic())
        trials = [future.result() for future in started]
    wrong = [trial for trial in trials if trial.app.role is Role.WRONG]
    assert len(wrong) == 8
    assert all(trial.started and trial.failing for trial in wrong)
    assert all(
        PurePosixPath("greeting.py").name in {file.name for _, file in trial.app.files} for trial in wrong
    )
