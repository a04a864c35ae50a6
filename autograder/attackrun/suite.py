"""Tries the chosen attacks in the chosen sandboxes, several at once, and tells each result as it comes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence

from autograder.attackrun.attack import Attack, read_attacks
from autograder.attackrun.engine import Engine
from autograder.attackrun.ground import open_ground
from autograder.attackrun.result import Result
from autograder.attackrun.target import Target
from autograder.errors import SandboxUnavailable, UsageError
from autograder.sandbox.choose import choose

__all__ = ["SANDBOXES", "chosen", "run"]

SANDBOXES = ("cold", "warm")


def chosen(names: Sequence[str]) -> tuple[Attack, ...]:
    """The attacks of these names or numbers; all when there is none. Raises UsageError for an unknown one."""
    attacks = read_attacks()
    known = {attack.name for attack in attacks} | {str(kind) for attack in attacks for kind in attack.kinds}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"There is no attack {', '.join(unknown)}.",
            where="course dev attacks --only",
            remedy="Name an attack as the table does, or a kind by its number.",
        )
    wanted = set(names)
    return tuple(
        attack for attack in attacks if not wanted or {attack.name, *map(str, attack.kinds)} & wanted
    )
