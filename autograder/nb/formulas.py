r"""Decides which formulas of a student's Markdown a page may typeset.

MathJax can make links, styles, ids and macros: `\href{javascript:…}`, `\style`, `\class`, `\cssId`,
`\require{html}`, `\def`. What it can do depends on the page's configuration and on MathJax's version, so
names are allowed, not refused: ordinary mathematics stays, and any other name makes the text harmful.
"""

from __future__ import annotations

import html
import re

__all__ = ["has_foreign_macro"]

_CODE = re.compile(r"<(pre|code)\b[^>]*>.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_DELIMITER = re.compile(r"\$|\\[(\[]|\\begin")
_MACRO = re.compile(r"\\([A-Za-z@]+)")

_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi "
    "rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi "
    "Psi Omega"
)
_RELATIONS = (
    "le leq ge geq ne neq approx equiv sim simeq cong propto in notin ni subset subseteq supset "
    "supseteq mid nmid parallel perp to gets mapsto rightarrow leftarrow leftrightarrow Rightarrow "
    "Leftarrow Leftrightarrow implies iff ll gg prec succ colon"
)
_OPERATORS = (
    "sum prod int oint lim limsup liminf max min sup inf arg log ln lg exp sin cos tan cot arcsin "
    "arccos arctan sinh cosh tanh det dim gcd ker Pr deg mod bmod pmod cdot times div pm mp ast star "
    "circ cap cup setminus land lor lnot neg wedge vee oplus otimes forall exists nabla partial infty "
    "emptyset varnothing"
)
_SHAPES = (
    "frac dfrac tfrac binom sqrt left right middle big Big bigg Bigg bigl bigr Bigl Bigr lfloor rfloor "
    "lceil rceil langle rangle lbrace rbrace lvert rvert vert overline underline hat bar vec tilde dot "
    "ddot prime overbrace underbrace begin end hline dots ldots cdots vdots ddots quad qquad limits "
    "displaystyle textstyle text textrm textbf textit texttt mathrm mathbf mathit mathsf mathtt mathcal "
    "mathbb mathfrak operatorname"
)
_ALLOWED = frozenset(f"{_GREEK} {_RELATIONS} {_OPERATORS} {_SHAPES}".split())


def has_foreign_macro(page: str) -> bool:
    """Whether MathJax could find a macro on this page that is not ordinary mathematics.

    Args:
        page: HTML of Markdown's own tags; MathJax reads its text outside of code.
    """
    text = html.unescape(_TAG.sub(" ", _CODE.sub(" ", page)))
    if not _DELIMITER.search(text):
        return False
    return any(name not in _ALLOWED for name in _MACRO.findall(text))
