"""What a submission may use and what the grader puts up with: policy.toml, read once, typed, frozen."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from autograder.errors import CatalogError
from autograder.sandbox.call_numbers import NUMBERS
from autograder.sandbox.job import Limits

__all__ = [
    "BusyPolicy",
    "CallPolicy",
    "CheckPolicy",
    "ClientPolicy",
    "DatabasePolicy",
    "NestPolicy",
    "Policy",
    "WallPolicy",
    "load_policy",
]

_OWN = Path(__file__).with_name("policy.toml")

Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClientPolicy(_Frozen):
    """What the checks' HTTP client puts up with."""

    request_wall_s: Seconds
    response_bytes: Positive
    hang_limit: Positive


class CheckPolicy(_Frozen):
    """What the checks themselves may use, whatever an app answers; nothing where the system cannot fork.

    Attributes:
        cpu_s: of one check.
        memory_bytes: allocated by all checks of one run together.
    """

    cpu_s: Seconds
    memory_bytes: Positive


class BusyPolicy(_Frozen):
    """When a time-out is not believed at once.

    Attributes:
        waited_s: how long the app's processes must have waited for a core, and how long other work must have
            left them less than one core.
        probe_s: CPU seconds of the work by which the machine is measured when the app is gone.
        stretched: or how many times longer than its CPU time that work must take.
        patience: how many times longer the second try may take on the clock, at most.
    """

    waited_s: Seconds
    probe_s: Seconds
    stretched: Annotated[float, Field(ge=1, allow_inf_nan=False)]
    patience: Annotated[float, Field(ge=1, allow_inf_nan=False)]


class CallPolicy(_Frozen):
    """What becomes of a system call behind the wall, by its name.

    Attributes:
        otherwise: what becomes of one that is named nowhere, or whose arguments are refused.
        allowed: carried out, some of them for certain arguments only.
        pretended: report success and do nothing.
        missing: fail as if the kernel did not have them.
    """

    otherwise: Literal["refuse", "kill"]
    allowed: tuple[str, ...]
    pretended: tuple[str, ...]
    missing: tuple[str, ...]

    @model_validator(mode="after")
    def _known_once(self) -> Self:
        names = [*self.allowed, *self.pretended, *self.missing]
        unknown = sorted(set(names) - set(NUMBERS))
        twice = sorted({name for name in names if names.count(name) > 1})
        if unknown or twice:
            message = f"calls without a number: {unknown}; calls that are named twice: {twice}"
            raise ValueError(message)
        return self


class WallPolicy(_Frozen):
    """What the bubblewrap sandbox adds to a job's limits."""

    uid_first: Annotated[int, Field(ge=1000)]
    uid_count: Positive
    address_space_bytes: Positive
    process_headroom: Positive
    shared_memory_bytes: Positive
    inodes: Positive
    watch_hz: Seconds
    restart_grace_s: Seconds
    teardown_wall_s: Seconds
    pending_signals: Positive
    network: dict[str, str]
    calls: CallPolicy


class DatabasePolicy(_Frozen):
    """What the PostgreSQL cluster of one run may use.

    Attributes:
        start_wall_s: how long making the first cluster, and starting one, may take.
        connections: of the app, at once.
        data_bytes: tables, indexes, temporary files and the write-ahead log together.
        memory_bytes: resident, summed over the server's processes; and of each its address space.
        cpu_s: of all its processes.
    """

    start_wall_s: Seconds
    connections: Positive
    data_bytes: Positive
    memory_bytes: Positive
    cpu_s: Seconds


class NestPolicy(_Frozen):
    """The processes that start jobs warm.

    Attributes:
        modules: what a nest imports early, by the name of the library that a part allows.
    """

    most: Positive
    jobs: Positive
    growth_bytes: Positive
    answer_wall_s: Seconds
    modules: dict[str, tuple[str, ...]]


class Policy(_Frozen):
    """The whole policy.

    Attributes:
        limits: what one job may use.
        client: what the checks' HTTP client puts up with.
        checks: what the checks themselves may use.
        busy: when a time-out is not believed at once.
        wall: the bubblewrap sandbox's own figures.
        database: what the PostgreSQL cluster of one run may use.
        nest: what it starts jobs from, where it starts them warm.
        digest: hex SHA-256 of the file as read; the report names it.
    """

    format_version: Literal[1]
    limits: Limits
    client: ClientPolicy
    checks: CheckPolicy
    busy: BusyPolicy
    wall: WallPolicy
    database: DatabasePolicy
    nest: NestPolicy
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    def patient(self, stretch: float) -> Policy:
        """The policy of a second try: every limit in seconds is longer, no other is.

        CPU time is among them: an app that loops uses more of it in longer requests, and what it manages on
        a calm machine must not depend on how fast this one is by then.

        Args:
            stretch: how many times longer than on a calm machine work takes on this one now.
        """
        times = min(max(stretch, 1.0), self.busy.patience)
        limits = dataclasses.replace(
            self.limits,
            wall_s=self.limits.wall_s * times,
            start_wall_s=self.limits.start_wall_s * times,
            cpu_s=self.limits.cpu_s * times,
        )
        client = self.client.model_copy(update={"request_wall_s": self.client.request_wall_s * times})
        return self.model_copy(update={"limits": limits, "client": client})

    @field_validator("limits", mode="before")
    @classmethod
    def _known_keys(cls, table: object) -> object:
        if isinstance(table, dict):
            unknown = set(table) - {each.name for each in dataclasses.fields(Limits)}
            if unknown:
                message = f"unknown: {', '.join(sorted(unknown))}"
                raise ValueError(message)
        return table

    @field_validator("limits")
    @classmethod
    def _positive(cls, limits: Limits) -> Limits:
        wrong = [name for name, value in dataclasses.asdict(limits).items() if not 0 < value < math.inf]
        if wrong:
            message = f"must be above zero and finite: {', '.join(wrong)}"
            raise ValueError(message)
        return limits


@lru_cache(maxsize=8)
def load_policy(path: Path | None = None) -> Policy:
    """Read the package's policy, or another file of the same form.

    Raises:
        CatalogError: the file cannot be read, is not TOML, lacks a key or has one too many.
    """
    source = path or _OWN
    try:
        text = source.read_bytes()
        table = tomllib.loads(text.decode())
        return Policy.model_validate({**table, "digest": hashlib.sha256(text).hexdigest()})
    except OSError as error:
        raise CatalogError(
            f"The sandbox policy cannot be read: {error.strerror}.", where=str(source), remedy=_REMEDY
        ) from error
    except (ValueError, ValidationError) as error:
        raise CatalogError(
            f"The sandbox policy is wrong: {error}", where=str(source), remedy=_REMEDY
        ) from error


_REMEDY = "Compare it with the policy.toml that came with the package."
