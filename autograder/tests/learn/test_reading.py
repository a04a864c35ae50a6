"""`course lesson`: the page where there is one, or else a lesson that a terminal can show whole."""

from __future__ import annotations

import os
import webbrowser
from pathlib import Path

import pytest

import autograder
from autograder.catalog import load
from autograder.learn.reading import Answer, PairCell, Prose, lesson_page, lesson_pieces
from autograder.site.build import site_folder
from autograder.tests.learn.learning import Learner

COURSE = Path(autograder.__file__).parents[1]
LESSON = """---
jupytext:
  formats: md:myst
---

# Names

(where-names-stand)=
## Where names stand

```{code-cell} ipython3
:tags: [hide-input]

predict(
    "What does "
    "`GET /hello/Ada` answer?",
    {"200 in both": (200, 200), "404 in both": (404, 404)},
    because="It is written out.",
)
```

```{code-cell} ipython3
pair("greeting", "hello")
```

```{code-cell} ipython3
compare("greeting", "GET", "/hello/Ada")
```

```{code-cell} ipython3
%timeit hello()
```

```{code-cell} ipython3
:tags: [hide-input]

figure = drawn()
```

<details>
<summary>What is <code>&lt;name&gt;</code> for?</summary>

A value.

</details>
"""


def test_a_lesson_becomes_prose_pairs_and_answers_at_the_end() -> None:
    pieces = lesson_pieces(LESSON)
    text = "\n".join(piece.text for piece in pieces if isinstance(piece, Prose))
    assert "jupytext" not in text
    assert "where-names-stand" not in text
    assert "## Where names stand" in text
    assert PairCell("greeting", "hello") in pieces
    assert "`GET /hello/Ada`" in text
    assert "%timeit hello()" in text
    assert "figure = drawn()" not in text
    assert pieces[-2:] == [Answer(1, "It is written out."), Answer(2, "A value.")]


def test_no_answer_stands_beside_its_question() -> None:
    pieces = lesson_pieces(LESSON)
    (asked,) = (piece for piece in pieces if isinstance(piece, Prose) and "Question 1" in piece.text)
    assert "- 200 in both\n- 404 in both" in asked.text
    assert "It is written out." not in asked.text
    assert "(200, 200)" not in asked.text


@pytest.mark.parametrize(
    "path", sorted((COURSE / "lessons").glob("*/lesson.md")), ids=lambda path: path.parent.name
)
def test_every_lesson_can_be_printed(path: Path) -> None:
    pieces = lesson_pieces(path.read_text("utf-8"))
    text = "\n".join(piece.text for piece in pieces if isinstance(piece, Prose))
    assert "{code-cell}" not in text
    assert "<details>" not in text
    assert ":tags:" not in text
    assert any(isinstance(piece, Answer) for piece in pieces)


def test_where_no_page_was_built_the_lesson_is_printed(learner: Learner) -> None:
    said = learner.types("lesson", "greeting")
    assert "A path holds values." in said
    assert "(reading-a-name)" not in said
    assert "course site" in said


def test_the_lesson_of_the_topic_that_one_is_at_needs_no_name(learner: Learner) -> None:
    assert "Saying hello" in learner.types("lesson")


def test_a_page_that_was_built_is_opened(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def browser(address: str) -> bool:
        opened.append(address)
        return True

    page = lesson_page(load(learner.course), "greeting")
    page.parent.mkdir(parents=True)
    page.write_text("<p>A page</p>", "utf-8")
    monkeypatch.setattr(webbrowser, "open", browser)
    assert "Opened" in learner.types("lesson", "greeting")
    assert opened == [page.as_uri()]
    assert "A path holds values." in learner.types("lesson", "greeting", "--print")
    assert opened == [page.as_uri()]
    os.utime(page, (0, 0))
    assert "course site builds it anew" in learner.types("lesson", "greeting")


def test_without_a_browser_the_lesson_is_printed(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    page = lesson_page(load(learner.course), "greeting")
    page.parent.mkdir(parents=True)
    page.write_text("<p>A page</p>", "utf-8")
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert "A path holds values." in learner.types("lesson", "greeting")


def test_the_page_is_looked_for_where_the_site_is_built(toy: Path) -> None:
    catalog = load(toy)
    assert lesson_page(catalog, "greeting").is_relative_to(site_folder(catalog) / "html")


def test_a_topic_without_a_lesson_says_where_to_begin(learner: Learner) -> None:
    (learner.course / "lessons/greeting/lesson.md").unlink()
    _, err = learner.types_and_errs("lesson", "greeting", code=2)
    assert "exercises/greeting/README.md" in err


@pytest.mark.parametrize("columns", [110, 60])
def test_pairs_of_a_real_lesson_are_shown_in_any_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: int
) -> None:
    said = Learner(COURSE, monkeypatch, capsys).types("lesson", "routing", "--print", columns=columns)
    assert '@app.get("/floors/<int:floor>")' in said
    assert '@app.get("/floors/{floor}")' in said
    assert "Answers" in said
