"""The ledger of claims: what it must hold, and the page that shows it.

``lessons/claims.toml`` is a list of ``[[claim]]``; ``Claim`` says which keys each has.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from autograder.catalog import Catalog
from autograder.errors import CatalogError

__all__ = ["VERDICTS", "Claim", "claims_page", "how_many_are_tested", "read_claims"]

Verdict = Literal["true", "dated", "misleading", "depends", "false", "opinion"]

VERDICTS: dict[Verdict, tuple[str, str]] = {
    "true": ("✓", "holds today"),
    "dated": ("◷", "held once"),
    "misleading": ("≈", "a part of it holds, and it leads astray"),
    "depends": ("◐", "holds under conditions that the claim does not name"),
    "false": ("✗", "does not hold"),
    "opinion": ("?", "cannot be tested"),
}
"""By verdict: its sign, and what it means."""


class Claim(BaseModel):
    """One claim about the two frameworks, and what became of it.

    Attributes:
        id: such as ``C17``.
        topic: the topic that treats it.
        verdict: one of VERDICTS.
        claim: what is said, paraphrased.
        fact: what is so, in one sentence.
        versions: what it was checked with, such as ``fastapi 0.165.0``.
        test: the test that shows it, as pytest names it from the course's folder.
        untested: why no test here shows it. One of the two must be there.
        section: anchor of the lesson's section that treats it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^C\d{2,3}$")]
    topic: str
    verdict: Verdict
    claim: str = Field(min_length=8)
    fact: str = Field(min_length=8)
    versions: tuple[str, ...] = Field(min_length=1)
    test: Annotated[str, Field(pattern=r"^[\w/.-]+\.py::\w+$")] | None = None
    untested: str | None = Field(default=None, min_length=8)
    section: str | None = None

    @model_validator(mode="after")
    def _shown_or_said(self) -> Claim:
        if (self.test is None) == (self.untested is None):
            raise ValueError("needs either test, or untested with the reason")
        return self


