from __future__ import annotations

import os
import time

import pytest

from autograder.errors import CatalogError
from autograder.tests.lessons.conftest import FASTAPI, FLASK, Write
from sidebyside import compare, predict
from sidebyside.blocks import STYLE_VARIABLE

pytestmark = pytest.mark.usefixtures("write")


def test_equal_answers_are_called_the_same() -> None:
    shown = compare("talk", "GET", "/hello/ada")
    assert shown.same
    assert shown.statuses == (200, 200)
    assert shown.json == ({"hello": "ada"}, {"hello": "ada"})
    assert "= same answer" in shown.text()


def test_what_differs_is_named() -> None:
    shown = compare("talk", "POST", "/hello/ada")
    assert shown.statuses == (405, 405)
    assert shown.differences == ("content type", "headers", "body")
    assert "allow: Flask GET, HEAD, OPTIONS, FastAPI GET" in shown.text()


def test_headers_alone_differ_in_the_plural(write: Write) -> None:
    write(
        "talk/flask_app.py", FLASK.replace('return {"hello": name}', 'return {"hello": name}, {"X-A": "1"}')
    )
    shown = compare("talk", "GET", "/hello/ada", fresh=True)
    assert shown.differences == ("headers",)
    assert "≠ headers differ\n" in shown.text()


def test_true_is_no_number(write: Write) -> None:
    fastapi = FASTAPI.replace("dict[str, str]", "dict[str, object]")
    write("talk/flask_app.py", FLASK.replace('{"hello": name}', '{"hello": [True, 1.0]}'))
    write("talk/fastapi_app.py", fastapi.replace('{"hello": name}', '{"hello": [1, 1]}'))
    assert compare("talk", "GET", "/hello/ada", fresh=True).differences == ("body",)
    write("talk/fastapi_app.py", fastapi.replace('{"hello": name}', '{"hello": [True, 1]}'))
    assert compare("talk", "GET", "/hello/ada", fresh=True).same


def test_an_app_keeps_what_it_stored_until_it_starts_anew() -> None:
    counts = [compare("talk", "POST", "/notes", json={"text": "x"}).json[1]["notes"] for _ in range(2)]
    assert counts == [1, 2]
    assert compare("talk", "POST", "/notes", json={}, fresh=True).json == ({"notes": 1}, {"notes": 1})


def test_a_changed_app_is_loaded_again(write: Write) -> None:
    assert compare("talk", "GET", "/hello/ada").same
    path = write("talk/flask_app.py", FLASK.replace('{"hello": name}', '{"hello": "you"}'))
    os.utime(path, ns=(time.time_ns() + 10**9,) * 2)
    assert compare("talk", "GET", "/hello/ada").json == ({"hello": "you"}, {"hello": "ada"})


def test_an_app_that_raises_answers_500_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert compare("talk", "GET", "/broken").statuses == (500, 500)
    assert capfd.readouterr() == ("", "")


def test_lifespan_has_begun_before_the_first_request() -> None:
    assert compare("talk", "GET", "/begun").json[1] == {"begun": 1}


def test_text_beyond_ascii_is_escaped_on_the_wire_and_arrives() -> None:
    shown = compare("talk", "GET", "/hello/café")
    assert shown.same
    assert shown.json[0] == {"hello": "café"}
    assert "on the wire: /hello/caf%C3%A9" in shown.text()


def test_what_an_app_sends_is_shown_and_never_run() -> None:
    markup = compare("talk", "GET", "/html")._repr_html_()
    assert "<script" not in markup
    assert "alert" in markup


def test_answers_without_anything_in_common_are_not_marked_line_by_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(STYLE_VARIABLE, "page")
    apart = compare("talk", "GET", "/nowhere")._repr_html_()
    assert "sbs-diff" not in apart
    assert "sbs-loose" in apart, "a long line of one side leaves no gap in the other"
    assert "sbs-loose" not in compare("talk", "GET", "/hello/ada")._repr_html_()


def test_a_module_without_an_app_is_the_authors_fault(write: Write) -> None:
    write("talk/flask_app.py", "x = 1\n")
    with pytest.raises(CatalogError, match=r"neither create_app\(\) nor app"):
        compare("talk", "GET", "/")


def test_the_right_answer_is_the_one_observed() -> None:
    shown = compare("talk", "POST", "/hello/ada")
    asked = predict("What?", {"yes": (200, 200), "no": (405, 405)}, shown.statuses, because="so", show=shown)
    assert asked.right == 1
    assert asked.answer.startswith("b) no\nso")


def test_the_answer_is_not_shown_before_it_is_asked_for() -> None:
    asked = predict("Is `1` one?", {"yes": 1, "no": 2}, 1, because="It is.")
    assert "It is." not in repr(asked)
    assert "a) yes" in repr(asked)
    markup = asked._repr_html_()
    assert markup.index("<details") < markup.index("It is.")
    assert "<code>1</code>" in markup


@pytest.mark.parametrize("observed", [3, 1])
def test_a_prediction_that_no_option_or_two_options_meet_is_refused(observed: int) -> None:
    with pytest.raises(CatalogError, match="of the options"):
        predict("What?", {"one": 1, "uno": 1, "two": 2}, observed)
