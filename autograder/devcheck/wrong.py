"""Rules about wrong submissions: each fails what it says, and no hidden check goes without one."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.devcheck.authored import Role, told_to_fail
from autograder.devcheck.behaviour import sound
from autograder.devcheck.bench import Trial
from autograder.devcheck.subject import Subject
from autograder.devcheck.tomls import Exempt, Exemptions, read_toml
from autograder.devcheck.violation import Fault, shown
from autograder.verdict import Verdict

__all__ = ["caught", "exemptions", "wrong_ones"]

_PASSING_SHARE = 0.7


def wrong_ones(subject: Subject) -> Iterator[Fault]:
    """A wrong submission is a running app that fails exactly what it names and passes most of the rest."""
    for trial in sound(subject, Role.WRONG):
        where = shown(subject.root, trial.app.path)
        for what, remedy in _faults(trial):
            yield Fault(where, what, remedy)


def caught(subject: Subject) -> Iterator[Fault]:
    """Every hidden check is seen to fail, in every part, by a wrong submission that names it."""
    exempt = {(each.check, each.framework) for each in _exemptions(subject)}
    for part in subject.parts:
        catches = _caught(subject, part.name)
        for info in subject.checks.get(part.name, ()):
            if info.name not in catches and (info.name, part.framework) not in exempt:
                yield Fault(
                    shown(subject.root, subject.places.hidden / info.file),
                    f"No wrong submission in {part.framework} shows that {info.name} can fail.",
                    "Write one whose docstring names it, or exempt it in exempt.toml, with the reason.",
                )


def exemptions(subject: Subject) -> Iterator[Fault]:
    """An exemption is for a check that there is, and is still needed."""
    where = shown(subject.root, subject.places.hidden / "exempt.toml")
    parts = {part.framework: part.name for part in subject.parts}
    for each in _exemptions(subject):
        part = parts.get(each.framework)
        infos = subject.checks.get(part or "", ())
        if part is None or all(info.name != each.check for info in infos):
            what = f"There is no check {each.check!r} for {each.framework!r}."
            yield Fault(where, what, "Delete the exemption, or correct its names.")
        elif each.check in _caught(subject, part):
            what = f"{each.check} is caught failing in {each.framework}: the exemption is no longer needed."
            yield Fault(where, what, "Delete the exemption.")


def _faults(trial: Trial) -> Iterator[tuple[str, str]]:
    named = set(told_to_fail(trial.app))
    checks = {each.name for each in trial.report.checks}
    failing = {each.name for each in trial.failing}
    if not named:
        yield "The app does not say what it fails.", "End its docstring with a line `Fails: CHECK, CHECK`."
    for name in sorted(named - checks):
        yield f"It names {name!r}, which is no check of its part.", "Correct the name."
    if not trial.started:
        first = trial.report.refusal or trial.report.checks[0].message
        yield f"The app does not run: {first}", "A wrong submission is a running app with one fault."
        return
    for name in sorted((named & checks) - failing):
        yield f"It says that it fails {name}, but does not.", "Sharpen the check, or correct the docstring."
    if not named:
        return
    for name in sorted(failing - named):
        yield f"It fails {name}, which it does not name.", "Name it, or keep the app to one fault."
    others = checks - named
    passed = {each.name for each in trial.report.checks if each.verdict is Verdict.PASSED} & others
    if others and len(passed) < _PASSING_SHARE * len(others):
        what = f"It passes {len(passed)} of the {len(others)} checks that it does not name."
        yield what, f"Let it pass at least {_PASSING_SHARE:.0%}: one fault at a time."


def _caught(subject: Subject, part: str) -> set[str]:
    return {
        each.name
        for trial in sound(subject, Role.WRONG)
        if trial.app.part.name == part and trial.started
        for each in trial.failing
        if each.name in told_to_fail(trial.app)
    }


def _exemptions(subject: Subject) -> tuple[Exempt, ...]:
    sheet, _ = read_toml(subject.root, subject.places.hidden / "exempt.toml", Exemptions)
    return sheet.exempt if sheet else ()
