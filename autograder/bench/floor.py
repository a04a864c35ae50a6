"""The floor of a start: an app in a process forked from a warm one, without any wall.

Only the benchmark uses this, with apps of the course's own. Run as ``python -m autograder.bench.floor``:
reads what to import, says so when that is done; then reads one order a line and says the pid.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

from autograder.sandbox import launcher

__all__: list[str] = []


def main() -> None:
    """Fork one app for each line of standard input until it ends."""
    launcher.import_early(json.loads(sys.stdin.readline()))
    _say("ready")
    for line in iter(sys.stdin.readline, ""):
        order: dict[str, Any] = json.loads(line)
        if "reap" in order:
            os.waitpid(order["reap"], 0)
            _say("reaped")
            continue
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(order["path"])
        listener.listen()
        pid = os.fork()
        if pid == 0:
            launcher.run_app(order, order["home"], [listener], lambda: None)
        listener.close()
        _say(str(pid))


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
