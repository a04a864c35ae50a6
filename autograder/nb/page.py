"""What the formgrader and the feedback page say about a part: as HTML and as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.nb.source_view import CODE_CSS, source_view
from autograder.report.escape import clip, tail, visible
from autograder.report.model import CheckReport, PartReport, Report
from autograder.report.words import look, points, score
from autograder.submission import PartFiles

__all__ = ["part_html", "part_text"]

_LINES = 12
_TRACEBACK_LINES = 30
_WIDTH = 160
_INLINE_CODE = re.compile(r"`([^`<>\n]+)`")

_CSS = """
.course-part{color:#1b1f24;background:#fff;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
.course-part table{border-collapse:collapse;width:100%;margin:.5em 0;font-size:1em;border:0}
.course-part th,.course-part td{text-align:left;vertical-align:top;padding:.4em .6em;border:0;
border-bottom:1px solid #d0d7de;white-space:normal;max-width:none}
.course-part tr{background:#fff}
.course-part .course-verdict{white-space:nowrap;font-weight:600}
.course-part .course-points{white-space:nowrap;text-align:right}
.course-part dl{display:grid;grid-template-columns:max-content 1fr;gap:.15em .8em;margin:.4em 0 0}
.course-part dt{font-weight:600;width:auto}
.course-part dd{margin:0}
.course-part pre{margin:.1em 0;padding:.5em .7em;background:#f6f8fa;color:#1b1f24;border:0;
border-radius:4px;font:13px/1.45 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.course-part .course-code pre{white-space:pre;overflow-x:auto;overflow-wrap:normal}
.course-part details{margin:.5em 0}
.course-part summary{cursor:pointer}
.course-part .course-note{border-left:4px solid #6b4a00;padding:.2em .8em;margin:.5em 0;background:#fff8e5}
@media (max-width:34em){.course-part dl{display:block}.course-part td,.course-part th{padding:.35em .3em}}
"""


def part_html(report: Report, part: PartReport, files: PartFiles, folder: Path) -> str:
    """A part as a fragment of HTML in which nothing of the student's is more than text.

    Args:
        report: what may be told; notes and refusal stand with the first part.
        part: of that report.
        files: the part's files.
        folder: where they lie.
    """
    pieces = [
        f"<style>{_CSS}{CODE_CSS}</style>",
        f'<p class="course-total">{_verdict(part)} {html.escape(score(part))}</p>',
        *(f'<p class="course-note">{_line(note)}</p>' for note in _notes(report, part)),
        *(f'<p class="course-note">{_line(shared)}</p>' for shared in [_shared(part)] if shared),
        _checks(part),
        _process(part),
        source_view(folder, files.files),
    ]
    return f'<div class="course-part">{"".join(pieces)}</div>'


def part_text(report: Report, part: PartReport) -> str:
    """The same without the source, for readers without HTML."""
    lines = [f"{look(part).word}: {score(part)}", *_notes(report, part)]
    for check in part.checks:
        shown = look(check)
        worth = f"{points(check.points)}/{points(check.max_points)}"
        lines.append(f"{shown.sign} {shown.word} ({worth}): {check.sentence}")
        lines += [f"    {name}: {value}" for name, value in _told(check)]
    if part.process is not None and part.process.traceback:
        lines += ["", tail(part.process.traceback, lines=_TRACEBACK_LINES, width=_WIDTH)]
    return visible("\n".join(lines))


def _notes(report: Report, part: PartReport) -> Iterator[str]:
    if part.name == report.parts[0].name:
        if report.refusal is not None:
            yield report.refusal
        yield from report.notes
    if part.refusal is not None and part.refusal != report.refusal:
        yield part.refusal


def _checks(part: PartReport) -> str:
    if not part.checks:
        return ""
    shared = _shared(part)
    rows = "".join(_check(check, shared) for check in part.checks)
    head = '<tr><th>Verdict</th><th>What the app should do</th><th class="course-points">Points</th></tr>'
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _shared(part: PartReport) -> str:
    """What every check says: then it is said once, above them."""
    messages = {check.message for check in part.checks}
    return messages.pop() if len(messages) == 1 and len(part.checks) > 1 else ""


def _check(check: CheckReport, shared: str) -> str:
    told = "".join(
        f"<dt>{name}</dt><dd>{_value(name, value)}</dd>" for name, value in _told(check) if value != shared
    )
    more = f"<dl>{told}</dl>" if told else ""
    worth = f"{points(check.points)}&nbsp;/&nbsp;{points(check.max_points)}"
    return (
        f'<tr><td class="course-verdict">{_verdict(check)}</td><td>{_line(check.sentence)}{more}</td>'
        f'<td class="course-points">{worth}</td></tr>'
    )


def _told(check: CheckReport) -> Iterator[tuple[str, str]]:
    """What is said about a check that did not pass, by name."""
    if check.verdict.earns:
        return
    for name, value in (
        ("Why", check.message),
        ("Sent", check.sent),
        ("Expected", check.expected),
        ("Came back", check.got),
        ("Lesson", check.section),
        ("Hints", ", ".join(check.hints)),
    ):
        if value:
            yield name, value


def _value(name: str, value: str) -> str:
    if name in {"Sent", "Expected", "Came back"}:
        return _block(clip(value, lines=_LINES, width=_WIDTH * 4))
    return _line(value)


def _process(part: PartReport) -> str:
    process = part.process
    if process is None:
        return ""
    told = process.traceback or ("" if process.started else process.stderr)
    if not told.strip():
        return ""
    return f"<p>What your app said as it ended:</p>{_block(tail(told, lines=_TRACEBACK_LINES, width=_WIDTH))}"


def _verdict(judged: PartReport | CheckReport) -> str:
    shown = look(judged)
    return f'<strong style="color:{shown.colour}">{shown.sign} {html.escape(shown.word)}</strong>'


def _block(text: str) -> str:
    return f"<pre>{html.escape(visible(text))}</pre>"


def _line(text: str) -> str:
    """Text on a page, with what stands in backticks as code."""
    shown = html.escape(visible(text)).replace("\n", "<br>")
    return _INLINE_CODE.sub(r"<code>\1</code>", shown)
