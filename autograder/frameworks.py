"""The one engine module that knows the two frameworks by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FRAMEWORKS", "Framework"]


@dataclass(frozen=True, slots=True)
class Framework:
    """How an app of one framework is named and served.

    Attributes:
        name: as in course.toml and in a part's name.
        title: as people write it.
        module: the app's module, and so its file name without ``.py``.
        protocol: the server interface it speaks.
        distribution: the name under which its version is looked up.
    """

    name: str
    title: str
    module: str
    protocol: Literal["wsgi", "asgi"]
    distribution: str


FRAMEWORKS: dict[str, Framework] = {
    each.name: each
    for each in (
        Framework("flask", "Flask", "flask_app", "wsgi", "flask"),
        Framework("fastapi", "FastAPI", "fastapi_app", "asgi", "fastapi"),
    )
}
