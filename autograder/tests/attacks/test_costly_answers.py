"""Answers that cost whoever reads them: they fail the checks that read them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

import autograder
from autograder.catalog import load
from autograder.collect import collect_one
from autograder.evaluate import Grader
from autograder.report.model import PartReport
from autograder.sandbox import Sandbox
from autograder.verdict import Verdict

COURSE = Path(autograder.__file__).parents[1]

FASTAPI = """

_plain = create_app


def create_app(*arguments, **options):
    app = _plain(*arguments, **options)

    async def serve(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != ADDRESS:
            await app(scope, receive, send)
            return
        head = [(b"content-type", TYPE), (b"content-length", str(len(BODY)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": BODY})

    return serve


import json as _json

TYPE = b"application/json"
ADDRESS = "/openapi.json"
"""
# A schema that names itself ninety times, four deep, each time with all its keys.
TREE = """
_lists = {key: [{"$ref": "#/s"}] * 30 for key in ("anyOf", "oneOf", "allOf")}
_schema = {"$ref": "#/s", **{f"k{each}": 1 for each in range(KEYS)}, **_lists}
_content = {"application/json": {"schema": {"$ref": "#/s"}}}
_paths = {"/orders": {"post": {"requestBody": {"content": _content}}}}
BODY = _json.dumps({"s": _schema, "paths": _paths}).encode()
"""
# Thousands of parameters that all stand for one large schema.
COPIES = """
_lists = {key: [{}] * 30 for key in ("anyOf", "oneOf", "allOf")}
_big = {**{f"k{each}": 1 for each in range(20_000)}, **_lists}
_parameter = {"in": "path", "name": "x", "schema": {"$ref": "#/components/s"}}
_many = [{"$ref": "#/components/p"}] * 30
_paths = {"/items/{%d}" % each: {"parameters": _many, "get": {"parameters": _many}} for each in range(200)}
BODY = _json.dumps({"components": {"s": _big, "p": _parameter}, "paths": _paths}).encode()
"""
BOARD = """

_plain = create_app


def create_app(*arguments, **options):
    app = _plain(*arguments, **options)

    @app.after_request
    def costly(response):
        if response.status_code == 200 and response.mimetype == "text/html":
            response.data = "<ul>" + PIECE * (900_000 // len(PIECE))
        return response

    return app
"""
BOARDS = ("test_a_notice_is_text", "test_the_chair_takes_notices_down")


def graded(walled: Sandbox, folder: Path, topic: str, part: str, tail: str) -> PartReport:
    """The solution with this at its end, graded."""
    catalog = load(COURSE)
    solution = catalog.places(topic).solution
    for file in solution.glob(f"{part}_*"):
        (folder / file.name).write_bytes(file.read_bytes())
    with (folder / f"{part}_app.py").open("a", encoding="utf-8") as app:
        app.write(tail)
    hand_in = collect_one(
        folder, student="eve", topic=catalog.ready_topic(topic), destination=folder / "collected"
    )
    with Grader(catalog, sandbox=walled, seed=lambda _: "5eed") as grader:
        return grader.grade(hand_in, [part]).parts[0]


def assert_only(report: PartReport, failed: tuple[str, ...], words: str) -> None:
    assert report.broken is None
    found = {each.name: each for each in report.checks if each.verdict is not Verdict.PASSED}
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(failed, Verdict.FAILED)
    assert all(words in each.message for each in found.values())


@pytest.mark.slow
@pytest.mark.parametrize("keys", [0, 200, 20_000])
def test_a_document_that_names_itself_fails_the_check_that_reads_it(
    walled: Sandbox, tmp_path: Path, keys: int
) -> None:
    report = graded(walled, tmp_path, "validation", "fastapi", FASTAPI + TREE.replace("KEYS", str(keys)))
    assert_only(report, ("test_the_document_tells_the_bounds",), "repeats itself too often")


@pytest.mark.slow
def test_a_document_full_of_copies_fails_the_check_that_reads_it(walled: Sandbox, tmp_path: Path) -> None:
    report = graded(walled, tmp_path, "routing", "fastapi", FASTAPI + COPIES)
    assert_only(report, ("test_the_document_tells_which_numbers_are_taken",), "repeats itself too often")


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<!--", "<a ", "<?", "a<b>", "</"])
def test_a_page_that_is_slow_to_parse_fails_the_checks_that_read_it(
    walled: Sandbox, tmp_path: Path, piece: str
) -> None:
    report = graded(walled, tmp_path, "authorization", "flask", BOARD.replace("PIECE", repr(piece)))
    assert_only(report, BOARDS, "far beyond a few notices")
