"""Run by any interpreter that has the package: which of the given lines can a submission read?

Usage: python visible.py LINES-FILE; prints JSON: files seen, and every place where a line stands.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from autograder.sandbox import Job
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.policy import load_policy

SEARCH = """
import json, os
wanted = {line.rstrip("\\n")[::-1].encode() for line in open("lines.txt", encoding="utf-8")}
seen, hits, names = 0, [], []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders.remove("proc")
    for name in files:
        path = os.path.join(folder, name)
        seen += 1
        try:
            if not os.path.isfile(path) or os.path.getsize(path) > 5_000_000:
                continue
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        if "hidden" in folder.split("/") or "test_contract" in name:
            names.append(path)
        for line in text.split(b"\\n"):
            if len(line) > 30 and line.strip() in wanted:
                hits.append([path, line.decode()])
print(json.dumps({"seen": seen, "hits": hits[:500], "names": names[:50]}))
"""


def main(lines: list[str]) -> None:
    """Search from inside a box; the lines are handed in backwards, so as not to find themselves."""
    policy = load_policy()
    roomy = replace(policy.limits, cpu_s=300, wall_s=500)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "lines.txt").write_text("".join(f"{line[::-1]}\n" for line in lines), encoding="utf-8")
        outcome = BubblewrapSandbox().run(Job(files=Path(folder), limits=roomy, command=("-c", SEARCH)))
    sys.stdout.write(outcome.stdout or json.dumps({"failed": repr(outcome)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
