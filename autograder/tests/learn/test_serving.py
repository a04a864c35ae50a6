"""`course serve` as a person uses it: in a terminal, with a browser and an editor beside it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.errors import UsageError
from autograder.learn.serving import LOOPBACK, Served, free_ports
from autograder.tests.learn.learning import Learner
from autograder.tests.toycourse import FASTAPI, FLASK, environment

pexpect = pytest.importorskip("pexpect", reason="there is no pseudo-terminal on Windows")
PATIENCE_S = 60


@pytest.fixture
def solved(toy: Path) -> Path:
    """The toy course with both apps done; the FastAPI one shows its docs."""
    folder = toy / "exercises/greeting"
    (folder / "flask_app.py").write_text(FLASK, "utf-8")
    (folder / "fastapi_app.py").write_text(FASTAPI, "utf-8")
    return toy
