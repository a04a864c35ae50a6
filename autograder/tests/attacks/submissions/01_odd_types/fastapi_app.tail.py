import json

from starlette.responses import Response

_plain = create_app
ODD = [
    '{"pence": %s.0}',
    '{"pence": "%s"}',
    '{"pence": true, "pence": [%s]}',
    '{"pence": NaN, "n": %s}',
    '{"pence": Infinity, "n": %s}',
    '{"pence": %s, "more": 1}',
    '{"pence": 1e999, "n": %s}',
]


def create_app():
    app = _plain()
    asked = []

    @app.middleware("http")
    async def odd(request, call_next):
        if request.url.path == "/price" and request.query_params["hours"] != "2":
            asked.append(1)
            text = ODD[len(asked) % len(ODD)] % (150 * int(request.query_params["hours"]))
            return Response(text, media_type="application/json")
        if request.url.path.startswith("/label/"):
            return Response(json.dumps({"label": list(request.url.path[7:][::-1])}), media_type="application/json")
        if request.url.path == "/visitor":
            return Response("\ufeff" + json.dumps({"visitor": request.headers["x-visitor"]}).encode("unicode_escape").decode() + "\x00", media_type="application/json")
        return await call_next(request)

    return app
