import time

from flask import request

_plain = create_app


def create_app():
    app = _plain()

    @app.before_request
    def sleep():
        if request.path.startswith("/label"):
            time.sleep(3600)

    return app
