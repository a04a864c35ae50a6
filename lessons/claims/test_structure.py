"""The experiments behind the claim on the size of Flask apps, C05."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask

from sidebyside.hosts import Answer


def create_app(greeting: str) -> Flask:
    app, api, version = Flask(__name__), Blueprint("api", __name__), Blueprint("v1", __name__)

    @version.get("/hello")
    def hello() -> str:
        return greeting

    api.register_blueprint(version, url_prefix="/v1")
    app.register_blueprint(api, url_prefix="/api")
    return app


def test_c05_blueprints_nest(ask: Callable[..., Answer]) -> None:
    assert ask(create_app("hello"), "/api/v1/hello").body == b"hello"


def test_c05_two_apps_of_one_factory_stay_apart(ask: Callable[..., Answer]) -> None:
    first, second = create_app("hello"), create_app("good day")
    assert (ask(first, "/api/v1/hello").body, ask(second, "/api/v1/hello").body) == (b"hello", b"good day")
