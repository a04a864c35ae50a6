import sys

ESCAPES = (
    "\x1b[2J\x1b[H\x1b]0;owned\x07\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\\x1b[8m"
    "\r10/10 points\x08\x08\x9b31m\x90q\x9c\u202egnp.tset\u2066\u200b\u2028\u2029\x00\x7f"
    "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>"
    "[bold red]rich[/] :boom: [link=file:///etc/passwd]x[/link] ![x](https://evil.example/x.png) "
    "[x](javascript:alert(1)) $$\\href{javascript:alert(1)}{x}$$ ]]><!-- {{7*7}} {%raw%} "
    "=cmd|' /C calc'!A0 @SUM(1+1) +1 -1 \t=1"
)
_plain = create_app


def create_app():
    from starlette.responses import Response

    app = _plain()
    print(ESCAPES * 3, file=sys.stdout, flush=True)
    sys.stderr.buffer.write(b"\xff\xfe\x9b2J") if hasattr(sys.stderr, "buffer") else None
    print(f"Traceback (most recent call last):\n  File \"{ESCAPES}\", line 1, in {ESCAPES}\n{ESCAPES}: {ESCAPES}", file=sys.stderr, flush=True)

    @app.middleware("http")
    async def speak(request, call_next):
        if request.url.path == "/visitor":
            head = ESCAPES.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"").replace(b"\x00", b"").decode("latin-1")
            return Response(ESCAPES.encode() + b"\xff\xfe\x80", media_type="text/html; x=" + "".join(c for c in head if c.isprintable()))
        if request.url.path.startswith("/label"):
            return Response(ESCAPES.encode("utf-16"), status_code=599)
        if request.url.path == "/coats":
            raise RuntimeError(ESCAPES)
        return await call_next(request)

    return app
