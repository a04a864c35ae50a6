"""The one engine module that knows the two frameworks by name."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["FRAMEWORKS", "Framework"]


class Framework(NamedTuple):
    """How an app of one framework is named and served; no dataclass, whose import takes its time.

    Attributes:
        name: as in course.toml and in a part's name.
        title: as people write it.
        module: the app's module, and so its file name without ``.py``.
        protocol: the server interface it speaks.
        distribution: the name under which its version is looked up.
        serve: words after ``python -m`` that serve the app of a factory, for whoever develops it.
        early: what every app of it imports, or has imported at its first answer.
    """

    name: str
    title: str
    module: str
    protocol: Literal["wsgi", "asgi"]
    distribution: str
    serve: tuple[str, ...]
    early: tuple[str, ...]

    def serve_command(self, factory: str, port: int) -> list[str]:
        """The words after ``python`` that serve what ``module:function`` returns, on loopback."""
        return ["-m", *(word.format(factory=factory, port=port) for word in self.serve)]


_FLASK_EARLY = ("flask", "encodings.idna")
_FASTAPI_EARLY = ("fastapi", "anyio._backends._asyncio", "fastapi.telemetry._runtime", "pydantic.v1")
_FLASK_SERVES = ("flask", "--app", "{factory}", "run", "--debug", "--no-reload", "--port", "{port}")
_FASTAPI_SERVES = ("uvicorn", "{factory}", "--factory", "--port", "{port}")

FRAMEWORKS: dict[str, Framework] = {
    each.name: each
    for each in (
        Framework("flask", "Flask", "flask_app", "wsgi", "flask", _FLASK_SERVES, _FLASK_EARLY),
        Framework("fastapi", "FastAPI", "fastapi_app", "asgi", "fastapi", _FASTAPI_SERVES, _FASTAPI_EARLY),
    )
}
