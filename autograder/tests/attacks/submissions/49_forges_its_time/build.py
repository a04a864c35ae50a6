"""A time of the hand-in, long before it was made, brought along in every form."""

import os


def build(folder, facts):
    for name in ("timestamp.txt", "TIMESTAMP.TXT", "sub/timestamp.txt", ".timestamp.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("2001-01-01 00:00:00.000000 UTC\n")
        os.utime(folder / name, (0, 0))
    os.utime(folder / f"{facts.module}.py", (0, 0))
