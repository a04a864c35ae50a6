import time

_without_hanging = create_app


def create_app():
    app = _without_hanging()

    @app.middleware("http")
    async def hang(request, call_next):
        if request.url.path.startswith("/files"):
            time.sleep(3600)
        return await call_next(request)

    return app
