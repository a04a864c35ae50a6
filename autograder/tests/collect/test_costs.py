"""Collecting costs as much as a hand-in holds, not the square of that: steps are counted, never seconds."""

from __future__ import annotations

import gzip
import io
import itertools
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.collect.listing import Entry, path_of
from autograder.collect.tarred import TarDamaged, members
from autograder.submission import Submission

Collect = Callable[..., Submission]
_BLOCK = 512


def packed(names: list[str]) -> bytes:
    """A tar file of empty files of these names, longer ones as GNU's tar writes them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return gzip.compress(out.getvalue(), mtime=0)


def extended(records: bytes) -> bytes:
    """A tar file of one member with these extended attributes."""
    header = tarfile.TarInfo("attributes")
    header.type, header.size = tarfile.XHDTYPE, len(records)
    blocks = header.tobuf() + records + bytes(-len(records) % _BLOCK)
    return blocks + tarfile.TarInfo("flask_app.py").tobuf() + bytes(2 * _BLOCK)


def steps(act: Callable[[], object]) -> int:
    """How often Python entered a function or went on with a generator meanwhile."""
    count = 0

    def note(_frame: object, event: str, _about: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


_NUMBERS = itertools.count()


def new(number: int) -> str:
    """A name that is not known from before: what is remembered would make the next archive cheaper."""
    return f"{number}x{next(_NUMBERS)}"


LAYOUTS: dict[str, Callable[[int], str]] = {
    "folders named like the topic": lambda at: f"routing{new(at)}/flask_app.py",
    "student editions": lambda at: f"a{new(at)}/exercises/routing/flask_app.py",
    "folders of tools": lambda at: f"a{new(at)}/.git/x",
    "copies of one file": lambda at: f"flask_app ({new(at)}).py",
    "a package": lambda at: f"flask_app/x{new(at)}.py",
    "ways of fifty folders": lambda at: "/".join(["a"] * 50 + [new(at)]),
    "ways of thousands of folders": lambda at: "a/" * 2000 + new(at),
    "ways of Windows": lambda at: "a\\" * 2000 + new(at),
    "accents taken apart": lambda at: "e\u0301" * 2000 + new(at),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_twice_the_members_cost_twice_the_steps(layout: str, collect: Collect, home: Path) -> None:
    path = home / "alice.tar.gz"
    taken = []
    for number in (200, 400, 800):
        path.write_bytes(packed([LAYOUTS[layout](at) for at in range(number)]))
        taken.append(steps(lambda: collect(path)))
    first, second = taken[1] - taken[0], taken[2] - taken[1]
    assert second < 2.6 * first + 2000, taken


def test_a_way_of_thousands_of_folders_is_compared_by_its_first_names() -> None:
    entry = Entry(path_of("a/" * 30_000 + "flask_app.py"), 0)
    assert len(entry.raw) <= 1024
    assert len(entry.parts) <= 17
    assert Entry("x/" * 40 + "flask_app.py", 0).parts[-1] == "flask_app.py"


def test_a_way_that_was_cut_is_left_out(collect: Collect, home: Path) -> None:
    path = home / "alice.tar.gz"
    path.write_bytes(packed(["flask_app.py", "a/" * 600 + "b.py", "b" * 3000 + ".py", "\\" * 3000]))
    assert sum("was left out" in note for note in collect(path).notes) == 3


def test_extended_attributes_of_one_member_are_counted() -> None:
    record = b"5 a=\n"
    [member] = members(extended(record * 200))
    assert member.name == "flask_app.py"
    with pytest.raises(TarDamaged):
        list(members(extended(record * 201)))


@pytest.mark.parametrize("records", [b"0 a=\n", b"1 a=\n", b"2 \n", b"99 a=b\n", b"7 a=b", b"-5 a=\n", b"\n"])
def test_a_wrong_length_of_an_attribute_is_damage(records: bytes) -> None:
    with pytest.raises(TarDamaged):
        list(members(extended(records)))
