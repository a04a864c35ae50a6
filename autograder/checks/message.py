"""What the checks' process and the engine say to each other: JSON lines, both sides ours."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from autograder.checks.findings import Findings
from autograder.sandbox.job import Address
from autograder.verdict import Verdict

__all__ = ["CheckInfo", "Finding", "Order", "Question", "lines", "say"]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckInfo(_Message):
    """A check as collected, before anything ran."""

    name: str
    sentence: Annotated[str, Field(min_length=8)]
    points: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    objective: str | None
    hints: tuple[str, ...]
    needs: tuple[str, ...]
    file: str


class Order(_Message):
    """One run of all checks against one app.

    Attributes:
        addresses: where the app answers; several when one process serves several.
        findings: what the learner says was wrong with the app, where the part asks for it.
        left: the files of which a check may ask what the app left.
        wall_s: seconds after which the app is ended; a run that goes on long after that is ended too.
    """

    addresses: Annotated[tuple[Address, ...], Field(min_length=1)]
    findings: Findings | None = None
    left: tuple[str, ...] = ()
    seed: str
    wall_s: float
    request_wall_s: float
    response_bytes: int
    hang_limit: int


class Finding(_Message):
    """What one check found."""

    name: str
    verdict: Verdict
    message: str = ""
    sent: str | None = None
    expected: str | None = None
    got: str | None = None
    wall_s: float = 0.0


class Question(_Message):
    """What a check asks of the engine in the middle of a run.

    Attributes:
        ask: ``restart`` is answered with ``started``; ``left`` with ``content``, base64 or null.
        environment: of a restart: variables on top of the part's own.
        file: the name of the file that was left.
    """

    ask: Literal["restart", "left"]
    environment: dict[str, str] = {}
    file: str = ""


def say(channel: socket.socket, message: dict[str, object]) -> None:
    """Send one message."""
    channel.sendall(json.dumps(message).encode() + b"\n")


def lines(channel: socket.socket) -> Iterator[dict[str, object]]:
    """The messages that arrive, until the other side closes."""
    with channel.makefile("rb") as stream:
        for line in stream:
            message: dict[str, object] = json.loads(line)
            yield message
