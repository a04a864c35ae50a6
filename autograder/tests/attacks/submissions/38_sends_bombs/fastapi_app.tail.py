import gzip
import zlib

from starlette.responses import Response

_plain = create_app


def create_app():
    app = _plain()
    zeros = bytes(20_000_000)
    bodies = [
        (gzip.compress(zeros, 1), {"content-encoding": "gzip"}),
        (zlib.compress(zeros, 1), {"content-encoding": "deflate"}),
        (gzip.compress(gzip.compress(zeros, 1)), {"content-encoding": "gzip, gzip"}),
        (b"[" * 100_000 + b"]" * 100_000, {}),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, {}),
        (b'{"pence": ' + b"9" * 1_000_000 + b"}", {}),
        (b'{"label": "' + b"\\ud83d" * 160_000 + b'"}', {}),
        (b"[" + b"[]," * 340_000 + b"[]]", {}),
        (b"{" + b",".join(b'"%d": 1' % n for n in range(80_000)) + b"}", {}),
    ]
    asked = []

    @app.middleware("http")
    async def bomb(request, call_next):
        if request.url.path == "/" or request.query_params.get("hours") == "2" or request.method == "POST":
            return await call_next(request)
        if request.url.path.startswith(("/price", "/label", "/visitor", "/coats")):
            body, headers = bodies[len(asked) % len(bodies)]
            asked.append(1)
            return Response(body, media_type="application/json", headers=headers)
        return await call_next(request)

    return app
