"""The reader's library: what a lesson's cells import to show Flask and FastAPI side by side.

Nothing is loaded before it is used, so that a notebook that only wants one of these starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sidebyside.checking import check
    from sidebyside.comparing import compare
    from sidebyside.pairing import pair
    from sidebyside.predicting import predict
    from sidebyside.running import serving
    from sidebyside.timing import timeline

__all__ = ["check", "compare", "pair", "predict", "serving", "timeline"]

_HOMES = {
    "check": "checking",
    "compare": "comparing",
    "pair": "pairing",
    "predict": "predicting",
    "serving": "running",
    "timeline": "timing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
