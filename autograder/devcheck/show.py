"""Renders for a terminal what the author's commands return: violations, the matrix, a topic's sheet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.devcheck.matrix import Matrix
from autograder.devcheck.violation import Violation
from autograder.scaffold.sheet import TopicSheet

__all__ = ["show_matrix", "show_sheet", "show_violations"]


def show_violations(violations: Sequence[Violation], *, files: bool = False) -> RenderableType:
    """All violations under their rules, and how many; ``files``: only the rules about files were asked."""
    if not violations:
        return Text("Every rule about files holds." if files else "Every rule holds.", style="green")
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


def show_sheet(sheet: TopicSheet) -> RenderableType:
    """A topic: its facts, its checks by part with what catches each, its matrix."""
    topic = sheet.topic
    head = Text.assemble(
        (f"{topic.title}\n", "bold"),
        f"{topic.name}, {topic.status}, {topic.difficulty}, {topic.minutes} minutes, {topic.points} points\n",
        *(f"  {each.id}: {each.text}\n" for each in topic.objective),
    )
    faults = [Text(f"{each.where}: {each.what}", style="red") for each in sheet.faults]
    tables = [_part_table(sheet, part) for part in sheet.checks]
    return Group(head, *faults, *tables, show_matrix(sheet.matrix))


def _part_table(sheet: TopicSheet, part: str) -> Table:
    table = Table(title=f"Hidden checks of {part}", title_justify="left")
    table.add_column("check", overflow="fold")
    table.add_column("points", justify="right")
    for heading in ("objective", "hints", "caught failing by"):
        table.add_column(heading, overflow="fold")
    for info in sheet.checks[part]:
        caught = "\n".join(each.path.name.partition(".")[0] for each in sheet.catchers(part, info.name))
        table.add_row(
            Text.assemble((info.name, "bold"), f"\n{info.sentence}"),
            f"{info.points:g}",
            Text(info.objective or "none"),
            Text(", ".join(info.hints) or "none"),
            Text(caught or "none named"),
        )
    return table


def _checks(checks: tuple[str, ...], *, names: bool) -> Text:
    if not checks:
        return Text("none", style="red")
    return Text("\n".join(checks) if names else str(len(checks)))
