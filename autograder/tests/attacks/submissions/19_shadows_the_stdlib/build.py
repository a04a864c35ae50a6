"""Modules of the hand-in that carry names of the standard library and of the servers."""

NAMES = "asyncio base64 builtins copy ctypes dataclasses functools importlib inspect io json logging os pickle random re select signal site socket stat string subprocess sys tempfile threading time traceback types typing unittest werkzeug uvicorn h11 starlette anyio click sidebyside autograder"


def build(folder, facts):
    for name in NAMES.split():
        (folder / f"{name}.py").write_text(f"raise ImportError('{name} of the hand-in')\n")
