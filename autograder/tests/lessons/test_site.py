from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.errors import CatalogError, UsageError
from autograder.site.build import Site, build_site
from autograder.site.lab import lab_command
from autograder.site.pages import sources
from autograder.site.serve import serving_files

HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""


def lesson(toy: Path, *cells: str) -> Path:
    """Write the toy's lesson anew, with these cells."""
    path = toy / "lessons" / "greeting" / "lesson.md"
    blocks = "\n\n".join(f"```{{code-cell}} ipython3\n{each}\n```" for each in cells)
    path.write_text(f"{HEADER}# Hello\n\n{blocks}\n", encoding="utf-8")
    return path


def build(toy: Path, *, fresh: bool = False) -> Site:
    return build_site(load(toy), fresh=fresh)


def shown(site: Site, page: str = "greeting/lesson") -> str:
    return (site.html / f"{page}.html").read_text(encoding="utf-8")


def test_the_map_has_every_topic_with_time_and_what_comes_before(toy: Path) -> None:
    home = sources(load(toy))[0].text
    assert '<a href="greeting/lesson.html">Saying hello</a><small>10 min · easy · 20 points</small>' in home
    assert "after Saying hello" in home


def test_a_home_page_without_a_place_for_the_map_is_an_error(toy: Path) -> None:
    (toy / "lessons" / "index.md").write_text("# Toy\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="no place for the course map"):
        sources(load(toy))


def test_links_into_the_repository_become_words_and_code_is_left_alone(toy: Path) -> None:
    text = "# Guide\n\n[the map](course.toml), [web](https://example.org/)\n\n```\n[a](b.md)\n```\n"
    (toy / "CONTRIBUTING.md").write_text(text, encoding="utf-8")
    (guide,) = (each.text for each in sources(load(toy)) if each.name == "authors")
    assert "the map (`course.toml`), [web](https://example.org/)" in guide
    assert "[a](b.md)" in guide


def test_links_of_lessons_lead_to_files_that_are_there_and_on_the_site_to_pages() -> None:
    catalog = load(Path(__file__).parents[3])
    pages = {each.name: each for each in sources(catalog)}
    lessons = [page for name, page in pages.items() if name.endswith("/lesson")]
    assert len(lessons) >= 8
    for page in lessons:
        authored = page.path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", authored):
            assert (page.path.parent / target).is_file(), (page.name, target)
        assert "claims.toml)" not in page.text
    assert "[the page of claims](../claims.md)" in pages["routing/lesson"].text


@pytest.mark.slow
def test_only_what_changed_is_executed_again(toy: Path) -> None:
    path = lesson(toy, "import trick\ntrick.NUMBER")
    trick = path.with_name("trick.py")
    trick.write_text("NUMBER = 111111\n", encoding="utf-8")
    first = build(toy)
    assert first.executed == ("greeting/lesson",)
    assert "111111" in shown(first)

    assert build(toy).executed == ()

    path.write_text(path.read_text(encoding="utf-8") + "\nNew prose.\n", encoding="utf-8")
    after_prose = build(toy)
    assert after_prose.executed == ()
    assert "New prose." in shown(after_prose)

    trick.write_text("NUMBER = 222222\n", encoding="utf-8")
    after_module = build(toy)
    assert after_module.executed == ("greeting/lesson",)
    assert "222222" in shown(after_module)

    assert build(toy, fresh=True).executed == ("greeting/lesson",)


@pytest.mark.slow
def test_a_new_page_and_a_new_title_reach_the_sidebars_of_all_others(toy: Path) -> None:
    course = toy / "course.toml"
    first = build(toy)
    assert "opinion/lesson.html" in shown(first, "claims")

    opinion = toy / "lessons" / "opinion" / "lesson.md"
    kept = opinion.read_text(encoding="utf-8")
    opinion.unlink()
    without = build(toy)
    assert without.executed == ()
    assert "opinion/lesson.html" not in shown(without, "claims")
    assert not (without.html / "opinion" / "lesson.html").exists(), "a page that is gone is not published"

    opinion.write_text(kept, encoding="utf-8")
    course.write_text(course.read_text(encoding="utf-8").replace("Saying hello", "A new title"), "utf-8")
    assert "A new title" in shown(build(toy), "claims")


@pytest.mark.slow
def test_an_edit_of_another_topics_app_reaches_the_page_that_shows_it(toy: Path) -> None:
    (toy / "lessons" / "opinion" / "lesson.md").write_text(
        f'{HEADER}# O\n\n```{{code-cell}} ipython3\nfrom sidebyside import pair\npair("talk")\n```\n',
        encoding="utf-8",
    )
    for name in ("flask_app.py", "fastapi_app.py"):
        path = toy / "lessons" / "talk" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("# region a\nfirst_version = 1\n# endregion\n", encoding="utf-8")
    assert "first_version" in shown(build(toy), "opinion/lesson")
    path.write_text("# region a\nsecond_version = 1\n# endregion\n", encoding="utf-8")
    site = build(toy)
    assert site.executed == ("opinion/lesson",)
    assert "second_version" in shown(site, "opinion/lesson")


@pytest.mark.slow
def test_failing_cells_are_all_named_with_lesson_cell_line_and_cause(toy: Path) -> None:
    lesson(toy, "1 + 1", "x = 1\nx / 0")
    other = toy / "lessons" / "opinion" / "lesson.md"
    cell = "```{code-cell} ipython3\nnobody\n```"
    other.write_text(f"{HEADER}# O\n\n{cell}\n", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        build(toy)
    assert "greeting/lesson, code cell 2, line 2: ZeroDivisionError: division by zero" in caught.value.what
    assert "opinion/lesson, code cell 1, line 1: NameError: name 'nobody' is not defined" in caught.value.what
    assert caught.value.where == "lessons/greeting/lesson.md:18, lessons/opinion/lesson.md:14"


@pytest.mark.slow
def test_a_warning_that_leaks_into_a_cell_fails_the_build(toy: Path) -> None:
    lesson(toy, "import warnings\nwarnings.warn('old name', FutureWarning, stacklevel=1)")
    with pytest.raises(CatalogError, match=r"code cell 1: A message leaks onto the page: .*FutureWarning"):
        build(toy)


@pytest.mark.slow
def test_a_kernel_that_dies_is_named(toy: Path) -> None:
    lesson(toy, "1", "import os\nos._exit(3)")
    with pytest.raises(CatalogError, match="greeting/lesson, code cell 2: "):
        build(toy)


@pytest.mark.slow
def test_a_link_to_nowhere_fails_the_build_and_names_the_page(toy: Path) -> None:
    path = lesson(toy, "1")
    path.write_text(path.read_text(encoding="utf-8") + "\n[gone](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"nowhere\.md") as caught:
        build(toy)
    assert caught.value.where == "lessons/greeting/lesson.md"


@pytest.mark.slow
def test_no_page_of_the_course_names_another_host_or_is_heavy(site: Site) -> None:
    for page in site.html.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//[^"]+"', text), (
            page
        )
        assert len(text.encode()) < 400_000, page


@pytest.mark.slow
def test_each_prediction_has_the_answer_that_the_lesson_explains(site: Site) -> None:
    written = tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))
    found = {
        topic: [
            html.unescape(re.sub(r"<[^>]+>", "`", answer))
            for answer in re.findall(r"The answer: (.*?)</p>", shown(site, f"{topic}/lesson"))
        ]
        for topic in written
    }
    assert found == written


def test_a_served_folder_is_read_over_http_and_a_busy_port_is_named(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hello", encoding="utf-8")
    with serving_files(tmp_path) as address:
        port = int(address.rpartition(":")[2].strip("/"))
        with pytest.raises(UsageError, match=f"Port {port} cannot be had"), serving_files(tmp_path, port):
            pass


def test_the_lab_opens_a_lesson_as_a_notebook_and_keeps_out_of_the_home_folder(toy: Path) -> None:
    command = lab_command(load(toy), open_browser=False)
    assert "--LabApp.default_url=/lab/tree/lessons/greeting/lesson.md" in command
    assert "--no-browser" in command
    settings = toy / "build" / "lab" / "settings" / "@jupyterlab" / "docmanager-extension"
    assert "Jupytext Notebook" in (settings / "plugin.jupyterlab-settings").read_text(encoding="utf-8")
