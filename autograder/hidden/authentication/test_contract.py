"""The rowing club's accounts, as exercises/authentication/README.md states them for every part."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from weakref import WeakKeyDictionary

from autograder.checks import (
    Api,
    CheckFailed,
    Draw,
    Reply,
    assesses,
    expect,
    hint,
    points,
    prompt,
    read_json,
)

K1 = "the-key-of-last-season-hangs-on-a-nail-beside-the-door"
K2 = "oars-and-rowlocks-hang-in-the-left-bay-of-the-boathouse"
K3 = "rigger-jigger-and-a-spare-gate-lie-in-the-drawer-below-the-tide-table"
KEYS = {"k1": K1, "k2": K2}
LONG_PAST = "2001-09-09T01:46:40+00:00"
"""For the machine's own clock, whatever is made now has long expired."""
NOW = 1_930_118_400
"""2031-03-01T08:00:00Z; course.toml gives this clock and these keys."""
ACCESS_S = 900
LEAST_KB, LEAST_PASSES = 19_456, 2
REFRESH_S = 604_800
CLAIMS = ("exp", "use", "sid", "sub", "iat", "jti")
DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
HASH = re.compile(
    rb"\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,90})\$[A-Za-z0-9+/]{16,90}"
)
UNAUTHENTICATED = {"error": "not authenticated"}
INVALID_TOKEN = {"error": "invalid token"}
WRONG = {"error": "wrong e-mail or password"}
INVALID_INPUT = {"error": "invalid input"}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody whom a check has registered."""

    id: int
    email: str
    password: str

    @property
    def credentials(self) -> dict[str, str]:
        """What is sent to sign in."""
        return {"email": self.email, "password": self.password}


def word(draw: Draw, length: int = 12) -> str:
    """So many lower-case letters."""
    return "".join(draw.choices(string.ascii_lowercase, k=length))


def register(api: Api, draw: Draw, password: str | None = None) -> Account:
    """A new member, with a password of their own unless one is given."""
    email, password = f"{word(draw)}@{word(draw, 6)}.example", password or f"{word(draw)} {word(draw)}"
    reply = api.post("/members", json={"email": email, "password": password}).expect(201)
    found = reply.json()
    number = found.get("id") if isinstance(found, dict) else None
    expect(type(number) is int, "`id` is no whole number.", reply)
    return Account(int(str(number)), email, password)


def pair(reply: Reply) -> tuple[str, str]:
    """The access token and the refresh token of an answer."""
    found = reply.expect(200).json()
    tokens = [
        found.get(name) if isinstance(found, dict) else None for name in ("access_token", "refresh_token")
    ]
    expect(all(isinstance(each, str) for each in tokens), "The two tokens are not there as texts.", reply)
    return str(tokens[0]), str(tokens[1])


def sign_in(api: Api, account: Account) -> tuple[str, str]:
    """The tokens of a new sign-in."""
    return pair(api.post("/tokens", json=account.credentials))


def me(api: Api, token: str, scheme: str = "Bearer") -> Reply:
    """`GET /me` with a token."""
    return api.get("/me", headers={"authorization": f"{scheme} {token}"})


def renew(api: Api, token: str) -> Reply:
    """`POST /tokens/refresh`."""
    return api.post("/tokens/refresh", json={"refresh_token": token})


def accepted(reply: Reply, account: Account) -> None:
    """Fail unless `/me` told of this member."""
    reply.expect(200, json={"id": account.id, "email": account.email})


def challenged(reply: Reply, error: Mapping[str, str], *, with_reason: bool) -> None:
    """Fail unless it is a 401 with this error, and a challenge that gives a reason or none."""
    reply.expect(401, media_type="application/json", json=dict(error))
    header = reply.header("www-authenticate") or ""
    expect(header.partition(" ")[0].lower() == "bearer", "No challenge `Bearer` came back.", reply)
    given = 'error="invalid_token"' in header if with_reason else "error=" not in header
    wanted = 'Bearer error="invalid_token"' if with_reason else "Bearer"
    expect(given, f"WWW-Authenticate is {header!r}.", reply, expected=f"WWW-Authenticate: {wanted}")


def refused(reply: Reply) -> None:
    """Fail unless the token was refused as invalid."""
    challenged(reply, INVALID_TOKEN, with_reason=True)


def encoded(value: bytes) -> str:
    """Base64 as tokens have it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def opened(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """A token's header and claims. Fails the check when it is no JWT."""
    try:
        pieces = [read_json(base64.urlsafe_b64decode(each + "==")) for each in token.split(".")[:2]]
        header, claims = (each for each in pieces if isinstance(each, dict))
    except ValueError as error:
        message = "A token is not a JWT: two JSON objects and a signature."
        raise CheckFailed(message, got=token[:200]) from error
    return header, claims


def made(header: Mapping[str, object], claims: Mapping[str, object], key: str | None = None) -> str:
    """A token with this content, signed as its header says, with another key if given; or unsigned."""
    key = KEYS.get(str(header.get("kid")), K2) if key is None else key
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    digest = DIGESTS.get(str(header.get("alg")))
    return f"{text}.{encoded(hmac.digest(key.encode(), text.encode(), digest)) if digest else ''}"


def signed_with(token: str, key: str) -> bool:
    """Whether the token's signature is HS256 with this key."""
    text, _, signature = token.rpartition(".")
    return signature == encoded(hmac.digest(key.encode(), text.encode(), "sha256"))


def tokens_of(reply: Reply) -> tuple[str, str]:
    """The tokens of an answer; texts that are none when it has none."""
    try:
        with prompt():
            return pair(reply)
    except CheckFailed:
        return "none", "none"


def hashes_in(stored: bytes) -> dict[bytes, re.Match[bytes]]:
    """The hashes in the database's pages; what SQLite has left of an old copy, cut off, is none."""
    found = {match[0]: match for match in HASH.finditer(stored)}
    cut = {short for short, longer in pairwise(sorted(found)) if longer.startswith(short)}
    return {text: match for text, match in found.items() if text not in cut}


def without(values: Mapping[str, object], name: str) -> dict[str, object]:
    """The same without this key."""
    return {key: value for key, value in values.items() if key != name}


@dataclass(frozen=True, slots=True)
class Morning:
    """What an app answered at 08:00, then started anew at 08:15, then started anew at 08:00.

    Starting takes longer than most checks, so four of them share this. Nothing of it is judged on the
    way, so that each of them fails by its own answers alone.

    Attributes:
        early: somebody whose access token of 08:00 is `expired` at 08:15, and whose refresh token is
            `renewed` then; `late` is `/me` with what came of it, `shortened` the exchange of a refresh
            token that ended at 08:15.
        exchanged, exchanged_again: one refresh token at 08:00, and after both starts.
        logged_out, ended: `/logout`, and after both starts each token of that sign-in.
        leaver, kept: a member with another sign-in, and `/me` with that after both starts.
        stored: what the app had left in its database.
        alike: three members with one password.
    """

    early: Account
    expired: Reply
    shortened: Reply
    renewed: Reply
    late: Reply
    exchanged: Reply
    exchanged_again: Reply
    logged_out: Reply
    ended: tuple[Reply, ...]
    leaver: Account
    kept: Reply
    stored: bytes
    alike: tuple[Account, ...]


MORNINGS: WeakKeyDictionary[Api, Morning] = WeakKeyDictionary()
"""By the app under test."""


def morning(api: Api, draw: Draw) -> Morning:
    """The morning of this app, spent when the first check asks for it."""
    if api not in MORNINGS:
        MORNINGS[api] = spend_morning(api, draw)
    return MORNINGS[api]


def spend_morning(api: Api, draw: Draw) -> Morning:
    """Register three members, use and end some of their tokens, and start the app twice."""
    password = f"{word(draw)}-{word(draw)}"
    early, leaver, other = alike = tuple(register(api, draw, password) for _ in range(3))
    first, used = sign_in(api, early), sign_in(api, other)
    out, stays = sign_in(api, leaver), sign_in(api, leaver)
    exchanged = renew(api, used[1])
    newer = tokens_of(renew(api, out[1]))
    logged_out = api.post("/logout", headers={"authorization": f"Bearer {out[0]}"})
    api.restart(environment={"APP_CLOCK": "2031-03-01T08:15:00+00:00"})
    header, claims = opened(first[1])
    expired, shortened = me(api, first[0]), renew(api, made(header, {**claims, "exp": NOW + ACCESS_S}))
    renewed = renew(api, first[1])
    late = me(api, tokens_of(renewed)[0])
    api.restart()
    return Morning(
        *(early, expired, shortened, renewed, late, exchanged, renew(api, used[1]), logged_out),
        ended=(*(me(api, token) for token in (out[0], newer[0])), renew(api, newer[1])),
        leaver=leaver,
        kept=me(api, stays[0]),
        stored=(api.left("members.db") or b"") + (api.left("members.db-wal") or b""),
        alike=alike,
    )


@points(1)
@assesses("authentication-passwords")
@hint("register")
def test_a_new_member_is_told_without_the_password(api: Api, draw: Draw) -> None:
    """`POST /members` answers 201 with exactly the id and the e-mail, and each id is another."""
    credentials = {"email": f"{word(draw)}@club.example", "password": word(draw)}
    reply = api.post("/members", json=credentials).expect(201, media_type="application/json")
    found = reply.json()
    number = found.get("id") if isinstance(found, dict) else None
    reply.expect(json={"id": number, "email": credentials["email"]})
    expect(type(number) is int and register(api, draw).id != number, "`id` is no number of their own.", reply)


@points(1)
@assesses("authentication-passwords")
@hint("email")
def test_an_address_is_the_same_in_capitals(api: Api, draw: Draw) -> None:
    """Capitals do not make another e-mail: it is kept in lower case, taken once, and signs in either way."""
    name, password = word(draw), word(draw)
    written = f"{name.capitalize()}.Cox@Club.Example"
    reply = api.post("/members", json={"email": written, "password": password}).expect(201)
    found = reply.json()
    told = found.get("email") if isinstance(found, dict) else None
    expect(told == written.lower(), f"The e-mail is {told!r}.", reply, expected=written.lower())
    for email in (written, written.upper()):
        api.post("/members", json={"email": email, "password": word(draw)}).expect(
            409, json={"error": "email taken"}
        )
        pair(api.post("/tokens", json={"email": email, "password": password}))


@points(1)
@assesses("authentication-passwords")
@hint("input")
def test_invalid_input_is_refused(api: Api, draw: Draw) -> None:
    """A body that is not as the brief states is answered with 422 `invalid input`, and nobody joins by it."""
    email, password = f"{word(draw)}@club.example", word(draw, 10)
    bad_email = [
        None,
        7,
        "",
        word(draw),
        f"{word(draw)}@",
        "@club.example",
        f"a b@{word(draw)}",
        f"a@b@{word(draw)}",
    ]
    bodies: list[object] = [
        {"email": each, "password": password} for each in (*bad_email, "\u00e5@club.example")
    ]
    bodies += [
        {"email": email, "password": each}
        for each in (None, 1_234_567_890, "", word(draw, 9), word(draw, 201))
    ]
    bodies += [
        {"email": f"{'a' * 250}@b.ee", "password": password},
        {"email": email},
        {},
        [email, password],
        "text",
    ]
    for body in bodies:
        api.post("/members", json=body).expect(422, media_type="application/json", json=INVALID_INPUT)
    broken = api.post("/members", body=b"{", headers={"content-type": "application/json"})
    broken.expect(422, json=INVALID_INPUT)
    for target, body in (("/tokens", {"email": email}), ("/tokens/refresh", {"refresh_token": 7})):
        api.post(target, json=body).expect(422, media_type="application/json", json=INVALID_INPUT)
    for longest in (email, f"{word(draw, 249)}@b.ee"):
        api.post("/members", json={"email": longest, "password": password}).expect(201)


@points(1)
@assesses("authentication-tokens")
@hint("claims")
def test_tokens_are_as_stated(api: Api, draw: Draw) -> None:
    """Tokens are JWTs with the stated header, claims and lifetimes, signed with the first of the keys."""
    account = register(api, draw)
    reply = api.post("/tokens", json=account.credentials)
    access, refresh = pair(reply)
    rest = {"token_type": "Bearer", "expires_in": ACCESS_S}
    reply.expect(200, json={"access_token": access, "refresh_token": refresh, **rest})
    seen = []
    for token, use, lifetime in ((access, "access", ACCESS_S), (refresh, "refresh", REFRESH_S)):
        header, claims = opened(token)
        stated = {"sub": str(account.id), "use": use, "iat": NOW, "exp": NOW + lifetime}
        got = {name: claims.get(name) for name in stated}
        expect(got == stated, f"The {use} token's claims are {got}.", reply, expected=str(stated))
        expect(
            (header.get("alg"), header.get("kid")) == ("HS256", "k2"), f"A token's header is {header}.", reply
        )
        expect(signed_with(token, K2), "A token's signature is not the one that the key k2 makes.", reply)
        seen.append((claims.get("sid"), claims.get("jti")))
    (sid, jti), (other_sid, other_jti) = seen
    texts = all(isinstance(each, str) and each for pair in seen for each in pair)
    expect(texts and sid == other_sid and jti != other_jti, f"`sid` and `jti` are {seen}.", reply)


@points(1)
@assesses("authentication-challenge")
@hint("scheme")
def test_the_scheme_is_read_in_any_case(api: Api, draw: Draw) -> None:
    """`Bearer`, `bearer` and `BEARER` are one scheme."""
    account = register(api, draw)
    access, _ = sign_in(api, account)
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR"):
        accepted(me(api, access, scheme), account)


@points(1)
@assesses("authentication-challenge")
@hint("challenge")
def test_without_a_token_the_challenge_is_bare(api: Api, draw: Draw) -> None:
    """Without a token: 401 `not authenticated`, and a challenge `Bearer` that names no error."""
    account = register(api, draw)
    accepted(me(api, sign_in(api, account)[0]), account)
    basic = base64.b64encode(f"{account.email}:{account.password}".encode()).decode()
    for method, target in (("GET", "/me"), ("DELETE", "/me"), ("POST", "/logout")):
        challenged(api.request(method, target), UNAUTHENTICATED, with_reason=False)
        header = {"authorization": f"Basic {basic}"}
        challenged(api.request(method, target, headers=header), UNAUTHENTICATED, with_reason=False)


@points(1)
@assesses("authentication-tokens")
@hint("forged", "challenge")
def test_a_forged_token_is_refused(api: Api, draw: Draw) -> None:
    """Garbage, a token with changed claims, and one signed with another key are refused at every address."""
    account, other = register(api, draw), register(api, draw)
    access, refresh = sign_in(api, account)
    header, claims = opened(access)
    accepted(me(api, made(header, claims)), account)
    changed = encoded(json.dumps({**claims, "sub": str(other.id)}).encode())
    head, _, signature = access.split(".")
    garbage = (word(draw), f"{word(draw)}.{word(draw)}.{word(draw)}", f"{head}.{changed}.{signature}")
    for token in (*garbage, made(header, claims, word(draw, 48)), made(header, claims, "")):
        for method, target in (("GET", "/me"), ("DELETE", "/me"), ("POST", "/logout")):
            refused(api.request(method, target, headers={"authorization": f"Bearer {token}"}))
    refused(renew(api, made(*opened(refresh), word(draw, 48))))
    accepted(me(api, access), account)


@points(1)
@assesses("authentication-tokens")
@hint("algorithm")
def test_another_algorithm_is_refused(api: Api, draw: Draw) -> None:
    """A token that is unsigned, or signed by another algorithm than HS256, is refused, whatever it says."""
    account = register(api, draw)
    access, refresh = sign_in(api, account)
    header, claims = opened(access)
    accepted(me(api, made(header, claims)), account)
    for algorithm in ("none", "None", "HS384", "HS512"):
        refused(me(api, made({**header, "alg": algorithm}, claims)))
        refused(renew(api, made({**header, "alg": algorithm}, opened(refresh)[1])))
    refused(me(api, f"{made({**header, 'alg': 'none'}, claims)}{access.rpartition('.')[2]}"))


@points(1)
@assesses("authentication-tokens")
@hint("clock")
def test_a_token_ends_when_it_expires(api: Api, draw: Draw) -> None:
    """By the clock of the app, a token is good until the second before `exp`, and refused from `exp` on."""
    account = register(api, draw)
    access, _ = sign_in(api, account)
    header, claims = opened(access)
    accepted(me(api, access), account)
    for left, good in ((1, True), (0, False), (-1, False), (-draw.randint(1000, 99_999), False)):
        reply = me(api, made(header, {**claims, "exp": NOW + left}))
        accepted(reply, account) if good else refused(reply)
    later = morning(api, draw)
    refused(later.expired)
    refused(later.shortened)
    late, _ = pair(later.renewed)
    accepted(later.late, later.early)
    rotated = rotation(api, draw)
    accepted(rotated.past, rotated.account)
    expect(opened(late)[1].get("exp") == NOW + 2 * ACCESS_S, "A token of 08:15 does not end at 08:30.")


@points(1)
@assesses("authentication-tokens")
@hint("claims", "missing-claim")
def test_a_token_needs_every_claim(api: Api, draw: Draw) -> None:
    """A well signed token that lacks a claim is refused; one without `exp` would never end."""
    account = register(api, draw)
    access, refresh = sign_in(api, account)
    header, claims = opened(access)
    accepted(me(api, made(header, claims)), account)
    for name in CLAIMS:
        expect(name in claims, f"The access token has no claim `{name}`.")
        refused(me(api, made(header, without(claims, name))))
    refused(renew(api, made(header, without(opened(refresh)[1], "exp"))))


@points(1)
@assesses("authentication-tokens")
@hint("use")
def test_each_token_has_one_use(api: Api, draw: Draw) -> None:
    """A refresh token does not open `/me`, and an access token is not exchanged."""
    account = register(api, draw)
    access, refresh = sign_in(api, account)
    accepted(me(api, access), account)
    refused(me(api, refresh))
    refused(api.post("/logout", headers={"authorization": f"Bearer {refresh}"}))
    refused(renew(api, access))
    pair(renew(api, refresh))


@points(1)
@assesses("authentication-tokens")
@hint("refresh")
def test_a_refresh_token_works_once(api: Api, draw: Draw) -> None:
    """A refresh token is exchanged for two new tokens of the same sign-in, once, even after a restart."""
    account = register(api, draw)
    access, refresh = sign_in(api, account)
    second, _ = pair(renew(api, refresh))
    for token in (access, second):
        accepted(me(api, token), account)
    same = opened(access)[1].get("sid") == opened(second)[1].get("sid")
    expect(same, "The tokens of an exchange have another `sid`.")
    refused(renew(api, refresh))
    later = morning(api, draw)
    pair(later.exchanged)
    refused(later.exchanged_again)


@points(1)
@assesses("authentication-tokens")
@hint("logout")
def test_logging_out_ends_this_sign_in_alone(api: Api, draw: Draw) -> None:
    """`/logout` ends every token of its sign-in, for good, and leaves other sign-ins alone."""
    account = register(api, draw)
    first, stays = sign_in(api, account), sign_in(api, account)
    latest = pair(renew(api, first[1]))
    api.post("/logout", headers={"authorization": f"Bearer {first[0]}"}).expect(204)
    for token in (first[0], latest[0]):
        refused(me(api, token))
    refused(renew(api, latest[1]))
    accepted(me(api, stays[0]), account)
    pair(renew(api, stays[1]))
    later = morning(api, draw)
    later.logged_out.expect(204)
    for reply in later.ended:
        refused(reply)
    accepted(later.kept, later.leaver)


@points(1)
@assesses("authentication-tokens")
@hint("leaving")
def test_tokens_of_who_has_left_are_refused(api: Api, draw: Draw) -> None:
    """Who leaves takes all tokens along, and neither id nor tokens pass to the next member."""
    account = register(api, draw)
    access, refresh = sign_in(api, account)
    other, _ = sign_in(api, account)
    accepted(me(api, access), account)
    api.delete("/me", headers={"authorization": f"Bearer {access}"}).expect(204)
    challenged(api.post("/tokens", json=account.credentials), WRONG, with_reason=False)
    reply = api.post("/members", json=account.credentials).expect(201)
    found = reply.json()
    number = found.get("id") if isinstance(found, dict) else account.id
    expect(number != account.id, f"The id {number} was given a second time.", reply)
    for token in (access, other):
        refused(me(api, token))
    refused(renew(api, refresh))


@points(1)
@assesses("authentication-challenge")
@hint("enumeration", "challenge")
def test_a_failed_sign_in_does_not_tell_who_is_a_member(api: Api, draw: Draw) -> None:
    """An unknown e-mail and a wrong password are answered alike: 401, one error, one challenge."""
    account = register(api, draw)
    sign_in(api, account)
    stranger = f"{word(draw)}@{word(draw, 6)}.example"
    for given in (
        {"email": account.email, "password": account.password.upper()},
        {"email": account.email, "password": ""},
        {"email": stranger, "password": account.password},
        {"email": word(draw), "password": account.password},
    ):
        challenged(api.post("/tokens", json=given), WRONG, with_reason=False)


@points(1)
@assesses("authentication-passwords")
@hint("whole-password")
def test_a_password_counts_to_its_last_character(api: Api, draw: Draw) -> None:
    """Passwords of 200 characters differ by any one: the last, a space, a capital, the form of an accent."""
    start, rest = word(draw, 9), word(draw, 187)
    account = register(api, draw, f" {start}\u00e9\U0001f6a3{rest} ")
    sign_in(api, account)
    for wrong in (
        f" {start}\u00e9\U0001f6a3{rest}.",
        f" {start}\u00e9\U0001f6a3{rest}",
        f"{start}\u00e9\U0001f6a3{rest} ",
        f" {start.upper()}\u00e9\U0001f6a3{rest} ",
        f" {start}e\u0301\U0001f6a3{rest} ",
        f" {start}\u00e9?{rest} ",
    ):
        given = {"email": account.email, "password": wrong}
        challenged(api.post("/tokens", json=given), WRONG, with_reason=False)


@points(1)
@assesses("authentication-passwords")
@hint("storage")
def test_equal_passwords_are_stored_as_different_hashes(api: Api, draw: Draw) -> None:
    """`members.db` holds argon2id hashes, strong enough, each with its own salt, and no password."""
    later = morning(api, draw)
    accounts, stored = later.alike, later.stored
    expect(accounts[0].email.encode() in stored, "The member is not in the file `members.db`.")
    hashes = hashes_in(stored)
    salts = {match[4] for match in hashes.values()}
    expect(
        len(hashes) >= len(accounts),
        f"Three members joined, and the file holds {len(hashes)} argon2id hashes.",
    )
    expect(len(salts) == len(hashes), "Two hashes in `members.db` have one salt.")
    weak = [
        match[0].decode()
        for match in hashes.values()
        if int(match[1]) < LEAST_KB or int(match[2]) < LEAST_PASSES
    ]
    expect(not weak, "A hash was made with less than m=19456 or t=2.", expected="m=19456,t=2,p=1")
    plain = accounts[0].password.encode()
    readable = [plain, base64.b64encode(plain), plain.hex().encode()]
    readable += [getattr(hashlib, name)(plain).hexdigest().encode() for name in ("md5", "sha1", "sha256")]
    expect(not any(each in stored for each in readable), "The password can be read out of `members.db`.")
    accepted(me(api, sign_in(api, accounts[1])[0]), accounts[1])


@dataclass(frozen=True, slots=True)
class Rotation:
    """What an app answered with a new key in front, and then with another one alone; as `Morning`.

    Attributes:
        account: who has signed in with the keys that the part is given.
        key: the id and the secret of the key in front.
        access, older: `/me` with a token of `k2`, and of `k1`, when both stand behind it.
        exchange: a refresh token of `k2`, exchanged then.
        removed: a token of `k2`, both sorts, when a third key stands alone, in a year long past; then
        fresh: an access token of a new sign-in, and
        past: `/me` with it.
    """

    account: Account
    key: tuple[str, str]
    access: Reply
    older: Reply
    exchange: Reply
    removed: tuple[Reply, Reply]
    fresh: str
    past: Reply


ROTATIONS: WeakKeyDictionary[Api, Rotation] = WeakKeyDictionary()
"""By the app under test."""


def rotation(api: Api, draw: Draw) -> Rotation:
    """The rotation of this app's keys, done when the first check asks for it."""
    if api not in ROTATIONS:
        ROTATIONS[api] = rotate(api, draw)
    return ROTATIONS[api]


def rotate(api: Api, draw: Draw) -> Rotation:
    """Sign somebody in twice, and start the app with other keys twice."""
    account, new = register(api, draw), word(draw, 48)
    access, refresh = sign_in(api, account)
    _, another = sign_in(api, account)
    header, claims = opened(access)
    api.restart(environment={"APP_KEYS": f"n-{new[:4]}:{new},k2:{K2},k1:{K1}"})
    kept, older = me(api, access), me(api, made({**header, "kid": "k1"}, claims, K1))
    exchange = renew(api, refresh)
    api.restart(environment={"APP_KEYS": f"k3:{K3}", "APP_CLOCK": LONG_PAST})
    removed = me(api, access), renew(api, another)
    fresh = tokens_of(api.post("/tokens", json=account.credentials))[0]
    return Rotation(account, (f"n-{new[:4]}", new), kept, older, exchange, removed, fresh, me(api, fresh))


@points(1)
@assesses("authentication-rotation")
@hint("rotation")
def test_after_a_rotation_old_tokens_are_good(api: Api, draw: Draw) -> None:
    """When a new key stands first, it signs; tokens of the keys after it stay good until they expire."""
    rotated = rotation(api, draw)
    for reply in (rotated.access, rotated.older):
        accepted(reply, rotated.account)
    for token in pair(rotated.exchange):
        kid, wanted = opened(token)[0].get("kid"), rotated.key[0]
        expect(kid == wanted, f"A token made after the rotation has the key id {kid!r}.", expected=wanted)
        good = signed_with(token, rotated.key[1])
        expect(good, "A token made after the rotation is not signed with the new key.")


@points(1)
@assesses("authentication-rotation")
@hint("retired", "rotation")
def test_a_key_that_is_gone_verifies_nothing(api: Api, draw: Draw) -> None:
    """The key id picks the key: a token of a removed key, or with a wrong id or none, is refused."""
    account = register(api, draw)
    header, claims = opened(sign_in(api, account)[0])
    accepted(me(api, made({**header, "kid": "k1"}, claims, K1)), account)
    wrong = ({**header, "kid": "k1"}, {**header, "kid": word(draw)}, {**header, "kid": 2})
    for other in (*wrong, without(header, "kid")):
        refused(me(api, made(other, claims, K2)))
    rotated = rotation(api, draw)
    for reply in rotated.removed:
        refused(reply)
    expect(signed_with(rotated.fresh, K3), "With one key left, a new token is not signed with that.")
