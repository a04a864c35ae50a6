import os

_without_leaving = create_app


def create_app():
    app = _without_leaving()

    @app.before_request
    def leave():
        os._exit(3)

    return app
