"""Why an archive as a whole cannot be taken, as sentences to the student."""

from __future__ import annotations

from typing import Self

__all__ = ["SPECIAL", "Unusable"]

SPECIAL = "it is a link or a device; hand in the file itself"
"""Why a member is left out that is neither a plain file nor a folder."""

_LESS = "pack only the files that the brief names and hand in again."


class Unusable(Exception):
    """The archive cannot be taken; the text is the sentence to the student."""

    @classmethod
    def damaged(cls) -> Self:
        """It cannot be read to its end."""
        return cls(
            "The archive that you handed in is damaged: pack the files again, as a zip, and hand it in."
        )

    @classmethod
    def too_large(cls, most: int) -> Self:
        """It has more than ``most`` bytes."""
        return cls(f"The archive that you handed in is larger than {most // 1_000_000} MB: {_LESS}")

    @classmethod
    def unpacks_to_too_much(cls, most: int) -> Self:
        """Its members add up to more than ``most`` bytes."""
        return cls(f"The archive that you handed in unpacks to more than {most // 1_000_000} MB: {_LESS}")

    @classmethod
    def too_many(cls, most: int) -> Self:
        """It has more than ``most`` members."""
        return cls(f"The archive that you handed in has more than {most} entries: {_LESS}")
