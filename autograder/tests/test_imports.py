"""Who may import whom: the arrows of the architecture, held over the whole package by reading its source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import autograder
from autograder.frameworks import FRAMEWORKS

PACKAGE = Path(autograder.__file__).parent
COURSE = PACKAGE.parent
APART = {"tests", "hidden"}
SUBMISSIONS = PACKAGE / "demo" / "added"

# From the ground up; a unit may import its own layer and those below. A new unit takes a place here.
LAYERS = (
    {"", "ahead", "errors", "flow", "garbage", "verdict", "outcome", "frameworks", "scratch", "seed"},
    {"submission", "versions", "catalog"},
    {"likeness"},
    {"sandbox", "report"},
    {"checks", "scoring", "cache", "collect"},
    {"kinds"},
    {"evaluate"},
    {"batch", "nb", "release", "selfcheck"},
    {"examples", "learn"},
    {"attackrun", "devcheck", "mutants", "scaffold", "site", "bench", "demo"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
SERVERS = {"werkzeug", "starlette", "uvicorn", *FRAMEWORKS}
MAY_SERVE = {"autograder.sandbox.launcher"}
MAY_NAME_FRAMEWORKS = {"autograder.frameworks", "autograder.versions"}


def engine() -> list[Path]:
    """The engine's own modules."""
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in APART and not path.is_relative_to(SUBMISSIONS)
    ]


def module_name(path: Path) -> str:
    parts = path.relative_to(COURSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def unit(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and module of every import, wherever it stands; ``from a import b`` gives ``a`` and ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield node.lineno, base
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def own(module: str) -> bool:
    return module == "autograder" or module.startswith("autograder.")


def wrong_arrows(paths: list[Path]) -> list[str]:
    """Every import of a higher layer, and every relative one."""
    layer = {name: number for number, names in enumerate(LAYERS) for name in names}
    wrong = []
    for path in paths:
        here = layer[unit(module_name(path))]
        for line, target in imported(parsed(path)):
            there = unit(target)
            is_up = own(target) and there in layer and layer[there] > here
            if is_up or target.startswith("."):  # a relative import hides where it goes
                wrong.append(f"{path.name}:{line} imports {target}")
    return wrong


def test_every_unit_has_a_layer() -> None:
    units = {unit(module_name(path)) for path in engine()}
    assert units == set().union(*LAYERS)


def test_imports_go_down_only() -> None:
    assert wrong_arrows(engine()) == []


def test_an_import_that_goes_up_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "autograder" / "catalog" / "planted.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("def late() -> None:\n    from autograder.evaluate import Grader\n")
    monkeypatch.setattr(sys.modules[__name__], "COURSE", tmp_path)
    assert wrong_arrows([planted]) == [
        "planted.py:2 imports autograder.evaluate",
        "planted.py:2 imports autograder.evaluate.Grader",
    ]


def test_there_is_no_import_cycle() -> None:
    modules = {module_name(path): path for path in engine()}
    graph = {
        name: {
            target
            for _, target in imported(_without_type_checking(parsed(path)))
            if target in modules and target != name and not name.startswith(f"{target}.")
        }
        for name, path in modules.items()
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")
    assert set(order) == set(modules)


def test_nothing_imports_the_hidden_checks() -> None:
    everything = [
        *PACKAGE.rglob("*.py"),
        *_content("lessons"),
        *_content("exercises"),
        *_content("solutions"),
    ]
    found = [
        f"{path}:{line}"
        for path in everything
        if not _is_submission(path)
        for line, target in imported(parsed(path))
        if target.startswith("autograder.hidden")
    ]
    assert found == []


def test_a_check_imports_the_check_authors_module_and_the_standard_library() -> None:
    checks = [*PACKAGE.glob("hidden/*/test_*.py"), *(COURSE / "exercises").glob("*/test_examples.py")]
    assert checks
    strange = {
        f"{path.parent.name}/{path.name}:{line} {target}"
        for path in checks
        for line, target in imported(parsed(path))
        if not (target.split(".")[0] in sys.stdlib_module_names or target.startswith("autograder.checks"))
        and target not in {"autograder", "pytest"}
    }
    assert strange == set()


@pytest.mark.parametrize("tree", ["lessons", "exercises", "solutions"])
def test_what_learners_read_never_imports_the_engine(tree: str) -> None:
    apps = [
        path
        for path in _content(tree)
        if path.name != "test_examples.py" and "sidebyside" not in path.relative_to(COURSE).parts
    ]
    assert apps
    found = [f"{path}:{line}" for path in apps for line, target in imported(parsed(path)) if own(target)]
    assert found == []


def test_only_the_launcher_imports_a_framework_or_a_server() -> None:
    found = {
        module_name(path)
        for path in engine()
        for _, target in imported(parsed(path))
        if target.split(".")[0] in SERVERS
    }
    assert found == MAY_SERVE


def test_only_one_module_knows_the_frameworks_by_name() -> None:
    names = {each for framework in FRAMEWORKS.values() for each in (framework.name, framework.module)}
    found = {
        module_name(path)
        for path in engine()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.lower().removesuffix(".py") in names
    }
    # A made-up class hands in files of these names, as students do.
    assert found - {"autograder.demo.handin"} == MAY_NAME_FRAMEWORKS


def _content(tree: str) -> list[Path]:
    return sorted(path for path in (COURSE / tree).rglob("*.py") if "_build" not in path.parts)


def _is_submission(path: Path) -> bool:
    return path.is_relative_to(SUBMISSIONS) or bool({"wrong", "right", "submissions"} & set(path.parts))


def _without_type_checking(tree: ast.Module) -> ast.Module:
    """The module as it runs when it is imported: no type checking, no function's body."""

    class Cut(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | None:
            is_checking = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
            return None if is_checking else self.generic_visit(node)

        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

    cut = Cut().visit(tree)
    assert isinstance(cut, ast.Module)
    return cut
