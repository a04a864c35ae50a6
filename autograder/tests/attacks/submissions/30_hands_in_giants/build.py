"""Sparse giants, a deep tree and a crowd of files, handed in."""

import os


def build(folder, facts):
    for name in ("data.csv", "cloakroom.ipynb", "notes.md", "cloakroom.zip"):
        with (folder / name).open("wb") as file:
            file.truncate(1 << 40)
    with (folder / f"{facts.module}.py").open("ab") as file:
        file.truncate(1 << 40)
    deep = folder / "deep"
    for _ in range(100):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "end.py").write_text("x = 1")
    many = folder / "many"
    many.mkdir()
    for number in range(8000):
        (many / f"{number}.py").touch()
