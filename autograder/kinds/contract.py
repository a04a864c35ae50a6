"""Parts judged by an HTTP contract: serve the app, ask, decide from the answers alone."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.catalog import Part
from autograder.checks.findings import Findings
from autograder.checks.holder import ChecksGone
from autograder.checks.message import CheckInfo, Finding, Order
from autograder.checks.runner import CheckRunner
from autograder.errors import CatalogError, GradingBroken
from autograder.frameworks import FRAMEWORKS, Framework
from autograder.kinds.database import Database, fresh_database
from autograder.kinds.findings_file import findings_file
from autograder.kinds.judge import Setting
from autograder.kinds.raised import SolutionRuns, told_of
from autograder.kinds.stretch import stretch
from autograder.kinds.told import explained, not_started, refused, without_database
from autograder.outcome import Limit, Outcome
from autograder.report.model import CheckReport, PartReport, ProcessReport
from autograder.report.printed import errors_of
from autograder.sandbox import Job, Service
from autograder.sandbox.policy import BusyPolicy, Policy
from autograder.scoring import part_report
from autograder.seed import next_seed
from autograder.submission import Submission
from autograder.verdict import Verdict

__all__ = ["ContractJudge"]

_SERVER_ERROR = "5"
_SIGKILL = 9  # Windows has no name for it
_MOMENT_S = 1e-3


class ContractJudge:
    """Judges one framework's app; the checks' process is started at the first need and shared."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._framework = _framework(setting.part)
        self._runner: CheckRunner | None = None
        self._running: set[Service] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._solution = SolutionRuns(self._found_of_solution)

    def files(self) -> Sequence[Path]:
        """The check files."""
        if self._setting.checks is not None:
            return self._setting.checks
        return self._setting.places.hidden_checks(self._framework.name)

    def prepare(self) -> None:
        """Start the checks' process, so that the first submission need not wait for it."""
        self._checks()

    def judge(self, submission: Submission, seed: str, findings: Findings | None = None) -> PartReport:
        """Serve the app, run the checks, score what they found.

        Args:
            submission: the hand-in.
            seed: of the hidden inputs.
            findings: what the learner says was wrong with the app, where the part asks for it.
        """
        runner = self._checks()
        refusal = submission.refusal or submission.parts[self._setting.part.name].refusal
        if refusal is not None:
            return self._scored(runner, [refused(info, refusal) for info in runner.infos], refusal=refusal)
        policy = self._setting.policy
        found, outcome = self._tried(submission, seed, findings, policy)
        # A further try needs evidence that the app was not the cause, and no app can make such evidence.
        # Even so, the further try has other inputs and replaces the first, so that learning earns nothing.
        judged_by = seed
        if _was_killed(outcome):
            judged_by = next_seed(judged_by)
            found, outcome = self._tried(submission, judged_by, findings, policy)
        if _out_of_time(found, outcome) and (times := _slowed(outcome, policy.busy)) is not None:
            judged_by = next_seed(judged_by)
            found, outcome = self._tried(submission, judged_by, findings, policy.patient(times))
        report = self._scored(runner, self._solution.decided(found, judged_by), outcome=outcome)
        return report if judged_by == seed else report.model_copy(update={"seed": judged_by})

    def _tried(
        self, submission: Submission, seed: str, findings: Findings | None, policy: Policy
    ) -> tuple[Sequence[Finding], Outcome]:
        """Serve the app and run the checks, once."""
        with contextlib.suppress(ChecksGone):
            return self._tried_with(self._checks(), submission, seed, findings, policy)
        return self._tried_with(self._checks(), submission, seed, findings, policy)

    def _tried_with(
        self,
        runner: CheckRunner,
        submission: Submission,
        seed: str,
        findings: Findings | None,
        policy: Policy,
    ) -> tuple[Sequence[Finding], Outcome]:
        with self._served(submission, policy) as (service, database):
            asked = self._ask(runner, service, seed, findings, policy) if service.wait_started() else None
            outcome = self._entered(service.kill())
            lost = database.end()
        if asked is None:
            _hold_reason(outcome)
            found = not_started(runner.infos, outcome, policy.limits, submission.folder)
        else:
            found = [explained(each, outcome, policy.limits) for each in asked]
        if lost is not None:
            found = [without_database(each, lost) for each in found]
        # An app that ended in a restart, before it was served again, was asked all the same: what it
        # printed may hold hidden inputs.
        return found, replace(outcome, started=asked is not None)

    def _found_of_solution(self, seed: str) -> Sequence[Finding]:
        """What the checks find of the solution; nothing in a student edition, which has none."""
        folder = self._setting.places.solution
        if not folder.is_dir():
            return ()
        solution = Submission(student="solution", topic=self._setting.topic.name, folder=folder, parts={})
        found, _ = self._tried(solution, seed, Findings(), self._setting.policy)
        return found

    def close(self) -> None:
        """End the apps that are being judged, then the checks' process."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for service in running:
            _end(service)
        with self._lock:
            if self._runner is not None:
                self._runner.close()
                self._runner = None

    def _checks(self) -> CheckRunner:
        with self._lock:
            self._hold_open()
            if self._runner is not None and not self._runner.alive:
                # Killed, by the kernel when memory is short: that must not break the rest of a class.
                self._runner.close()
                self._runner = None
            if self._runner is None:
                graded = self._setting.checks is None
                shared = self._setting.shared
                holder = None if shared is None else shared.holder()
                runner = CheckRunner(self.files(), graded=graded, holder=holder)
                if graded:
                    _hold_points(runner, self._setting)
                self._runner = runner
            return self._runner

    @contextlib.contextmanager
    def _served(self, submission: Submission, policy: Policy) -> Iterator[tuple[Service, Database]]:
        """The app, where `close` finds it, and its database."""
        walls = self._setting.sandbox.walls
        with (
            fresh_database(self._setting.part, policy, walls=walls) as database,
            self._setting.sandbox.serve(self._job(submission, database, policy)) as service,
        ):
            with self._lock:
                self._hold_open()
                self._running.add(service)
            try:
                yield service, database
            finally:
                with self._lock:
                    self._running.discard(service)

    def _hold_open(self) -> None:
        if self._closed:
            raise GradingBroken(
                "Grading was stopped before this was judged.", where="the grader", remedy="Grade it again."
            )

    def _entered(self, outcome: Outcome) -> Outcome:
        """The outcome, if it is the submission's own doing."""
        self._hold_open()
        if outcome.entered:
            return outcome
        raise GradingBroken(
            f"The sandbox did not come up: {outcome.failure or 'it said nothing'}",
            where="sandbox",
            remedy="Run `course dev sandbox` to see what this machine offers, then grade again.",
        )

    def _job(self, submission: Submission, database: Database, policy: Policy) -> Job:
        return Job(
            files=submission.folder,
            limits=policy.limits,
            protocol=self._framework.protocol,
            module=self._framework.module,
            apps=self._setting.part.apps,
            environment={**database.environment, **self._setting.part.environment},
            backends=database.backends,
            libraries=self._setting.part.libraries,
            results=self._setting.part.left,
        )

    def _ask(
        self, runner: CheckRunner, service: Service, seed: str, findings: Findings | None, policy: Policy
    ) -> Sequence[Finding]:
        client = policy.client
        order = Order(
            addresses=service.addresses,
            left=tuple(self._setting.part.left),
            # Learners read the examples, so the first that fails should be the first in the file.
            drawn=self._setting.places.examples not in self.files(),
            findings=findings,
            seed=seed,
            wall_s=policy.limits.wall_s,
            request_wall_s=client.request_wall_s,
            response_bytes=client.response_bytes,
            hang_limit=client.hang_limit,
            check_cpu_s=policy.checks.cpu_s,
            memory_bytes=policy.checks.memory_bytes,
        )
        return runner.run(order, service, give_up=lambda: _end(service))

    def _about(self, info: CheckInfo) -> str | None:
        """The file that a check is about, where that is not the app."""
        name = findings_file(self._framework.name)
        return name if not info.asks_app and name in self._setting.part.files else None

    def _scored(
        self,
        runner: CheckRunner,
        findings: Sequence[Finding],
        *,
        outcome: Outcome | None = None,
        refusal: str | None = None,
    ) -> PartReport:
        setting = self._setting
        sections = {objective.id: objective.section for objective in setting.topic.objective}
        errors = errors_of(
            "" if outcome is None else outcome.stderr, [_may_have_failed(each) for each in findings]
        )
        found = {each.name: (each, error) for each, error in zip(findings, errors, strict=True)}
        checks = [
            _check_report(info, *found[info.name], sections, self._about(info)) for info in runner.infos
        ]
        return part_report(
            setting.part,
            checks,
            refusal=refusal,
            raised=told_of(findings),
            process=None if outcome is None else _process_report(outcome),
            sandbox=setting.sandbox.name,
            walls=setting.sandbox.walls,
        )


