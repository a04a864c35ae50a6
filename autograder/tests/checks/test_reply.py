"""What a check may say of a response, and when that fails."""

from __future__ import annotations

import json
import re

import pytest

from autograder.checks import CheckFailed, Reply, expect


def reply(body: bytes = b'{"id": 3}', status: int = 200, **headers: str) -> Reply:
    fields = {"content-type": "application/json; charset=utf-8", **headers}
    return Reply("GET /items/3", status, tuple(fields.items()), body)


def test_a_reply_as_stated_passes_and_chains() -> None:
    answer = reply()
    assert answer.expect(200, json={"id": 3}).expect(media_type="application/json") is answer


def test_another_status_fails_and_says_which() -> None:
    with pytest.raises(CheckFailed, match="The status is 200, not 404") as caught:
        reply().expect(404)
    assert caught.value.sent == "GET /items/3"
    assert caught.value.got is not None
    assert '{"id": 3}' in caught.value.got


def test_any_of_several_statuses_may_be_allowed() -> None:
    reply(status=422).expect({400, 422})
    with pytest.raises(CheckFailed, match="not 400 or 422"):
        reply(status=500).expect({400, 422})


@pytest.mark.parametrize(
    ("body", "wanted"),
    [(b"true", 1), (b"1.0", 1), (b'"1"', 1), (b"[1]", [True]), (b'{"a": 0}', {"a": False}), (b"null", 0)],
)
def test_json_of_another_type_is_another_value(body: bytes, wanted: object) -> None:
    with pytest.raises(CheckFailed, match="The JSON differs"):
        reply(body).expect(json=wanted)


def test_extra_keys_and_other_orders_in_lists_fail() -> None:
    with pytest.raises(CheckFailed):
        reply(b'{"id": 3, "more": 1}').expect(json={"id": 3})
    with pytest.raises(CheckFailed):
        reply(b"[1, 2]").expect(json=[2, 1])


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"Infinity", b"\xff"])
def test_a_body_that_is_not_json_fails(body: bytes) -> None:
    with pytest.raises(CheckFailed, match="not JSON"):
        reply(body).json()


def test_a_missing_header_fails() -> None:
    with pytest.raises(CheckFailed, match="The header `allow` is missing; expected 'GET'"):
        reply().expect(headers={"allow": "GET"})


def difference(body: str, wanted: object) -> str:
    with pytest.raises(CheckFailed) as caught:
        reply(body.encode()).expect(json=wanted)
    return caught.value.message


DIFFERENCES: list[tuple[str, object, str]] = [
    (
        '{"items": [{"id": 1}, {"id": "42"}]}',
        {"items": [{"id": 1}, {"id": 42}]},
        'at `items[1].id`: expected `42`, got `"42"`',
    ),
    ("3", 4, "The JSON differs: expected `4`, got `3`."),
    ("[1, 2]", [2, 1], "at `[0]`: expected `2`, got `1`"),
    ('{"a": {"id": 3}}', {"a": {"id": 3, "url": "/"}}, "at `a`: the key `url` is missing."),
    ('{"id": 3, "more": 1}', {"id": 3}, "The JSON differs: the key `more` is not expected."),
    ('{"ID": 3}', {"id": 3}, "the key `id` is missing, and the key `ID` is not expected"),
    ("{}", dict.fromkeys("abcde"), "the keys `a`, `b`, `c` and 2 more are missing"),
    ('{"items": [1]}', {"items": [1, 2]}, "at `items`: expected 2 elements, got 1."),
    ('{"items": {}}', {"items": []}, "at `items`: expected `[]`, got `{}`"),
    ('{"x y": true}', {"x y": 1}, 'at `["x y"]`: expected `1`, got `true`'),
    ("null", {"id": "x" * 80}, "expected an object, got `null`"),
    (f'"{"x" * 500}"', "y", 'got `"xxx'),
]


@pytest.mark.parametrize(("body", "wanted", "told"), DIFFERENCES)
def test_a_json_that_differs_is_told_by_its_first_difference(body: str, wanted: object, told: str) -> None:
    message = difference(body, wanted)
    assert told in message
    assert len(message) < 250


def test_a_body_as_deep_as_can_be_parsed_is_told_all_the_same() -> None:
    assert difference(f"{'[' * 100}{']' * 100}", 1) == "The JSON differs: expected `1`, got an array."


