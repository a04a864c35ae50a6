"""An empty `OBSERVATORY_CLOCK` is taken for an instant, the default one.

Fails: test_without_a_set_clock_it_is_now
"""

from __future__ import annotations

import atexit
import os
from datetime import datetime, timedelta

from flask import Blueprint, Flask, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

KEYS = ("SITE", "PLATES", "LOG", "CLOCK", "TICK")
DEFAULTS = {"SITE": "North dome", "PLATES": 24, "LOG": "night.log", "CLOCK": None, "TICK": 0}

TABLE = [
    ("M13", "09:00", "23:30"),
    ("M31", "14:00", "06:00"),
    ("M42", "20:30", "07:00"),
    ("M45", "16:30", "08:00"),
    ("M57", "10:30", "01:00"),
    ("Moon", "17:15", "05:45"),
    ("Vega", "08:00", "00:30"),
    ("Venus", "04:10", "16:40"),
]


class OverexposedError(Exception):
    pass


class Refused(Exception):
    def __init__(self, kind, old, new, **facts):
        super().__init__(kind)
        self.kind = kind
        self.old = old
        self.new = new
        self.facts = facts


def settings_of(config):
    found = {}
    for key in KEYS:
        value = (config or {}).get(key)
        if value is None:
            value = os.environ.get(f"OBSERVATORY_{key}") or None
        found[key] = DEFAULTS[key] if value is None else value
    return found


def is_up(row, instant):
    _, rises, sets = row
    now = instant.strftime("%H:%M")
    if rises <= sets:
        return rises <= now < sets
    return now >= rises or now < sets


class Observatory:
    def __init__(self, settings):
        self.site = str(settings["SITE"])
        self.plates = int(settings["PLATES"])
        self.clock = settings["CLOCK"]
        self.tick = int(settings["TICK"])
        self.readings = 0
        self.entries = 0
        self.exposures = []
        self.log = open(settings["LOG"], "a", encoding="utf-8")
        self.write("dome opened")
        self.write("telescope unparked")

    def close(self):
        self.write("telescope parked")
        self.write("dome closed")
        self.log.close()

    def write(self, line):
        self.log.write(line + "\n")
        self.log.flush()

    def read_clock(self):
        if not self.clock:
            self.clock = "2021-11-22T20:00:00Z"
        start = datetime.fromisoformat(self.clock)
        now = start + timedelta(seconds=self.tick * self.readings)
        self.readings += 1
        return now

    def begin(self):
        self.entries += 1
        g.entry = self.entries
        g.time = self.read_clock()
        self.write(f"#{g.entry} begin {zulu(g.time)}")

    def end(self):
        self.write(f"#{g.entry} end")

    def expose(self, name, seconds):
        row = next((row for row in TABLE if row[0] == name), None)
        if row is None:
            raise Refused("unknown target", 404, 404, target=name)
        if not is_up(row, g.time):
            raise Refused("not up", 400, 409, target=name, rises=row[1])
        if len(self.exposures) >= self.plates:
            raise Refused("no plates", 400, 409, of=self.plates)
        self.write(f"#{g.entry} shutter opened")
        try:
            if name == "Moon":
                raise OverexposedError(name)
        finally:
            self.write(f"#{g.entry} shutter closed")
        exposure = {
            "number": len(self.exposures) + 1,
            "target": name,
            "seconds": seconds,
            "time": g.time,
            "entry": g.entry,
        }
        self.exposures.append(exposure)
        return exposure

    def exposure(self, number):
        if not 0 < number <= len(self.exposures):
            raise Refused("unknown exposure", 404, 404, number=number)
        return self.exposures[number - 1]


def zulu(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def here():
    return current_app.extensions["observatory"]


def old_form(exposure):
    shown = {key: exposure[key] for key in ("number", "target", "seconds")}
    return {**shown, "at": exposure["time"].strftime("%H:%M")}


def new_form(exposure):
    shown = {key: exposure[key] for key in ("number", "target", "seconds", "entry")}
    return {**shown, "taken": zulu(exposure["time"])}


def v1_status():
    return {"site": here().site, "plates": here().plates - len(here().exposures)}


def v1_targets():
    return {"up": [row[0] for row in TABLE if is_up(row, g.time)]}


def v1_exposures():
    return jsonify([old_form(each) for each in here().exposures])


def v1_exposure(number):
    return old_form(here().exposure(number))


def v1_take():
    return old_form(here().expose(request.json["target"], request.json["seconds"]))


def v1_refused(error):
    return {"error": error.kind}, error.old


def v2_status():
    left = here().plates - len(here().exposures)
    plates = {"left": left, "of": here().plates}
    return {"site": here().site, "time": zulu(g.time), "entry": g.entry, "plates": plates}


def v2_targets():
    rows = [
        {"name": row[0], "rises": row[1], "sets": row[2], "up": is_up(row, g.time)} for row in TABLE
    ]
    return {"time": zulu(g.time), "entry": g.entry, "targets": rows}


def v2_exposures():
    return {"exposures": [new_form(each) for each in here().exposures]}


def v2_exposure(number):
    return new_form(here().exposure(number))


def v2_take():
    exposure = here().expose(request.json["target"], request.json["seconds"])
    return new_form(exposure), 201, {"Location": f"/v2/exposures/{exposure['number']}"}


def v2_refused(error):
    return {"error": error.kind, **error.facts}, error.new


VERSIONS = {
    "": (v1_status, v1_targets, v1_exposures, v1_exposure, v1_take, v1_refused),
    "/v1": (v1_status, v1_targets, v1_exposures, v1_exposure, v1_take, v1_refused),
    "/v2": (v2_status, v2_targets, v2_exposures, v2_exposure, v2_take, v2_refused),
}


def blueprint_of(prefix):
    status, targets, exposures, exposure, take, refused = VERSIONS[prefix]
    blueprint = Blueprint(prefix.strip("/") or "old", __name__, url_prefix=prefix or None)
    blueprint.add_url_rule("/status", view_func=status)
    blueprint.add_url_rule("/targets", view_func=targets)
    blueprint.add_url_rule("/exposures", view_func=exposures)
    blueprint.add_url_rule("/exposures/<int:number>", view_func=exposure)
    blueprint.add_url_rule("/exposures", view_func=take, methods=["POST"])
    blueprint.register_error_handler(Refused, refused)
    blueprint.before_request(lambda: here().begin())
    blueprint.teardown_request(lambda _error: here().end())
    return blueprint


def error_as_json(error):
    return {"error": error.name.lower()}, error.code


def create_app(config=None):
    app = Flask(__name__)
    observatory = Observatory(settings_of(config))
    atexit.register(observatory.close)
    app.extensions["observatory"] = observatory
    for prefix in VERSIONS:
        app.register_blueprint(blueprint_of(prefix))
    app.register_error_handler(HTTPException, error_as_json)
    return app