class _Ledger(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: tuple[Claim, ...] = ()


def read_claims(catalog: Catalog) -> tuple[Claim, ...]:
    """The ledger's claims; none when there is no ledger.

    Raises:
        CatalogError: a claim lacks a verdict or a test, names a test or topic that is not there, or is
            there twice; names every fault.
    """
    path = catalog.root / "lessons" / "claims.toml"
    if not path.is_file():
        return ()
    try:
        ledger = _Ledger.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise _fault(path, [str(error)]) from error
    except ValidationError as error:
        raise _fault(path, [_told(each["loc"], each["msg"]) for each in error.errors()]) from error
    faults = _faults(catalog, ledger.claim)
    if faults:
        raise _fault(path, faults)
    return ledger.claim


def claims_page(catalog: Catalog, claims: Sequence[Claim]) -> str:
    """The page as MyST: a table that works without a script, and a filter above it."""
    head = f"""# {_counted(len(claims))}, {_tested(claims)} tested

What is said about FastAPI and Flask, and what of it holds. {how_many_are_tested(claims)} A verdict applies \
to the versions beside it.
"""
    if not claims:
        return f"{head}\nThe ledger is empty: `lessons/claims.toml` lists no claim yet.\n"
    topics = {each.name: each.title for each in catalog.course.topic}
    present = [each.name for each in catalog.course.topic if any(c.topic == each.name for c in claims)]
    rows = "\n".join(_row(catalog, claim, topics[claim.topic]) for claim in claims)
    counts = Counter(claim.verdict for claim in claims)
    return f"""{head}
```{{raw}} html
{_form(present, topics, counts)}
<div class="claims-scroll" tabindex="0" role="region" aria-label="Claims"><table class="claims" id="claims">
<thead><tr><th scope="col">No.</th><th scope="col">What is said</th><th scope="col">Verdict</th>\
<th scope="col">What is so</th><th scope="col">Shown by</th></tr></thead>
<tbody>
{rows}
</tbody></table></div>
```
"""


def how_many_are_tested(claims: Sequence[Claim]) -> str:
    """How many claims a test backs, and that the ledger gives a reason for each of the others."""
    untested = len(claims) - _tested(claims)
    others = f" For each of the other {untested}, the ledger says why it has none." if untested else ""
    return f"Claims backed by a test: {_tested(claims)} of {len(claims)}.{others}"


def _tested(claims: Sequence[Claim]) -> int:
    return sum(claim.test is not None for claim in claims)


def _counted(claims: int) -> str:
    return f"{claims} claim" if claims == 1 else f"{claims} claims"


def _form(present: Sequence[str], topics: dict[str, str], counts: Counter[Verdict]) -> str:
    verdicts = "".join(
        f'<option value="{name}">{sign} {name} ({counts[name]})</option>'
        for name, (sign, _) in VERDICTS.items()
        if counts[name]
    )
    options = "".join(f'<option value="{name}">{html.escape(topics[name])}</option>' for name in present)
    meanings = "".join(
        f"<dt>{sign} {name}</dt><dd>{meaning}</dd>" for name, (sign, meaning) in VERDICTS.items()
    )
    return (
        '<form class="claims-filter" hidden>'
        f'<label>Verdict <select name="verdict"><option value="">all</option>{verdicts}</select></label>'
        f'<label>Topic <select name="topic"><option value="">all</option>{options}</select></label>'
        '<output name="count" aria-live="polite"></output></form>'
        f'<details class="claims-key"><summary>What the verdicts mean</summary><dl>{meanings}</dl></details>'
    )


def _row(catalog: Catalog, claim: Claim, title: str) -> str:
    sign, _ = VERDICTS[claim.verdict]
    if (catalog.places(claim.topic).lesson / "lesson.md").is_file():
        anchor = f"#{claim.section}" if claim.section else ""
        lesson = f'<a href="{claim.topic}/lesson.html{anchor}">{html.escape(title)}</a>'
    else:
        lesson = f"{html.escape(title)} (planned)"
    if claim.test is not None:
        file, _, name = claim.test.partition("::")
        place = f"tests/{claim.topic}.html#{claim.id.lower()}"
        shown = (
            f'<a href="{place}"><code>{name.replace("_", "_<wbr>")}</code></a>'
            f"<br><small>{html.escape(file).replace('/', '/<wbr>')}</small>"
        )
    else:
        shown = f"<em>not tested here:</em> {_prose(claim.untested or '')}"
    versions = html.escape(", ".join(claim.versions))
    return (
        f'<tr id="{claim.id}" data-verdict="{claim.verdict}" data-topic="{claim.topic}">'
        f'<th scope="row"><a href="#{claim.id}">{claim.id}</a></th>\n<td>{_prose(claim.claim)}</td>\n'
        f'<td><span class="verdict verdict-{claim.verdict}">{sign} {claim.verdict}</span></td>\n'
        f"<td>{_prose(claim.fact)}<br><small>{versions}</small></td>\n<td>{shown}<br>{lesson}</td></tr>"
    )


def _prose(text: str) -> str:
    """A sentence as HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _faults(catalog: Catalog, claims: Sequence[Claim]) -> list[str]:
    topics = {each.name for each in catalog.course.topic}
    faults = [f"{name}: stands {n} times" for name, n in Counter(c.id for c in claims).items() if n > 1]
    for claim in claims:
        if claim.topic not in topics:
            faults.append(f"{claim.id}: there is no topic {claim.topic!r}")
        if claim.test is not None:
            file, _, name = claim.test.partition("::")
            path = catalog.root / file
            if not path.is_file() or f"def {name}(" not in path.read_text(encoding="utf-8"):
                faults.append(f"{claim.id}: there is no test {claim.test}")
    return faults


def _told(place: tuple[int | str, ...], message: str) -> str:
    number = next((each + 1 for each in place if isinstance(each, int)), None)
    keys = ".".join(each for each in place if isinstance(each, str) and each != "claim")
    return f"claim number {number}{f', {keys}' if keys else ''}: {message}"


def _fault(path: Path, faults: Sequence[str]) -> CatalogError:
    return CatalogError(
        "; ".join(faults) + ".",
        where=str(path),
        remedy="Give each claim id, topic, verdict, claim, fact, versions, and test or untested.",
    )
