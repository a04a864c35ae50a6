"""The toy course as the engine's tests grade it: a copy, hand-ins, a policy with shorter times."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import autograder
from autograder.catalog import Catalog, Topic, load
from autograder.collect import collect_one
from autograder.report.model import Report
from autograder.sandbox.policy import Policy, load_policy
from autograder.submission import Submission

__all__ = [
    "FASTAPI",
    "FLASK",
    "TOY",
    "Toy",
    "answering",
    "copy_toy",
    "course",
    "environment",
    "policy",
    "repairing",
    "reports",
    "validated",
]

PACKAGE = Path(autograder.__file__).parent
TOY = PACKAGE / "tests" / "toy"
SCHEMA = Draft202012Validator(json.loads((PACKAGE / "report/report-1.schema.json").read_text("utf-8")))

FLASK = (TOY / "solutions/greeting/flask_app.py").read_text("utf-8")
FASTAPI = (TOY / "solutions/greeting/fastapi_app.py").read_text("utf-8")
_ANSWER = 'return {"hello": name}'


_FINDINGS_CHECK = '''

@points(1)
@assesses("greeting-missing")
@hint("missing")
def test_names_the_fault(findings: Findings) -> None:
    """The findings name an injection."""
    expect(findings.problem is None, findings.problem or "")
    expect("injection" in {each.class_ for each in findings.entries}, "No finding is an injection.")
'''


def answering(*statements: str, app: str = FLASK) -> str:
    """A solution whose view runs these statements instead of answering."""
    assert _ANSWER in app
    return app.replace(_ANSWER, "\n        ".join(statements))


def policy(hang_limit: int = 3, request_wall_s: float = 4, *, patience: float = 1, **limits: Any) -> Policy:
    """The package's policy with other limits; its digest stays.

    A second try on a busy machine takes no longer than the first, so that what is told does not depend on it.
    """
    own = load_policy()
    client = own.client.model_copy(update={"hang_limit": hang_limit, "request_wall_s": request_wall_s})
    busy = own.busy.model_copy(update={"patience": patience})
    changed = {"limits": replace(own.limits, **limits), "client": client, "busy": busy}
    return own.model_copy(update=changed)


def copy_toy(target: Path) -> Path:
    """The toy course as a course of its own."""
    ignored = shutil.ignore_patterns("__pycache__", "conftest.py", ".ruff_cache", ".course")
    shutil.copytree(TOY, target, ignore=ignored)
    return target


class Toy:
    """A copy of the toy course, and hand-ins to it.

    Attributes:
        path: the course.
        inbox: where hand-ins are collected to, each in a folder of its own.
    """

    def __init__(self, home: Path) -> None:
        self.path = copy_toy(home / "the course")
        self.inbox = home / "collected"
        self._home = home
        self._count = 0

    @property
    def catalog(self) -> Catalog:
        return load(self.path)

    @property
    def contract(self) -> Path:
        """The file of hidden checks."""
        return self.path / "autograder/hidden/greeting/test_contract.py"

    def topic(self, name: str = "greeting") -> Topic:
        return self.catalog.ready_topic(name)

    def hand_in(self, student: str, files: Mapping[str, str | bytes]) -> Path:
        """Lay a hand-in into the class's folder."""
        folder = self._home / "class" / student
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    def collected(
        self,
        student: str = "ann",
        *,
        topic: str = "greeting",
        flask: str | bytes | None = FLASK,
        fastapi: str | bytes | None = FASTAPI,
    ) -> Submission:
        """A hand-in as collect leaves it; None leaves the file out."""
        apps = {"flask_app.py": flask, "fastapi_app.py": fastapi}
        name = f"{student} {self._count + 1}"
        folder = self.hand_in(name, {key: text for key, text in apps.items() if text is not None})
        return self.taken(folder, student, topic=topic)

    def taken(self, folder: Path, student: str = "ann", *, topic: str = "greeting") -> Submission:
        """A hand-in's folder, collected."""
        self._count += 1
        destination = self.inbox / f"{student} {self._count}" / topic
        return collect_one(folder, student=student, topic=self.topic(topic), destination=destination)


def repairing(toy: Toy) -> Toy:
    """The toy with apps to be repaired, each handed in with a file of findings, which a check reads."""
    course = toy.path / "course.toml"
    text = course.read_text("utf-8")
    for name in ("flask", "fastapi"):
        old = f'kind = "contract"\npoints = 10\nfiles = ["{name}_app.py"]'
        assert old in text
        text = text.replace(
            old, f'kind = "fix"\npoints = 10\nfiles = ["{name}_app.py", "{name}_findings.yaml"]'
        )
        (toy.path / f"exercises/greeting/{name}_findings.yaml").write_text("# One entry for each fault.\n")
        solution = toy.path / f"solutions/greeting/{name}_findings.yaml"
        solution.write_text("- {class: injection, function: greet, request: GET /}\n")
    course.write_text(text, "utf-8")
    contract = toy.contract.read_text("utf-8")
    assert "@points(2)" in contract
    contract = contract.replace("@points(2)", "@points(1)", 1).replace(
        "Draw, assesses, ", "Draw, Findings, assesses, expect, "
    )
    toy.contract.write_text(contract + _FINDINGS_CHECK, "utf-8")
    return toy


def validated(report: Report) -> Report:
    """The report, held to the published schema."""
    SCHEMA.validate(json.loads(report.model_dump_json()))
    return report


def reports(text: str) -> dict[str, Any]:
    """The reports that `course grade --json` printed, held to the schema, by student."""
    found = [json.loads(line) for line in text.splitlines()]
    for report in found:
        SCHEMA.validate(report)
    assert len({report["student"] for report in found}) == len(found)
    return {report["student"]: report for report in found}


def environment(**more: str) -> dict[str, str]:
    """For a command as a pipeline runs it."""
    return {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONWARNINGS": "ignore", **more}


def course(
    *words: str, cwd: Path, code: int | None = 0, before: tuple[str, ...] = (), **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command, through the words of ``before`` if any; it never ends in a traceback."""
    ran = subprocess.run(
        [*before, sys.executable, "-m", "autograder", *words],
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert code is None or ran.returncode == code, f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    assert "Traceback (most recent call last)" not in ran.stderr, ran.stderr
    return ran
