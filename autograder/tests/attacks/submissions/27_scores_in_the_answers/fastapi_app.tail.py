from starlette.responses import Response

SCORES = ["NaN", "-NaN", "Infinity", "-1e308", "1e309", "-5", "99999999999999999999", '"10"', "null", "[10]", "0x10", "10,5", "١٠"]
_plain = create_app


def create_app():
    app = _plain()
    asked = []

    @app.middleware("http")
    async def score(request, call_next):
        asked.append(1)
        if request.url.path in ("/visitor", "/coats") or request.url.path.startswith("/label"):
            text = SCORES[len(asked) % len(SCORES)]
            return Response('{"points": %s, "score": %s, "max_points": %s, "grade": %s}' % ((text,) * 4), media_type="application/json", headers={"x-points": "NaN", "x-score": "1e999"})
        return await call_next(request)

    return app
