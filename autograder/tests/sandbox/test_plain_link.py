"""What is heard of an app's process that has no wall around it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from autograder.sandbox.plain_link import Door, PlainLink
from autograder.sandbox.process import Process


@pytest.fixture
def ended() -> Process:
    """A process that is over."""
    child = subprocess.Popen(
        [sys.executable, "-c", "pass"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process = Process(child, output_bytes=1000)
    assert process.ended.wait(60)
    return process


@pytest.mark.parametrize(("says", "heard"), [("the token", True), ("another", False)])
def test_what_a_process_said_before_its_end_is_heard_after_it(
    ended: Process, says: str, *, heard: bool
) -> None:
    door, link = Door.open(), PlainLink(1)
    word = door.token if heard else says
    with socket.create_connection(("127.0.0.1", door.port)) as app:
        app.sendall(json.dumps({"token": word, "ports": [4711]}).encode() + b'\n{"is": "started"}\n')
    link.hear(ended, door)
    link.heard_out()
    assert (link.entered, link.started, link.ports) == (heard, heard, [4711 if heard else 0])


def test_who_says_nothing_is_not_waited_for(ended: Process) -> None:
    door, link = Door.open(), PlainLink(1)
    link.hear(ended, door)
    link.heard_out()
    assert not link.entered
    assert not link.wait(lambda: link.started, ended, 60)
