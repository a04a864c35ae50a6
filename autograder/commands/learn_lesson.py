"""`course lesson`: the lesson's page in a browser, or the lesson printed."""

from __future__ import annotations

import os
import webbrowser
from pathlib import Path

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.text import Text

from autograder.catalog import Catalog, Topic
from autograder.commands.keeping import chosen_topic, keep
from autograder.errors import CatalogError, UsageError
from autograder.learn.reading import Answer, PairCell, Piece, lesson_page, lesson_pieces
from autograder.learn.words import linked, shown_path
from autograder.report.screen import Screen
from sidebyside.pairing import pair
from sidebyside.places import ROOT_VARIABLE

__all__ = ["run"]


def run(course: Path | None, topic_name: str | None, *, printed: bool) -> int:
    """Open the lesson's page if the site was built, or print the lesson. Returns 0."""
    catalog, topic = chosen_topic(course, topic_name)
    source = catalog.places(topic.name).lesson / "lesson.md"
    if not source.is_file():
        raise UsageError(
            f"There is no lesson of {topic.name} here.",
            where=str(source),
            remedy=f"Begin with its brief: {shown_path(catalog.places(topic.name).brief)}.",
        )
    keep(catalog, lambda store: store.record("opened", topic.name))
    console = Screen()
    page = lesson_page(catalog, topic.name)
    if not printed and page.is_file() and webbrowser.open(page.as_uri()):
        console.print(Text.assemble("Opened ", linked(page)), soft_wrap=True)
        if page.stat().st_mtime < source.stat().st_mtime:
            console.print("The lesson was changed after its page was built: course site builds it anew.")
        return 0
    _print(catalog, topic, source, console)
    if not printed and not page.is_file():
        console.print(
            "\nAs a page with its figures: course site. As a notebook: course lab.", highlight=False
        )
    return 0


def _print(catalog: Catalog, topic: Topic, source: Path, console: Console) -> None:
    os.environ[ROOT_VARIABLE] = str(catalog.root)  # the pairs are this course's, wherever we stand
    console.print(Text.assemble(topic.title, "  ", linked(source)), soft_wrap=True)
    has_answers = False
    for piece in lesson_pieces(source.read_text(encoding="utf-8")):
        if isinstance(piece, Answer) and not has_answers:
            has_answers = True
            console.print(Markdown("## Answers"))
        console.print()
        console.print(_shown(piece, console))


def _shown(piece: Piece, console: Console) -> RenderableType:
    if isinstance(piece, Answer):
        return Markdown(f"**{piece.number}.** {piece.text}")
    if not isinstance(piece, PairCell):
        return Markdown(piece.text)
    try:
        both = pair(piece.topic, piece.region)
    except (CatalogError, UsageError) as error:
        return Text(f"(The two apps cannot be shown: {error.what})")
    return Text(both.text(console.width))
