"""What nbgrader's configuration outside a grading folder says: a hub's, the machine's, the user's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from nbgrader.apps.baseapp import NbGrader

__all__ = ["elsewhere", "is_read"]

_SILENT = logging.getLogger(f"{__name__}.silent")
"""nbgrader itself loads the same files and reports what is wrong with them."""
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False

_READING: ContextVar[bool] = ContextVar("reading", default=False)


def is_read() -> bool:
    """Whether a configuration is being loaded only to learn what it says, by ``elsewhere``."""
    return _READING.get()


def elsewhere(folder: Path) -> Any:
    """The merged configuration of every file that nbgrader loads before the folder's own.

    These are Jupyter's ``jupyter_config`` and ``nbgrader_config`` of the system, the environment and
    the user, and ``nbgrader_config`` of the working directory where that is another folder.
    """
    app = NbGrader(log=_SILENT)
    app.load_cwd_config = Path.cwd().resolve() != folder.resolve()
    with _reading():
        app.load_config_file()
    return app.config


@contextmanager
def _reading() -> Iterator[None]:
    token = _READING.set(True)
    try:
        yield
    finally:
        _READING.reset(token)
