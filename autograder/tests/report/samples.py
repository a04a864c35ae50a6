"""Reports as the tests of their forms need them: made by hand, nothing is judged."""

from __future__ import annotations

from typing import Any

from autograder.report.model import CheckReport, PartReport, ProcessReport, Report
from autograder.verdict import Status, Verdict, worst

__all__ = ["HOSTILE", "SEED", "check", "mixed", "not_started", "part", "passing", "report"]

SEED = "5eed0fa11h1dden1nput5eed0fa11h1d"
HOSTILE = (
    "\x1b[2J\x1b[31mowned\x1b[0m\x07\r\x9b1m\x00[bold red]markup[/] :boom: "
    "<script>alert(1)</script><img src=x onerror=alert(1)> & \"'` $\\href{javascript:alert(1)}{x}$ "
    "\u202egnp.exe\u202c \u2066iso\u2069 \u200bzero\ufeff \u2028line a\u0301\u0302\u0303\u0304\u0305 =1+1"
)
RAN = ProcessReport(started=True, exit_code=0, wall_s=0.2, cpu_s=0.1, peak_memory_bytes=60_000_000)


def check(name: str = "known", verdict: Verdict = Verdict.PASSED, **changes: Any) -> CheckReport:
    """A check worth two points, which it earns when it passes."""
    facts: dict[str, Any] = {
        "name": name,
        "sentence": f"The behaviour {name} is as the brief says.",
        "verdict": verdict,
        "points": 2.0 if verdict.earns else 0.0,
        "max_points": 2.0,
    }
    return CheckReport(**(facts | changes))


def part(name: str = "flask", *checks: CheckReport, **changes: Any) -> PartReport:
    """A part whose app ran."""
    facts: dict[str, Any] = {
        "name": name,
        "kind": "contract",
        "verdict": worst(each.verdict for each in checks),
        "points": sum(each.points for each in checks),
        "max_points": sum(each.max_points for each in checks),
        "checks": checks,
        "process": RAN,
        "sandbox": "bubblewrap",
        "walls": True,
    }
    return PartReport(**(facts | changes))


def report(*parts: PartReport, **changes: Any) -> Report:
    """A graded submission of the topic routing."""
    facts: dict[str, Any] = {
        "student": "ada",
        "topic": "routing",
        "status": Status.GRADED,
        "points": sum(each.points for each in parts),
        "max_points": sum(each.max_points for each in parts),
        "parts": parts,
        "digest": "d" * 64,
        "seed": SEED,
        "versions": {"autograder": "0.1.0"},
    }
    return Report(**(facts | changes))


def passing() -> Report:
    """Both apps do everything."""
    names = ("known", "unknown", "order", "search")
    return report(*(part(name, *(check(each) for each in names)) for name in ("flask", "fastapi")))


def mixed() -> Report:
    """Flask's app fails three checks in three ways, FastAPI's one; none is without a sentence."""
    unknown = {
        "sentence": "An unknown item answers 404 with a JSON body that names it.",
        "objective": "routing-convert",
        "section": "path-parameters",
        "hints": ("routing-404", "routing-json-errors"),
        "sent": "GET /items/9931",
        "expected": 'status 404 and {"error": "no item 9931"}',
    }
    flask = part(
        "flask",
        check("known", sentence="A known item answers 200 with its JSON."),
        check(
            "unknown",
            Verdict.FAILED,
            message="The status is 500, not 404.",
            got="500 text/html\n<!doctype html>\n<h1>Internal Server Error</h1>",
            **unknown,
        ),
        check(
            "order",
            Verdict.SKIPPED,
            message="Not run, since it rests on another check: unknown.",
            sentence="Items come in the order in which they were made.",
        ),
        check(
            "search",
            Verdict.TIMED_OUT,
            message="No complete answer came within 2 seconds.",
            sent="GET /search?q=zeta-77",
            sentence="A search finds every item whose name holds the word.",
        ),
    )
    fastapi = part(
        "fastapi",
        check("known", sentence="A known item answers 200 with its JSON."),
        check(
            "unknown",
            Verdict.FAILED,
            message='The JSON differs at `id`: expected `3`, got `"3"`.',
            got='404 application/json\n{"detail":"Not Found"}',
            **unknown,
        ),
        check("order", sentence="Items come in the order in which they were made."),
        check("search", sentence="A search finds every item whose name holds the word."),
    )
    return report(flask, fastapi, notes=('"flask_app (1).py" was taken as flask_app.py.',))


def not_started() -> Report:
    """Flask's app raised while it was imported; FastAPI's passes."""
    traceback = (
        "Traceback (most recent call last):\n"
        '  File "flask_app.py", line 3, in <module>\n'
        "    app = Flsk(__name__)\n"
        "          ^^^^\n"
        "NameError: name 'Flsk' is not defined. Did you mean: 'Flask'?\n"
    )
    message = "The app did not start: NameError: name 'Flsk' is not defined. Did you mean: 'Flask'?"
    process = ProcessReport(started=False, exit_code=66, traceback=traceback, stderr=traceback)
    names = ("known", "unknown")
    crashed = [check(name, Verdict.CRASHED, message=message) for name in names]
    return report(part("flask", *crashed, process=process), part("fastapi", *map(check, names)))
