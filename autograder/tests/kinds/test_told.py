"""What a student is told of an app that did not start, whatever the app printed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from autograder.checks.message import CheckInfo
from autograder.kinds.told import not_started
from autograder.outcome import Outcome
from autograder.sandbox.policy import load_policy

INFO = CheckInfo(
    name="a", sentence="It answers.", points=1, objective=None, hints=(), needs=(), file="test_a.py"
)


def told(stderr: str, folder: Path) -> str:
    outcome = Outcome(entered=True, started=False, exit_code=1, stderr=stderr)
    (finding,) = not_started((INFO,), outcome, load_policy().limits, folder)
    return finding.message


def test_the_last_line_of_its_own_is_named(tmp_path: Path) -> None:
    (tmp_path / "app.py").touch()
    trace = (
        'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\n    x\n'
        '  File "lib.py", line 9, in y\nOops: no\n'
    )
    assert told(trace, tmp_path) == "The app did not start: app.py, line 3: Oops: no"


SERVING = "\x1b[31mWARNING\x1b[0m\n * Running on http://127.0.0.1:5000\n\x1b[33mPress CTRL+C to quit\x1b[0m\n"


def test_an_app_that_serves_itself_is_told_the_line_to_remove(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("app = 1\napp.run()\n")
    trace = 'Traceback (most recent call last):\n  File "app.py", line {}, in <module>\nSystemExit: 1\n'
    remedy = "app.py, line 2: remove `app.run()`; the app is imported and served for you."
    assert told(SERVING, tmp_path) == f"The app did not start: {remedy}"
    assert told(trace.format(2), tmp_path) == f"The app did not start: {remedy}"
    assert "remove" not in told(trace.format(1), tmp_path)
    assert "remove" not in told("Traceback (most recent call last):\nOops: no\n", tmp_path)


def test_a_guarded_server_is_not_blamed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('if __name__ == "__main__":\n    app.run()\n')
    assert told(SERVING, tmp_path).endswith("The last line that it wrote: Press CTRL+C to quit")


@pytest.mark.parametrize("filler", ["\n", " ", "\t\n", '  File "', "\r"])
def test_no_output_is_slow_to_read(tmp_path: Path, filler: str) -> None:
    began = time.monotonic()
    assert told(f"x{filler * 300_000}\nlast", tmp_path).endswith("last")
    assert time.monotonic() - began < 10  # it took hours
