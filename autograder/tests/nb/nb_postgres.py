"""A PostgreSQL server of a test's own: in a temporary folder, on a socket there, for one account."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["database_url", "programs"]

_INSTALLED = Path("/usr/lib/postgresql")
_WAIT_S = 60


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs; None where there is none."""
    found = [path.parent for path in _INSTALLED.glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    return max(found, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def database_url(bin_folder: Path) -> Iterator[str]:
    """The URL of an empty database, for as long as its server runs.

    Args:
        bin_folder: as ``programs`` gives it.
    """
    # Not pytest's own folder: a socket's path may have 107 bytes at most, and the account must reach it.
    home = Path(tempfile.mkdtemp(prefix="pg ", dir="/tmp"))
    account = _account()
    if account:
        os.chown(home, account["user"], account["group"])
    data, log = home / "data", home / "log"
    try:
        _initialise(bin_folder, data, account)
        with log.open("wb") as file:
            server = subprocess.Popen(
                [bin_folder / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=", "-F"],
                cwd=home,
                stdout=file,
                stderr=file,
                **account,
            )
        try:
            _wait(bin_folder, home, server, log)
            yield f"postgresql+psycopg://grader@/postgres?host={quote(str(home))}"
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
    command = [str(bin_folder / "initdb"), "-D", str(data), "-U", "grader", "--auth=trust", "-E", "UTF8"]
    made = subprocess.run(
        [*command, "--locale=C", "--no-sync"],
        cwd=data.parent,
        capture_output=True,
        text=True,
        check=False,
        **account,
    )
    assert made.returncode == 0, made.stdout + made.stderr


def _wait(bin_folder: Path, home: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _WAIT_S
    ready = [str(bin_folder / "pg_isready"), "-q", "-h", str(home), "-d", "postgres", "-U", "grader"]
    while subprocess.run(ready, check=False).returncode != 0:
        said = log.read_text("utf-8", "replace")
        assert server.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.1)
