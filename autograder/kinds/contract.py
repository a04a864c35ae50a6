"""Parts judged by an HTTP contract: serve the app, ask, decide from the answers alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from autograder.catalog import Part
from autograder.checks.message import CheckInfo, Finding, Order
from autograder.checks.runner import CheckRunner
from autograder.errors import CatalogError, GradingBroken
from autograder.frameworks import FRAMEWORKS, Framework
from autograder.kinds.judge import Setting
from autograder.outcome import Limit, Outcome
from autograder.report.model import CheckReport, PartReport, ProcessReport
from autograder.sandbox import Job, Service
from autograder.scoring import part_report
from autograder.submission import Submission
from autograder.verdict import Verdict

__all__ = ["ContractJudge"]

_LIMIT_SENTENCE = {
    Limit.WALL: "The app was ended: it used up the time that judging it may take.",
    Limit.CPU: "The app was ended: it used up its CPU time.",
    Limit.MEMORY: "The app was ended: it used up its memory.",
    Limit.OUTPUT: "The app was ended: it printed more than it may.",
    Limit.PROCESSES: "The app was ended: it started more processes than it may.",
}
_OUT_OF_TIME = {Limit.WALL, Limit.CPU}


class ContractJudge:
    """Judges one framework's app; the checks' process is started at the first need and shared."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._framework = _framework(setting.part)
        self._runner: CheckRunner | None = None
        self._lock = threading.Lock()

    def files(self) -> Sequence[Path]:
        """The check files."""
        if self._setting.checks is not None:
            return self._setting.checks
        return self._setting.places.hidden_checks(self._framework.name)

    def infos(self) -> tuple[CheckInfo, ...]:
        """The checks as collected."""
        return self._checks().infos

    def judge(self, submission: Submission, seed: str) -> PartReport:
        """Serve the app, run the checks, score what they found."""
        runner = self._checks()
        files = submission.parts[self._setting.part.name]
        refusal = submission.refusal or files.refusal
        if refusal is not None:
            findings = [_refused(info, refusal) for info in runner.infos]
            return self._scored(findings, refusal=refusal)
        with self._setting.sandbox.serve(self._job(submission)) as service:
            if not service.wait_started():
                outcome = _entered(service.kill())
                findings = [_not_started(info, outcome) for info in runner.infos]
                return self._scored(findings, outcome=outcome)
            findings = list(self._ask(runner, service, seed))
            outcome = _entered(service.kill())
        return self._scored([_explained(each, outcome) for each in findings], outcome=outcome)

    def close(self) -> None:
        """End the checks' process."""
        with self._lock:
            if self._runner is not None:
                self._runner.close()
                self._runner = None

    def _checks(self) -> CheckRunner:
        with self._lock:
            if self._runner is None:
                graded = self._setting.checks is None
                runner = CheckRunner(self.files(), graded=graded)
                if graded:
                    _hold_points(runner, self._setting)
                self._runner = runner
            return self._runner

    def _job(self, submission: Submission) -> Job:
        return Job(
            files=submission.folder,
            limits=self._setting.policy.limits,
            protocol=self._framework.protocol,
            module=self._framework.module,
            libraries=self._setting.part.libraries,
        )

    def _ask(self, runner: CheckRunner, service: Service, seed: str) -> Sequence[Finding]:
        client = self._setting.policy.client
        order = Order(
            path=service.address.path,
            port=service.address.port,
            seed=seed,
            request_wall_s=client.request_wall_s,
            response_bytes=client.response_bytes,
            hang_limit=client.hang_limit,
        )
        wall_s = self._setting.policy.limits.wall_s
        return runner.run(order, wall_s=wall_s, restart=service.restart, give_up=lambda: _end(service))

    def _scored(
        self, findings: Sequence[Finding], *, outcome: Outcome | None = None, refusal: str | None = None
    ) -> PartReport:
        setting = self._setting
        sections = {objective.id: objective.section for objective in setting.topic.objective}
        checks = [
            _check_report(info, finding, sections)
            for info, finding in zip(self.infos(), findings, strict=True)
        ]
        return part_report(
            setting.part,
            checks,
            refusal=refusal,
            process=None if outcome is None else _process_report(outcome),
            sandbox=setting.sandbox.name,
            walls=setting.sandbox.walls,
        )


def _framework(part: Part) -> Framework:
    if part.framework is None:
        raise CatalogError(
            f"The part {part.name!r} of kind {part.kind} has no framework.",
            where="course.toml",
            remedy='Add `framework = "…"` to the part.',
        )
    return FRAMEWORKS[part.framework]


def _hold_points(runner: CheckRunner, setting: Setting) -> None:
    worth = sum(info.points for info in runner.infos)
    if worth != setting.part.points:
        runner.close()
        raise GradingBroken(
            f"The checks of {setting.topic.name}/{setting.part.name} are worth {worth:g} points, "
            f"course.toml says {setting.part.points}.",
            where=", ".join(sorted({info.file for info in runner.infos})),
            remedy="Make the @points of the checks add up to the part's points.",
        )


def _end(service: Service) -> None:
    service.kill()


def _entered(outcome: Outcome) -> Outcome:
    if outcome.entered:
        return outcome
    raise GradingBroken(
        f"The sandbox did not come up: {outcome.failure or 'it said nothing'}",
        where="sandbox",
        remedy="Run `course dev sandbox` to see what this machine offers, then grade again.",
    )


def _refused(info: CheckInfo, refusal: str) -> Finding:
    return Finding(name=info.name, verdict=Verdict.FAILED, message=refusal)


def _not_started(info: CheckInfo, outcome: Outcome) -> Finding:
    if outcome.limit is not None:
        verdict = Verdict.TIMED_OUT if outcome.limit in _OUT_OF_TIME else Verdict.CRASHED
        message = f"The app never answered. {_LIMIT_SENTENCE[outcome.limit]}"
        return Finding(name=info.name, verdict=verdict, message=message)
    return Finding(name=info.name, verdict=Verdict.CRASHED, message=_last_line(outcome))


def _last_line(outcome: Outcome) -> str:
    lines = [line for line in outcome.stderr.splitlines() if line.strip()]
    if lines:
        return f"The app did not start: {lines[-1].strip()[:300]}"
    return "The app did not start: its process ended without a word."


def _explained(finding: Finding, outcome: Outcome) -> Finding:
    """A check that found the app gone says why, where the sandbox knows."""
    if finding.verdict is not Verdict.CRASHED:
        return finding
    if outcome.limit is not None:
        verdict = Verdict.TIMED_OUT if outcome.limit in _OUT_OF_TIME else Verdict.CRASHED
        return finding.model_copy(update={"verdict": verdict, "message": _LIMIT_SENTENCE[outcome.limit]})
    ended = None
    if outcome.signal is not None:
        ended = f"The app's process was ended by signal {outcome.signal}."
    elif outcome.exit_code is not None:
        ended = f"The app's process ended by itself, with exit code {outcome.exit_code}."
    return finding if ended is None else finding.model_copy(update={"message": ended})


def _check_report(info: CheckInfo, finding: Finding, sections: dict[str, str]) -> CheckReport:
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
