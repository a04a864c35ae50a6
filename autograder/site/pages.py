"""Which pages the site has, and the text of those that are made from the course's data."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Topic
from autograder.errors import CatalogError
from autograder.site.claims import claims_page, how_many_are_tested, read_claims
from autograder.site.evidence import evidence_page, evidence_topics

__all__ = ["Source", "sources"]

_MAP = "<!-- the course map -->"
_TESTED = "<!-- how many claims are tested -->"
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>(?!https?:|mailto:|#)[^)\s]+)\)")
_FENCE = re.compile(r"^(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Source:
    """One page before it is rendered.

    Attributes:
        name: as on the site, such as ``routing/lesson``.
        path: the file that a reader of an error must open.
        text: MyST.
        has_cells: whether there is something to execute.
    """

    name: str
    path: Path
    text: str

    @property
    def has_cells(self) -> bool:
        """Whether there is something to execute."""
        return "```{code-cell}" in self.text


def sources(catalog: Catalog) -> list[Source]:
    """All pages of the site, the home page first.

    Raises:
        CatalogError: the home page has no place for the map, or the ledger of claims has faults.
    """
    taught = [topic for topic in catalog.course.topic if _lesson(catalog, topic).is_file()]
    claims, *tests = _claims(catalog)
    behind = [claims, *_guides(catalog), *_own(catalog)]
    lessons = [page for topic in taught for page in _topic(catalog, topic)]
    return _linked([_home(catalog, taught, behind), *lessons, *behind, *tests])


def _topic(catalog: Catalog, topic: Topic) -> Iterator[Source]:
    """The lesson, and below it the exercise."""
    path, brief = _lesson(catalog, topic), catalog.places(topic.name).brief
    text = path.read_text(encoding="utf-8")
    if brief.is_file():
        text = f"{text}\n{_toctree('', ['Exercise <exercise>'])}"
        yield Source(f"{topic.name}/exercise", brief, _brief(catalog, topic, brief))
    yield Source(f"{topic.name}/lesson", path, text)


def _claims(catalog: Catalog) -> Iterator[Source]:
    """The ledger, and below it the tests that it rests on."""
    ledger, claims = catalog.root / "lessons" / "claims.toml", read_claims(catalog)
    topics = evidence_topics(catalog, claims)
    below = f"\n{_toctree('', [f'tests/{topic.name}' for topic in topics])}" if topics else ""
    yield Source("claims", ledger, claims_page(catalog, claims) + below)
    for topic in topics:
        yield Source(f"tests/{topic.name}", ledger, evidence_page(catalog, topic, claims))


def _own(catalog: Catalog) -> Iterator[Source]:
    """Pages that stand beside the home page."""
    for path in sorted((catalog.root / "lessons").glob("*.md")):
        if path.name != "index.md":
            yield Source(path.stem, path, path.read_text(encoding="utf-8"))


def _linked(pages: Sequence[Source]) -> list[Source]:
    """Links between pages as Sphinx wants them: a page with cells reaches it as a notebook."""
    targets = {f"{each.name}.md" for each in pages if each.has_cells}

    def target(page: Source, link: re.Match[str]) -> str:
        path, mark, anchor = link["target"].partition("#")
        # As a path that leads out of the lesson's folder again: normpath only joins words.
        place = posixpath.normpath(PurePosixPath(page.name).parent / path)
        if place == "claims.toml":  # in JupyterLab the ledger itself opens, since no page is built there
            return f"[{link['text']}]({path.removesuffix('.toml')}.md{mark}{anchor})"
        if place not in targets:
            return link[0]
        return f"[{link['text']}]({path.removesuffix('.md')}.ipynb{mark}{anchor})"

    return [replace(page, text=_LINK.sub(partial(target, page), page.text)) for page in pages]


def _home(catalog: Catalog, taught: Sequence[Topic], behind: Sequence[Source]) -> Source:
    path = catalog.root / "lessons" / "index.md"
    text = path.read_text(encoding="utf-8")
    if _MAP not in text:
        raise CatalogError(
            "The home page has no place for the course map.",
            where=str(path),
            remedy=f"Write the line {_MAP} where the map shall stand.",
        )
    course_map = f"```{{raw}} html\n{_course_map(catalog, taught)}\n```"
    text = text.replace(_MAP, course_map).replace(_TESTED, how_many_are_tested(read_claims(catalog)))
    return Source("index", path, f"{text}\n{_contents(catalog, taught, behind)}")


def _contents(catalog: Catalog, taught: Sequence[Topic], behind: Sequence[Source]) -> str:
    """Hidden tables of contents: what the sidebar shows."""
    blocks = []
    for part in catalog.course.course_part:
        names = [f"{topic.title} <{topic.name}/lesson>" for topic in taught if topic.course_part == part.name]
        if names:
            blocks.append(_toctree(part.title, names))
    blocks.append(_toctree("Behind the lessons", [each.name for each in behind]))
    return "\n".join(blocks)


def _toctree(caption: str, names: Sequence[str]) -> str:
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["```{toctree}", *options, "", *names, "```", ""])


def _course_map(catalog: Catalog, taught: Sequence[Topic]) -> str:
    titles = {each.name: each.title for each in catalog.course.topic}
    there = {each.name for each in taught}
    out = ['<div class="course-map">']
    for part in catalog.course.course_part:
        topics = [each for each in catalog.course.topic if each.course_part == part.name]
        if not topics:
            continue
        minutes = sum(each.minutes for each in topics)
        out.append(
            f'<section><h3>{html.escape(part.title)} <span class="map-sum">{_hours(minutes)}</span></h3><ol>'
        )
        out += [_map_entry(each, titles, is_there=each.name in there) for each in topics]
        out.append("</ol></section>")
    return "".join([*out, "</div>"])


def _map_entry(topic: Topic, titles: dict[str, str], *, is_there: bool) -> str:
    title = html.escape(topic.title)
    name = f'<a href="{topic.name}/lesson.html">{title}</a>' if is_there else f"<span>{title}</span>"
    facts = [_hours(topic.minutes), topic.difficulty, f"{topic.points} points"]
    if topic.requires:
        facts.append("after " + ", ".join(html.escape(titles[each]) for each in topic.requires))
    if not is_there:
        facts.append("planned")
    state = "map-ready" if is_there else "map-planned"
    return f'<li class="{state}">{name}<small>{" · ".join(facts)}</small></li>'


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h" if not rest else f"{hours} h {rest} min"


def _brief(catalog: Catalog, topic: Topic, brief: Path) -> str:
    """The exercise's README, with a line that says where it is to be worked on."""
    text = _without_links(brief.read_text(encoding="utf-8"))
    heading, _, rest = text.partition("\n")
    folder = brief.parent.relative_to(catalog.root).as_posix()
    note = (
        f":::{{note}}\nYou work in `{folder}/`. The lesson is [{topic.title}](lesson.md). "
        f"`course check {topic.name}` says what to fix first.\n:::\n"
    )
    return f"{heading}\n\n{note}{rest}"


def _guides(catalog: Catalog) -> Iterator[Source]:
    """The guides that stand in the repository; an edition may lack them."""
    for name, path in (
        ("instructors", catalog.root / "autograder" / "README.md"),
        ("authors", catalog.root / "CONTRIBUTING.md"),
    ):
        if path.is_file():
            yield Source(name, path, _without_links(path.read_text(encoding="utf-8")))


def _without_links(text: str) -> str:
    """Links to files of the repository become their words: the site does not hold these files."""
    lines, fence = [], None
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (fence is None or line.startswith(fence)):
            fence = None if fence else mark[1]
        lines.append(line if fence else _LINK.sub(_in_words, line))
    return "\n".join(lines)


def _in_words(link: re.Match[str]) -> str:
    words, target = link["text"], link["target"]
    return words if target in words else f"{words} (`{target}`)"


def _lesson(catalog: Catalog, topic: Topic) -> Path:
    return catalog.places(topic.name).lesson / "lesson.md"
