"""Zip and tar archives: bombs, lies, odd entries, and the honest ones."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.collect import Caps
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


def test_an_archive_in_an_archive_is_not_unpacked(collect: Collect, zipped: Pack) -> None:
    inner = zipped(BOTH).read_bytes()
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
    "templates\\x.py",
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
    assert names == {pair[0]}
    assert (submission.folder / pair[0]).read_bytes() == b"first"
    assert sum("was left out" in note for note in submission.notes) == 1


def test_the_same_name_twice_in_a_zip_is_taken_once(collect: Collect, home: Path) -> None:
    with zipfile.ZipFile(home / "alice.zip", "w") as archive:
        archive.writestr("flask_app.py", "first = 1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("flask_app.py", "second = 2")
    submission = collect(home / "alice.zip")
    assert (submission.folder / "flask_app.py").read_text() == "first = 1"
    assert any("its name is the same as that of" in note for note in submission.notes)


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


def test_a_member_of_a_hundred_megabytes_is_left_out_without_unpacking_it(
    collect: Collect, kept: Kept, home: Path, zipped: Pack
) -> None:
    path = zipped(BOTH)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("big.txt", "w") as big:
        for _ in range(100):
            big.write(bytes(1_000_000))
    assert path.stat().st_size < 200_000
    started = time.monotonic()
    submission = collect(home / "alice.zip")
    assert time.monotonic() - started < 2
    assert kept(submission) == set(BOTH)
    assert '"big.txt" was left out: it is larger than 1 MB.' in submission.notes


def test_a_zip_member_that_lies_about_its_size_is_left_out(
    collect: Collect, kept: Kept, zipped: Pack
) -> None:
    path = zipped({**BOTH, "big.txt": bytes(50_000_000)})
    size = struct.pack("<L", 50_000_000)
    for lie in (b"\x05\0\0\0", struct.pack("<L", 999_999)):
        path.write_bytes(path.read_bytes().replace(size, lie))
        submission = collect(path)
        assert kept(submission) == set(BOTH)
        assert (
            '"big.txt" was left out: it is damaged within the archive; pack the files again.'
            in submission.notes
        )
        size = lie


def test_many_members_that_unpack_to_too_much_in_all_are_refused(collect: Collect, zipped: Pack) -> None:
    many = {f"f{number}.txt": os.urandom(10) + bytes(90_000) for number in range(30)}
    submission = collect(zipped({**BOTH, **many}), caps=Caps(unpacked_bytes=1_000_000))
    assert submission.refusal is not None
    assert "unpacks to more than 1 MB" in submission.refusal


def test_what_does_not_fit_the_total_is_left_out(collect: Collect, zipped: Pack) -> None:
    submission = collect(zipped({**BOTH, "z.txt": bytes(900)}), caps=Caps(total_bytes=500))
    assert any('"z.txt" was left out: the files of your hand-in add up' in note for note in submission.notes)
    assert submission.parts["flask"].refusal is None


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_compressed_bomb_is_refused(collect: Collect, home: Path, pack: Callable[[bytes], bytes]) -> None:
    (home / "alice.tar.gz").write_bytes(pack(bytes(10_000_000)))
    submission = collect(home / "alice.tar.gz", caps=Caps(unpacked_bytes=1_000_000))
    assert submission.refusal is not None
    assert "unpacks to more than 1 MB" in submission.refusal


def test_a_bomb_of_many_streams_is_refused_quickly(collect: Collect, home: Path) -> None:
    (home / "alice.tgz").write_bytes(gzip.compress(b"") * 500_000)
    started = time.monotonic()
    assert collect(home / "alice.tgz").refusal is not None
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_method_that_unpacks_in_one_gulp_is_left_out(
    collect: Collect, zipped: Pack, method: int
) -> None:
    submission = collect(zipped(BOTH, method))
    assert submission.parts["flask"].refusal == (
        "Your flask_app.py could not be taken: it is packed in a way that is not read here; "
        "pack it as an ordinary zip."
    )


def test_overlapping_members_are_refused(collect: Collect, home: Path) -> None:
    (home / "alice.zip").write_bytes(_overlapping_zip())
    submission = collect(home / "alice.zip")
    assert submission.refusal is not None
    assert "damaged" in submission.refusal


def _overlapping_zip() -> bytes:
    """Two entries of the table of contents that share one member's bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("flask_app.py", "x" * 100)
    data = out.getvalue()
    directory = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[directory:end]
    other = entry.replace(b"flask_app.py", b"other_app.py")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(entry), directory, 0)
    return data[:directory] + entry + other + tail


def test_a_table_of_contents_of_a_hundred_thousand_entries_is_refused_quickly(
    collect: Collect, home: Path
) -> None:
    entry = (
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    )
    count = 60_000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, count * len(entry), 0, 0)
    (home / "alice.zip").write_bytes(b"PK\x03\x04" + entry * count + tail)
    started = time.monotonic()
    assert collect(home / "alice.zip").refusal is not None
    assert time.monotonic() - started < 1


def test_more_files_than_allowed_are_left_out_and_the_apps_come_first(
    collect: Collect, kept: Kept, zipped: Pack
) -> None:
    many = {f"a/{number}.txt": b"x" for number in range(500)}
    submission = collect(zipped({**many, **BOTH}))
    assert set(BOTH) <= kept(submission)
    assert len(kept(submission)) == 200
    assert any("more than 200 files" in note for note in submission.notes)


def test_a_tar_that_ends_early_is_refused(collect: Collect, tarred: Pack) -> None:
    path = tarred({**BOTH, "z.txt": bytes(5_000)}, "w")
    path.write_bytes(path.read_bytes()[:3_000])
    refusal = collect(path).refusal
    assert refusal is not None
    assert "damaged" in refusal


def test_a_member_with_a_password_is_left_out(collect: Collect, zipped: Pack) -> None:
    path = zipped(BOTH, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    refusal = collect(path).parts["flask"].refusal
    assert refusal is not None
    assert "password" in refusal


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(17),
        b"\x1f\x8b",
        b"BZh9",
        b"\xfd7zXZ\0",
        bytes(300),
        b"Rar!\x1a\x07",
    ],
)
def test_what_only_looks_like_an_archive_is_refused_with_a_sentence(
    collect: Collect, home: Path, data: bytes
) -> None:
    (home / "alice.zip").write_bytes(data)
    refusal = collect(home / "alice.zip").refusal
    assert refusal is not None
    assert "hand i" in refusal


def test_a_tar_of_a_negative_size_neither_hangs_nor_counts(collect: Collect, tarred: Pack) -> None:
    path = tarred(BOTH, "w")
    data = bytearray(path.read_bytes())
    data[124:136] = b"\xff" * 12
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    path.write_bytes(bytes(data))
    assert collect(path).refusal is not None


def test_a_damaged_member_is_left_out_alone(collect: Collect, zipped: Pack) -> None:
    path = zipped(BOTH, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"x = 2", b"x = 3", 1))
    submission = collect(path)
    assert zlib.crc32(b"x = 2") != zlib.crc32(b"x = 3")
    assert submission.parts["flask"].refusal is None
    assert "damaged within the archive" in (submission.parts["fastapi"].refusal or "")
