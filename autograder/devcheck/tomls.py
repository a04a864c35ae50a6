"""Reads the course's small TOML files into typed data; unknown keys are faults."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.devcheck.violation import Fault, shown

__all__ = ["Exempt", "Exemptions", "Hint", "Hints", "Survivor", "Survivors", "read_toml"]

M = TypeVar("M", bound=BaseModel)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hint(_Frozen):
    """One family of hints: a nudge, more, almost the answer."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    stages: Annotated[tuple[Annotated[str, Field(min_length=10)], ...], Field(min_length=3, max_length=3)]


class Hints(_Frozen):
    """The whole of ``exercises/<topic>/hints.toml``."""

    hint: tuple[Hint, ...] = ()


class Exempt(_Frozen):
    """A check that no wrong submission of one framework can be made to fail, and why."""

    check: str
    framework: str
    reason: Annotated[str, Field(min_length=20)]


class Exemptions(_Frozen):
    """The whole of ``hidden/<topic>/exempt.toml``."""

    exempt: tuple[Exempt, ...] = ()


class Survivor(_Frozen):
    """A small fault in a solution that no check of ours should catch, and why.

    Attributes:
        where: the function or class that has it, with those around it; ``the module`` outside of all.
        line: the solution's line, its white space squeezed.
        becomes: what the line becomes.
    """

    framework: str
    where: str
    line: str
    becomes: str
    reason: Annotated[str, Field(min_length=20)]


class Survivors(_Frozen):
    """The whole of ``hidden/<topic>/survivors.toml``."""

    survivor: tuple[Survivor, ...] = ()


def read_toml(root: Path, path: Path, model: type[M]) -> tuple[M | None, tuple[Fault, ...]]:
    """The file as data, or None and every fault in it. An absent file is nobody's fault here."""
    if not path.is_file():
        return None, ()
    where = shown(root, path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return model.model_validate(data), ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, (Fault(where, f"The file is not TOML: {error}.", "Correct the line that it names."),)
    except ValidationError as error:
        return None, tuple(_fault(where, each["loc"], each["type"], each["msg"]) for each in error.errors())


def _fault(where: str, key: tuple[int | str, ...], kind: str, message: str) -> Fault:
    name = ".".join(map(str, key))
    what = "is an unknown key" if kind == "extra_forbidden" else f"is wrong: {message.lower()}"
    return Fault(where, f"{name} {what}.", "Correct the key; CONTRIBUTING lists them all.")
