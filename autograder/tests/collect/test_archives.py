"""Zip and tar archives: bombs, lies, odd entries, and the honest ones."""

from __future__ import annotations

import io
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.submission import Submission

Collect = Callable[..., Submission]
Kept = Callable[[Submission], set[str]]
Pack = Callable[..., Path]
BOTH = {"flask_app.py": b"x = 1", "fastapi_app.py": b"x = 2"}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_of_any_compression_is_unpacked(collect: Collect, kept: Kept, tarred: Pack, mode: str) -> None:
    assert kept(collect(tarred(BOTH, mode))) == set(BOTH)


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_dialect_of_tar_is_read(collect: Collect, home: Path, kind: int) -> None:
    long = "templates/" + "d" * 60 + "/" + "e" * 60 + ".html"
    with tarfile.open(home / "alice.tar", "w", format=kind) as archive:
        for name, data in {**BOTH, long: b"<p>", "templates/ü.html": b"<i>"}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    submission = collect(home / "alice.tar")
    assert (submission.folder / long).read_bytes() == b"<p>"
    assert (submission.folder / "templates/ü.html").read_bytes() == b"<i>"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_unpacked(collect: Collect, kept: Kept, zipped: Pack, method: int) -> None:
    assert kept(collect(zipped(BOTH, method))) == set(BOTH)


def test_the_kind_of_an_archive_is_told_by_its_bytes(collect: Collect, kept: Kept, zipped: Pack) -> None:
    path = zipped(BOTH)
    assert kept(collect(path.rename(path.with_name("alice.tar.gz")))) == set(BOTH)


def test_one_folder_around_everything_is_looked_into(collect: Collect, kept: Kept, zipped: Pack) -> None:
    submission = collect(zipped({f"alice-routing/{name}": data for name, data in BOTH.items()}))
    assert kept(submission) == set(BOTH)


def test_an_archive_in_a_folder_that_holds_nothing_else_is_unpacked(
    collect: Collect, kept: Kept, zipped: Pack
) -> None:
    submission = collect({"readme.txt": "see the zip", "work.zip": zipped(BOTH).read_bytes()})
    assert kept(submission) == set(BOTH)


def test_an_archive_beside_an_app_is_left_out(collect: Collect, kept: Kept, zipped: Pack) -> None:
    submission = collect({**BOTH, "more.zip": zipped({"evil.py": b""}).read_bytes()})
    assert kept(submission) == set(BOTH)
    assert any('"more.zip" was left out: archives inside' in note for note in submission.notes)


def test_an_archive_three_levels_deep_is_not_unpacked(collect: Collect, zipped: Pack) -> None:
    inner = zipped({"deep.zip": zipped(BOTH).read_bytes()}).read_bytes()
    submission = collect(zipped({"inner.zip": inner, "inner.tar.gz": inner}))
    assert submission.refusal is not None
    assert sum("archives inside a hand-in are not unpacked" in note for note in submission.notes) == 2


ODD = [
    "/etc/cron.d/x.py",
    "../x.py",
    "templates/../../x.py",
    "C:/x.py",
    "C:x.py",
    "\\\\server\\x.py",
    "..\\..\\x.py",
    "templates\\..\\..\\x.py",
    "C:\\x.py",
    "\\x.py",
    "a\nb.py",
    "a\x1b[31m.py",
    "\u202eyp.x.py",
    "zero\u200bwidth.py",
    "-rf.py",
    "--help",
    ".hidden.py",
    "=cmd.csv",
    "<script>.html",
    "trailing. ",
    "NUL.py",
    "con.txt",
    "x" * 97 + ".txt",
    "a//b.py",
    "d/" * 9 + "x.py",
]


@pytest.mark.parametrize("kind", ["zipped", "tarred"])
@pytest.mark.parametrize("name", ODD)
def test_a_member_with_an_odd_name_is_left_out_with_a_note(
    collect: Collect, kept: Kept, request: pytest.FixtureRequest, kind: str, name: str
) -> None:
    home: Path = request.getfixturevalue("home")
    before = set(home.parent.rglob("*"))
    submission = collect(request.getfixturevalue(kind)({**BOTH, name: b"x"}))
    assert kept(submission) == set(BOTH)
    assert [note for note in submission.notes if "was left out" in note]
    made = {path.name for path in set(home.parent.rglob("*")) - before}
    assert made <= {"inbox", "alice", "routing", "routing.ipynb", *BOTH, "alice.zip", "alice.tar"}


