import time

_plain = create_app


def create_app():
    app = _plain()

    @app.middleware("http")
    async def late(request, call_next):
        time.sleep(0.55)
        return await call_next(request)

    return app
