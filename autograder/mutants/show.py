"""Renders the mutants' results: for a terminal with a diff for each survivor, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.syntax import Syntax
from rich.text import Text

from autograder.mutants.mutant import Mutant
from autograder.mutants.result import LEAST_SHARE, PartResult

__all__ = ["as_json", "show_results"]


def as_json(topic: str, results: Sequence[PartResult]) -> str:
    """All results as one line."""
    return json.dumps(
        {
            "topic": topic,
            "good": all(each.good for each in results),
            "parts": [
                {
                    "part": each.part,
                    "mutants": each.mutants,
                    "killed": each.killed,
                    "accepted": each.accepted,
                    "share": each.share,
                    "survivors": [_facts(each.framework, mutant) for mutant in each.survivors],
                    "stale": [entry.model_dump() for entry in each.stale],
                }
                for each in results
            ],
        }
    )


def show_results(topic: str, results: Sequence[PartResult]) -> RenderableType:
    """Each survivor as a diff, with the entry that would accept it; then the figures."""
    return Group(*(line for each in results for line in _part(topic, each)))


def _part(topic: str, result: PartResult) -> Iterator[RenderableType]:
    for mutant in result.survivors:
        yield Syntax(mutant.diff, "diff", background_color="default", word_wrap=True)
        yield Text(_entry(result.framework, mutant), style="dim")
    for entry in result.stale:
        yield Text(f"no longer needed in {topic}/survivors.toml: {entry.framework}, {entry.where}", "red")
        yield Text(f"  {entry.line}\n  becomes {entry.becomes}")
    yield Text(
        f"{topic}/{result.part}: {result.mutants} mutants: {result.killed} caught, "
        f"{len(result.survivors)} not caught, {result.accepted} accepted.\n"
        f"Caught of those that are not accepted: {result.share:.1%}; at least {LEAST_SHARE:.0%} must be.",
        "green" if result.good else "bold red",
    )


def _entry(framework: str, mutant: Mutant) -> str:
    # A JSON string is a TOML string, too.
    facts = {"framework": framework, "where": mutant.where, "line": mutant.line, "becomes": mutant.becomes}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items()]
    return "\n".join(["[[survivor]]", *lines, 'reason = ""\n'])


def _facts(framework: str, mutant: Mutant) -> dict[str, str]:
    facts = {key: str(value) for key, value in asdict(mutant).items() if key not in {"before", "after"}}
    return {"framework": framework, **facts, "diff": mutant.diff}
