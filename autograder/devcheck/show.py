"""Renders for a terminal what the author's commands return: violations, the matrix, a topic's sheet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.devcheck.matrix import Matrix
from autograder.devcheck.violation import Violation

__all__ = ["show_matrix", "show_violations"]


def show_violations(violations: Sequence[Violation]) -> RenderableType:
    """All violations under their rules, and how many there are."""
    if not violations:
        return Text("Every rule holds.", style="green")
    lines: list[Text] = []
    ordered = sorted(violations)
    for rule, group in groupby(ordered, key=lambda each: each.rule):
        lines.append(Text(rule, style="bold red"))
        for each in group:
            lines.append(Text.assemble("  ", (each.where, "cyan")))
            lines.append(Text(f"    {each.what}"))
            lines.append(Text(f"    do: {each.remedy}", style="dim"))
    rules = len({each.rule for each in violations})
    violated = "1 violation" if len(violations) == 1 else f"{len(violations)} violations"
    lines.append(Text(f"{violated} of {rules} of the rules.", style="bold"))
    return Group(*lines)


def show_matrix(matrix: Matrix, *, names: bool = False) -> RenderableType:
    """Objectives against the lesson and the parts.

    Args:
        matrix: the matrix.
        names: whether to write out the checks' names; else how many there are.
    """
    table = Table(title=f"{matrix.topic}: what is taught, and what is assessed", title_justify="left")
    table.add_column("objective", overflow="fold")
    table.add_column("taught in")
    for part in matrix.parts:
        table.add_column(f"checks of {part}", justify="left" if names else "right")
    for row in matrix.rows:
        taught = Text(row.objective.section if row.taught else f"no section {row.objective.section}")
        cells = [_checks(row.checks[part], names=names) for part in matrix.parts]
        table.add_row(Text(row.objective.id), taught, *cells)
    return table


def _checks(checks: tuple[str, ...], *, names: bool) -> Text:
    if not checks:
        return Text("none", style="red")
    return Text("\n".join(checks) if names else str(len(checks)))
