"""nbgrader in this process, configured as its own commands are in a grading folder."""

from __future__ import annotations

import logging
from typing import Any

from nbgrader.apps.baseapp import NbGrader

from autograder.nb.folder import GradingFolder

__all__ = ["configured_app"]


def configured_app(folder: GradingFolder, topic: str) -> Any:
    """An application that has read the folder's configuration, and logs nothing."""
    app = NbGrader(log_level=logging.ERROR)
    app.load_cwd_config = False
    app.initialize([], root=str(folder.path))
    # What nbgrader has to say about a hand-in is captured, and told when it matters.
    app.log.handlers.clear()
    app.log.propagate = False
    app.coursedir.assignment_id = topic
    return app
