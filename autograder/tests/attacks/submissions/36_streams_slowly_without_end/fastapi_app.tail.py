import asyncio

from starlette.responses import StreamingResponse

_plain = create_app


async def endless():
    while True:
        yield b": beat\n\n"
        await asyncio.sleep(0.05)


def create_app():
    app = _plain()

    @app.middleware("http")
    async def stream(request, call_next):
        if request.url.path == "/visitor":
            return StreamingResponse(endless(), media_type="text/event-stream")
        return await call_next(request)

    return app
