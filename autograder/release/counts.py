"""Tells a student edition how many hidden checks judge each part, and nothing else of them."""

from __future__ import annotations

import ast
from pathlib import Path

from autograder.catalog import Catalog, Part, Topic

__all__ = ["counts", "counts_table"]


def counts(catalog: Catalog, topic: Topic) -> dict[str, int]:
    """How many hidden checks judge each part of a topic; without the parts that a person judges."""
    found = {part.name: _hidden_checks(catalog, topic, part) for part in topic.part if part.served}
    return {name: count for name, count in found.items() if count}


def counts_table(catalog: Catalog) -> str:
    """The table ``unseen_checks`` of a course.toml, to be appended to it; empty where there are none."""
    lines = []
    for topic in catalog.ready:
        told = ", ".join(f"{name} = {count}" for name, count in counts(catalog, topic).items())
        if told:
            lines.append(f"{topic.name} = {{ {told} }}\n")
    return f"\n[unseen_checks]\n{''.join(lines)}" if lines else ""


def _hidden_checks(catalog: Catalog, topic: Topic, part: Part) -> int:
    return sum(_tests(file) for file in catalog.places(topic.name).hidden_checks(part.framework))


def _tests(file: Path) -> int:
    if not file.is_file():
        return 0
    tree = ast.parse(file.read_bytes(), filename=str(file))
    return sum(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
        for node in ast.walk(tree)
    )
