"""An app in the checks' own process is told of a request what a server would tell it."""

from __future__ import annotations

from flask import Flask, request

from autograder.bench.inprocess import wsgi_api


def test_the_address_is_told_decoded_and_as_it_was_sent() -> None:
    app = Flask(__name__)

    @app.get("/<path:rest>")
    def show(rest: str) -> dict[str, str]:
        return {"rest": rest, "raw": request.environ["RAW_URI"], "asked": request.environ["REQUEST_URI"]}

    told = wsgi_api(app.wsgi_app).get("/files/a%2520b?c=d").expect(200).json()
    assert told == {"rest": "files/a%20b", "raw": "/files/a%2520b?c=d", "asked": "/files/a%2520b?c=d"}
