from starlette.responses import RedirectResponse

PLACES = ["file:///etc/passwd", "http://127.0.0.1:22/", "http+unix://%2Ftmp%2Fapp/", "//169.254.169.254/latest/meta-data/", "gopher://127.0.0.1:6379/_FLUSHALL", "/visitor"]
_plain = create_app


def create_app():
    app = _plain()
    asked = []

    @app.middleware("http")
    async def elsewhere(request, call_next):
        if request.url.path.startswith(("/label", "/visitor")):
            asked.append(1)
            return RedirectResponse(PLACES[len(asked) % len(PLACES)], status_code=302 + 5 * (len(asked) % 2))
        if request.method == "POST":
            reply = await call_next(request)
            # The check goes to this address: it must go to this app with it, and nowhere else.
            reply.headers["location"] = "http://127.0.0.1:22/coats/1"
            return reply
        return await call_next(request)

    return app
