"""``pair``: the same piece of a lesson's two apps, side by side, with what differs marked."""

from __future__ import annotations

import html
import shutil
from dataclasses import dataclass

from sidebyside.align import align
from sidebyside.blocks import Side, card, column_texts, columns
from sidebyside.places import app_files
from sidebyside.regions import Region, paired_regions

__all__ = ["Pair", "pair"]


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """Regions of both apps; shows itself in a notebook, on the site and in a terminal.

    Attributes:
        topic: the lesson.
        shown: each region as it stands in the one app and in the other.
    """

    topic: str
    shown: tuple[tuple[Side, Side, str], ...]

    def _repr_html_(self) -> str:
        return card("".join(_html(*each) for each in self.shown))

    def __repr__(self) -> str:
        return self.text(max(80, shutil.get_terminal_size().columns))

    def text(self, width: int = 100) -> str:
        """As plain text: ``≠`` before lines that differ, ``+`` before lines without a counterpart."""
        out: list[str] = []
        for left, right, name in self.shown:
            out += [f"── {name} ── {_differ(left, right)}", *column_texts(left, right, width), ""]
        return "\n".join(out).rstrip()


def pair(topic: str, region: str | None = None) -> Pair:
    """Show a lesson's two apps side by side.

    Args:
        topic: the lesson's name.
        region: one region; all of them, in order, when not given.

    Raises:
        UsageError: there is no such lesson.
        CatalogError: the regions of the two apps do not match, or there is no such region.
    """
    flask, fastapi = app_files(topic)
    both = paired_regions(flask, fastapi, region)
    return Pair(
        topic,
        tuple(
            (
                _side(left, flask.framework.title, "flask"),
                _side(right, fastapi.framework.title, "fastapi"),
                name,
            )
            for left, right in both
            for name in [left.name]
        ),
    )


def _side(region: Region, title: str, name: str) -> Side:
    note = f"{region.file.name}, line {region.line}"
    return Side(title, name, html.escape(note), note, region.code, "python", keep=True)


def _html(left: Side, right: Side, name: str) -> str:
    label = html.escape(f"{name}: {left.title} and {right.title} side by side", quote=True)
    return (
        f'<section class="sbs-card" aria-label="{label}"><div class="sbs-bar">'
        f'<span class="sbs-name">{html.escape(name)}</span>'
        f'<span class="sbs-told">{_differ(left, right)}</span></div>{columns(left, right)}</section>'
    )


def _differ(left: Side, right: Side) -> str:
    rows = align(left.lines, right.lines)
    count = sum(row.sign != " " for row in rows)
    if not count:
        return "= the same in both"
    return f"≠ {count} of {len(rows)} lines differ"
