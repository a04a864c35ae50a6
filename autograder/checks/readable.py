"""Whether an ordinary client can read an answer: one meaning per header, and text in UTF-8.

Clients differ in what they make of such an answer: one takes the first of two `Location` headers, another
the last one or both. A check that judged one of these readings would judge an answer that nobody gets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Fault", "fault_of"]

Fields = Sequence[tuple[str, str]]

# The fields of an answer that RFC 9110 and its neighbors define with a single value. Not `Date` and not
# `Server`: uvicorn adds its own to those of the app.
_SINGLE = {
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "access-control-max-age",
    "age",
    "content-disposition",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "etag",
    "expires",
    "last-modified",
    "location",
    "referrer-policy",
    "retry-after",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
}
_CHARSET = re.compile(r";[ \t]*charset[ \t]*=[ \t]*(\"[^\"]*\"|[^;\s]*)", re.IGNORECASE)
_TEXT = re.compile(r"text/|application/(json|javascript|xml|x-www-form-urlencoded)$|[^/]+/[^/]+\+(json|xml)$")
_JSON = re.compile(r"(application|text)/json$|[^/]+/[^/]+\+json$")
_UTF_8 = {"utf-8", "utf8"}
_ASCII = {"us-ascii", "ascii"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SHOWN = 60


class Fault(NamedTuple):
    """Why a client cannot read an answer, and what it could read."""

    message: str
    expected: str


def fault_of(headers: Fields, body: bytes) -> Fault | None:
    """What keeps a client from reading the answer; None when it can.

    Args:
        headers: in the order they came, names in lower case.
        body: as it came.
    """
    return _repeated(headers) or _encoded(headers) or _text_fault(headers, body)


def _repeated(headers: Fields) -> Fault | None:
    counted = Counter(name for name, _ in headers)
    name = next((name for name, count in counted.items() if count > 1 and name in _SINGLE), None)
    if name is None:
        return None
    told = (
        f"The answer has {counted[name]} headers `{_titled(name)}`, and clients differ in which one they use."
    )
    return Fault(f"{told} Send one.", f"one header {_titled(name)}")


def _encoded(headers: Fields) -> Fault | None:
    codings = ", ".join(value for name, value in headers if name == "content-encoding")
    if all(each.strip().lower() in {"", "identity"} for each in codings.split(",")):
        return None
    told = f"The header `Content-Encoding` is {_shown(codings)}, and the request accepts `identity` alone."
    return Fault(f"{told} Send the body as it is, without this header.", "no Content-Encoding")


def _text_fault(headers: Fields, body: bytes) -> Fault | None:
    content_type = next((value for name, value in headers if name == "content-type"), "")
    media_type = content_type.partition(";")[0].strip().lower()
    for charset in _CHARSET.findall(content_type):
        name = charset.strip('"').strip().lower()
        if name not in _UTF_8 and not (name in _ASCII and body.isascii()):
            told = f"The content type declares the charset {_shown(name)}."
            return Fault(f"{told} Encode the body as UTF-8, and declare `charset=utf-8` or none.", "UTF-8")
    if not _TEXT.match(media_type):
        return None
    if _JSON.match(media_type) and body.startswith(_BYTE_ORDER_MARK):
        told = "The JSON begins with a byte order mark, which RFC 8259 forbids."
        return Fault(f"{told} Encode it as `utf-8`, not as `utf-8-sig`.", "JSON without a byte order mark")
    if _JSON.match(media_type) and b"\0" in body:
        told = "The JSON holds zero bytes, as UTF-16 and UTF-32 do."
        return Fault(f"{told} Encode it as UTF-8.", "JSON in UTF-8")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        told = f"The body is sent as {_shown(media_type)}, but its byte {error.start} is not UTF-8."
        return Fault(f"{told} Encode it as UTF-8.", "a body in UTF-8")
    return None


def _titled(name: str) -> str:
    return "ETag" if name == "etag" else name.title()


def _shown(text: str) -> str:
    return f"`{text[:_SHOWN]}`"
