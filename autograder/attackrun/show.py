"""Shows what came of the attacks: a table for a terminal, another for a page of documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from autograder.attackrun.attack import KINDS
from autograder.attackrun.result import Result

__all__ = ["markdown", "summary", "table"]

_STYLES = {"held": "green", "bounded": "yellow", "NOT HELD": "bold red"}
_SIGNS = {"held": "✓", "bounded": "~", "NOT HELD": "✗"}
_MEANING = (
    "Every attack is graded beside an honest neighbour, who keeps every point. An attack is held when it "
    "earns no point more than the same app without it, when no planted secret is found in any report, "
    "answer or page, when no process, file, socket or descriptor is left, when the grader lives on, and "
    "when memory and disk stay within their bounds. `bounded` means that the last column says what is not "
    "prevented, and what bounds it."
)
_HOLDERS = {
    "protocol": "HTTP alone",
    "wall": "the wall",
    "limits": "limits",
    "client": "the client",
    "collect": "collect",
    "checks": "the checks",
    "report": "the report",
    "record": "the record",
    "seed": "the seed",
}


def table(results: Iterable[Result], *, wide: bool) -> Table:
    """Number, attack, what it tries, outcome, held or not; what is not held says why.

    Args:
        results: in the order of the rows.
        wide: whether there is room for what it tries.
    """
    shown = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    shown.add_column("kind", no_wrap=True)
    shown.add_column("attack", no_wrap=True)
    if wide:
        shown.add_column("what it tries", ratio=3)
    shown.add_column("outcome", overflow="fold", ratio=2)
    shown.add_column("", no_wrap=True)
    for result in results:
        outcome = Text(result.outcome)
        for fault in result.faults:
            outcome.append(f"\n{fault}", style="red")
        told = Text(f"{_SIGNS[result.word]} {result.word}", style=_STYLES[result.word])
        attack = result.attack
        tries = [Text(attack.tries)] if wide else []
        shown.add_row(attack.numbers, Text(attack.name), *tries, outcome, told)
    return shown


def summary(results: Sequence[Result]) -> str:
    """How many were tried, in which sandboxes, and how many of the kinds they cover."""
    kinds = {kind for result in results for kind in result.attack.kinds}
    words = [result.word for result in results]
    told = ", ".join(f"{words.count(word)} {word}" for word in _SIGNS if word in words)
    sandboxes = ", ".join(dict.fromkeys(result.asked for result in results))
    tries = "1 try" if len(results) == 1 else f"{len(results)} tries"
    names = len({result.attack.name for result in results})
    attacks = "1 attack" if names == 1 else f"{names} attacks"
    return f"{tries} at {attacks} of {len(kinds)} of the {KINDS} kinds, in {sandboxes}: {told}."


def markdown(results: Sequence[Result]) -> str:
    """A page with the table, made for people who read the repository."""
    lines = [
        "# Attacks and what holds them",
        "",
        "Made by `course dev attacks --markdown autograder/ATTACKS.md`; do not edit it by hand.",
        "",
        summary(results),
        "",
        _MEANING,
        "",
        "| kind | attack | what it tries | outcome | result | held by |",
        "|---|---|---|---|---|---|",
    ]
    several = len({result.asked for result in results}) > 1
    names = dict.fromkeys(result.attack.name for result in results)
    lines += [_row([each for each in results if each.attack.name == name], several=several) for name in names]
    return "\n".join(lines) + "\n"


def _row(results: Sequence[Result], *, several: bool) -> str:
    attack = results[0].attack
    outcomes = dict.fromkeys(result.outcome for result in results)
    words = dict.fromkeys(result.word for result in results)
    if several and len(words) > 1:
        words = dict.fromkeys(f"{result.word} ({result.asked})" for result in results)
    why = f"{_HOLDERS[attack.held_by]}: {attack.because}"
    if attack.bounded:
        why += f" **Bounded:** {attack.bounded}"
    if attack.hole:
        why = f"**Open:** {attack.hole}"
    cells = [attack.numbers, f"`{attack.name}`", attack.tries, "; ".join(outcomes), ", ".join(words), why]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
