"""The pages that show the tests behind the claims, one a topic, each test with what it proves."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.site.claims import VERDICTS, Claim

__all__ = ["evidence_page", "evidence_topics"]


_INTRODUCTION = """What shows each claim, as it runs with the course's own tests. \
Back to [all claims](../claims.md).
"""


def evidence_topics(catalog: Catalog, claims: Sequence[Claim]) -> list[Topic]:
    """The topics that have a tested claim, in the course's order."""
    tested = {claim.topic for claim in claims if claim.test is not None}
    return [topic for topic in catalog.course.topic if topic.name in tested]


def evidence_page(catalog: Catalog, topic: Topic, claims: Sequence[Claim]) -> str:
    """The page as MyST: every tested claim of the topic with the test's source, then the files whole."""
    own = [(claim, claim.test) for claim in claims if claim.topic == topic.name and claim.test is not None]
    files = sorted({test.partition("::")[0] for _, test in own})
    sections = [_section(catalog.root, claim, test) for claim, test in own]
    return "\n".join([
        f"# {topic.title}: the tests\n",
        _INTRODUCTION,
        *sections,
        "## The files\n",
        "Imports, fixtures and the small apps that several tests share.\n",
        *(_whole(catalog.root, file) for file in files),
    ])  # fmt: skip


def _section(root: Path, claim: Claim, test: str) -> str:
    file, _, name = test.partition("::")
    sign, _ = VERDICTS[claim.verdict]
    return (
        f"({claim.id.lower()})=\n## {claim.id} {claim.claim}\n\n"
        f"**{sign} {claim.verdict}.** {claim.fact} ({', '.join(claim.versions)})\n\n"
        f"{_code(_function(root / file, name))}\n`pytest {file} -k {name}`\n"
    )


def _function(path: Path, name: str) -> str:
    """The function's source, decorators included."""
    text = path.read_text(encoding="utf-8")
    node = next(
        each
        for each in ast.walk(ast.parse(text))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name
    )
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def _whole(root: Path, file: str) -> str:
    text = (root / file).read_text(encoding="utf-8")
    return f":::{{dropdown}} {file}\n{_code(text.rstrip())}:::\n"


def _code(source: str) -> str:
    return f"``````python\n{source}\n``````\n"
