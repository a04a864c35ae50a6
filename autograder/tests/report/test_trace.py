from __future__ import annotations

from autograder.report.trace import last_traceback, own_frames

START = "Traceback (most recent call last):\n"
OWN = '  File "flask_app.py", line 8, in read_item\n    return {"id": itemid}\n                  ^^^^^^\n'
LIBRARY = (
    '  File "/opt/env/lib/python3.11/site-packages/flask/app.py", line 902, in dispatch\n'
    "    return self.view_functions[endpoint](**view_args)\n"
    "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
)
FROZEN = '  File "<frozen importlib._bootstrap>", line 1206, in _gcd_import\n'
WINDOWS = '  File "C:\\env\\Lib\\site-packages\\flask\\app.py", line 902, in dispatch\n    return 1\n'
ERROR = "NameError: name 'itemid' is not defined"


def test_only_the_learners_frames_are_left() -> None:
    told = START + FROZEN + LIBRARY + OWN + WINDOWS + LIBRARY + ERROR
    assert own_frames(told) == START + OWN + ERROR


def test_a_cause_keeps_its_own_frames() -> None:
    joint = "\n\nDuring handling of the above exception, another exception occurred:\n\n"
    told = START + OWN + LIBRARY + ERROR + joint + START + LIBRARY + OWN + "ValueError: x"
    assert own_frames(told) == START + OWN + ERROR + joint + START + OWN + "ValueError: x"


def test_a_syntax_error_keeps_its_line() -> None:
    told = "  File \"flask_app.py\", line 3\n    app = (\n          ^\nSyntaxError: '(' was never closed\n"
    assert own_frames(told) == told.rstrip("\n")


def test_the_last_error_of_a_log_is_found() -> None:
    log = f"[1] ERROR first\n{START}{OWN}KeyError: 1\n[2] ERROR second\n{START}{LIBRARY}{OWN}{ERROR}\n"
    assert last_traceback(log) == START + OWN + ERROR


def test_a_log_without_an_error_tells_none() -> None:
    assert last_traceback("GET /items 200\n") == ""


def test_a_log_that_was_cut_inside_a_traceback_tells_none() -> None:
    assert last_traceback(LIBRARY + ERROR) == ""


def test_colours_of_a_server_are_dropped() -> None:
    assert own_frames("\x1b[33mPress CTRL+C to quit\x1b[0m\n") == "Press CTRL+C to quit"
