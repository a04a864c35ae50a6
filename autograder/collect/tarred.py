"""Reads the table of contents of a tar archive, in one pass, from bytes in memory.

The standard library's reader is not used: on versions of Python that we support it can be led into
endless loops and quadratic searches by an archive's headers (CVE-2025-8194, CVE-2024-6232).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["TarDamaged", "TarMember", "members"]

_BLOCK = 512
_BASE_256 = 0x80
_SIZE_DIGITS = 20  # more than any disk holds
_HEADER_BYTES = 64_000  # of a long name or of extended attributes
_RECORDS_MOST = 200  # of one entry's extended attributes
_PLAIN = frozenset([b"0", b"\0", b"7"])
_FOLDER = b"5"
_LONG_NAME, _LONG_LINK = b"L", b"K"
_EXTENDED, _GLOBAL = b"x", b"g"


class TarDamaged(Exception):
    """The bytes are not a tar archive, or it ends early."""


@dataclass(frozen=True, slots=True)
class TarMember:
    """One entry: its name as it stands, whether it is a plain file or a folder, where its bytes lie."""

    name: str
    plain: bool
    folder: bool
    start: int
    size: int


def members(data: bytes) -> Iterator[TarMember]:
    """The entries in their order.

    Raises:
        TarDamaged: a header is not one, or the archive ends within an entry.
    """
    at = 0
    long_name: str | None = None
    extended: dict[str, str] = {}
    while at + _BLOCK <= len(data) and any(header := data[at : at + _BLOCK]):
        _check(header)
        kind = header[156:157]
        size = _number(header[124:136])
        start = at + _BLOCK
        if kind in {_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL}:
            text = _text_of(data, start, size)
            if kind == _LONG_NAME:
                long_name = _decoded(text.split(b"\0", 1)[0])
            elif kind == _EXTENDED:
                extended = _records(text)
        else:
            size = _extended_size(extended, size)
            name = extended.get("path") or long_name or _name(header)
            sparse = any(key.startswith("GNU.sparse") for key in extended)
            plain = kind in _PLAIN and not sparse and not name.endswith("/")
            yield TarMember(name, plain, kind == _FOLDER or name.endswith("/"), start, size)
            long_name, extended = None, {}
            # Only these carry bytes; links and devices have none, whatever their size field says.
            size = 0 if kind in {b"1", b"2", b"3", b"4", b"5", b"6"} else size
        at = start + -(-size // _BLOCK) * _BLOCK
        if start + size > len(data):
            raise TarDamaged


def _check(header: bytes) -> None:
    expected = sum(header[:148]) + 8 * 32 + sum(header[156:])
    if _number(header[148:156]) != expected:
        raise TarDamaged


def _number(field: bytes) -> int:
    if field[0] == _BASE_256:  # base 256, for sizes beyond octal
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise TarDamaged
    return int(digits or b"0", 8)


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
    return _decoded(prefix + b"/" + name if prefix else name)


def _text_of(data: bytes, start: int, size: int) -> bytes:
    if size > _HEADER_BYTES or start + size > len(data):
        raise TarDamaged
    return data[start : start + size]


def _records(text: bytes) -> dict[str, str]:
    """Extended attributes: each a length that counts all of it, a space, key=value and a line's end."""
    records: dict[str, str] = {}
    at, end, count = 0, len(text.rstrip(b"\0")), 0
    while at < end:
        count += 1
        digits, space, _ = text[at : at + 8].partition(b" ")
        if not space or not digits.isdigit() or count > _RECORDS_MOST:
            raise TarDamaged
        stop = at + int(digits)
        key, equals, value = text[at + len(digits) + 1 : stop - 1].partition(b"=")
        if stop <= at or not equals or text[stop - 1 : stop] != b"\n":
            raise TarDamaged
        records[_decoded(key)] = _decoded(value)
        at = stop
    return records


def _extended_size(extended: dict[str, str], size: int) -> int:
    text = extended.get("size")
    if text is None:
        return size
    if not (text.isascii() and text.isdigit() and len(text) < _SIZE_DIGITS):
        raise TarDamaged
    return int(text)


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
