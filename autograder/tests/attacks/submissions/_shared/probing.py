"""Tries things; says how many it tried, and what it reached.

An attempt reaches something when it returns what is true. What it raises means that it was refused.
"""

import os
import re

CANARY = re.compile(rb"canary-[0-9a-f]{32}")


class Probe:
    def __init__(self):
        self.tried = 0
        self.reached = []

    def __call__(self, name, attempt):
        self.tried += 1
        try:
            got = attempt()
        except BaseException as error:
            return error
        if got:
            self.reached.append(f"{name}: {got!r:.150}")
        return got

    def tell(self):
        lines = [f"REACHED {line}" for line in self.reached[:8]] + [f"TRIED {self.tried}"]
        print("\n".join(lines), flush=True)


def secrets_in(path, most=5_000_000):
    """The grader's secret, where a file holds it."""
    with open(path, "rb") as file:
        found = CANARY.search(file.read(most))
    return found and f"{path}: {found[0].decode()}"


def walk(top, most=60_000):
    """Every file below, as far as it can be seen."""
    seen = 0
    for folder, folders, names in os.walk(top):
        if folder in ("/proc", "/sys"):
            folders.clear()
        for name in names:
            seen += 1
            if seen > most:
                return
            yield os.path.join(folder, name)
