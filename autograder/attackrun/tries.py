"""Tries what many tries teach: hand in, read the feedback, hand in again."""

from __future__ import annotations

import time
from typing import Any

from autograder.attackrun.attack import Attack
from autograder.attackrun.ground import Ground
from autograder.attackrun.handin import builder, hand_in
from autograder.attackrun.result import Result
from autograder.attackrun.target import Target
from autograder.catalog.model import Reveal
from autograder.errors import CatalogError
from autograder.frameworks import FRAMEWORKS
from autograder.report.model import Report
from autograder.report.reveal import reveal

__all__ = ["learn"]

_TRIES = 5
_ANSWER_S = 240.0


def learn(attack: Attack, ground: Ground, target: Target, worth: float) -> Result:
    """Hand in several times, each time with what the student was told of the last.

    Held are: at the level ``sentence`` nothing is learned; at ``example`` a try teaches one exchange;
    and what was learned is worth nothing in another release, whose hidden inputs are others.
    """
    play = builder(attack, "play.py")
    if play is None:
        raise CatalogError(
            "The attack does not say how it learns.",
            where=str(attack.folder),
            remedy="Write a play.py with learn(report) and rewrite(source, known).",
        )
    start = time.monotonic()
    folder = hand_in(attack, ground)
    app = folder / f"{FRAMEWORKS[attack.part].module}.py"
    source = app.read_text("utf-8")

    def graded(known: dict[str, Any], seed: str) -> Report:
        app.write_text(play.rewrite(source, known), "utf-8")
        answer = target.grade(folder, part=attack.part, seed=seed).result(_ANSWER_S)
        assert answer.report is not None, answer.error
        return answer.report

    def played(level: Reveal) -> tuple[list[float], dict[str, Any]]:
        known: dict[str, Any] = {}
        points = []
        for _ in range(_TRIES):
            report = graded(known, "one release")
            points.append(report.points)
            known |= play.learn(reveal(report, level))
        return points, known

    blind, _ = played("sentence")
    taught, known = played("example")
    other = graded(known, "another release").points
    faults = []
    if set(blind) != {worth}:
        faults.append(f"at the level 'sentence' tries earned {blind}")
    if taught[0] != worth:
        faults.append(f"the first try earned {taught[0]}, not {worth}")
    if len(known) > _TRIES:
        faults.append(f"{_TRIES} tries taught {len(known)} exchanges")
    if other > worth:
        faults.append(f"what was learned is worth {other} in another release")
    outcome = (
        f"{worth:g}, after {_TRIES} tries with one example each {taught[-1]:g}, in another release {other:g}"
    )
    measured = {"seconds": round(time.monotonic() - start, 1)}
    return Result(attack, target.asked, outcome, tuple(faults), measured)
