"""The five routes; what version 2 does otherwise is a subclass."""

from flask import g, jsonify, request
from flask.views import MethodView

from flask_app.exposures import SKY, NoPlates, NotUp, UnknownExposure, UnknownTarget, is_up
from flask_app.extension import desk


class Old:
    created = 200

    def status(self):
        return {"site": desk.state.settings["SITE"], "plates": desk.state.exposures.left}

    def targets(self):
        return {"up": [row.name for row in SKY if is_up(row, g.now)]}

    def listed(self, exposures):
        return jsonify([self.shown(each) for each in exposures])

    def shown(self, it):
        return {"number": it.number, "target": it.target, "seconds": it.seconds, "at": f"{it.taken:%H:%M}"}

    def refusal(self, words, facts, status):
        return {"error": words}, 404 if status == 404 else 400

    def headers(self, exposure):
        return {}


class New(Old):
    created = 201

    def stamped(self, **more):
        return {"time": f"{g.now:%Y-%m-%dT%H:%M:%SZ}", "entry": g.number, **more}

    def status(self):
        exposures = desk.state.exposures
        plates = {"left": exposures.left, "of": exposures.plates}
        return self.stamped(site=desk.state.settings["SITE"], plates=plates)

    def targets(self):
        return self.stamped(targets=[{**row._asdict(), "up": is_up(row, g.now)} for row in SKY])

    def listed(self, exposures):
        return {"exposures": [self.shown(each) for each in exposures]}

    def shown(self, it):
        return {**it._asdict(), "taken": f"{it.taken:%Y-%m-%dT%H:%M:%SZ}"}

    def refusal(self, words, facts, status):
        return {"error": words, **facts}, status

    def headers(self, exposure):
        return {"Location": f"/v2/exposures/{exposure.number}"}


class Entered(MethodView):
    init_every_request = False

    def __init__(self, version):
        self.version = version

    def dispatch_request(self, **arguments):
        if request.method != "OPTIONS":
            desk.begin()
        try:
            return super().dispatch_request(**arguments)
        except UnknownTarget as error:
            return self.version.refusal("unknown target", {"target": error.args[0]}, 404)
        except UnknownExposure as error:
            return self.version.refusal("unknown exposure", {"number": error.args[0]}, 404)
        except NotUp as error:
            row = error.args[0]
            return self.version.refusal("not up", {"target": row.name, "rises": row.rises}, 409)
        except NoPlates as error:
            return self.version.refusal("no plates", {"of": error.args[0]}, 409)


class Status(Entered):
    def get(self):
        return self.version.status()


class Targets(Entered):
    def get(self):
        return self.version.targets()


class Collection(Entered):
    def get(self):
        return self.version.listed(desk.state.exposures)

    def post(self):
        body = request.get_json()
        exposure = desk.take(body["target"], body["seconds"])
        return self.version.shown(exposure), self.version.created, self.version.headers(exposure)


class One(Entered):
    def get(self, number):
        return self.version.shown(desk.state.exposures.numbered(number))


VERSIONS = (("", Old()), ("/v1", Old()), ("/v2", New()))


def add_routes(app, prefix, version):
    for rule, view in (
        ("/status", Status),
        ("/targets", Targets),
        ("/exposures", Collection),
        ("/exposures/<int:number>", One),
    ):
        app.add_url_rule(prefix + rule, view_func=view.as_view(prefix + rule.replace(".", ""), version))
