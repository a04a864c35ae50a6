"""What happened to requests that were sent at once: how long each waited, and how many were in the app."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.errors import CourseError
from sidebyside.observing import HEADER
from sidebyside.running import Running

__all__ = ["Flight", "Flights", "fly"]

_NOTE_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Flight:
    """One request, in seconds since the first one was sent.

    Attributes:
        number: counted from 0.
        sent: when the client sent it.
        entered: when the app got it.
        left: when the app was done with it.
        answered: when the client had the answer.
    """

    number: int
    sent: float
    entered: float
    left: float
    answered: float


@dataclass(frozen=True, slots=True)
class Flights:
    """Requests sent at once to one server."""

    title: str
    framework: str
    flights: tuple[Flight, ...]

    @property
    def peak(self) -> int:
        """How many were in the app at once, at most."""
        events = sorted([(f.entered, 1) for f in self.flights] + [(f.left, -1) for f in self.flights])
        now = most = 0
        for _, step in events:
            now += step
            most = max(most, now)
        return most

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return max(flight.answered for flight in self.flights)


def fly(running: Running, method: str, url: str, requests: int) -> Flights:
    """Send some requests at once, each on a connection of its own, and tell what became of them.

    Raises:
        CourseError: an answer is no success, or is missing.
    """
    gate = threading.Barrier(requests)
    times: dict[int, tuple[float, float]] = {}
    faults: list[str] = []

    def one(number: int) -> None:
        gate.wait()
        sent = time.monotonic()
        try:
            answer = running.send(method, url, {HEADER: str(number)})
        except OSError as error:
            faults.append(f"request {number}: {error}")
            return
        if answer.status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            faults.append(f"request {number}: {answer.status}")
        times[number] = sent, time.monotonic()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise CourseError(
            f"{len(faults)} of {requests} requests failed; the first: {faults[0]}.",
            where=f"{running.setup.title}, {method} {url}",
            remedy="Send one such request with `compare` and look at the answer.",
        )
    stays = _stays(running, requests)
    start = min(sent for sent, _ in times.values())
    return Flights(
        running.setup.title,
        running.setup.framework.name,
        tuple(
            Flight(
                number,
                times[number][0] - start,
                stays[number][0] - start,
                stays[number][1] - start,
                times[number][1] - start,
            )
            for number in range(requests)
        ),
    )


def _stays(running: Running, requests: int) -> dict[int, tuple[float, float]]:
    """The app's own notes; the last ones may come a moment after the answers."""
    end = time.monotonic() + _NOTE_PATIENCE_S
    while True:
        lines: Sequence[str] = running.notes.read_text(encoding="ascii").splitlines()
        stays = {int(n): (float(a), float(b)) for n, a, b in (line.split() for line in lines)}
        if len(stays) >= requests:
            return stays
        if time.monotonic() > end:
            raise CourseError(
                f"The app noted {len(stays)} of {requests} requests.",
                where=running.setup.title,
                remedy="A header was lost on the way: look for a proxy between this machine and itself.",
            )
        time.sleep(0.02)
