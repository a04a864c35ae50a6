"""What one app is told: the mapping first, then the environment, then the default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, NonNegativeInt

__all__ = ["Settings"]


class Settings(BaseModel):
    """The settings of one app; nothing else in the package knows where they came from."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper)

    site: str = "North dome"
    plates: NonNegativeInt = 24
    log: Path = Path("night.log")
    clock: AwareDatetime | None = None
    tick: NonNegativeInt = 0

    @classmethod
    def of(cls, *sources: Mapping[str, object]) -> Self:
        """Settings from sources of which the first that has a key decides; an empty text counts as absent.

        Raises:
            pydantic.ValidationError: a value is not what the setting takes.
        """
        told: dict[str, object] = {}
        for source in reversed(sources):
            told |= {key: value for key, value in source.items() if value not in ("", None)}
        return cls.model_validate(told)
