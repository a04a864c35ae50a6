"""Parts in which a faulty app is repaired: a contract over HTTP, and a file that names what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from autograder.checks.findings import Findings
from autograder.errors import CatalogError, GradingBroken
from autograder.kinds.contract import ContractJudge
from autograder.kinds.findings_file import findings_file
from autograder.kinds.judge import Setting
from autograder.outcome import Outcome
from autograder.report.model import PartReport
from autograder.sandbox import Job
from autograder.submission import Submission

__all__ = ["FixJudge"]

_READER = Path(__file__).with_name("read_findings.py")
_RESULT = ".findings-as-read.json"
_MOST_BYTES = 65_536


class FixJudge:
    """Judges an app as a contract does; its checks may also ask what the learner says was wrong."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._contract = ContractJudge(setting)
        self._file = _findings_file(setting)

    def files(self) -> Sequence[Path]:
        """The check files."""
        return self._contract.files()

    def prepare(self) -> None:
        """Start the checks' process, so that the first submission need not wait for it."""
        self._contract.prepare()

    def judge(self, submission: Submission, seed: str) -> PartReport:
        """Read the findings, serve the app, run the checks, score what they found."""
        if submission.refusal or submission.parts[self._setting.part.name].refusal:
            return self._contract.judge(submission, seed)
        return self._contract.judge(submission, seed, findings=self._read(submission.folder))

    def close(self) -> None:
        """End the apps that are being judged, then the checks' process."""
        self._contract.close()

    def _read(self, folder: Path) -> Findings:
        """What the file says; read behind the wall, since a parser's mistake is no way into the grader."""
        # -P: a yaml.py or json.py of the learner's must not stand in for the real one.
        command = ("-P", "-c", _READER.read_text(encoding="utf-8"), self._file, _RESULT)
        outcome = self._setting.sandbox.run(
            Job(
                files=folder,
                limits=self._setting.policy.limits,
                command=command,
                results={_RESULT: _MOST_BYTES},
            )
        )
        if outcome.limit is not None:
            return Findings(problem=f"{self._file} takes too much time or memory to read.")
        if outcome.exit_code != 0:
            raise _unread(outcome)
        written = outcome.results.get(_RESULT, b"")
        if len(written) == _MOST_BYTES:
            return Findings(problem=f"{self._file} says more than {_MOST_BYTES} characters in all.")
        try:
            return Findings.model_validate_json(written)
        except ValidationError as error:
            raise _unread(outcome) from error


def _findings_file(setting: Setting) -> str:
    name = findings_file(setting.part.framework)
    if name not in setting.part.files:
        raise CatalogError(
            f"The part {setting.part.name!r} of kind fix hands in no {name}.",
            where=f"course.toml: topic.{setting.topic.name}.part.{setting.part.name}.files",
            remedy=f"Add {name!r} to its files.",
        )
    return name


def _unread(outcome: Outcome) -> GradingBroken:
    said = outcome.failure or outcome.stderr.strip()[-400:] or "it said nothing"
    return GradingBroken(
        f"The findings could not be read: {said}",
        where=str(_READER),
        remedy="Install the package's dependencies where the sandbox sees them, then grade again.",
    )
