"""Rules about what authored apps do when they are judged: starters, solutions, other right answers."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.devcheck.authored import Role, authored_apps
from autograder.devcheck.bench import Trial
from autograder.devcheck.subject import Subject
from autograder.devcheck.violation import Fault, shown
from autograder.verdict import Verdict

__all__ = ["judged", "pass_everything", "sound", "starters"]


def sound(subject: Subject, *roles: Role) -> Iterator[Trial]:
    """The trials of these roles in which everything of ours worked."""
    for trial in subject.trials:
        if trial.app.role in roles and trial.report.verdict is not Verdict.BROKEN:
            yield trial


def judged(subject: Subject) -> Iterator[Fault]:
    """Every app that the author wrote was tried, and nothing of ours failed on the way."""
    tried = {trial.app.path for trial in subject.trials if not trial.examples}
    untried = [app for app in authored_apps(subject.catalog, subject.topic) if app.path not in tried]
    for app in untried:
        yield Fault(
            shown(subject.root, app.path),
            "The app was not tried, since its checks are missing.",
            "Write the checks.",
        )
    told: set[str] = set()
    for trial in subject.trials:
        why = trial.report.broken or trial.report.raised
        if (trial.report.verdict is Verdict.BROKEN or trial.report.raised) and why not in told:
            told.add(why or "")
            where = shown(subject.root, trial.app.path)
            yield Fault(where, f"Judging it failed: {why}", "Correct the checks, or what they ran in.")


def starters(subject: Subject) -> Iterator[Fault]:
    """A starter boots, and earns no more than the declared share of the points."""
    for trial in sound(subject, Role.STARTER):
        where = shown(subject.root, trial.app.path)
        most = trial.app.part.starter_share
        if not trial.started:
            yield Fault(where, f"The starter does not start: {_why(trial)}", "Make it boot.")
        elif trial.share > most:
            yield Fault(
                where,
                f"The starter earns {trial.share:.0%} of the points; {most:.0%} are the most.",
                "Leave more to the learner, or raise starter_share in course.toml.",
            )


def pass_everything(subject: Subject, role: Role) -> Iterator[Fault]:
    """Every app of this role passes all hidden checks, and all examples."""
    for trial in sound(subject, role):
        where = shown(subject.root, trial.app.path)
        if not trial.started:
            yield Fault(where, f"The app does not start: {_why(trial)}", "Make it boot.")
            continue
        checks = "example" if trial.examples else "check"
        for each in trial.report.checks:
            if each.verdict is not Verdict.PASSED:
                yield Fault(
                    where,
                    f"The {checks} {each.name} says {each.verdict}: {each.message}",
                    "Correct the app; or the check, where the brief does not ask for what it asks.",
                )


def _why(trial: Trial) -> str:
    if trial.report.refusal:
        return trial.report.refusal
    return trial.report.checks[0].message if trial.report.checks else "nothing was judged"
