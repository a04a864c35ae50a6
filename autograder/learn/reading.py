"""Makes of a lesson what a terminal can show: prose, code, the questions, and the answers at the end.

A lesson is a notebook in text. Nothing of it is run here: what a cell would show stands as what it asks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.catalog import Catalog

__all__ = ["Answer", "PairCell", "Piece", "Prose", "lesson_page", "lesson_pieces"]

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?P<cell>.*?)^```[ ]*$\n?", re.DOTALL | re.MULTILINE)
_FOLD = re.compile(r"<details>\s*<summary>(?P<question>.*?)</summary>(?P<answer>.*?)</details>\n?", re.DOTALL)
_ANCHOR = re.compile(r"^\([\w-]+\)=[ ]*\n", re.MULTILINE)
_TAG = re.compile(r"</?code>")
_OPTION = re.compile(r"\A(?::[\w-]+:[^\n]*\n)+\n*")
_ASKED = 3
"""Arguments of ``compare``: topic, method, path."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class PairCell:
    """A piece of the lesson's two apps; all of them where no region is named."""

    topic: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told at the end of the page, by the number that its question has."""

    number: int
    text: str


Piece = Prose | PairCell | Answer


def lesson_page(catalog: Catalog, topic: str) -> Path:
    """The lesson's page of the site, which may not have been built."""
    return catalog.root / "build" / "site" / "html" / topic / "lesson.html"


def lesson_pieces(text: str) -> list[Piece]:
    """The lesson from top to bottom, then its answers.

    Args:
        text: of ``lesson.md``.
    """
    answers: list[Answer] = []

    def ask(question: str, answer: str) -> str:
        answers.append(Answer(len(answers) + 1, answer.strip()))
        return f"**Question {len(answers)}.** {question.strip()}\n\n*(The answer stands at the end.)*\n"

    def folded(match: re.Match[str]) -> str:
        return ask(_TAG.sub("`", match["question"]), match["answer"])

    pieces: list[Piece] = []
    rest = _ANCHOR.sub("", _FRONT_MATTER.sub("", text))
    at = 0
    for match in _CELL.finditer(rest):
        pieces += _prose(_FOLD.sub(folded, rest[at : match.start()]))
        pieces.append(_cell(match["cell"], ask))
        at = match.end()
    pieces += _prose(_FOLD.sub(folded, rest[at:]))
    return [*pieces, *answers]


def _prose(text: str) -> Iterator[Piece]:
    if text.strip():
        yield Prose(text.strip("\n"))


def _cell(cell: str, ask: Callable[[str, str], str]) -> Piece:
    options = _OPTION.match(cell)
    code = cell[options.end() :] if options else cell
    for call in _calls(code):
        words = [_constant(each) for each in call.args]
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "pair" and words and isinstance(words[0], str):
            return PairCell(words[0], str(words[1]) if len(words) > 1 else None)
        if name == "predict" and words and isinstance(words[0], str):
            return Prose(ask(_question(call, words[0]), _reason(call)))
    told = _asked(code)
    if told:
        return Prose(told)
    if options and "hide-input" in options[0]:
        return Prose("*(Here the page shows a figure.)*")
    return Prose(f"```python\n{code.strip()}\n```")


def _calls(code: str) -> Iterator[ast.Call]:
    """The calls that stand alone in a cell."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # such as a line for IPython alone
        return
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node.value


def _asked(code: str) -> str:
    """What a cell that only compares asks both apps; empty for any other cell."""
    lines = []
    for call in _calls(code):
        words = [_constant(each) for each in call.args]
        is_compare = isinstance(call.func, ast.Name) and call.func.id == "compare"
        if is_compare and len(words) >= _ASKED:
            lines.append(f"`{words[1]} {words[2]}`")
    if not lines or len(lines) != code.count("compare("):
        return ""
    return f"Ask both apps (`course serve` runs yours): {', '.join(lines)}"


def _question(call: ast.Call, text: str) -> str:
    choices = call.args[1] if len(call.args) > 1 else None
    if not isinstance(choices, ast.Dict):
        return text
    told = [str(_constant(key)) for key in choices.keys if key is not None]
    return "\n".join([text, "", *(f"- {each}" for each in told), ""])


def _reason(call: ast.Call) -> str:
    told = [_constant(each.value) for each in call.keywords if each.arg == "because"]
    return str(told[0]) if told and told[0] else "Run the cell and see."


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None
