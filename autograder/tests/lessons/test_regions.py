from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import CatalogError, UsageError
from autograder.tests.lessons.conftest import FASTAPI, FLASK, Write
from sidebyside import pair

pytestmark = pytest.mark.usefixtures("write")


def test_all_regions_are_shown_in_the_order_of_the_file() -> None:
    assert [name for *_, name in pair("talk").shown] == ["hello", "notes"]


def test_one_region_is_shown_without_its_indentation() -> None:
    ((flask, fastapi, _),) = pair("talk", "hello").shown
    assert flask.lines[0] == '@app.get("/hello/<name>")'
    assert fastapi.lines[-1] == '    return {"hello": name}'
    assert flask.note == "flask_app.py, line 9"


def test_a_package_is_a_pair_too(write: Write) -> None:
    write("big/flask_app/__init__.py", "from .views import app\n")
    write("big/flask_app/views.py", "# region start\napp = 1\n# endregion\n")
    write("big/fastapi_app.py", "# region start\napp = 2\n# endregion\n")
    assert pair("big").text().count("app = ") == 2


@pytest.mark.parametrize(
    ("source", "what", "line"),
    [
        ("# region a\nx = 1\n", "'a' is not closed", 1),
        ("# region a\nx = 1\n# endregion\n# region a\ny = 1\n# endregion\n", "'a' stands twice", 5),
        ("# region\nx = 1\n# endregion\n", "has no name", 1),
        ("x = 1\n# endregion\n", "closes nothing", 2),
        ("# region a\n# region b\nx = 1\n# endregion\n# endregion\n", "opens inside 'a'", 2),
        ("# region a\n\n# endregion\n", "'a' is empty", 2),
    ],
)
def test_a_fault_in_a_region_names_file_and_line(write: Write, source: str, what: str, line: int) -> None:
    write("bad/fastapi_app.py", "# region a\nx = 1\n# endregion\n")
    path = write("bad/flask_app.py", source)
    with pytest.raises(CatalogError) as caught:
        pair("bad")
    assert what in caught.value.what
    assert caught.value.where.startswith(f"{path}:")
    assert int(caught.value.where.rpartition(":")[2]) in {line, line + 1}
    assert caught.value.remedy


def test_a_region_in_one_app_alone_is_an_error(write: Write) -> None:
    write("talk/fastapi_app.py", FASTAPI.replace("# region notes", "# region entries"))
    with pytest.raises(CatalogError, match=r"'notes' stands only in flask_app\.py") as caught:
        pair("talk")
    assert caught.value.where.endswith("fastapi_app.py")


def test_a_missing_region_is_answered_with_those_there_are() -> None:
    with pytest.raises(CatalogError, match="no region 'goodbye'") as caught:
        pair("talk", "goodbye")
    assert "hello, notes" in caught.value.remedy


def test_a_missing_lesson_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no lesson 'walk'") as caught:
        pair("walk")
    assert "talk" in caught.value.remedy


def test_half_a_pair_names_the_missing_file(write: Write) -> None:
    write("half/flask_app.py", FLASK)
    with pytest.raises(CatalogError, match="has no FastAPI app") as caught:
        pair("half")
    assert "fastapi_app.py" in caught.value.remedy


def test_outside_a_course_the_reader_is_told_where_to_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidebyside.places.__file__", str(tmp_path / "a" / "b" / "c.py"))
    monkeypatch.setenv("SIDEBYSIDE_COURSE", str(tmp_path))
    with pytest.raises(UsageError, match="no course here"):
        pair("talk")
