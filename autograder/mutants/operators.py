"""Which small faults are planted into a piece of Python: one change of the text each, comments kept."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

__all__ = ["OPERATORS", "Change", "changes"]

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip
_NEXT_TO: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt
}  # fmt: skip
_SUFFIX = "~"


@dataclass(frozen=True, slots=True)
class Change:
    """A node of the tree, and the text that takes its place.

    Attributes:
        operator: what sort of fault it is.
        where: the function or class that the node stands in, with those around it.
    """

    operator: str
    where: str
    node: ast.expr | ast.stmt | ast.keyword
    text: str


_Found = Iterator[tuple[ast.expr | ast.stmt, str]]


def changes(tree: ast.Module) -> Iterator[Change]:
    """Every change that an operator makes to the tree's text, from top to bottom."""
    return _below(tree, "", ())


def _below(node: ast.AST, where: str, above: Sequence[ast.AST]) -> Iterator[Change]:
    if isinstance(node, ast.JoinedStr) or _is_names(node):
        return  # inside an f-string, older Pythons do not say where a node stands
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}".lstrip(".")
    for name, operator in OPERATORS.items():
        for target, text in operator(node, above):
            yield Change(name, where or "the module", target, text)
    for child in ast.iter_child_nodes(node):
        yield from _below(child, where, (*above, node))


def _is_names(node: ast.AST) -> bool:
    """Whether the statement is ``__all__ = [...]``."""
    return isinstance(node, ast.Assign) and any(
        isinstance(each, ast.Name) and each.id == "__all__" for each in node.targets
    )


def _comparison(node: ast.AST, _: Sequence[ast.AST]) -> _Found:
    yield from _other_comparisons(node, _OPPOSITE)


def _boundary(node: ast.AST, _: Sequence[ast.AST]) -> _Found:
    yield from _other_comparisons(node, _NEXT_TO)


def _other_comparisons(node: ast.AST, others: dict[type[ast.cmpop], type[ast.cmpop]]) -> _Found:
    if not isinstance(node, ast.Compare):
        return
    for at, operator in enumerate(node.ops):
        other = others.get(type(operator))
        if other is not None:
            new = deepcopy(node)
            new.ops[at] = other()
            yield node, ast.unparse(new)


def _negation(node: ast.AST, _: Sequence[ast.AST]) -> _Found:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, f"({ast.unparse(node.operand)})"
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else []
    tests += node.ifs if isinstance(node, ast.comprehension) else []
    for test in tests:
        # What is left out here, another operator makes.
        simple = isinstance(test, ast.Compare) and len(test.ops) == 1
        if not simple and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            yield test, f"not ({ast.unparse(test)})"


def _junction(node: ast.AST, _: Sequence[ast.AST]) -> _Found:
    if isinstance(node, ast.BoolOp):
        new = deepcopy(node)
        new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, ast.unparse(new)


def _constant(node: ast.AST, _: Sequence[ast.AST]) -> _Found:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield node, repr(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield node, repr(node.value + 1)


def _off_by_one(node: ast.AST, _: Sequence[ast.AST]) -> _Found:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        for other in (node.value + 1, node.value - 1):
            yield node, repr(other) if other >= 0 else f"({other})"


def _string(node: ast.AST, above: Sequence[ast.AST]) -> _Found:
    """Strings that are a key, a value or what something is compared with or called with: no documentation."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not above:
        return
    parent = above[-1]
    told = isinstance(parent, ast.Dict | ast.Compare | ast.MatchValue | ast.Return | ast.Tuple | ast.List)
    asked = isinstance(parent, ast.Call) and node in parent.args
    if told or asked or (isinstance(parent, ast.Subscript) and parent.slice is node):
        yield node, repr(node.value + _SUFFIX)


def _return_none(node: ast.AST, _: Sequence[ast.AST]) -> _Found:
    if isinstance(node, ast.Return) and node.value is not None:
        yield node, "return None"


def _deletion(node: ast.AST, above: Sequence[ast.AST]) -> _Found:
    """Statements that do something beside naming a value, and the fields of a class."""
    if isinstance(node, ast.stmt) and (_has_effect(node) or _is_field(node, above)):
        yield node, "pass"


def _has_effect(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom)
    if isinstance(node, ast.Assign):
        return not all(isinstance(each, ast.Name) for each in node.targets)
    return isinstance(node, ast.Raise | ast.Delete | ast.AugAssign)


def _is_field(node: ast.stmt, above: Sequence[ast.AST]) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(above[-1], ast.ClassDef)


def _decorator_argument(node: ast.AST, above: Sequence[ast.AST]) -> _Found:
    if isinstance(node, ast.Call) and _is_decorator(node, above):
        for at in range(1, len(node.args)):
            new = deepcopy(node)
            del new.args[at]
            yield node, ast.unparse(new)
        yield from _without_keywords(node)


def _keyword(node: ast.AST, above: Sequence[ast.AST]) -> _Found:
    if isinstance(node, ast.Call) and not _is_decorator(node, above):
        yield from _without_keywords(node)


def _without_keywords(node: ast.Call) -> _Found:
    for at in range(len(node.keywords)):
        new = deepcopy(node)
        del new.keywords[at]
        yield node, ast.unparse(new)


def _is_decorator(node: ast.AST, above: Sequence[ast.AST]) -> bool:
    return bool(above) and node in getattr(above[-1], "decorator_list", ())


OPERATORS: dict[str, Callable[[ast.AST, Sequence[ast.AST]], _Found]] = {
    "comparison": _comparison,
    "boundary": _boundary,
    "negation": _negation,
    "junction": _junction,
    "constant": _constant,
    "off-by-one": _off_by_one,
    "string": _string,
    "return-none": _return_none,
    "deletion": _deletion,
    "decorator-argument": _decorator_argument,
    "keyword": _keyword,
}
"""By name: what one node is changed into, given the nodes above it."""
