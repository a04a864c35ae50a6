import time

_without_hanging = create_app


def create_app():
    app = _without_hanging()

    @app.middleware("http")
    async def hang(request, call_next):
        time.sleep(3600)

    return app
