"""The desk as an extension: one object of the module, its state in each app."""

import atexit
import os
from datetime import datetime, timedelta, timezone

from flask import current_app, g

from flask_app.exposures import Exposures

KEYS = {"SITE": "North dome", "PLATES": 24, "LOG": "night.log", "CLOCK": "", "TICK": 0}


class State:
    def __init__(self, settings):
        self.settings = settings
        self.file = open(settings["LOG"], "a", encoding="utf-8")
        self.entries = 0
        self.readings = 0
        self.exposures = Exposures(int(settings["PLATES"]))

    def write(self, line):
        self.file.write(f"{line}\n")
        self.file.flush()

    def read(self):
        if not self.settings["CLOCK"]:
            return datetime.now(timezone.utc)
        start = datetime.fromisoformat(self.settings["CLOCK"])
        self.readings += 1
        return start + (self.readings - 1) * timedelta(seconds=int(self.settings["TICK"]))

    def close(self):
        self.write("telescope parked")
        self.write("dome closed")
        self.file.close()


class Desk:
    def init_app(self, app, config):
        settings = {}
        for key, default in KEYS.items():
            settings[key] = config.get(key, os.environ.get(f"OBSERVATORY_{key}") or default)
        state = app.extensions["desk"] = State(settings)
        state.write("dome opened")
        state.write("telescope unparked")
        atexit.register(state.close)
        app.teardown_appcontext(self.end)

    @property
    def state(self):
        return current_app.extensions["desk"]

    def begin(self):
        self.state.entries += 1
        g.number = self.state.entries
        g.now = self.state.read()
        self.state.write(f"#{g.number} begin {g.now:%Y-%m-%dT%H:%M:%SZ}")

    def end(self, error):
        if g.get("shutter"):
            self.state.write(f"#{g.number} shutter closed")
        if "number" in g:
            self.state.write(f"#{g.number} end")

    def take(self, name, seconds):
        self.state.exposures.judge(name, g.now)
        self.state.write(f"#{g.number} shutter opened")
        g.shutter = True
        return self.state.exposures.expose(name, seconds, g.now, g.number)


desk = Desk()
