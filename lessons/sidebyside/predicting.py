"""``predict``: asks the reader to commit to a guess, and only then shows what happened."""

from __future__ import annotations

import html
import itertools
import re
import shutil
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.errors import CatalogError
from sidebyside.blocks import card

__all__ = ["Prediction", "predict"]

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, repr=False)
class Prediction:
    """A question with its answer folded away; shows itself in a notebook, on the site and in a terminal.

    Attributes:
        question: what is asked.
        options: what may be answered, in order.
        right: index of the option that the experiment shows to be right.
        because: why it is so.
        show: what happened, such as a comparison.
    """

    question: str
    options: tuple[str, ...]
    right: int
    because: str
    show: Any

    @property
    def answer(self) -> str:
        """What a terminal shows after the guess, by ``print(_.answer)``."""
        shown = "" if self.show is None else f"\n\n{self.show!r}"
        told = f"\n{textwrap.fill(self.because, 80)}" if self.because else ""
        return f"{'abcdefgh'[self.right]}) {self.options[self.right]}{told}{shown}"

    def __repr__(self) -> str:
        width = min(100, shutil.get_terminal_size().columns)
        lines = [f"  {letter}) {text}" for letter, text in zip("abcdefgh", self.options, strict=False)]
        asked = textwrap.fill(f"Predict: {self.question}", width)
        return "\n".join([asked, *lines, "Decide, then: print(_.answer)"])

    def _repr_html_(self) -> str:
        group = f"sbs-predict-{next(_numbers)}"
        labels = "".join(
            f'<label class="{"sbs-right" if number == self.right else "sbs-wrong"}">'
            f'<input type="radio" name="{group}"><span>{_inline(text)}</span></label>'
            for number, text in enumerate(self.options)
        )
        because = f'<p class="sbs-because">{_inline(self.because)}</p>' if self.because else ""
        shown = ""
        if self.show is not None:
            as_html = getattr(self.show, "_repr_html_", None)
            shown = as_html() if as_html else f"<pre>{html.escape(str(self.show))}</pre>"
        told = f'<p class="sbs-sr">The answer: {_inline(self.options[self.right])}</p>'
        return card(
            f'<fieldset><legend>Predict</legend><p class="sbs-ask">{_inline(self.question)}</p>{labels}'
            f'<details class="sbs-answer"><summary>Run it</summary>{told}{because}{shown}</details>'
            '<span class="sbs-hint">Choose first: a guess you have made is one you learn from.</span>'
            "</fieldset>"
        )


def predict(
    question: str, options: Mapping[str, object], observed: object, *, because: str = "", show: Any = None
) -> Prediction:
    """Ask before showing. The right option is the one that the experiment confirms, never one told by hand.

    Args:
        question: what is asked; code stands between backticks.
        options: what may be answered, and what would be observed then.
        observed: what was observed.
        because: why it is so.
        show: what to show with the answer; anything that shows itself in a notebook.

    Raises:
        CatalogError: what was observed fits none of the options, or more than one.
    """
    fits = [number for number, value in enumerate(options.values()) if value == observed]
    if len(fits) != 1:
        raise CatalogError(
            f"What was observed, {observed!r}, fits {len(fits)} of the options.",
            where=f"predict({question!r})",
            remedy="Give exactly one option the value that the experiment shows.",
        )
    return Prediction(question, tuple(options), fits[0], because, show)


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
