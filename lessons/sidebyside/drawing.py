"""``drawn``: a matplotlib figure as inline SVG, in the page's colours, that also says what it shows."""

from __future__ import annotations

import html
import io
import itertools
import re
import textwrap
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from sidebyside.blocks import card

__all__ = ["FASTAPI", "FLASK", "INK", "SOFT", "Drawing", "drawn", "new_figure"]

INK = "#1b1f21"
"""Colour of text and lines: becomes the page's text colour, so that a dark page stays readable."""
SOFT = "#57606b"
"""Colour of what stands back."""
FLASK = "#9a4a01"
"""Flask's colour on this site."""
FASTAPI = "#00665d"
"""FastAPI's colour on this site."""

_VARIABLES = {
    "#000000": "--sbs-fg",
    INK: "--sbs-fg",
    SOFT: "--sbs-soft",
    FLASK: "--sbs-flask",
    FASTAPI: "--sbs-fastapi",
}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, repr=False)
class Drawing:
    """A figure; shows itself in a notebook, on the site and, by its words, in a terminal.

    Attributes:
        svg: the picture.
        says: what there is to see in it: read by those who do not see it, and printed under it.
        facts: the numbers in it, for the terminal and for a folded table; may be empty.
    """

    svg: str
    says: str
    facts: str = ""

    def _repr_html_(self) -> str:
        number = next(_numbers)
        # Ids are unique in a page, so the picture's own are renamed.
        svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>d{number}-", self.svg)
        folded = (
            f'<details class="sbs-facts"><summary>The numbers</summary>'
            f"<pre>{html.escape(self.facts)}</pre></details>"
            if self.facts
            else ""
        )
        return card(
            f'<figure class="sbs-figure"><div class="sbs-scroll" role="img" tabindex="0" '
            f'aria-label="{html.escape(self.says)}">{svg}</div>'
            f'<figcaption class="sbs-caption">{html.escape(self.says)}</figcaption>{folded}</figure>'
        )

    def __repr__(self) -> str:
        told = textwrap.fill(f"Figure: {self.says}", 88)
        return f"{told}\n\n{self.facts}" if self.facts else told


def new_figure(width: float = 7.4, height: float = 3.0) -> Figure:
    """An empty figure in inches, not known to pyplot, so that nothing shows it a second time."""
    return Figure(figsize=(width, height), layout="constrained")


def drawn(figure: Figure, says: str, facts: str = "") -> Drawing:
    """Turn a figure into SVG whose bytes are the same whenever its contents are.

    Args:
        figure: from ``new_figure``; colours INK, SOFT, FLASK and FASTAPI follow the page's theme.
        says: what there is to see, in one or two sentences.
        facts: its numbers as text.
    """
    if all(axes.get_subplotspec() is None for axes in figure.axes):
        # Every plot was placed by hand: nothing is left to arrange, and matplotlib would warn of it.
        figure.set_layout_engine("none")
    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "sidebyside", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for family, generic in (("'DejaVu Sans'", "sans-serif"), ("'DejaVu Sans Mono'", "monospace")):
        svg = re.sub(rf"{family},[^;\"]*", f"ui-{generic}, {generic}", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    svg = re.sub(r"<style.*?</style>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    return Drawing(svg, says, facts)
