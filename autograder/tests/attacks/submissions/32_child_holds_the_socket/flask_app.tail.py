import os

_plain = create_app


def create_app():
    app = _plain()
    from flask import request

    @app.before_request
    def die():
        if request.path == "/visitor":
            if os.fork() == 0:
                __import__("time").sleep(3600)
            os._exit(4)

    return app