def _out_of_time(found: Sequence[Finding], outcome: Outcome) -> bool:
    """Whether seconds on the clock, and not what the app did, decided about a check."""
    if outcome.limit not in {None, Limit.WALL}:
        return False
    return any(each.verdict is Verdict.TIMED_OUT for each in found)


def _slowed(outcome: Outcome, busy: BusyPolicy) -> float | None:
    """How many times slower than a calm machine this one was or is; None where it was not too busy."""
    if outcome.waited_s < busy.waited_s:
        return None
    now = stretch(busy.probe_s)
    if outcome.crowded_s < busy.waited_s and now < busy.stretched:
        return None
    return max(now, outcome.wall_s / max(outcome.wall_s - outcome.crowded_s, _MOMENT_S))


def _hold_reason(outcome: Outcome) -> None:
    """An app that did not start has ended, or was ended; what nobody knows is no fault of the student's."""
    if outcome.limit is None and outcome.signal is None and outcome.exit_code is None:
        raise GradingBroken(
            "The app did not start, and nobody knows why.",
            where="sandbox",
            remedy="Grade it again, and report this.",
        )


def _was_killed(outcome: Outcome) -> bool:
    """Whether the kernel killed the app for lack of memory; without that record, it killed itself."""
    return outcome.limit is None and outcome.signal == _SIGKILL and outcome.memory_ran_out


