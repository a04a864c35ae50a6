"""Takes in an archive of any kind: told by its first bytes, unpacked in memory, capped at every step."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from autograder.collect.intake import Intake
from autograder.collect.listing import Entry, chosen, path_of
from autograder.collect.tarred import TarDamaged, TarMember, members
from autograder.collect.unusable import SPECIAL, Unusable
from autograder.collect.zipped import take_zip

__all__ = ["is_archive", "unpack"]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_STREAMS = 16  # compressed streams one behind the other; an honest tool writes one
_LZMA_MEMORY = 128_000_000
_TAR_MAGIC = slice(257, 262)


class _Decompressor(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


_COMPRESSIONS: dict[bytes, Callable[[], _Decompressor]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY),
}


def is_archive(data: bytes) -> bool:
    """Whether the first bytes are those of an archive that can be unpacked here."""
    return data.startswith((*_ZIP, *_COMPRESSIONS)) or data[_TAR_MAGIC] == b"ustar"


def unpack(data: bytes, intake: Intake) -> None:
    """Take in the files of an archive; ``intake.refusal`` says when it cannot be read."""
    try:
        if len(data) > intake.caps.archive_bytes:
            intake.refusal = str(Unusable.too_large(intake.caps.archive_bytes))
        elif data.startswith(_ZIP):
            take_zip(data, intake)
        else:
            _take_tar(_decompressed(data, intake.caps.unpacked_bytes), intake)
    except Unusable as problem:
        intake.refusal = str(problem)


def _decompressed(data: bytes, most: int) -> bytes:
    """The bytes behind gzip, bzip2 or xz, or the same bytes when there is no compression."""
    out = bytearray()
    for _ in range(_STREAMS):
        start = next((start for magic, start in _COMPRESSIONS.items() if data.startswith(magic)), None)
        if start is None:  # what follows the last stream is padding
            return bytes(out) or data
        stream = start()
        try:
            out += stream.decompress(data, most + 1 - len(out))
        except (zlib.error, OSError, EOFError, lzma.LZMAError) as error:
            raise Unusable.damaged() from error
        if len(out) > most:
            raise Unusable.unpacks_to_too_much(most)
        if not stream.eof:
            raise Unusable.damaged()
        data = stream.unused_data
    raise Unusable.damaged()


def _take_tar(data: bytes, intake: Intake) -> None:
    found: list[TarMember] = []
    try:
        for member in members(data):
            found.append(member)
            if len(found) > intake.caps.listed:
                raise Unusable.too_many(intake.caps.listed)
    except TarDamaged as error:
        raise Unusable.damaged() from error
    for entry in chosen(_entries(found), intake):
        member = found[entry.at]
        if intake.accepts(entry.raw, entry.size) is not None:
            intake.add(entry.raw, data[member.start : member.start + member.size])


def _entries(found: Sequence[TarMember]) -> Iterator[Entry]:
    for at, member in enumerate(found):
        if not member.folder:
            yield Entry(path_of(member.name), at, member.size, None if member.plain else SPECIAL)
