"""The learner's app as a development server loads it: run by `course serve`, in a process of its own."""

from __future__ import annotations

import _thread
import json
import os
import sys
import threading
import time
from pathlib import Path

from autograder.sandbox.launcher import load_apps

__all__ = ["CONFIG", "MODULE", "made"]

MODULE = "COURSE_SERVES"
"""The variable that names the app's module, which lies in the working directory."""
CONFIG = "COURSE_SERVES_CONFIG"
"""The variable that holds what ``create_app`` is called with, as a list in JSON: empty, or of one mapping."""
_GRACE_S = 3


def made() -> object:
    """The app; where it cannot be made, the process ends with the learner's own traceback."""
    home = str(Path.cwd())
    sys.path.insert(0, home)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    (app, *_) = load_apps(os.environ[MODULE], home, json.loads(os.environ.get(CONFIG, "[]")))
    return app


def _end_with_parent() -> None:
    """Leave nothing behind on the port: standard input ends with the process that started this one."""
    while os.read(0, 1024):
        continue
    _thread.interrupt_main()  # as Ctrl-C: the app may have something to close
    time.sleep(_GRACE_S)
    os._exit(0)