def test_a_name_of_four_kilobytes_is_shown_short(collect: Collect, kept: Kept, zipped: Pack) -> None:
    submission = collect(zipped({**BOTH, "x" * 4096 + ".py": b""}))
    assert kept(submission) == set(BOTH)
    assert max(map(len, submission.notes)) < 400


def test_a_name_that_is_not_utf_8_is_left_out_and_shown_escaped(
    collect: Collect, kept: Kept, tarred: Pack
) -> None:
    submission = collect(tarred({**BOTH, "caf\udce9.py": b"x"}))
    assert kept(submission) == set(BOTH)
    assert '"caf\\xe9.py" was left out: its name is not UTF-8 text.' in submission.notes


def test_a_name_is_not_cut_at_a_nul(collect: Collect, kept: Kept, zipped: Pack) -> None:
    path = zipped({**BOTH, "evil.py_.txt": b"x"})
    path.write_bytes(path.read_bytes().replace(b"evil.py_.txt", b"evil.py\0.txt"))
    submission = collect(path)
    assert kept(submission) == set(BOTH)
    assert any('"evil.py\\x00.txt" was left out' in note for note in submission.notes)


@pytest.mark.parametrize(
    "pair", [("Data.txt", "data.txt"), ("a.txt", "a.txt/b.txt"), ("e\u0301.txt", "\u00e9.txt")]
)
def test_of_two_names_that_clash_the_first_is_taken_and_the_other_noted(
    collect: Collect, tarred: Pack, pair: tuple[str, str]
) -> None:
    submission = collect(tarred({**BOTH, pair[0]: b"first", pair[1]: b"second"}))
    names = {path.name for path in submission.folder.rglob("*.txt") if path.is_file()}
    first = unicodedata.normalize("NFC", pair[0])
    assert names == {first}
    assert (submission.folder / first).read_bytes() == b"first"
    assert sum("was left out" in note for note in submission.notes) == 1


def test_the_last_of_two_members_of_one_name_is_taken(collect: Collect, home: Path) -> None:
    with zipfile.ZipFile(home / "alice.zip", "w") as archive:
        archive.writestr("flask_app.py", "first = 1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("flask_app.py", "second = 2")
    submission = collect(home / "alice.zip")
    assert (submission.folder / "flask_app.py").read_text() == "second = 2"
    assert any("the last one was taken" in note for note in submission.notes)


def _special(kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo("data.txt")
    info.type = kind
    info.linkname = link
    return info


@pytest.mark.parametrize(
    "info",
    [
        _special(tarfile.SYMTYPE, "/etc/shadow"),
        _special(tarfile.LNKTYPE, "/etc/shadow"),
        _special(tarfile.LNKTYPE, "flask_app.py"),
        _special(tarfile.CHRTYPE),
        _special(tarfile.BLKTYPE),
        _special(tarfile.FIFOTYPE),
    ],
    ids=["symlink", "hard link", "inner hard link", "character device", "block device", "fifo"],
)
def test_a_special_member_of_a_tar_is_left_out(
    collect: Collect, kept: Kept, tarred: Pack, info: tarfile.TarInfo
) -> None:
    submission = collect(tarred({**BOTH, "data.txt": info}))
    assert kept(submission) == set(BOTH)
    assert '"data.txt" was left out: it is a link or a device; hand in the file itself.' in submission.notes


def test_a_link_in_a_zip_is_left_out(collect: Collect, kept: Kept, zipped: Pack, home: Path) -> None:
    path = zipped(BOTH)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("data.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/shadow")
    assert kept(collect(home / "alice.zip")) == set(BOTH)


def test_a_member_with_a_password_is_left_out(collect: Collect, zipped: Pack) -> None:
    path = zipped(BOTH, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    refusal = collect(path).parts["flask"].refusal
    assert refusal is not None
    assert "password" in refusal
