import re
import time

from flask import request
from probing import Probe

probe = Probe()
asked = []
_plain = create_app


def create_app():
    app = _plain()

    @app.before_request
    def look():
        asked.append((time.monotonic(), request.method, request.path))
        headers = dict(request.headers)
        text = repr(headers).lower()
        probe("the name of a tool", lambda: re.search(r"python|pytest|httpx|httpcore|urllib|autograder|course|check|grad", text))
        probe("a header of its own", lambda: set(map(str.lower, headers)) - {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type", "x-visitor"})
        probe("where it comes from", lambda: request.remote_addr != "127.0.0.1" or request.environ["REMOTE_PORT"] in (None, ""))
        probe("the check's name", lambda: re.search(r"test_|price.*label", text))
        if request.path == "/visitor":
            probe.tell()

    return app
