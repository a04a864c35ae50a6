"""The examples of README.md as checks. Read them; the hidden checks ask for more of the same."""

from __future__ import annotations

import re

from autograder.checks import Api, Reply, expect, hint

PASSWORD = "blade over blade"  # noqa: S105 - an example's


def joined(api: Api, email: str) -> dict[str, str]:
    """A member's credentials; whoever has joined before stays."""
    credentials = {"email": email, "password": PASSWORD}
    api.post("/members", json=credentials).expect((201, 409))
    return credentials


def token(reply: Reply, name: str) -> str:
    """One of the two tokens of an answer."""
    told = reply.expect(200).json()
    value = told.get(name) if isinstance(told, dict) else None
    expect(isinstance(value, str), f"`{name}` is no text.", reply)
    return str(value)


@hint("register", "email")
def test_example_join(api: Api) -> None:
    """A new member joins, once."""
    credentials = {"email": "Eve@Club.example", "password": PASSWORD}
    reply = api.post("/members", json=credentials).expect(201)
    found = reply.json()
    expect(
        isinstance(found, dict) and found.get("email") == "eve@club.example", "The e-mail is another.", reply
    )
    api.post("/members", json=credentials).expect(409, json={"error": "email taken"})


@hint("input")
def test_example_short_password(api: Api) -> None:
    """A password of nine characters is refused."""
    body = {"email": "fay@club.example", "password": "too short"}
    api.post("/members", json=body).expect(422, json={"error": "invalid input"})


@hint("claims", "scheme")
def test_example_me(api: Api) -> None:
    """The access token tells who is asking."""
    access = token(api.post("/tokens", json=joined(api, "ada@club.example")), "access_token")
    reply = api.get("/me", headers={"authorization": f"Bearer {access}"}).expect(200)
    found = reply.json()
    expect(isinstance(found, dict) and found.get("email") == "ada@club.example", "That is not Ada.", reply)


@hint("enumeration", "challenge")
def test_example_wrong_password(api: Api) -> None:
    """A wrong password is answered with 401 and a challenge."""
    credentials = joined(api, "ada@club.example") | {"password": "not that one"}
    reply = api.post("/tokens", json=credentials)
    challenge = {"www-authenticate": re.compile("^Bearer")}
    reply.expect(401, json={"error": "wrong e-mail or password"}, headers=challenge)


@hint("challenge")
def test_example_no_token(api: Api) -> None:
    """Without a token, `/me` asks for one."""
    api.get("/me").expect(401, json={"error": "not authenticated"})


@hint("forged")
def test_example_garbage(api: Api) -> None:
    """A text that is no token is refused."""
    reply = api.get("/me", headers={"authorization": "Bearer not-a-token"})
    reply.expect(401, json={"error": "invalid token"})


@hint("refresh")
def test_example_refresh(api: Api) -> None:
    """A refresh token is exchanged once."""
    refresh = token(api.post("/tokens", json=joined(api, "ada@club.example")), "refresh_token")
    token(api.post("/tokens/refresh", json={"refresh_token": refresh}), "access_token")
    again = api.post("/tokens/refresh", json={"refresh_token": refresh})
    again.expect(401, json={"error": "invalid token"})


@hint("logout")
def test_example_log_out(api: Api) -> None:
    """After logging out the token is refused."""
    access = token(api.post("/tokens", json=joined(api, "ada@club.example")), "access_token")
    headers = {"authorization": f"Bearer {access}"}
    api.post("/logout", headers=headers).expect(204)
    api.get("/me", headers=headers).expect(401, json={"error": "invalid token"})
