"""What an app's output says was raised: of real tracebacks of many kinds, and of whatever else is printed."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable

import pydantic
import pytest

from autograder.report.raised import Raised, last_raised

INVALID = f"{pydantic.ValidationError.__module__}.ValidationError"


class Settings(pydantic.BaseModel):
    """Has what an environment may lack."""

    secret: str
    port: int


def _chained() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        message = "no settings"
        raise RuntimeError(message) from error


def _while_handling() -> None:
    try:
        json.loads("{")
    except ValueError:
        {}["x"]  # type: ignore[index]


def _noted() -> None:
    error = ValueError("wrong")
    error.add_note("A note.")
    raise error


def _raising(error: BaseException) -> Callable[[], None]:
    def run() -> None:
        raise error

    return run


def _of_a_model() -> None:
    Settings(port="x")  # type: ignore[call-arg, arg-type]


def _without_a_schema() -> None:
    pydantic.create_model("Order", item=(type("Item", (), {}), ...))


KINDS: dict[str, tuple[Callable[[], object], str]] = {
    "no message": (_raising(KeyError()), "KeyError"),
    "one line": (_raising(ValueError("a: b")), "ValueError: a: b"),
    "several lines": (_raising(ValueError("first\nsecond\nhttps://x.example")), "ValueError: first"),
    "begins below": (_raising(ValueError("\nsecond\nthird")), "ValueError: second"),
    "a syntax error": (
        lambda: compile("x = 1\ndef f(:\n", "flask_app.py", "exec"),
        "SyntaxError: invalid syntax",
    ),
    "chained": (_chained, "RuntimeError: no settings"),
    "while another is handled": (_while_handling, "KeyError: 'x'"),
    "with a note": (_noted, "ValueError: wrong"),
    "an exit": (_raising(SystemExit("no database")), "SystemExit: no database"),
    "a model's": (
        _of_a_model,
        f"{INVALID}: 2 validation errors for Settings: secret: Field required",
    ),
    "a group": (
        _raising(ExceptionGroup("two", [ValueError("a"), KeyError("b")])),
        "ExceptionGroup: two (2 sub-exceptions), the first: ValueError: a",
    ),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("after", ["", "Good bye.\n", "\nApplication startup failed. Exiting.\n"])
def test_type_and_message_are_those_that_python_prints(name: str, after: str) -> None:
    run, told = KINDS[name]
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - each kind raises another
        run()
    printed = "".join(traceback.format_exception(caught.value))
    raised = last_raised(f"Starting.\n{printed}{after}")
    assert raised is not None
    assert raised.text == told
    assert raised.frames


def test_a_schema_error_ends_before_its_advice() -> None:
    with pytest.raises(pydantic.errors.PydanticSchemaGenerationError) as caught:
        _without_a_schema()
    raised = last_raised("".join(traceback.format_exception(caught.value)))
    assert raised is not None
    assert raised.name == "PydanticSchemaGenerationError"
    assert raised.message.startswith("Unable to generate pydantic-core schema")
    assert "https" not in raised.message


def test_members_of_a_group_that_were_raised_are_read_and_so_are_their_frames() -> None:
    def collect() -> ExceptionGroup[ValueError]:
        try:
            json.loads("{")
        except ValueError as error:
            return ExceptionGroup("one", [error])
        raise AssertionError

    with pytest.raises(ExceptionGroup) as caught:
        raise collect()
    raised = last_raised("".join(traceback.format_exception(caught.value)))
    assert raised is not None
    assert "the first: json.decoder.JSONDecodeError: Expecting" in raised.message
    assert raised.frames[-1][0].endswith("decoder.py")


def test_an_exception_without_any_frame_is_found_by_its_name() -> None:
    assert last_raised("TypeError: create_app() takes no arguments\n") == Raised(
        "TypeError", "create_app() takes no arguments"
    )


@pytest.mark.parametrize(
    "output", ["", "\n", "Listening.\n", "INFO: ready\n", "Traceback (most recent call last):\n  File\n"]
)
def test_what_is_no_exception_is_not_taken_for_one(output: str) -> None:
    assert last_raised(output) is None
