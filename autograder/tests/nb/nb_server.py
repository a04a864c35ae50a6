"""A Jupyter server with nbgrader's formgrader, as a browser reaches it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

__all__ = ["Server", "serving"]

TOKEN = "a-token-for-this-test"


class Server:
    """A running server."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"

    def page(self, path: str, body: bytes | None = None, *, method: str | None = None) -> str:
        method = method or ("GET" if body is None else "POST")
        headers = {"Authorization": f"token {TOKEN}"}
        request = Request(f"{self._base}{path}", body, headers, method=method)
        with urlopen(request, timeout=120) as reply:
            text: str = reply.read().decode()
        return text

    def api(self, path: str, body: bytes | None = None) -> Any:
        return json.loads(self.page(f"/formgrader/api/{path}", body))

    def wait(self) -> None:
        end = time.monotonic() + 60
        while True:
            try:
                self.page("/api/status")
            except (URLError, ConnectionError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                return

    def notebook(self, student: str, topic: str) -> str:
        """The id by which the formgrader's pages know a hand-in's notebook."""
        (notebook,) = self.api(f"student_notebook_submissions/{student}/{topic}")
        return str(notebook["id"])


@contextmanager
def serving(cwd: Path, home: Path) -> Iterator[Server]:
    """A server with ``cwd`` as its root; ``home`` is an empty folder for its configuration and log."""
    home.mkdir(exist_ok=True)
    # What `jupyter server extension enable nbgrader.server_extensions.formgrader` writes.
    enabled = {"ServerApp": {"jpserver_extensions": {"nbgrader.server_extensions.formgrader": True}}}
    (home / "jupyter_server_config.json").write_text(json.dumps(enabled))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"),
        f"--ServerApp.root_dir={cwd}",
    ]
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home),
        "PYTHONWARNINGS": "ignore",
    }
    log = home / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=file, stderr=file)
    try:
        server = Server(port)
        server.wait()
        yield server
    finally:
        process.terminate()
        process.wait(30)
