import asyncio

from starlette.responses import StreamingResponse

_plain = create_app


async def endless():
    while True:
        await asyncio.sleep(0)
        yield b"data: " + b"x" * 65536 + b"\n\n"


def create_app():
    app = _plain()

    @app.middleware("http")
    async def stream(request, call_next):
        if request.url.path == "/visitor":
            return StreamingResponse(endless(), media_type="text/event-stream")
        return await call_next(request)

    return app
