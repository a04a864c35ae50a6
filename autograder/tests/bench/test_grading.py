"""The benchmark of grading: the same class for every side, the same points or no figures."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.bench import otter
from autograder.bench.classes import Class, generated
from autograder.bench.grading import Figures, SideFigures, SizeFigures, bench_grading
from autograder.bench.measure import this_machine
from autograder.bench.page import page
from autograder.bench.sides import SIDES
from autograder.bench.stock import StockPart
from autograder.catalog import Catalog, load
from autograder.checks.message import CheckInfo
from autograder.errors import GradingBroken, UsageError
from autograder.frameworks import FRAMEWORKS
from autograder.tests.toycourse import course

ROOT = Path(__file__).parents[3]
SIDE = SideFigures(per_second=2, slowest=1.5, fastest=2.5, cpu_s=0.5, peak_mb=120)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(ROOT)


@pytest.fixture
def figures() -> Figures:
    return Figures(
        submissions=20,
        rounds=3,
        jobs=2,
        checks=40,
        sides={"ours": SIDE, "stock": replace(SIDE, per_second=0.2)},
        ratios={"stock": (9.0, 10.0, 14.0)},
        same_points=20,
        sizes=(SizeFigures(50, 0.4, 0.6, 130), SizeFigures(100, 0.35, 0.5, 131)),
        machine=this_machine({}),
        cpu_is_whole=True,
    )


def routing(catalog: Catalog, submissions: int) -> Class:
    return generated(catalog, catalog.ready_topic("routing"), submissions, jobs=1)


def test_no_two_hand_ins_of_a_class_are_alike_and_right_and_wrong_ones_take_turns(catalog: Catalog) -> None:
    made = routing(catalog, 60)
    assert [student for student, _ in made.students()][:2] == ["s00000", "s00001"]
    for part in FRAMEWORKS:
        sources = [apps[part] for apps in made.apps]
        assert len(set(sources)) == 60
        assert len({source.rpartition("# hand-in")[0] for source in sources}) > 10


def test_the_page_says_the_ratio_its_spread_the_command_and_the_machine(figures: Figures) -> None:
    text = page(figures, "course bench grading")
    assert "10.0 times as many submissions a second as stock nbgrader (9.0 to 14.0 over the rounds)" in text
    assert "| stock nbgrader | none | 0.20 | 1.50 to 2.50 | 0.50 | 120 |" in text
    assert "| 100 | 0.35 | 0.50 | 131 |" in text
    assert "`course bench grading`" in text
    assert figures.machine.processor in text
    assert f"| nbgrader | {figures.machine.versions['nbgrader']} |" in text
    assert "as the kernel counts them" in text
    assert "lack those of sandboxed apps" in page(
        replace(figures, cpu_is_whole=False), "course bench grading"
    )


def test_figures_can_be_written_as_json(figures: Figures) -> None:
    assert json.loads(json.dumps(figures.as_dict()))["sides"]["ours"]["per_second"] == 2


@pytest.mark.parametrize("names", [["nobody"], ["again"], []])
def test_sides_that_cannot_be_measured_are_refused_before_anything_runs(
    catalog: Catalog, names: list[str]
) -> None:
    topic = catalog.ready_topic("routing")
    with pytest.raises(UsageError):
        bench_grading(catalog, topic, submissions=2, rounds=1, jobs=1, names=names)


def test_a_python_without_otter_grader_is_refused_before_anything_runs(
    catalog: Catalog, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    topic = catalog.ready_topic("routing")
    with pytest.raises(UsageError, match="no otter-grader"):
        bench_grading(catalog, topic, submissions=2, rounds=1, jobs=1, names=["otter"], otter=python)


def test_sizes_that_are_no_numbers_are_refused() -> None:
    ran = course("bench", "grading", "--sizes", "5,many", cwd=ROOT, code=2)
    assert "no sizes of classes" in ran.stderr


def test_otter_grader_gets_a_case_for_every_check_with_its_points(tmp_path: Path) -> None:
    checks = tmp_path / "test_contract.py"
    checks.write_text("from __future__ import annotations\n\ndef test_one(api: object) -> None:\n    pass\n")
    info = CheckInfo(
        name="test_one", sentence="It answers.", points=2.5, objective=None, hints=(), needs=(), file="x"
    )
    part = StockPart("flask", FRAMEWORKS["flask"], [checks], [info])
    otter.write_course(tmp_path / "otter", [part], "5eed")
    otter.hand_in(tmp_path / "otter", "ann", {"flask": "app = 1\n"}, [part])
    with zipfile.ZipFile(tmp_path / "otter" / "autograder.zip") as archive:
        tests = archive.read("tests/flask.py").decode()
    compile(tests, "flask.py", "exec")
    assert "@test_case(name='flask test_one', points=2.5, hidden=True)" in tests
    assert "SEED = '5eed'" in tests
    notebook = json.loads((tmp_path / "otter/submissions/ann.ipynb").read_text())
    assert [cell["source"] for cell in notebook["cells"]][1] == "app = 1\n"
    assert notebook["cells"][2]["metadata"] == {"otter": {"tests": ["flask"]}}


@pytest.mark.slow
def test_every_side_gives_every_student_the_same_points(tmp_path: Path) -> None:
    words = [f"--side={name}" for name in SIDES if name != "otter"]
    ran = course(
        "bench", "grading", "--submissions=3", "--rounds=1", "--sizes=2", "--json", *words,
        f"--markdown={tmp_path / 'page.md'}", cwd=ROOT,
    )  # fmt: skip
    told = json.loads(ran.stdout)
    assert set(told["sides"]) == set(SIDES) - {"otter"}
    assert told["same_points"] == 3
    assert told["sides"]["ours"]["cpu_s"] < told["sides"]["stock"]["cpu_s"]
    assert [size["submissions"] for size in told["sizes"]] == [2]
    assert str(tmp_path) not in (tmp_path / "page.md").read_text()


def test_points_that_differ_between_two_sides_end_it(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fixed:
        def __init__(self, points: float) -> None:
            self.told = points

        def prepare(self) -> None:
            """Nothing."""

        def grade(self) -> object:
            return None

        def points(self) -> dict[str, float]:
            return {"ann": self.told}

    sides = {"ours": Fixed(1), "stock": Fixed(2)}
    monkeypatch.setattr("autograder.bench.grading.sides_of", lambda *_, **__: sides)
    topic = catalog.ready_topic("routing")
    with pytest.raises(GradingBroken, match="'stock' than by 'ours': ann: 1 and 2"):
        bench_grading(catalog, topic, submissions=2, rounds=1, jobs=1, names=["ours", "stock"])