def _framework(part: Part) -> Framework:
    if part.framework is None:
        raise CatalogError(
            f"The part {part.name!r} of kind {part.kind} has no framework.",
            where="course.toml",
            remedy='Add `framework = "…"` to the part.',
        )
    return FRAMEWORKS[part.framework]


def _hold_points(runner: CheckRunner, setting: Setting) -> None:
    worth = math.fsum(info.points for info in runner.infos)
    if worth != setting.part.points:
        runner.close()
        raise GradingBroken(
            f"The checks of {setting.topic.name}/{setting.part.name} are worth {worth:g} points, "
            f"the part is worth {setting.part.points:g}.",
            where=", ".join(sorted({info.file for info in runner.infos})),
            remedy="Make the @points of the checks add up to the part's points. If both changed after the "
            "release, run `course build` and `nbgrader generate_assignment`, then grade again.",
        )


def _end(service: Service) -> None:
    # What fails here fails again where the judge ends the app, and is told there.
    with contextlib.suppress(GradingBroken):
        service.kill()


def _may_have_failed(finding: Finding) -> str | None:
    """The request that decided, where an error of the app's may have been why."""
    if finding.verdict.earns or not (finding.got or _SERVER_ERROR).startswith(_SERVER_ERROR):
        return None
    return finding.sent


def _check_report(
    info: CheckInfo, finding: Finding, error: str, sections: dict[str, str], file: str | None
) -> CheckReport:
    return CheckReport(
        name=info.name,
        sentence=info.sentence,
        verdict=finding.verdict,
        points=info.points if finding.verdict.earns else 0.0,
        max_points=info.points,
        message=finding.message,
        sent=finding.sent,
        expected=finding.expected,
        got=finding.got,
        error=error,
        file=file,
        objective=info.objective,
        section=sections.get(info.objective or ""),
        hints=info.hints,
        wall_s=finding.wall_s,
    )


def _process_report(outcome: Outcome) -> ProcessReport:
    return ProcessReport(
        started=outcome.started,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        limit=None if outcome.limit is None else str(outcome.limit),
        traceback="" if outcome.started else outcome.stderr[-4000:],
        stdout=outcome.stdout[-2000:],
        stderr=outcome.stderr[-4000:],
        wall_s=outcome.wall_s,
        cpu_s=outcome.cpu_s,
        peak_memory_bytes=outcome.peak_memory_bytes,
    )
