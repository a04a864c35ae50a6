"""Takes in the files of a zip or tar archive: each member capped while it is unpacked, none trusted."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import IO, Protocol

from autograder.collect.intake import Intake
from autograder.collect.tarred import TarDamaged, TarMember, members

__all__ = ["is_archive", "unpack"]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_STREAMS = 16  # compressed streams one behind the other; an honest tool writes one
_STEP = 1 << 16
_LZMA_MEMORY = 128_000_000
_TAR_MAGIC = slice(257, 262)
_ENCRYPTED = 0x1
_DAMAGED = "The archive that you handed in is damaged or incomplete: pack the files again, as a zip, and hand it in."
_SPECIAL = "it is a link or a device; hand in the file itself"


class _Decompressor(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


_COMPRESSIONS: tuple[tuple[bytes, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)),
)


class _Unusable(Exception):  # noqa: N818 - a fact about the archive
    """The archive cannot be taken; the text is the sentence to the student."""


def is_archive(data: bytes) -> bool:
    """Whether the first bytes are those of an archive that can be unpacked here."""
    return data.startswith((*_ZIP, *(magic for magic, _ in _COMPRESSIONS))) or data[_TAR_MAGIC] == b"ustar"


def unpack(data: bytes, intake: Intake) -> None:
    """Take in the files of an archive; ``intake.refusal`` says when it cannot be read."""
    try:
        if len(data) > intake.caps.archive_bytes:
            raise _Unusable(
                f"The archive that you handed in is larger than {intake.caps.archive_bytes // 1_000_000} MB: "
                "pack only the files that the brief names."
            )
        if data.startswith(_ZIP):
            _take_zip(data, intake)
        else:
            _take_tar(_decompressed(data, intake.caps.unpacked_bytes), intake)
    except _Unusable as problem:
        intake.refusal = str(problem)


def _too_much(most: int) -> _Unusable:
    return _Unusable(
        f"The archive that you handed in unpacks to more than {most // 1_000_000} MB: "
        "pack only the files that the brief names."
    )


def _decompressed(data: bytes, most: int) -> bytes:
    """The bytes behind gzip, bzip2 or xz, or the same bytes when there is no compression."""
    start = next((start for magic, start in _COMPRESSIONS if data.startswith(magic)), None)
    if start is None:
        return data
    out = bytearray()
    for _ in range(_STREAMS):
        stream = start()
        try:
            out += stream.decompress(data, most + 1 - len(out))
        except (zlib.error, OSError, EOFError, lzma.LZMAError) as error:
            raise _Unusable(_DAMAGED) from error
        if len(out) > most:
            raise _too_much(most)
        if not stream.eof:
            raise _Unusable(_DAMAGED)
        data = stream.unused_data
        if not data.startswith(tuple(magic for magic, _ in _COMPRESSIONS)):
            return bytes(out)
    raise _Unusable(_DAMAGED)


def _take_tar(data: bytes, intake: Intake) -> None:
    found: list[TarMember] = []
    try:
        for member in members(data):
            if len(found) >= intake.caps.seen:
                raise _Unusable(_too_many(intake))
            found.append(member)
    except TarDamaged as error:
        raise _Unusable(_DAMAGED) from error
    for member in sorted(found, key=lambda each: each.name.count("/")):
        name = member.name.removeprefix("./")
        if member.folder:
            continue
        if not member.plain:
            intake.leave_out(name, _SPECIAL)
        elif intake.accepts(name, member.size) is not None:
            intake.add(name, data[member.start : member.start + member.size])


def _too_many(intake: Intake) -> str:
    return (
        f"The archive that you handed in has more than {intake.caps.seen} entries: "
        "pack only the files that the brief names."
    )


class _ShortReads(io.BytesIO):
    """Bytes of a zip file whose table of contents zipfile cannot read when it is larger than ours may be."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if len(data) > self._most:
            raise zipfile.BadZipFile
        return data


def _take_zip(data: bytes, intake: Intake) -> None:
    try:
        archive = zipfile.ZipFile(_ShortReads(data, intake.caps.zip_directory_bytes))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError, EOFError) as error:
        raise _Unusable(_DAMAGED) from error
    infos = archive.infolist()
    if len(infos) > intake.caps.seen:
        raise _Unusable(_too_many(intake))
    if _overlap(infos, len(data)):
        raise _Unusable(_DAMAGED)
    left = intake.caps.unpacked_bytes
    for info in sorted(infos, key=lambda each: each.orig_filename.count("/")):
        left -= _take_zip_member(archive, info, intake, left)
        if left < 0:
            raise _too_much(intake.caps.unpacked_bytes)


def _overlap(infos: Iterable[zipfile.ZipInfo], end: int) -> bool:
    """Whether two members share bytes, as they do in a bomb that unpacks the same bytes many times."""
    at = 0
    for start, size in sorted((info.header_offset, info.compress_size) for info in infos):
        if start < at:
            return True
        at = start + zipfile.sizeFileHeader + size
    return at > end


def _take_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, intake: Intake, left: int) -> int:
    """Take one member; how many bytes it unpacked to, which may be one more than ``left``."""
    # zipfile cuts a name at a NUL and changes separators; the name as it stands is what we judge.
    name = info.orig_filename.removeprefix("./")
    mode = info.external_attr >> 16
    if name.endswith("/"):
        return 0
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        intake.leave_out(name, _SPECIAL)
        return 0
    most = intake.accepts(name, info.file_size)
    if most is None:
        return 0
    if info.flag_bits & _ENCRYPTED:
        intake.leave_out(name, "it is locked with a password; pack it without one")
        return 0
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        # Only these two unpack piece by piece in zipfile, whatever they hold.
        intake.leave_out(name, "it is packed in a way that is not read here; pack it as an ordinary zip")
        return 0
    try:
        with archive.open(info) as member:
            unpacked = _read(member, min(most, left) + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, struct.error, zlib.error):
        intake.leave_out(name, "it is damaged within the archive; pack the files again")
        return 0
    if len(unpacked) <= left:
        intake.add(name, unpacked)
    return len(unpacked)


def _read(member: IO[bytes], most: int) -> bytes:
    # zipfile asks for as many packed bytes as it is asked for unpacked ones: small steps keep both small.
    out = bytearray()
    while len(out) < most and (chunk := member.read(min(most - len(out), _STEP))):
        out += chunk
    return bytes(out)