@pytest.mark.parametrize(
    ("got", "wanted", "told"),
    [
        (f"{'a' * 70}b", f"{'a' * 70}c", f'expected `…{"a" * 20}c"`, got `…{"a" * 20}b"`'),
        ("a" * 80, "a" * 70, f'expected `…{"a" * 20}"`, got `…{"a" * 30}"`'),
        ("\u00e9", "e\u0301", r'expected `"e\u0301"`, got `"\u00e9"`'),
        (f"{'é' * 70}\u00e9", f"{'é' * 70}e\u0301", r'expected `…\u00e9\u00e9\u00e9e\u0301"`, got'),
        ("a\u200b", "a", r'expected `"a"`, got `"a\u200b"`'),
        ("a\u00a0b", "a b", r'expected `"a b"`, got `"a\u00a0b"`'),
        (f"{'a' * 70}\u200b", f"{'a' * 70}\u200c", rf'expected `…{"a" * 20}\u200c"`, got `…'),
        ({"\u00e9": 1}, {"e\u0301": 1}, r"the key `e\u0301` is missing, and the key `\u00e9` is not"),
        ({"a\u200b": 1}, {"a": 1}, r"the key `a` is missing, and the key `a\u200b` is not"),
        ("é", "è", 'expected `"è"`, got `"é"`'),
        (int("1" * 70 + "2"), int("1" * 70 + "3"), f"expected `…{'1' * 20}3`, got `…{'1' * 20}2`"),
        ("b" * 500_000, "b" * 500_000 + "c", f'expected `…{"b" * 20}c"`, got `…{"b" * 20}"`'),
    ],
)
def test_two_values_that_look_alike_are_told_apart(got: object, wanted: object, told: str) -> None:
    assert told in difference(json.dumps(got), wanted)


def test_a_header_may_be_stated_as_a_pattern() -> None:
    reply(allow="GET, HEAD").expect(headers={"allow": re.compile("GET")})
    for answer, fault in ((reply(), "is missing; expected"), (reply(allow="PUT"), "is 'PUT', not")):
        with pytest.raises(CheckFailed) as failure:
            answer.expect(200, json={"id": 4}, headers={"allow": re.compile("GET")})
        assert failure.value.message == (
            f"The header `allow` {fault} a match of 'GET'. The JSON differs at `id`: expected `4`, got `3`."
        )


def test_headers_and_body_are_told_together() -> None:
    with pytest.raises(CheckFailed) as caught:
        reply(location="/a").expect(
            200, json={"id": 4}, headers={"location": "/b", "allow": "GET"}, media_type="text/html"
        )
    assert caught.value.message == (
        "The content type is `application/json`, not `text/html`. "
        "The header `location` is '/a', not '/b'. The header `allow` is missing; expected 'GET'. "
        "The JSON differs at `id`: expected `4`, got `3`."
    )
    assert caught.value.expected == 'text/html\nlocation: /b\nallow: GET\n{"id": 4}'


def test_another_status_is_told_alone_with_all_that_was_expected() -> None:
    with pytest.raises(CheckFailed) as caught:
        reply().expect(404, json={"error": "not-found"})
    assert caught.value.message == "The status is 200, not 404."
    assert caught.value.expected == 'status 404\n{"error": "not-found"}'


def test_a_body_that_is_not_json_is_told_beside_a_header() -> None:
    with pytest.raises(CheckFailed, match=r"`allow` is missing; expected 'GET'\. .* not JSON"):
        reply(b"x").expect(json={}, headers={"allow": "GET"})


def test_expect_shows_the_exchange_it_failed_on() -> None:
    expect(condition=True, message="never said")
    with pytest.raises(CheckFailed, match="Too many") as caught:
        expect(condition=False, message="Too many.", reply=reply(), expected="one")
    assert (caught.value.sent, caught.value.expected) == ("GET /items/3", "one")


def test_a_long_body_is_shown_shortened() -> None:
    assert len(reply(b"x" * 5000).shown) < 700


def test_cookies_are_read_as_a_browser_reads_them() -> None:
    fields = (
        ("set-cookie", 'sid="a=b"; Path=/Cart; HttpOnly; SameSite=Lax; Max-Age = 60'),
        ("content-type", "text/html"),
        ("set-cookie", "theme=dark;Secure"),
        ("set-cookie", "nameless"),
    )
    answer = Reply("GET /", 200, fields, b"")
    assert [(each.name, each.value, each.attributes) for each in answer.cookies] == [
        ("sid", '"a=b"', {"path": "/Cart", "httponly": "", "samesite": "lax", "max-age": "60"}),
        ("theme", "dark", {"secure": ""}),
    ]
