"""Takes in the members of a zip file: each capped while it is unpacked, whatever its headers say."""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from autograder.collect.intake import Intake
from autograder.collect.listing import Entry, chosen, path_of
from autograder.collect.names import shown
from autograder.collect.unusable import SPECIAL, Unusable

__all__ = ["take_zip"]

_STEP = 1 << 16
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_IS_UTF_8 = 0x800
# Only these two unpack piece by piece in zipfile; a few bytes of the others can become gigabytes at once.
_METHODS = frozenset([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
_DAMAGE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
    struct.error,
    zlib.error,
)


def take_zip(data: bytes, intake: Intake) -> None:
    """Take in a zip file's members.

    Raises:
        Unusable: it is damaged, or too much.
    """
    try:
        archive = zipfile.ZipFile(_ShortReads(data, intake.caps.zip_directory_bytes))
    except _TooLongError as error:
        raise Unusable.too_many(intake.caps.listed) from error
    except _DAMAGE as error:
        raise Unusable.damaged() from error
    infos = archive.infolist()
    if len(infos) > intake.caps.listed:
        raise Unusable.too_many(intake.caps.listed)
    if _overlap(infos, len(data)):
        raise Unusable.damaged()
    left = intake.caps.unpacked_bytes
    for entry in chosen(_last(infos, intake), intake):
        info = infos[entry.at]
        if (most := _most(entry.raw, info, intake)) is None:
            continue
        try:
            with archive.open(info) as member:
                unpacked = _read(member, min(most, left) + 1)
        except _DAMAGE:
            intake.leave_out(entry.raw, "it is damaged within the archive; pack the files again")
            continue
        left -= len(unpacked)
        if left < 0:
            raise Unusable.unpacks_to_too_much(intake.caps.unpacked_bytes)
        intake.add(entry.raw, unpacked)


def _entries(infos: Sequence[zipfile.ZipInfo]) -> Iterator[Entry]:
    for at, info in enumerate(infos):
        raw = path_of(_name(info))
        if not raw.endswith("/"):
            special = stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}
            yield Entry(raw, at, info.file_size, SPECIAL if special else None)


def _last(infos: Sequence[zipfile.ZipInfo], intake: Intake) -> list[Entry]:
    """The members; of several with one name the last, which is what unpacking the archive leaves."""
    found = list(_entries(infos))
    last = {entry.raw: entry for entry in found}
    for entry in found:
        one, other = infos[entry.at], infos[last[entry.raw].at]
        if (one.CRC, one.file_size) != (other.CRC, other.file_size):
            intake.notes.add(f"{shown(entry.raw)} is in the archive more than once: the last one was taken.")
    return list(last.values())


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name as it stands: zipfile cuts it at a NUL, and changes separators."""
    name = info.orig_filename
    if not info.flag_bits & _IS_UTF_8 and not name.isascii():
        # macOS writes UTF-8 without saying so, and zipfile believes it to be what DOS had.
        with contextlib.suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


class _TooLongError(Exception):
    """The table of contents is larger than allowed."""


class _ShortReads(io.BytesIO):
    """A zip file's bytes, of which zipfile cannot read a table of contents that is larger than allowed."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if len(data) > self._most:
            raise _TooLongError
        return data


def _overlap(infos: Iterable[zipfile.ZipInfo], end: int) -> bool:
    """Whether two members share bytes, as they do in a bomb that unpacks the same bytes many times."""
    at = 0
    for start, size in sorted((info.header_offset, info.compress_size) for info in infos):
        if start < at:
            return True
        at = start + _LOCAL_HEADER_BYTES + size
    return at > end


def _most(name: str, info: zipfile.ZipInfo, intake: Intake) -> int | None:
    """How many bytes of a member are read, or None when it is left out."""
    most = intake.accepts(name, info.file_size)
    if most is not None and info.flag_bits & _ENCRYPTED:
        intake.leave_out(name, "it is locked with a password; pack it without one")
        return None
    if most is not None and info.compress_type not in _METHODS:
        intake.leave_out(name, "it is packed in a way that is not read here; pack it as an ordinary zip")
        return None
    return most


def _read(member: IO[bytes], most: int) -> bytes:
    # zipfile asks for as many packed bytes as it is asked for unpacked ones: small steps keep both small.
    out = bytearray()
    while len(out) < most and (chunk := member.read(min(most - len(out), _STEP))):
        out += chunk
    return bytes(out)
