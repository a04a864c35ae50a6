"""What a check may say of a response, and when that fails."""

from __future__ import annotations

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
    with pytest.raises(CheckFailed, match="JSON is another"):
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
    with pytest.raises(CheckFailed, match="header allow"):
        reply().expect(headers={"allow": "GET"})


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
