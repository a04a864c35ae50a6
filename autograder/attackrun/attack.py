"""What an attack is: an entry of attacks.toml, and the folder that holds what it hands in."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import autograder
from autograder.catalog.model import Reveal
from autograder.errors import CatalogError, UsageError
from autograder.verdict import Status, Verdict

__all__ = ["KINDS", "Attack", "Face", "HeldBy", "attacks_folder", "read_attacks"]

KINDS = 49
"""How many kinds of attack are known; every one of them must be tried."""

Face = Literal["engine", "command", "nbgrader", "tries"]
HeldBy = Literal["protocol", "wall", "limits", "client", "collect", "checks", "report", "record", "seed"]
Sentence = Annotated[str, Field(min_length=10, pattern=r"\.$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Attack(BaseModel):
    """One hostile hand-in and what must come of it.

    Attributes:
        name: its name; the folder is ``submissions/<first kind>_<name>``.
        kinds: the numbers of the kinds that it belongs to.
        tries: what it tries, as a sentence.
        part: which part's app is hostile.
        base: what it is without its hostility: the solution, or an app that knows the examples alone.
        face: through what it is handed in: collect and the engine in one process, ``course grade``,
            nbgrader, or again and again with what the last try taught.
        limits: the policy it is judged by: the package's own, or a shorter one.
        status: where the submission must stand.
        verdicts: what may become of the hostile part.
        least: points that the part must keep, where the attack is harmless.
        most: points that it may have; what the base is worth when not given, and never more than that.
        says: text that the report must hold.
        tried: how many attempts the hand-in must say that it made; then none may have reached anything.
        again: how often the same files are graded, one after the other.
        accomplice: another attack, graded at the same moment.
        looked_after: whether a hand-in graded after it must find everything as a first one does.
        held_by: what holds it.
        because: why it is held, as a sentence.
        told_at: levels of telling at which a student reads what the app chose to say.
        bounded: what is not prevented but bounded, and by what; empty when it is held whole.
        hole: why it is known not to be held yet; empty when it is.
        shared: helpers of ``submissions/_shared`` that are handed in beside it.
        fast: whether it is tried in the fast tier too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug
    kinds: Annotated[tuple[Annotated[int, Field(ge=1, le=KINDS)], ...], Field(min_length=1)]
    tries: Sentence
    part: Slug
    base: Literal["solution", "examples"]
    face: Face = "engine"
    limits: Literal["own", "short", "brief"] = "own"
    status: Status = Status.GRADED
    verdicts: Annotated[tuple[Verdict, ...], Field(min_length=1)]
    least: float = 0
    most: float | None = None
    says: str = ""
    tried: int = 0
    again: Annotated[int, Field(ge=1)] = 1
    accomplice: Slug | None = None
    looked_after: bool = False
    held_by: HeldBy
    because: Sentence
    told_at: tuple[Reveal, ...] = ()
    bounded: str = ""
    hole: str = ""
    shared: tuple[str, ...] = ()
    fast: bool = False

    @property
    def folder(self) -> Path:
        """What it hands in, as far as a file can be kept."""
        return attacks_folder() / "submissions" / f"{self.kinds[0]:02}_{self.name}"

    @property
    def numbers(self) -> str:
        """The kinds, as a table shows them."""
        return ", ".join(map(str, self.kinds))


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    attack: tuple[Attack, ...]


def attacks_folder() -> Path:
    """Where the attacks lie: in the author's tree, never in an installed package.

    Raises:
        UsageError: they are not there.
    """
    folder = Path(autograder.__file__).parent / "tests" / "attacks"
    if not (folder / "attacks.toml").is_file():
        raise UsageError(
            "The attacks are not here: an installed package does not hold them.",
            where=str(folder),
            remedy="Run this in a checkout of the author edition, installed with `pip install -e .[grade]`.",
        )
    return folder


def read_attacks() -> tuple[Attack, ...]:
    """Every attack, in the order of the kinds.

    Raises:
        UsageError: the attacks are not here.
        CatalogError: attacks.toml is wrong, or names an attack that has no folder.
    """
    file = attacks_folder() / "attacks.toml"
    try:
        attacks = _Manifest.model_validate(tomllib.loads(file.read_text("utf-8"))).attack
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise CatalogError(
            f"The attacks cannot be read: {error}", where=str(file), remedy="Correct the keys it names."
        ) from error
    names = [attack.name for attack in attacks]
    wrong = [f"no folder {attack.folder.name}" for attack in attacks if not attack.folder.is_dir()]
    wrong += [f"{name} twice" for name in set(names) if names.count(name) > 1]
    wrong += [f"no attack {each.accomplice}" for each in attacks if each.accomplice not in {None, *names}]
    if wrong:
        raise CatalogError(
            f"The attacks do not fit: {', '.join(wrong)}.", where=str(file), remedy="Correct what it names."
        )
    return tuple(sorted(attacks, key=lambda attack: attack.kinds))
