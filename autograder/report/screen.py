"""The boundary to the terminal: whatever is printed there, nothing that a submission wrote acts on it.

Every command prints through `Screen` and `write_error`; a test holds that there is no other way. Both escape
what does not print, after layout, so that text which was escaped before stays as it is. Where a CI server
reads the output, its commands (`::error::` of GitHub, `##vso[` of Azure) are broken up, too.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.segment import Segment

from autograder.report.escape import visible

__all__ = ["Screen", "escape_log_records", "on_screen", "tell_crash", "write_error"]

_CI_VARIABLES = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
_CI_MARKS = (("::", r":\x3a"), ("##", r"#\x23"))


class Screen(Console):
    """rich's console, but what it prints is shown and never obeyed; markup has to be asked for.

    Args:
        stderr: whether it prints to standard error.
        highlight: whether numbers and paths in strings are coloured.
        soft_wrap: whether the terminal alone wraps long lines.
    """

    def __init__(self, *, stderr: bool = False, highlight: bool = True, soft_wrap: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=highlight, soft_wrap=soft_wrap, markup=False, emoji=False)
        self.push_render_hook(_Escapes())


def on_screen(text: str) -> str:
    """The text as a terminal may have it, and the log of a CI server that obeys some lines."""
    shown = visible(text)
    if any(name in os.environ for name in _CI_VARIABLES):
        for mark, broken in _CI_MARKS:
            shown = shown.replace(mark, broken)
    return shown


def write_error(text: str) -> None:
    """Write text to standard error."""
    sys.stderr.write(on_screen(text))


def tell_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an uncaught exception, as ``sys.excepthook``: its message may quote a submission."""
    write_error("".join(traceback.format_exception(kind, error, trace)))


def escape_log_records() -> None:
    """Let every log record of this process show what it quotes; can be called again."""
    made = logging.getLogRecordFactory()
    if isinstance(made, _Records):
        return
    logging.setLogRecordFactory(_Records(made))


class _Records:
    """Makes records as before, with message and traceback written out and escaped."""

    def __init__(self, made: Any) -> None:
        self._made = made

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._made(*args, **kwargs)
        message = record.getMessage()
        shown = on_screen(message)
        if shown != message:
            record.msg, record.args = shown, ()
        if record.exc_info and record.exc_info[0] is not None:
            # A formatter takes this text instead of formatting the exception itself.
            record.exc_text = on_screen("".join(traceback.format_exception(*record.exc_info))).rstrip("\n")
        return record


class _Escapes(RenderHook):
    """Wraps whatever is printed; controls that rich itself sends pass."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Escaped(each) for each in renderables]


class _Escaped:
    """What is printed, with the text of each segment escaped."""

    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[Segment]:
        for segment in console.render(self._renderable, options):
            yield segment if segment.control else _shown(segment)


def _shown(segment: Segment) -> Segment:
    style = segment.style
    if style is not None and style.link is not None and not style.link.isprintable():
        style = style.update_link(None)
    return Segment(on_screen(segment.text), style)
