"""The wall holds for a grader who is no root: then a user namespace makes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.sandbox.system import find_system, package_folders

SOMEBODY = 61_180
NEEDED = "import fastapi, flask, h11, pydantic, pytest"


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is closed."""
    folder = Path(tempfile.mkdtemp(prefix="course ordinary "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def as_somebody(folder: Path, python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = folder / "home"
    paths = [str(folder / "project"), *_packages_for_all(folder)]
    return subprocess.run(
        [
            *(
                "setpriv",
                f"--reuid={SOMEBODY}",
                f"--regid={SOMEBODY}",
                "--clear-groups",
            ),
            *(python, *arguments),
        ],
        env={
            "HOME": str(home),
            "TMPDIR": str(home),
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COURSE_NO_SKIP": "1",
        },
        cwd=folder / "project",
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )


@pytest.mark.slow
def test_all_of_it_holds_for_an_ordinary_user(readable: Path) -> None:
    if os.geteuid() != 0:
        assert not find_system().root  # so that is what all the other tests ran as
        return
    package = Path(autograder.__file__).parent
    no_caches = shutil.ignore_patterns("__pycache__", "hidden")
    shutil.copytree(package, readable / "project" / "autograder", ignore=no_caches)
    shutil.copy(package.parent / "pyproject.toml", readable / "project")
    for each in (readable / "project").rglob("*"):
        each.chmod(0o755 if each.is_dir() else 0o644)
    (readable / "project").chmod(0o755)
    (readable / "home").mkdir()
    os.chown(readable / "home", SOMEBODY, SOMEBODY)
    python = _python_for_all(readable)
    tests = [f"autograder/tests/{name}" for name in ("sandbox", "attacks/test_boxes.py")]
    run = as_somebody(
        readable,
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not slow",
        "-k",
        "not plain",
        *tests,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    summary = run.stdout.splitlines()[-1]
    assert " passed" in summary
    assert "skipped" not in summary


def _packages_for_all(folder: Path) -> list[str]:
    """The folders of packages; those in a place that is closed to others are linked into this one."""
    found = []
    for at, packages in enumerate(map(Path, package_folders())):
        linked = folder / str(at) / "site-packages"
        if not _open_to_all(packages) and not linked.is_dir():
            shutil.copytree(packages, linked, copy_function=_link)
        found.append(str(linked if linked.is_dir() else packages))
    return found


def _link(file: str, place: str) -> None:
    """The same file once more, below folders that are open to all; a copy where links are not to be had."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copy2(file, place)


def _python_for_all(folder: Path) -> str:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = (sys.executable, *(f"{place}/{version}" for place in ("/usr/bin", "/usr/local/bin")))
    for python in found:
        if _open_to_all(Path(python).resolve()) and as_somebody(folder, python, "-c", NEEDED).returncode == 0:
            return python
    pytest.skip(f"no {version} that another user may run, and that has what the packages here need")


def _open_to_all(path: Path) -> bool:
    """Whether another user may run it; setpriv itself still may at the moment when it does."""
    return path.exists() and all(each.stat().st_mode & 0o001 for each in (path, *path.parents))
