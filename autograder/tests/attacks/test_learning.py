"""What an app that watches the requests of its own run can learn of its answers, in a real topic."""

from __future__ import annotations

from pathlib import Path

import pytest

import autograder
from autograder.catalog import load
from autograder.collect import collect_one
from autograder.evaluate import Grader
from autograder.sandbox import Sandbox

COURSE = Path(autograder.__file__).parents[1]
LEARNER = '''

_plain, _guess, _last, _right = create_app, GUESSES, [None], []


def create_app():
    """Guesses the status of a refused value, and changes its guess when a series of requests is cut short."""
    app = _plain()
    inner = app.wsgi_app

    def serve(environ, start_response):
        path, query = environ["PATH_INFO"].rpartition("/")[0], environ["QUERY_STRING"].partition("=")[0]
        if _last[0] == (path, query):
            _right.append(True)
        elif _last[0] is not None and not _right and len(_guess) > 1:
            del _guess[0]
        _last[0] = None

        def start(status, headers, error=None):
            if status.startswith("422") and LEARNS:
                _last[0] = (path, query)
            return start_response(f"{_guess[0]} X" if status.startswith("422") else status, headers, error)

        return inner(environ, start)

    app.wsgi_app = serve
    return app
'''


def points(walled: Sandbox, folder: Path, guesses: list[int], *, learns: bool) -> float:
    catalog = load(COURSE)
    topic = catalog.ready_topic("routing")
    source = (catalog.places("routing").solution / "flask_app.py").read_text("utf-8")
    folder.mkdir()
    tail = LEARNER.replace("GUESSES", repr(guesses)).replace("LEARNS", repr(learns))
    (folder / "flask_app.py").write_text(source + tail, "utf-8")
    hand_in = collect_one(folder, student="eve", topic=topic, destination=folder / "collected")
    with Grader(catalog, sandbox=walled, seed=lambda _: "5eed") as grader:
        return grader.grade(hand_in, ["flask"]).points


@pytest.mark.slow
def test_learning_within_a_run_earns_no_more_than_the_first_guess(walled: Sandbox, tmp_path: Path) -> None:
    blind = points(walled, tmp_path / "blind", [400, 422], learns=False)
    learning = points(walled, tmp_path / "learning", [400, 422], learns=True)
    lucky = points(walled, tmp_path / "lucky", [422, 400], learns=True)
    assert (blind, learning, lucky) == (16, 16, 20)
