"""Wheel and sdist: the engine is in them, what is secret is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import autograder
from autograder.catalog import load
from autograder.nb.build import build_course

COURSE = Path(autograder.__file__).parent.parent
PARTS = ("autograder", "lessons", "exercises", "solutions", "pyproject.toml", "README.md", "course.toml")
PLANTED = (
    "autograder/hidden/planted/test_contract.py",
    "autograder/hidden/planted/wrong/all.flask.py",
    "autograder/tests/planted/test_planted.py",
    "solutions/planted/flask_app.py",
    "exercises/planted/README.md",
)
ENGINE = (
    "autograder/cli/main.py",
    "autograder/evaluate.py",
    "autograder/checks/worker.py",
    "autograder/sandbox/launcher.py",
    "autograder/sandbox/policy.toml",
    "autograder/scaffold/templates/contract.py.txt",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built from a copy that no version control knows."""
    folder = tmp_path_factory.mktemp("a build")
    source = folder / "source"
    left = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*", "_build")
    for part in PARTS:
        if (COURSE / part).is_dir():
            shutil.copytree(COURSE / part, source / part, ignore=left)
        else:
            shutil.copy(COURSE / part, source / part)
    for name in PLANTED:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("planted = True\n")
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--sdist",
        "--wheel",
        "--outdir",
        "out",
        "source",
    ]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def wheel(built: Path) -> set[str]:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist(built: Path) -> set[str]:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_nothing_secret_is_packed(kind: str, request: pytest.FixtureRequest) -> None:
    names: set[str] = request.getfixturevalue(kind)
    secret = {name for name in names if set(name.split("/")) & {"hidden", "solutions", "tests", "planted"}}
    assert secret == set()
    assert not {name for name in names if "exercises" in name or "course.toml" in name}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_the_engine_is_packed(kind: str, request: pytest.FixtureRequest) -> None:
    names: set[str] = request.getfixturevalue(kind)
    assert set(ENGINE) <= names


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_every_data_file_of_the_engine_is_packed(kind: str, request: pytest.FixtureRequest) -> None:
    names: set[str] = request.getfixturevalue(kind)
    package = COURSE / "autograder"
    apart = {"hidden", "tests", "demo", "__pycache__"}
    data = {
        path.relative_to(COURSE).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}
        if not apart & set(path.relative_to(package).parts)
    }
    assert data
    assert data - names == set()


def test_the_readers_library_is_packed_under_its_own_name(wheel: set[str], sdist: set[str]) -> None:
    modules = {path.name for path in (COURSE / "lessons" / "sidebyside").glob("*.py")}
    assert modules
    assert {f"sidebyside/{name}" for name in modules} <= wheel
    assert {f"lessons/sidebyside/{name}" for name in modules} <= sdist


CHECKED = """
import json
from sidebyside import check
print(json.dumps([check("routing", part).text for part in ("flask", "fastapi")]))
"""


@pytest.fixture(scope="module")
def student(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; what the wheel needs is taken from the environment of this test."""
    home = tmp_path_factory.mktemp("a student") / "venv"
    venv.create(home, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin/python"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a student gets of routing, and nothing else; one of the two apps is solved."""
    home = tmp_path_factory.mktemp("a home")
    build_course(load(COURSE), home / "build", ["routing"])
    shutil.move(home / "build/source/routing", home / "routing")
    shutil.rmtree(home / "build")
    shutil.copy(COURSE / "solutions/routing/flask_app.py", home / "routing")
    return home / "routing"


def says(student: Path, folder: Path, *words: str) -> str:
    apart = {"PYTHONPATH", "NBGRADER_VALIDATING", "NBGRADER_EXECUTION", "VIRTUAL_ENV"}
    environment = {name: value for name, value in os.environ.items() if name not in apart}
    ran = subprocess.run(
        [student, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr


def test_with_the_wheel_a_topic_that_was_handed_out_is_judged_by_its_examples(
    student: Path, handed_out: Path
) -> None:
    where = says(student, handed_out, "-c", "import autograder, sidebyside; print(autograder.__file__)")
    assert where.startswith(str(student.parents[1]))
    by_command = says(student, handed_out, "-m", "autograder", "check")
    in_notebook = says(student, handed_out, "-c", CHECKED)
    by_pytest = says(student, handed_out, "-m", "pytest", "test_examples.py")
    for told in (by_command, in_notebook, by_pytest):
        assert "hidden checks judge Flask" in " ".join(told.split())
        assert "course.toml" not in told
    assert "1 failed, 1 passed" in by_pytest
