"""`course serve`: both apps of a topic on ports of their own, started again on every save."""

from __future__ import annotations

import contextlib
import http
import http.client
import re
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text

from autograder.catalog import Catalog, Part, Topic
from autograder.commands.keeping import chosen_topic, hold_part
from autograder.errors import UsageError
from autograder.learn.serving import LOOPBACK, Served, free_ports
from autograder.learn.words import shown_path
from autograder.report.escape import visible
from autograder.report.screen import Screen
from autograder.report.words import part_title

__all__ = ["run"]

_LOOK_S = 0.2
_DOCS = "/docs"
_ANSWER_S = 5
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""Servers colour what they log, whoever reads it."""


class _Screen:
    """Where several threads print whole lines."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()

    def line(self, *parts: str | Text) -> None:
        """Print one line."""
        with self._lock:
            self._console.print(Text.assemble(*parts), soft_wrap=True)


class _App:
    """One app, and what was said of it last, so that it is said once."""

    def __init__(self, catalog: Catalog, topic: Topic, part: Part, port: int, screen: _Screen) -> None:
        width = max(len(part_title(each.name)) for each in topic.part)
        self._title = f"{part_title(part.name):{width}}"
        self._app = Served(part, catalog.places(topic.name).exercise, port, self._printed)
        self._screen = screen
        self._was = ""

    def __enter__(self) -> Self:
        self._app.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._app.stop()

    def look(self) -> None:
        """Start the app again if it was saved, and say what became of it."""
        if self._app.was_saved():
            self._say("saved", "saved, starts again")
            self._app.stop()
            self._app.start()
        elif not self._app.is_running:
            self._say("down", "is not running; mend it and save: it starts by itself")
        elif self._was != "up" and self._app.answers:
            self._say("up", f"answers at {self._app.address}{_docs(self._app)}")

    def _printed(self, line: str) -> None:
        self._screen.line(f"{self._title} | ", visible(_COLOUR.sub("", line)))

    def _say(self, what: str, told: str) -> None:
        if self._was != what:
            self._was = what
            self._screen.line(Text(f"{self._title} ", style="bold"), told)


def run(course: Path | None, topic_name: str | None, part: str | None, *, port: int | None) -> int:
    """Serve until Ctrl-C. Returns 0."""
    catalog, topic = chosen_topic(course, topic_name)
    hold_part(topic, part)
    parts = [each for each in topic.part if each.served and part in {each.name, None}]
    if not parts:
        raise UsageError(
            "There is no app to serve here.",
            where=f"course serve {topic.name}",
            remedy=f"Read the brief: {shown_path(catalog.places(topic.name).brief)}.",
        )
    ports = free_ports(len(parts), port)
    screen = _Screen(Screen())
    screen.line(f"Serving {topic.name} until Ctrl-C; an app starts again when one of its files is saved.")
    with contextlib.ExitStack() as running:
        try:
            apps = [
                running.enter_context(_App(catalog, topic, each, free, screen))
                for each, free in zip(parts, ports, strict=True)
            ]
            while True:
                for app in apps:
                    app.look()
                time.sleep(_LOOK_S)
        except KeyboardInterrupt:
            running.close()
            screen.line("Stopped.")
    return 0


def _docs(app: Served) -> str:
    """Where the app's own documentation is, for an app that has one."""
    connection = http.client.HTTPConnection(LOOPBACK, app.port, timeout=_ANSWER_S)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", _DOCS)
        if connection.getresponse().status == http.HTTPStatus.OK:
            return f", its docs at {app.address.rstrip('/')}{_DOCS}"
    return ""
