"""The grader that is attacked: a process that collects and judges what it is told to.

Started as ``python -m autograder.attackrun.worker COURSE SECRET``. A line of JSON on standard input is a
request, a line on standard output its answer, in any order. The secret is not used: it stands in the
process's arguments, environment, memory and working directory, for hand-ins to look for.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.batch import grade_batch
from autograder.catalog import Catalog, load
from autograder.collect import Source
from autograder.errors import CourseError, reason
from autograder.evaluate import Grader
from autograder.sandbox import Sandbox
from autograder.sandbox.choose import choose
from autograder.sandbox.plain import PlainSandbox
from autograder.sandbox.policy import Policy, load_policy

__all__ = ["SHORT_MEMORY", "main", "policies"]

_MIB = 1 << 20
SHORT_MEMORY = 220 * _MIB
_AT_ONCE = 8


def policies() -> dict[str, Policy]:
    """The package's own policy, a short one for hand-ins that meet its limits, a brief one for a start."""
    own = load_policy()
    short = replace(
        own.limits,
        start_wall_s=10.0,
        wall_s=14.0,
        cpu_s=4.0,
        memory_bytes=SHORT_MEMORY,
        processes=32,
        output_bytes=128 << 10,
    )
    brief = replace(short, start_wall_s=2.5, wall_s=6.0, cpu_s=2.0)
    # A time-out is what these are about: it is believed at once.
    never = own.busy.model_copy(update={"waited_s": 1e9})
    hasty = own.client.model_copy(update={"request_wall_s": 1.0, "hang_limit": 2})
    return {
        "own": own,
        "short": own.model_copy(update={"limits": short, "client": hasty, "busy": never, "digest": "5" * 64}),
        "brief": own.model_copy(update={"limits": brief, "client": hasty, "busy": never, "digest": "b" * 64}),
    }


class _Worker:
    """Graders by policy and seed, over one sandbox."""

    def __init__(self, catalog: Catalog, sandbox: Sandbox) -> None:
        self._catalog = catalog
        self._sandbox = sandbox
        self._policies = policies()
        self._graders: dict[tuple[str, str, str], Grader] = {}
        self._lock = threading.Lock()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Collect and judge one hand-in, or what went wrong; never raises for what was handed in."""
        topic = self._catalog.ready_topic(request["topic"])
        source = Path(request["source"])
        kind = (request["limits"], request["seed"], request["part"])
        try:
            sources = [Source(request["student"], source, source.parent)]
            (report,) = grade_batch(self._grader(*kind), topic, sources, jobs=1)
            return {"report": report.model_dump(mode="json")}
        except (CourseError, OSError) as error:
            return {"error": reason(error)}

    def close(self) -> None:
        for grader in self._graders.values():
            grader.close()

    def _grader(self, limits: str, seed: str, part: str) -> Grader:
        with self._lock:
            if (limits, seed, part) not in self._graders:
                self._graders[limits, seed, part] = Grader(
                    _only(self._catalog, part),
                    sandbox=self._sandbox,
                    seed=lambda _: seed,
                    policy=self._policies[limits],
                )
            return self._graders[limits, seed, part]


def _only(catalog: Catalog, part: str) -> Catalog:
    """The course with one part a topic, so that no other is judged."""
    if not part:
        return catalog
    topics = tuple(
        topic.model_copy(update={"part": tuple(each for each in topic.part if each.name == part)})
        for topic in catalog.course.topic
    )
    return replace(catalog, course=catalog.course.model_copy(update={"topic": topics}))


def main(arguments: list[str]) -> None:
    """Serve until standard input ends."""
    course, _secret = arguments
    sandbox: Sandbox = PlainSandbox() if os.environ.get("COURSE_SANDBOX") == "plain" else choose()
    sandbox.check_available()
    worker = _Worker(load(Path(course)), sandbox)
    saying = threading.Lock()

    def say(message: dict[str, Any]) -> None:
        with saying:
            sys.stdout.write(json.dumps(message) + "\n")
            sys.stdout.flush()

    def serve(request: dict[str, Any]) -> None:
        say({"id": request["id"], **worker.answer(request)})

    say({"id": -1, "sandbox": sandbox.name, "kind": type(sandbox).__name__})
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for line in sys.stdin:
            pool.submit(serve, json.loads(line))
    worker.close()


if __name__ == "__main__":
    main(sys.argv[1:])
