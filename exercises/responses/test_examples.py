"""The examples of README.md as checks; read them, and add your own below."""

from __future__ import annotations

import itertools
import re

from autograder.checks import Api, Reply, expect, hint

numbers = itertools.count(1)


def join(api: Api, deposit: str = "12.5", name: str = "Ada") -> Reply:
    """Enter Ada under an address of her own; each example begins with it."""
    body = {
        "email": f"ada{next(numbers)}@example.org",
        "name": name,
        "password": "s3cret",
        "medical_note": "asthma",
        "joined": "2026-03-01T09:30:00+02:00",
        "deposit": deposit,
    }
    return api.post("/members", json=body).expect(201)


def value(reply: Reply, key: str) -> object:
    """What stands under a key of the answer's object; None when it is no object."""
    told = reply.json()
    return told.get(key) if isinstance(told, dict) else None


def path_of(reply: Reply) -> str:
    """Where the member of an answer lives."""
    return f"/members/{value(reply, 'id')}"


@hint("created", "shape")
def test_example_new_member(api: Api) -> None:
    """A new member is told by six keys, and `Location` says where to find it."""
    reply = join(api)
    told = {"joined": "2026-03-01T07:30:00Z", "balance": "12.50", "last_visit": None}
    own = {"id": value(reply, "id"), "email": value(reply, "email"), "name": "Ada"}
    reply.expect(json={**own, **told}, headers={"location": path_of(reply)})


@hint("shape")
def test_example_list(api: Api) -> None:
    """The list of all members holds the new one."""
    told = join(api).json()
    reply = api.get("/members").expect(200)
    everybody = value(reply, "members")
    expect(isinstance(everybody, list) and told in everybody, "The new member is not in the list.", reply)


@hint("taken")
def test_example_taken_email(api: Api) -> None:
    """An e-mail address that another member has is refused."""
    taken, member = value(join(api), "email"), join(api)
    reply = api.put(path_of(member), json={"email": taken, "name": "Bob"})
    reply.expect(409, json={"error": "email taken"})


@hint("invalid-body")
def test_example_invalid_body(api: Api) -> None:
    """A body that lacks keys is refused, and nothing of it comes back."""
    reply = api.post("/members", json={"email": "bob@example.org", "password": "s3cret"})
    reply.expect(422, json={"error": "invalid body"})


@hint("times", "amounts")
def test_example_visit(api: Api) -> None:
    """A visit lowers the balance and is the last one."""
    body = {"at": "2026-03-05T18:00:00+01:00", "price": "8"}
    reply = api.post(f"{path_of(join(api))}/visits", json=body).expect(200)
    expect(value(reply, "balance") == "4.50", "The balance is another.", reply, expected="4.50")
    last = "2026-03-05T17:00:00Z"
    expect(value(reply, "last_visit") == last, "The last visit is another.", reply, expected=last)


@hint("too-low")
def test_example_low_balance(api: Api) -> None:
    """A visit that costs too much is refused, and the answer says what is missing."""
    body = {"at": "2026-03-05T18:00:00+01:00", "price": "8"}
    reply = api.post(f"{path_of(join(api, '4.5'))}/visits", json=body)
    reply.expect(409, json={"error": "balance too low", "missing": "3.50"})


@hint("statement")
def test_example_statement(api: Api) -> None:
    """A statement tells the number of visits and the average price."""
    member = join(api)
    body = {"at": "2026-03-05T18:00:00+01:00", "price": "8"}
    api.post(f"{path_of(member)}/visits", json=body).expect(200)
    reply = api.get(f"{path_of(member)}/statement").expect(200)
    reply.expect(json={"member": value(member, "id"), "visits": 1, "average": "8.00"})


@hint("unexpected")
def test_example_unexpected_error(api: Api) -> None:
    """The statement of a member without visits is an error that no table lists."""
    reply = api.get(f"{path_of(join(api))}/statement").expect(500)
    reply.expect(json={"error": "internal server error"})


@hint("etag", "not-modified")
def test_example_not_modified(api: Api) -> None:
    """Whoever names the member's ETag is answered with 304 and no body."""
    path = path_of(join(api))
    reply = api.get(path).expect(200)
    tag = reply.header("etag") or ""
    expect(re.fullmatch(r'(W/)?"[^"]*"', tag), f"The header ETag is {tag!r}.", reply, expected='"..."')
    reply = api.get(path, headers={"if-none-match": tag}).expect(304)
    expect(reply.body == b"", "The answer has a body.", reply, expected="no body")


@hint("badge")
def test_example_badge(api: Api) -> None:
    """The badge is a cookie that scripts cannot read."""
    reply = api.post(f"{path_of(join(api))}/badge").expect(204)
    flags = [each.attributes.keys() for each in reply.cookies if each.name == "badge"]
    message = "There is no cookie named badge with the flag HttpOnly."
    expect(flags and "httponly" in flags[0], message, reply)


@hint("no-content", "no-such-member")
def test_example_removed_member(api: Api) -> None:
    """A removed member is not found."""
    member = join(api)
    api.delete(path_of(member)).expect(204)
    reply = api.get(path_of(member)).expect(404)
    reply.expect(json={"error": "no such member", "id": value(member, "id")})


@hint("envelope")
def test_example_unknown_address(api: Api) -> None:
    """An address that is not in the contract is not found."""
    api.get("/lockers").expect(404, json={"error": "not found"})
