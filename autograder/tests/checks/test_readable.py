"""Answers that no ordinary client can read earn nothing, whatever a check looks at."""

from __future__ import annotations

import pytest

from autograder.checks import CheckFailed, Reply
from autograder.checks.client import reply_of
from autograder.checks.wire import Answer

JSON = "application/json"
OBJECT = '{"id": 3}'


def read(body: bytes = OBJECT.encode(), *headers: tuple[str, str], content_type: str = JSON) -> Reply:
    fields = [("content-type", content_type), *headers]
    encoded = tuple((name.encode(), value.encode("latin-1")) for name, value in fields)
    return reply_of("GET /items/3", Answer(200, encoded, body))


def complaint(body: bytes = OBJECT.encode(), *headers: tuple[str, str], content_type: str = JSON) -> str:
    with pytest.raises(CheckFailed) as caught:
        read(body, *headers, content_type=content_type)
    assert caught.value.sent == "GET /items/3"
    assert caught.value.expected
    assert caught.value.got
    return caught.value.message


@pytest.mark.parametrize(
    "charset", ["utf-7", "utf-16", "utf-32", "iso-8859-1", "windows-1252", "utf-8-sig", "x"]
)
def test_a_charset_other_than_utf_8_is_a_fault(charset: str) -> None:
    for written in (f"; charset={charset}", f';Charset="{charset.upper()}"', f"; x=1; charset = {charset}"):
        for media_type in (JSON, "text/html", "text/csv"):
            assert f"`{charset}`" in complaint(content_type=f"{media_type}{written}")


def test_a_second_charset_is_read_too() -> None:
    assert "`utf-7`" in complaint(content_type="text/html; charset=utf-8; charset=utf-7")


@pytest.mark.parametrize(
    "written", ["", "; charset=utf-8", '; charset="UTF-8"', ";charset=utf8", "; charset=us-ascii"]
)
def test_utf_8_and_its_names_are_read(written: str) -> None:
    assert read(content_type=f"{JSON}{written}").json() == {"id": 3}


def test_us_ascii_is_a_fault_where_the_body_is_not_ascii() -> None:
    assert "`us-ascii`" in complaint("é".encode(), content_type="text/plain; charset=us-ascii")


@pytest.mark.parametrize(
    "media_type", [JSON, "application/problem+json", "text/html", "text/csv", "application/xml"]
)
def test_text_that_is_not_utf_8_is_a_fault(media_type: str) -> None:
    for encoding in ("latin-1", "utf-16"):
        assert "UTF-8" in complaint("é".encode(encoding), content_type=media_type)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32"])
def test_json_in_utf_16_or_utf_32_is_a_fault(encoding: str) -> None:
    assert "UTF-8" in complaint(OBJECT.encode(encoding))
    with pytest.raises(CheckFailed, match="is not JSON: "):
        read(OBJECT.encode(encoding), content_type="application/octet-stream").json()


def test_json_with_a_byte_order_mark_is_a_fault() -> None:
    assert "byte order mark" in complaint(OBJECT.encode("utf-8-sig"))
    with pytest.raises(CheckFailed, match="byte order mark"):
        read(OBJECT.encode("utf-8-sig"), content_type="text/plain").json()


def test_bytes_that_are_not_declared_as_text_are_read_as_they_are() -> None:
    assert read(b"\xff\xfe", content_type="application/octet-stream").body == b"\xff\xfe"


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x", "deflate", "aws-chunked"])
def test_a_content_encoding_is_a_fault(coding: str) -> None:
    assert "Content-Encoding" in complaint(OBJECT.encode(), ("content-encoding", coding))


@pytest.mark.parametrize("coding", ["identity", "", "Identity"])
def test_identity_is_not_an_encoding(coding: str) -> None:
    assert read(OBJECT.encode(), ("content-encoding", coding)).json() == {"id": 3}


@pytest.mark.parametrize(
    "name",
    ["Content-Type", "Location", "ETag", "Last-Modified", "Retry-After", "Access-Control-Allow-Origin"],
)
def test_two_headers_of_a_field_with_one_value_are_a_fault(name: str) -> None:
    for second in ("/a", "/b"):
        told = complaint(OBJECT.encode(), (name.lower(), "/a"), (name.lower(), second))
        assert f"headers `{name}`" in told


@pytest.mark.parametrize("name", ["allow", "vary", "link", "cache-control", "www-authenticate", "x-own"])
def test_repeated_headers_of_a_list_are_joined(name: str) -> None:
    assert read(OBJECT.encode(), (name, "GET"), (name, "HEAD, POST")).header(name) == "GET, HEAD, POST"


def test_cookies_are_not_joined() -> None:
    reply = read(OBJECT.encode(), ("set-cookie", "a=1"), ("set-cookie", "b=2"))
    assert [each.name for each in reply.cookies] == ["a", "b"]
    assert reply.header("set-cookie") == "a=1"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"id": 3, "id": 4}', 'the key "id" twice'),
        (b'[{"a": {"b": 1, "b": 1}}]', 'the key "b" twice'),
        (b"[NaN]", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"[1e400]", "the number 1e400 is too large"),
        (b"9" * 101, "more than 100 digits"),
        (b"9" * 5_000, "more than 100 digits"),
        (b'{"a":' * 480 + b"1" + b"}" * 480, "nested more than 100 deep"),
        (b"[" * 101 + b"]" * 101, "nested more than 100 deep"),
        (b"[" * 100_000, "nested more than 100 deep"),
        (b'["\\ud800"]', "half of a surrogate pair"),
        (b'{"\\udfff": 1}', "half of a surrogate pair"),
        (b'"\\ude00\\ud83d"', "half of a surrogate pair"),
        (b"\xff", "byte 0 is not UTF-8"),
        (b'["\xed\xa0\x80"]', "byte 2 is not UTF-8"),
    ],
)
def test_json_that_parsers_read_differently_is_not_json(body: bytes, reason: str) -> None:
    reply = Reply("GET /", 200, (), body)
    with pytest.raises(CheckFailed, match="The answer's body is not JSON: ") as caught:
        reply.json()
    assert reason in caught.value.message
    with pytest.raises(CheckFailed, match="The answer's body is not JSON: "):
        reply.expect(200, json={"id": 3})


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'"\\ud83c\\udf31"', "\N{SEEDLING}"),
        (b"[" * 100 + b"]" * 100, None),
        (b"9" * 100, 10**100 - 1),
        (b"-1e-400", 0.0),
        (b' {"a": 1}\r\n', {"a": 1}),
    ],
)
def test_unusual_json_is_read(body: bytes, value: object) -> None:
    found = Reply("GET /", 200, (), body).json()
    assert value is None or found == value
