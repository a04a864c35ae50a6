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

    def wait(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether it answers; false when its process ended first, as it does where the port was taken."""
        end = time.monotonic() + 240  # on two cores with all tests running, starting takes a minute and more
        while process.poll() is None:
            try:
                self.page("/api/status")
            except (URLError, ConnectionError):
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.2)
            else:
                return True
        return False

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
    log = home / "server.log"
    for _ in range(3):
        port = _free_port()
        server, process = Server(port), _started(cwd, home, port, log)
        try:
            if server.wait(process):
                yield server
                return
        finally:
            process.terminate()
            process.wait(30)
    raise AssertionError(log.read_text(errors="replace"))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _started(cwd: Path, home: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
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
    with log.open("wb") as file:
        return subprocess.Popen(command, cwd=cwd, env=environment, stdout=file, stderr=file)
