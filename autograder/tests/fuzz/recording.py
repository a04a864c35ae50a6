"""What a solution answers to each hidden check, recorded once, so that a check can be run without an app."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import inspect
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.catalog import Part, load
from autograder.checks.api import Api, Extras
from autograder.checks.client import Client
from autograder.checks.findings import Findings
from autograder.checks.message import CheckInfo, Order
from autograder.checks.process import AppProcess
from autograder.checks.reply import Reply
from autograder.checks.run import GIVEN, Run, run_checks
from autograder.checks.wire import Answer
from autograder.errors import SandboxUnavailable
from autograder.frameworks import FRAMEWORKS
from autograder.kinds.database import fresh_database
from autograder.sandbox import Address, Job, Sandbox, Service
from autograder.sandbox.choose import choose
from autograder.sandbox.plain import PlainSandbox
from autograder.sandbox.policy import load_policy
from autograder.verdict import Verdict

__all__ = ["ROOT", "TOPICS", "Check", "Function", "order_for", "recorded", "run_of", "verdict_of"]

ROOT = Path(__file__).parents[3]
TOPICS = tuple(topic.name for topic in load(ROOT).course.topic if topic.status == "ready")
SEED = "5eed"
Function = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Check:
    """A hidden check, and what the solution answered to it.

    Attributes:
        part: the part that it judges.
        info: its name and file.
        function: what is called.
        answers: to its requests, in the order in which they were sent.
        left: the files that the app left at its restarts, by name, in the order in which they were asked for.
    """

    part: Part
    info: CheckInfo
    function: Function
    answers: list[Answer] = field(default_factory=list)
    left: dict[str, list[bytes | None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Part and name: a contract's check judges one part here, and so names are unique."""
        return f"{self.part.name}/{self.info.name}"


class OneByOne(Api):
    """Sends requests that belong to one moment one after the other: the same order in every run."""

    def at_once(self, requests: object) -> list[Reply]:
        """The replies, in the order of the requests."""
        replies = []
        for method, target, *rest in requests:  # type: ignore[attr-defined]  # as the check wrote them
            extras: Extras = rest[0] if rest else Extras()
            replies.append(self.request(method, target, **extras))
        return replies


def recorded(topic: str) -> tuple[Check, ...]:
    """Every check of the topic that asks the app; the contract's with the answers of the first part.

    Raises:
        AssertionError: a solution does not pass its checks.
    """
    sandbox = _sandbox()
    found: list[Check] = []
    for part in load(ROOT).ready_topic(topic).part:
        if part.framework is None:
            continue
        files = load(ROOT).places(topic).hidden_checks(part.framework)
        checks = [each for file in files[1 if found else 0 :] for each in _checks(part, file)]
        job = _job(topic, part)
        with fresh_database(part) as database:
            environment = {**database.environment, **job.environment}
            with sandbox.serve(_with(job, environment)) as service:
                assert service.wait_started(), service.kill()
                for check in checks:
                    _record(check, service)
        found += checks
    return tuple(check for check in found if check.answers)


def order_for(part: Part) -> Order:
    """What a run of the part is told, without an app."""
    policy = load_policy()
    return Order(
        addresses=tuple(Address(port=1) for _ in part.apps or (None,)),
        seed=SEED,
        wall_s=policy.limits.wall_s,
        request_wall_s=policy.client.request_wall_s,
        response_bytes=policy.client.response_bytes,
        hang_limit=policy.client.hang_limit,
        findings=Findings(),
        left=tuple(part.left),
    )


def run_of(check: Check, send: object, ask: Callable[[dict[str, object]], Mapping[str, object]]) -> Run:
    """A run whose first app answers by ``send``, and so do all others; see `verdict_of`."""
    run = Run(order_for(check.part), ask, lambda _: None)
    run.process = AppProcess(ask, run.order.left)
    run.apis = tuple(OneByOne(send, run.process) for _ in run.order.addresses)  # type: ignore[arg-type]
    return run


def verdict_of(check: Check, run: Run) -> tuple[Verdict, str]:
    """What becomes of the check, by the code that judges in grading, and its message."""
    told: list[tuple[Verdict, str]] = []
    run._tell = lambda finding: told.append((finding.verdict, f"{finding.told()}"))
    run_checks(run, [check.info], lambda _: _failure(check, run))
    ((verdict, message),) = told
    return verdict, message


def _failure(check: Check, run: Run) -> BaseException | None:
    takes = inspect.signature(check.function).parameters
    try:
        check.function(**{name: GIVEN[name](run, check.info.name) for name in takes})
    except BaseException as error:  # noqa: BLE001 - as in grading
        return error
    return None


def _sandbox() -> Sandbox:
    try:
        return choose()
    except SandboxUnavailable:
        return PlainSandbox()  # a solution is our own code


def _job(topic: str, part: Part) -> Job:
    assert part.framework is not None
    framework = FRAMEWORKS[part.framework]
    return Job(
        files=load(ROOT).places(topic).solution,
        limits=load_policy().patient(10).limits,
        protocol=framework.protocol,
        module=framework.module,
        apps=part.apps,
        environment=part.environment,
        libraries=part.libraries,
        results=part.left,
    )


def _with(job: Job, environment: Mapping[str, str]) -> Job:
    return Job(**{**{name: getattr(job, name) for name in Job.__slots__}, "environment": environment})


def _checks(part: Part, file: Path) -> list[Check]:
    name = f"fuzzed_{file.parent.name}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks for it there
    with _without_pytest():
        spec.loader.exec_module(module)
    return [
        Check(part, CheckInfo(each, each, 1, None, (), (), file.name), function)
        for each, function in vars(module).items()
        if each.startswith("test") and not {"api", "apps"}.isdisjoint(inspect.signature(function).parameters)
    ]


@contextlib.contextmanager
def _without_pytest() -> Iterator[None]:
    """While a file of checks is imported: their marks are pytest's where it has been imported."""
    pytest = sys.modules.pop("pytest", None)
    try:
        yield
    finally:
        if pytest is not None:
            sys.modules["pytest"] = pytest


def _record(check: Check, service: Service) -> None:
    lock = threading.Lock()
    answers = check.answers
    policy = load_policy().client

    def client(address: Address) -> object:
        ask = Client(address, wall_s=policy.request_wall_s * 10, max_bytes=policy.response_bytes)

        def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None, /) -> Reply:
            reply = ask(method, target, headers, body)
            encoded = tuple((name.encode(), value.encode("latin-1")) for name, value in reply.header_list)
            with lock:
                answers.append(Answer(reply.status, encoded, reply.body))
            return reply

        return send

    def steer(question: dict[str, object]) -> dict[str, object]:
        if question["ask"] == "restart":
            return {"started": service.restart(question["environment"])}  # type: ignore[arg-type]
        name = str(question["file"])
        content = service.left.get(name)
        check.left.setdefault(name, []).append(content)
        return {"content": None if content is None else base64.b64encode(content).decode()}

    run = run_of(check, None, steer)
    sends = map(client, service.addresses)
    run.apis = tuple(OneByOne(send, run.process) for send in sends)  # type: ignore[arg-type]
    verdict, message = verdict_of(check, run)
    assert verdict is Verdict.PASSED, f"{check.name}: {message}"
    run.process.next_check()
    # The next check has a process object of its own, which would not know with which variables the app runs.
    run.process.settle()
