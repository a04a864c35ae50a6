"""What is kept of a job's output, whenever the watchdog looks."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator

import pytest

from autograder.sandbox.stream import Stream
from autograder.sandbox.watchdog import Watchdog

_PATIENCE_S = 20.0


class _EarlyWatchdog(Watchdog):
    """Calls once before there is anything to read, as happens after a descriptor's number was used again."""

    def read(self, descriptor: int, ready: Callable[[], None]) -> None:
        super().read(descriptor, ready)
        ready()


@pytest.fixture(params=[Watchdog, _EarlyWatchdog])
def stream(request: pytest.FixtureRequest) -> Iterator[Stream]:
    with contextlib.closing(Stream(request.param(hertz=20), 2, 100_000, lambda: None)) as made:
        yield made


def _wait_for(stream: Stream, total: int) -> int:
    until = time.monotonic() + _PATIENCE_S
    while stream.total < total and time.monotonic() < until:
        time.sleep(0.01)
    return stream.total


def test_what_is_written_is_read_while_the_writer_lives(stream: Stream) -> None:
    os.write(stream.writers[0], b"a")
    assert _wait_for(stream, 1) == 1
    os.write(stream.writers[0], b"b")
    os.write(stream.writers[1], b"c")
    assert _wait_for(stream, 3) == 3
    assert stream.rest() == [b"ab", b"c"]


def test_the_rest_is_read_though_another_process_keeps_the_pipe_open(stream: Stream) -> None:
    writer = os.dup(stream.writers[0])
    os.write(writer, b"a")
    assert stream.rest() == [b"a", b""]
    os.close(writer)
