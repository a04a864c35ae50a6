import json

from flask import Response, request

_plain = create_app
SURROGATES = '{"owner": "\\ud800\\udfff\\udc80", "number": 1, "\\udfff": "\\ud800"}'


def create_app():
    app = _plain()

    @app.before_request
    def odd():
        if request.path == "/visitor":
            return Response(SURROGATES, content_type="application/json")
        if request.path.startswith("/label"):
            return Response(b"\xff\xfe{\"label\": \"\xed\xa0\x80\"}", content_type="application/json; charset=utf-7")
        if request.method == "POST":
            # What a check sends on: an address with half a character, a newline, an end of string.
            reply = Response(SURROGATES, status=201, content_type="application/json")
            reply.headers["Location"] = "/coats/\udc80".encode("utf-8", "surrogateescape").decode("latin-1") + "?\x7f\xa0"
            return reply
        return None

    return app
