"""A PostgreSQL server of a test's own: in a temporary folder, for one account."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.sandbox.postgres import programs

__all__ = ["database_url", "programs", "server_url"]

_WAIT_S = 60
_PASSWORD = "of-the-grader-alone"


@contextmanager
def database_url(bin_folder: Path) -> Iterator[str]:
    """The URL of an empty database on a socket, for as long as its server runs.

    Args:
        bin_folder: as ``programs`` gives it.
    """
    with _running(bin_folder, "", 5432) as home:
        yield f"postgresql+psycopg://grader@/postgres?host={quote(str(home))}"


@contextmanager
def server_url(bin_folder: Path) -> Iterator[str]:
    """The URL of a server on a loopback port, which asks for a password, for as long as it runs."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with _running(bin_folder, "127.0.0.1", port):
        yield f"postgresql+psycopg://grader:{_PASSWORD}@127.0.0.1:{port}/"


@contextmanager
def _running(bin_folder: Path, host: str, port: int) -> Iterator[Path]:
    """The server's folder, with its socket in it."""
    # Not pytest's own folder: a socket's path may have 107 bytes at most, and the account must reach it.
    home = Path(tempfile.mkdtemp(prefix="pg ", dir="/tmp"))
    account = _account()
    if account:
        os.chown(home, account["user"], account["group"])
    data, log = home / "data", home / "log"
    try:
        _initialise(bin_folder, data, account)
        options = ["-k", str(home), "-F", "-c", f"listen_addresses={host}", "-p", str(port)]
        with log.open("wb") as file:
            server = subprocess.Popen(
                [bin_folder / "postgres", "-D", data, *options],
                cwd=home,
                stdout=file,
                stderr=file,
                **account,
            )
        try:
            _wait([str(bin_folder / "pg_isready"), "-h", str(home), "-p", str(port)], server, log)
            yield home
        finally:
            # SIGQUIT ends it at once; what it holds goes with the folder.
            server.send_signal(signal.SIGQUIT)
            server.wait(30)
    finally:
        shutil.rmtree(home)


def _account() -> dict[str, Any]:
    """For root, whom PostgreSQL refuses, the account that the programs run as."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _initialise(bin_folder: Path, data: Path, account: dict[str, Any]) -> None:
    secret = data.parent / "secret"
    secret.write_text(_PASSWORD)
    secret.chmod(0o644)
    command = [str(bin_folder / "initdb"), "-D", str(data), "-U", "grader", "-E", "UTF8"]
    command += ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
    made = subprocess.run(
        [*command, "--locale=C", "--no-sync"],
        cwd=data.parent,
        capture_output=True,
        text=True,
        check=False,
        **account,
    )
    assert made.returncode == 0, made.stdout + made.stderr


def _wait(ready: list[str], server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _WAIT_S
    while subprocess.run([*ready, "-q", "-d", "postgres", "-U", "grader"], check=False).returncode != 0:
        said = log.read_text("utf-8", "replace")
        assert server.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.1)
