"""Which small faults are planted, and that each is one readable change of the text."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from autograder.catalog import Part
from autograder.devcheck.authored import App, Role
from autograder.errors import CatalogError
from autograder.mutants.mutant import Mutant, mutants
from autograder.mutants.operators import OPERATORS

PART = Part(name="flask", kind="contract", points=1, files=("flask_app.py",), framework="flask")


def planted(folder: Path, text: str) -> list[Mutant]:
    file = folder / "flask_app.py"
    file.write_text(text, encoding="utf-8")
    return list(mutants(App(Role.SOLUTION, PART, file, ((PurePosixPath("flask_app.py"), file),))))


def becomes(folder: Path, text: str, operator: str) -> list[str]:
    return [mutant.becomes for mutant in planted(folder, text) if mutant.operator == operator]


FAULTS: dict[str, tuple[str, str, list[str]]] = {
    "equal": ("comparison", "x = a == b", ["x = a != b"]),
    "chain": ("comparison", "x = a < b <= c", ["x = a >= b <= c", "x = a < b > c"]),
    "in": ("comparison", "x = a in b", ["x = a not in b"]),
    "boundary": ("boundary", "x = a < b <= c", ["x = a <= b <= c", "x = a < b < c"]),
    "no boundary": ("boundary", "x = a == b", []),
    "if": ("negation", "if f(a): g()", ["if not (f(a)): g()"]),
    "if not": ("negation", "if not a or b: g()", ["if not (not a or b): g()", "if (a) or b: g()"]),
    "if equal": ("negation", "if a == b: g()", []),
    "comprehension": ("negation", "x = [a for a in b if a]", ["x = [a for a in b if not (a)]"]),
    "and": ("junction", "x = a and b and c", ["x = a or b or c"]),
    "true": ("constant", "f(a, True, 0.5)", ["f(a, False, 0.5)", "f(a, True, 1.5)"]),
    "number": ("off-by-one", "x = 1_000", ["x = 1001", "x = 999"]),
    "zero": ("off-by-one", "x = a[0]", ["x = a[1]", "x = a[(-1)]"]),
    "no number": ("off-by-one", "x = True", []),
    "key": ("string", "x = {'a': 'b'}", ["x = {'a~': 'b'}", "x = {'a': 'b~'}"]),
    "subscript": ("string", "x = a['b']", ["x = a['b~']"]),
    "case": ("string", "match a:\n    case 'b':\n        f()", ["case 'b~':"]),
    "route": ("string", "@get('/a')\ndef f(): ...", ["@get('/a~')"]),
    "prose": ("string", "def f():\n    '''Prose.'''\n    g(title='a')", []),
    "names": ("string", "__all__ = ['a']", []),
    "f-string": ("string", "x = a[f'{b[\"c\"]}']", []),
    "return": ("return-none", "def f():\n    return a", ["return None"]),
    "return none": ("return-none", "def f():\n    return None", []),
    "call": ("deletion", "def f():\n    '''Prose.'''\n    g()\n    h = 1", ["pass"]),
    "raise": ("deletion", "def f():\n    raise g", ["pass"]),
    "set": ("deletion", "a.b = c\na['b'] = c\na += 1", ["pass", "pass", "pass"]),
    "field": ("deletion", "class A:\n    b: int\n    c: int = 1", ["pass", "pass"]),
    "decorator": (
        "decorator-argument",
        "@get('/a', 1, b=2)\ndef f(): ...",
        ["@get('/a', b=2)", "@get('/a', 1)"],
    ),
    "keyword": ("keyword", "x = f(a, b=1, **c)", ["x = f(a, **c)", "x = f(a, b=1)"]),
    "annotation": ("keyword", "x: Annotated[int, Query(ge=1)]", ["x: Annotated[int, Query()]"]),
}  # fmt: skip
"""By name: the operator, the text, what its line becomes."""


@pytest.mark.parametrize("name", FAULTS)
def test_an_operator_plants_what_it_should(tmp_path: Path, name: str) -> None:
    operator, text, expected = FAULTS[name]
    assert becomes(tmp_path, text, operator) == expected


def test_every_operator_is_shown_at_work() -> None:
    assert {operator for operator, _, expected in FAULTS.values() if expected} == set(OPERATORS)


SOURCE = '''"""Prose."""


class Shop:
    async def price(self, é: str) -> int:
        """Prose."""
        return find("ü", é, of=1)  # kept


LAST = 5
'''


def test_a_mutant_changes_one_place_and_keeps_the_rest(tmp_path: Path) -> None:
    found = {mutant.key: mutant for mutant in planted(tmp_path, SOURCE)}
    line = 'return find("ü", é, of=1) # kept'
    assert set(found) == {
        ("Shop.price", line, "return find('ü~', é, of=1) # kept"),
        ("Shop.price", line, 'return find("ü", é, of=2) # kept'),
        ("Shop.price", line, 'return find("ü", é, of=0) # kept'),
        ("Shop.price", line, "return find('ü', é) # kept"),
        ("Shop.price", line, "return None # kept"),
        ("the module", "LAST = 5", "LAST = 6"),
        ("the module", "LAST = 5", "LAST = 4"),
    }
    assert found["the module", "LAST = 5", "LAST = 6"].after == SOURCE.replace("5", "6")
    shown = found["Shop.price", line, "return None # kept"].diff
    assert '-        return find("ü", é, of=1)  # kept\n+        return None  # kept\n' in shown
    assert "flask_app.py (return-none)" in shown


def test_a_statement_over_several_lines_becomes_one(tmp_path: Path) -> None:
    [mutant] = [each for each in planted(tmp_path, "f(\n    a,\n    b=1,\n)\n") if each.operator == "keyword"]
    assert (mutant.line, mutant.becomes, mutant.after) == ("f( a, b=1, )", "f(a)", "f(a)\n")


def test_no_text_is_planted_twice_and_none_that_does_not_compile(tmp_path: Path) -> None:
    text = (
        "def f(a, b):\n    if a and not b:\n        return [c for c in a if c > 1]\n    raise KeyError('a')\n"
    )
    found = planted(tmp_path, text)
    assert len({mutant.after for mutant in found}) == len(found) > 8
    for mutant in found:
        compile(mutant.after, "mutant", "exec")


def test_a_solution_that_is_no_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is no Python") as caught:
        planted(tmp_path, "x = 1\ndef f(:\n")
    assert caught.value.where.endswith("flask_app.py:2")
