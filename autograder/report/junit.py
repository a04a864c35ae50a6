"""Decides how reports look to a CI server: JUnit XML, a suite for each part of each submission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from autograder.report.escape import clip, visible, visible_line
from autograder.report.focus import nothing_ran
from autograder.report.model import CheckReport, PartReport, Report
from autograder.report.words import look, points, status_look
from autograder.verdict import Status, Verdict

__all__ = ["junit"]

_LINES = 60
_WIDTH = 1000
# "failure": asked and found wanting. "error": no answer to judge, or our own fault.
_ELEMENTS = {
    Verdict.FAILED: "failure",
    Verdict.CRASHED: "error",
    Verdict.TIMED_OUT: "error",
    Verdict.BROKEN: "error",
    Verdict.SKIPPED: "skipped",
    Verdict.AWAITING_PERSON: "skipped",
}


def junit(reports: Iterable[Report]) -> bytes:
    """JUnit XML in UTF-8 of these reports, in their order; the same reports give the same bytes.

    Characters that XML cannot hold, and all others that do not print, are written as escapes.
    """
    root = Element("testsuites", name="course")
    for report in reports:
        for part in report.parts:
            _add_suite(root, report, part)
        if not report.parts:
            _add_unread(root, report)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add_suite(root: Element, report: Report, part: PartReport) -> None:
    name = _text(f"{report.student}.{report.topic}.{part.name}")
    wall_s = part.process.wall_s if part.process else 0.0
    suite = SubElement(root, "testsuite", name=name, tests="0", failures="0", errors="0", skipped="0")
    suite.set("time", f"{wall_s:.3f}")
    properties = SubElement(suite, "properties")
    for key, value in _properties(report, part):
        SubElement(properties, "property", name=key, value=_text(value))
    if part.checks:
        for check in part.checks:
            _add_case(suite, name, check.name, check)
    else:
        _add_case(suite, name, part.name, part)
    suite.set("tests", str(len(suite.findall("testcase"))))
    for element, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{element}"))))
    if part.process is not None and part.process.traceback:
        SubElement(suite, "system-err").text = _block(part.process.traceback)


def _add_unread(root: Element, report: Report) -> None:
    """The suite of an entry of which no part was judged: an error, unless nothing was handed in."""
    name = _text(f"{report.student}.{report.topic}")
    element = "skipped" if report.status is Status.MISSING else "error"
    suite = SubElement(root, "testsuite", name=name, tests="1", failures="0", errors="0", skipped="0")
    suite.set("errors" if element == "error" else element, "1")
    suite.set("time", "0.000")
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", name="status", value=report.status)
    case = SubElement(suite, "testcase", classname=name, name=_text(report.topic), time="0.000")
    told = SubElement(case, element, message=_text(report.refusal or status_look(report.status).word))
    if element == "error":
        told.set("type", report.status.value)


def _properties(report: Report, part: PartReport) -> Iterator[tuple[str, str]]:
    yield "status", report.status
    yield "verdict", look(part).word
    yield "points", points(part.points)
    yield "max_points", points(part.max_points)
    yield "sandbox", part.sandbox
    if part.broken is not None:
        yield "broken", part.broken
    for note in report.notes:
        yield "note", note


def _add_case(suite: Element, suite_name: str, name: str, judged: CheckReport | PartReport) -> None:
    case = SubElement(suite, "testcase", classname=suite_name, name=_text(name))
    wall_s = judged.wall_s if isinstance(judged, CheckReport) else 0.0
    case.set("time", f"{wall_s:.3f}")
    element = _ELEMENTS.get(judged.verdict)
    if element is None:
        return
    told = SubElement(case, element, message=_text(_message(judged)))
    if element != "skipped":
        told.set("type", judged.verdict.value)
    told.text = _block(_details(judged))


def _message(judged: CheckReport | PartReport) -> str:
    if isinstance(judged, CheckReport):
        return judged.message or judged.sentence
    word = "nothing ran" if nothing_ran(judged) else look(judged).word
    return judged.broken or judged.refusal or word


def _details(judged: CheckReport | PartReport) -> str:
    if isinstance(judged, PartReport):
        return ""
    facts = (("sent", judged.sent), ("expected", judged.expected), ("got", judged.got))
    told = [f"{label}: {text}" for label, text in facts if text]
    return "\n".join([judged.sentence, *told])


def _text(text: str) -> str:
    return visible_line(text, _WIDTH)


def _block(text: str) -> str:
    return visible(clip(text, lines=_LINES, width=_WIDTH))
