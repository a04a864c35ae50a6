"""Views inside the factory, a decorator that makes the entry, an exit stack, and dictionaries for the rest."""

from __future__ import annotations

import atexit
import functools
import os
import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from flask import Flask, request
from werkzeug.exceptions import HTTPException, InternalServerError

SKY = {
    "M13": ("09:00", "23:30"),
    "M31": ("14:00", "06:00"),
    "M42": ("20:30", "07:00"),
    "M45": ("16:30", "08:00"),
    "M57": ("10:30", "01:00"),
    "Moon": ("17:15", "05:45"),
    "Vega": ("08:00", "00:30"),
    "Venus": ("04:10", "16:40"),
}


class OverexposedError(Exception):
    """Nobody catches it."""


class No(Exception):
    """Carries both answers at once."""

    def __init__(self, old, new):
        super().__init__(old)
        self.answers = {1: old, 2: new}


def settings(config):
    values = {"SITE": "North dome", "PLATES": "24", "LOG": "night.log", "CLOCK": "", "TICK": "0"}
    for key in values:
        values[key] = os.environ.get("OBSERVATORY_" + key) or values[key]
    values.update(config or {})
    return values


def up(name, hour):
    rises, sets = SKY[name]
    return (rises <= hour < sets) if rises < sets else not (sets <= hour < rises)


def ticking(start, tick):
    while True:
        yield start
        start += tick


def create_app(config=None):
    values = settings(config)
    app = Flask(__name__)
    app.json.sort_keys = False
    closing = ExitStack()
    file = closing.enter_context(open(values["LOG"], "a"))
    lock = threading.Lock()
    state = {"entries": 0, "exposures": []}
    plates = int(values["PLATES"])
    clock = None
    if values["CLOCK"]:
        clock = ticking(
            datetime.strptime(values["CLOCK"], "%Y-%m-%dT%H:%M:%SZ"), timedelta(seconds=int(values["TICK"]))
        )

    def log(line):
        print(line, file=file, flush=True)

    @contextmanager
    def opened(first, last):
        log(first)
        try:
            yield
        finally:
            log(last)

    def logged(version, view):
        @functools.wraps(view)
        def answer(**arguments):
            with lock:
                state["entries"] += 1
                entry = state["entries"]
                now = next(clock) if clock else datetime.now(UTC)
            text = now.strftime("%Y-%m-%dT%H:%M:%SZ")
            with opened(f"#{entry} begin {text}", f"#{entry} end"):
                try:
                    return view(entry, text, **arguments)
                except No as no:
                    body, status = no.answers[version]
                    return body, status

        return answer

    def one(version, exposure):
        number, name, seconds, text, entry = exposure
        shown = {"number": number, "target": name, "seconds": seconds}
        return {**shown, **({"at": text[11:16]} if version == 1 else {"taken": text, "entry": entry})}

    def find(number):
        if number not in range(1, len(state["exposures"]) + 1):
            words = {"error": "unknown exposure"}
            raise No((words, 404), ({**words, "number": number}, 404))
        return state["exposures"][number - 1]

    def take(entry, text):
        name = request.json["target"]
        if name not in SKY:
            words = {"error": "unknown target"}
            raise No((words, 404), ({**words, "target": name}, 404))
        if not up(name, text[11:16]):
            words = {"error": "not up"}
            raise No((words, 400), ({**words, "target": name, "rises": SKY[name][0]}, 409))
        if len(state["exposures"]) == plates:
            words = {"error": "no plates"}
            raise No((words, 400), ({**words, "of": plates}, 409))
        with opened(f"#{entry} shutter opened", f"#{entry} shutter closed"):
            if name == "Moon":
                raise OverexposedError
        exposure = (len(state["exposures"]) + 1, name, request.json["seconds"], text, entry)
        state["exposures"].append(exposure)
        return exposure

    def status_1(entry, text):
        return {"site": values["SITE"], "plates": plates - len(state["exposures"])}

    def status_2(entry, text):
        left = plates - len(state["exposures"])
        return {"site": values["SITE"], "time": text, "entry": entry, "plates": {"left": left, "of": plates}}

    def targets_1(entry, text):
        return {"up": [name for name in SKY if up(name, text[11:16])]}

    def targets_2(entry, text):
        rows = [
            {"name": name, "rises": rises, "sets": sets, "up": up(name, text[11:16])}
            for name, (rises, sets) in SKY.items()
        ]
        return {"time": text, "entry": entry, "targets": rows}

    def list_1(entry, text):
        return [one(1, each) for each in state["exposures"]]

    def list_2(entry, text):
        return {"exposures": [one(2, each) for each in state["exposures"]]}

    def take_1(entry, text):
        return one(1, take(entry, text))

    def take_2(entry, text):
        exposure = take(entry, text)
        return one(2, exposure), 201, [("Location", "/v2/exposures/%d" % exposure[0])]

    views = {
        1: (status_1, targets_1, list_1, lambda entry, text, number: one(1, find(number)), take_1),
        2: (status_2, targets_2, list_2, lambda entry, text, number: one(2, find(number)), take_2),
    }
    for prefix, version in (("", 1), ("/v1", 1), ("/v2", 2)):
        status, targets, listed, found, taken = (logged(version, view) for view in views[version])
        app.add_url_rule(f"{prefix}/status", f"{prefix}status", status)
        app.add_url_rule(f"{prefix}/targets", f"{prefix}targets", targets)
        app.add_url_rule(f"{prefix}/exposures", f"{prefix}listed", listed)
        app.add_url_rule(f"{prefix}/exposures/<int:number>", f"{prefix}found", found)
        app.add_url_rule(f"{prefix}/exposures", f"{prefix}taken", taken, methods=["POST"])

    @app.errorhandler(Exception)
    def failed(error):
        error = error if isinstance(error, HTTPException) else InternalServerError()
        return {"error": error.name.lower()}, error.code

    closing.enter_context(opened("dome opened", "dome closed"))
    closing.enter_context(opened("telescope unparked", "telescope parked"))
    atexit.register(closing.close)
    return app
