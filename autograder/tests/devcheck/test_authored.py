"""Which files make up an authored app: single files, packages, and hand-ins of several files."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.devcheck.authored import App, Role, authored_apps, told_to_fail
from autograder.tests.toycourse import FLASK, Toy, repairing

WRONG = '"""Greets nobody.\n\nFails: test_says_hello\n"""\n'


def app(toy: Toy, role: Role, slug: str, part: str = "flask") -> App:
    """The one app of this role, name and part."""
    apps = authored_apps(toy.catalog, toy.topic())
    [found] = [each for each in apps if (each.role, each.slug, each.part.name) == (role, slug, part)]
    return found


def placed(app: App) -> dict[str, str]:
    return {str(inside): file.as_posix().partition("/the course/")[2] for inside, file in app.files}


def write(toy: Toy, name: str, text: str) -> None:
    path = toy.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_a_single_file_is_completed_from_the_solution(tmp_path: Path) -> None:
    found = app(repairing(Toy(tmp_path)), Role.WRONG, "always_ada")
    assert placed(found) == {
        "flask_app.py": "autograder/hidden/greeting/wrong/always_ada.flask.py",
        "flask_findings.yaml": "solutions/greeting/flask_findings.yaml",
    }
    assert told_to_fail(found)


def test_a_folder_is_a_hand_in_with_all_its_files(tmp_path: Path) -> None:
    toy = repairing(Toy(tmp_path))
    here = "autograder/hidden/greeting/wrong/found_nothing.flask"
    write(toy, f"{here}/flask_app.py", WRONG)
    write(toy, f"{here}/flask_findings.yaml", "[]\n")
    found = app(toy, Role.WRONG, "found_nothing")
    assert placed(found) == {name: f"{here}/{name}" for name in ("flask_app.py", "flask_findings.yaml")}
    assert told_to_fail(found) == ("test_says_hello",)


def test_a_folder_without_an_app_says_in_a_comment_what_it_fails(tmp_path: Path) -> None:
    toy = repairing(Toy(tmp_path))
    here = "autograder/hidden/greeting/wrong/found_nothing.flask"
    write(toy, f"{here}/flask_findings.yaml", "# Found nothing.\n#\n# Fails: test_names_the_fault\n\n[]\n")
    found = app(toy, Role.WRONG, "found_nothing")
    assert placed(found) == {
        "flask_findings.yaml": f"{here}/flask_findings.yaml",
        "flask_app.py": "solutions/greeting/flask_app.py",
    }
    assert told_to_fail(found) == ("test_names_the_fault",)


@pytest.mark.parametrize("inside", ["", "flask_app/"])
def test_a_package_stands_for_the_module_in_every_role(tmp_path: Path, inside: str) -> None:
    toy = Toy(tmp_path)
    here = "autograder/hidden/greeting/right/split.flask"
    write(toy, f"{here}/{inside}__init__.py", "from flask_app.greeting import create_app\n")
    write(toy, f"{here}/{inside}greeting.py", FLASK)
    assert placed(app(toy, Role.RIGHT, "split")) == {
        f"flask_app/{name}": f"{here}/{inside}{name}" for name in ("__init__.py", "greeting.py")
    }
    for place in ("exercises", "solutions"):
        (toy.path / place / "greeting/flask_app.py").unlink()
        write(toy, f"{place}/greeting/flask_app/__init__.py", FLASK)
    for role, place in ((Role.STARTER, "exercises"), (Role.SOLUTION, "solutions")):
        expected = {"flask_app/__init__.py": f"{place}/greeting/flask_app/__init__.py"}
        assert placed(app(toy, role, "flask_app")) == expected
