"""What can sway a verdict is named by version, or by digest."""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path

import pytest

import autograder
from autograder import versions as module
from autograder.versions import engine_digest, files_digest, versions


def test_the_engine_python_servers_and_checkers_are_named() -> None:
    found = versions()
    assert found["autograder"] == autograder.__version__
    assert found["python"].count(".") == 2
    for name in ("fastapi", "flask", "h11", "pytest", "starlette", "uvicorn", "werkzeug"):
        assert found[name] == metadata.version(name)


def test_a_digest_follows_names_contents_and_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("1")
    two.write_text("2")
    digests = {files_digest([one, two]), files_digest([two, one]), files_digest([one])}
    one.write_text("12")
    two.write_text("")
    digests.add(files_digest([one, two]))
    one.rename(tmp_path / "three.py")
    digests.add(files_digest([tmp_path / "three.py", two]))
    assert len(digests) == 5


def test_the_engines_digest_follows_its_code_and_not_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "autograder"
    for name in ("checks", "kinds"):
        shutil.copytree(Path(module.__file__).parent / name, copy / name)
    (copy / "tests").mkdir()
    (copy / "hidden").mkdir()
    monkeypatch.setattr(module, "__file__", str(copy / "versions.py"))
    digest = engine_digest.__wrapped__
    first = digest()
    (copy / "tests" / "test_a.py").write_text("")
    (copy / "hidden" / "test_b.py").write_text("")
    assert digest() == first
    (copy / "kinds" / "memo.py").write_text("")
    assert digest() != first
