"""Which nest a job goes to: one for each kind of job, made at the first need, replaced before it is worn."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autograder.errors import GradingBroken
from autograder.frameworks import FRAMEWORKS
from autograder.sandbox.enclosure import Enclosure, Request
from autograder.sandbox.job import Job
from autograder.sandbox.nest import Kind, Nest, NestGone
from autograder.sandbox.policy import NestPolicy

__all__ = ["Nests"]

_TRIES = 3


@dataclass(slots=True)
class _Place:
    """Where the nest of one kind is, or will be."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    nest: Nest | None = None


class Nests:
    """The nests of one sandbox; safe to use from several threads.

    Args:
        make: starts a nest and waits until it is ready.
    """

    def __init__(self, policy: NestPolicy, make: Callable[[Kind], Nest]) -> None:
        self._policy = policy
        self._make = make
        self._lock = threading.Lock()
        self._places: dict[Kind, _Place] = {}

    def enclose(self, request: Request) -> Enclosure:
        """Walls for a job. Raises GradingBroken when there are none to be had."""
        for _ in range(_TRIES):
            # A nest may end, or be replaced, between the choice and the fork.
            with contextlib.suppress(NestGone):
                return self._nest(self._kind(request.job)).hatch(request)
        raise GradingBroken(
            "Nests for warm starts end as soon as they are made.",
            where="the sandbox's nest",
            remedy="Look at the machine's memory; COURSE_SANDBOX=cold grades without nests.",
        )

    def prepare(self, protocol: str, libraries: Sequence[str]) -> None:
        """Make the nest that such a job will need, and wait for it."""
        self._nest(self._kind_of(protocol, libraries))

    def close(self) -> None:
        """End every nest, and every job in them."""
        with self._lock:
            places = list(self._places.values())
            self._places.clear()
        for place in places:
            with place.lock:
                if place.nest is not None:
                    place.nest.close()
                    place.nest = None

    def _nest(self, kind: Kind) -> Nest:
        place = self._place(kind)
        with place.lock:
            if place.nest is not None and place.nest.worn:
                place.nest.retire()
                place.nest = None
            if place.nest is None:
                place.nest = self._make(kind)
            return place.nest

    def _place(self, kind: Kind) -> _Place:
        """The kind's own; when there are too many, the one that was not used for longest makes room."""
        with self._lock:
            place = self._places.pop(kind, None) or _Place()
            self._places[kind] = place
            old = [self._places.pop(each) for each in list(self._places)[: -self._policy.most]]
        for each in old:
            with each.lock:
                if each.nest is not None:
                    each.nest.retire()
                    each.nest = None
        return place

    def _kind(self, job: Job) -> Kind:
        return Kind() if job.command else self._kind_of(job.protocol, job.libraries)

    def _kind_of(self, protocol: str, libraries: Sequence[str]) -> Kind:
        """What the part allows decides what is imported early: no more is there than it may use."""
        names = libraries or [each.name for each in FRAMEWORKS.values() if each.protocol == protocol]
        found = (module for name in sorted(names) for module in self._policy.modules.get(name, ()))
        return Kind(protocol, tuple(found))
