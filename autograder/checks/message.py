"""What the checks' process and the engine say to each other: JSON lines, both sides ours."""

from __future__ import annotations

import json
import socket
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from autograder.sandbox.job import Address
from autograder.verdict import Verdict

if TYPE_CHECKING:
    from autograder.checks.findings import Findings

__all__ = ["CheckInfo", "Finding", "Order", "Question", "lines", "say"]

# No pydantic here: the checks' process needs nothing else of it, and importing it takes a third as long as
# all that this process imports beside it.


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """A check as collected, before anything ran.

    Attributes:
        late: whether it runs after all checks that are not late.
        asks_app: whether it talks to the app; one that looks at the findings alone does not.
    """

    name: str
    sentence: str
    points: float
    objective: str | None
    hints: tuple[str, ...]
    needs: tuple[str, ...]
    file: str
    asks_app: bool = True
    late: bool = False

    def told(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `told` said."""
        return cls(**{**told, "hints": tuple(told["hints"]), "needs": tuple(told["needs"])})


@dataclass(frozen=True, slots=True)
class Order:
    """One run of checks against one app.

    Attributes:
        addresses: where the app answers; several when one process serves several.
        findings: what the learner says was wrong with the app, where the part asks for it.
        files: names of the files whose checks are run; all that were collected when there are none.
        left: the files of which a check may ask what the app left.
        drawn: whether the order in which the checks are run is drawn from the seed, or as written.
        check_cpu_s: CPU seconds that one check may use; no limit where it is 0.
        memory_bytes: what all checks together may allocate; no limit where it is 0.
        before: name and verdict of the checks that an earlier process of this run has finished.
        hung: in how many of them the app hung.
        changed: whether one of them may have left the app with variables of its own.
        wall_s: seconds after which the app is ended; a run that goes on long after that is ended too.
    """

    addresses: tuple[Address, ...]
    seed: str
    wall_s: float
    request_wall_s: float
    response_bytes: int
    hang_limit: int
    findings: Findings | None = None
    files: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    drawn: bool = False
    check_cpu_s: float = 0.0
    memory_bytes: int = 0
    before: tuple[tuple[str, str], ...] = ()
    hung: int = 0
    changed: bool = False

    def told(self) -> dict[str, object]:
        """For JSON."""
        told = asdict(self)
        if self.findings is not None:
            told["findings"] = self.findings.model_dump(by_alias=True)
        return told

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `told` said."""
        tuples: dict[str, Any] = {name: tuple(told[name]) for name in ("files", "left")}
        tuples["before"] = tuple((name, verdict) for name, verdict in told["before"])
        addresses = tuple(Address(**each) for each in told["addresses"])
        return cls(**{**told, **tuples, "addresses": addresses, "findings": _findings(told["findings"])})


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        raised: what the check itself raised, where the solution passes it; see `autograder.kinds.raised`.
    """

    name: str
    verdict: Verdict
    message: str = ""
    sent: str | None = None
    expected: str | None = None
    got: str | None = None
    wall_s: float = 0.0
    raised: str | None = None

    def told(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `told` said."""
        return cls(**{**told, "verdict": Verdict(told["verdict"])})


@dataclass(frozen=True, slots=True)
class Question:
    """What a check asks of the engine in the middle of a run.

    Attributes:
        ask: ``restart`` is answered with ``started``; ``left`` with ``content``, base64 or null.
        environment: of a restart: variables on top of the part's own.
        file: the name of the file that was left.
    """

    ask: Literal["restart", "left"]
    environment: dict[str, str] = field(default_factory=dict)
    file: str = ""


def say(channel: socket.socket, message: Mapping[str, object]) -> None:
    """Send one message."""
    channel.sendall(json.dumps(message).encode() + b"\n")


def lines(channel: socket.socket) -> Generator[dict[str, Any], None, None]:
    """The messages that arrive, until the other side closes."""
    with channel.makefile("rb") as stream:
        for line in stream:
            message: dict[str, Any] = json.loads(line)
            yield message


def _findings(told: Mapping[str, Any] | None) -> Findings | None:
    if told is None:
        return None
    from autograder.checks.findings import Findings  # noqa: PLC0415 - pydantic, for the parts that have any

    return Findings.model_validate(told)
