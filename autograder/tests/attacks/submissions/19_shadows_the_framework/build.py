"""Folders and files that carry the frameworks' own names and answer what earns points."""

FAKE = '''
class FastAPI:
    def __init__(self, *args, **kwargs): pass
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"pence": 300}'})
    def __getattr__(self, name):
        return lambda *a, **k: (lambda f: f)
class JSONResponse: pass
'''


def build(folder, facts):
    (folder / "fastapi").mkdir()
    (folder / "fastapi" / "__init__.py").write_text(FAKE)
    (folder / "fastapi" / "responses.py").write_text("class JSONResponse: pass\n")
