"""A climbing hall's desk, as exercises/responses/README.md states it for every part."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from autograder.checks import Api, CheckFailed, Draw, Reply, assesses, expect, hint, points

KEYS = {"id", "email", "name", "joined", "balance", "last_visit"}
LONG_AGO = "2026-01-31T23:30:00-05:00"
NOBODY = 10**9


def word(draw: Draw, length: int = 10) -> str:
    """Lower-case letters that no app can know."""
    return "".join(draw.choices(string.ascii_lowercase, k=length))


@dataclass(frozen=True)
class Joined:
    """A member that a check entered: what was sent, the answer, and what the answer said."""

    sent: dict[str, str]
    reply: Reply
    told: dict[str, object]

    @property
    def path(self) -> str:
        """The member's address."""
        return f"/members/{self.told['id']}"


def new_member(draw: Draw, **changes: str) -> dict[str, str]:
    """The body of a new member; no two are alike."""
    return {
        "email": f"{word(draw)}@example.org",
        "name": f"Mia {word(draw)}",
        "password": word(draw, 16),
        "medical_note": f"{word(draw)} {word(draw)}",
        "joined": LONG_AGO,
        "deposit": "50",
        **changes,
    }


def told_by(reply: Reply) -> dict[str, object]:
    """The answer's object."""
    told = reply.json()
    if not isinstance(told, dict):
        raise CheckFailed("The answer is no JSON object.", sent=reply.sent, got=reply.shown)
    return told


def join(api: Api, draw: Draw, **changes: str) -> Joined:
    """Enter a member; only the id is needed of the answer."""
    sent = new_member(draw, **changes)
    reply = api.post("/members", json=sent).expect({200, 201})
    told = told_by(reply)
    expect(type(told.get("id")) is int, "The answer has no id that is a number.", reply)
    return Joined(sent, reply, told)


def visit(api: Api, member: Joined, price: str = "1", at: str = LONG_AGO) -> Reply:
    """Pay a visit."""
    return api.post(f"{member.path}/visits", json={"at": at, "price": price})


def hidden_in(reply: Reply, secrets: list[str]) -> bool:
    """Whether the answer, its headers included, holds one of the secrets."""
    whole = "\n".join([*(value for _, value in reply.header_list), reply.text])
    return any(secret in whole for secret in secrets)


def etag_of(reply: Reply) -> str:
    """The answer's ETag, or "" when it has none of the stated form."""
    tag = reply.header("etag") or ""
    return tag if re.fullmatch(r'(W/)?"[^"]*"', tag) else ""


@points(1)
@assesses("responses-headers")
@hint("created")
def test_a_new_member_is_found_at_its_location(api: Api, draw: Draw) -> None:
    """A new member is answered with 201 and its path in `Location`, where the same member is found."""
    member = join(api, draw)
    member.reply.expect(201, media_type="application/json", headers={"location": member.path})
    api.get(member.path).expect(200, json=member.told)


@points(1)
@assesses("responses-shape")
@hint("shape")
def test_a_member_has_exactly_six_keys(api: Api, draw: Draw) -> None:
    """Wherever a member is told, alone or in the list, it has the six keys of the brief and no others."""
    member = join(api, draw)
    change = {"email": f"{word(draw)}@example.net", "name": f"Ida Kóvacs-{word(draw)}"}
    replies = [member.reply, visit(api, member), api.put(member.path, json=change), api.get(member.path)]
    for reply in replies:
        keys = told_by(reply.expect({200, 201}, media_type="application/json")).keys()
        expect(keys == KEYS, f"The keys are {sorted(keys)}.", reply, expected=f"the keys {sorted(KEYS)}")
    expect(replies[2].json() == replies[3].json(), "The change is not what is found then.", replies[3])
    for key, text in change.items():
        expect(told_by(replies[3])[key] == text, f"The {key} is another.", replies[3], expected=text)
    listing = api.get("/members").expect(200, media_type="application/json")
    everybody = told_by(listing).get("members")
    found = isinstance(everybody, list) and replies[3].json() in everybody
    message = "The list does not tell the member as its own address does."
    expect(found and told_by(listing).keys() == {"members"}, message, listing, expected=replies[3].text)


@points(1)
@assesses("responses-shape")
@hint("shape", "secrets")
def test_no_secret_leaves_the_desk(api: Api, draw: Draw) -> None:
    """No answer holds the password, the medical note or the door code, except the badge's cookie."""
    member = join(api, draw, deposit="10")
    badge = api.post(f"{member.path}/badge").expect({200, 204})
    code = next((each.value for each in badge.cookies if each.name == "badge"), "")
    expect(len(code) > 3, "The badge's cookie carries no door code.", badge)
    secrets = [member.sent["password"], member.sent["medical_note"], code]
    for reply in (
        member.reply,
        api.get(member.path),
        api.get("/members"),
        visit(api, member),
        visit(api, member, price="99"),
        api.put(member.path, json={"email": member.sent["email"], "name": "Mia"}),
        api.post("/members", json=member.sent),
        api.get(f"{member.path}/statement"),
        api.delete(member.path),
    ):
        expect(not hidden_in(reply, secrets), "A secret stands in the answer.", reply)


@points(1)
@assesses("responses-shape")
@hint("invalid-body", "secrets")
def test_a_refused_body_is_not_repeated(api: Api, draw: Draw) -> None:
    """An invalid body is refused with 422, and the answer says nothing of what came in."""
    join(api, draw)
    whole = new_member(draw)
    for key in ("email", "name", "medical_note", "joined", "deposit"):
        lacking = {name: value for name, value in whole.items() if name != key}
        reply = api.post("/members", json=lacking)
        expect(not hidden_in(reply, [whole["password"]]), "The password stands in the answer.", reply)
        reply.expect(422, media_type="application/json", json={"error": "invalid body"})
    for wrong in ({"joined": "yesterday"}, {"deposit": "free"}, {"name": draw.randint(1, 99)}):
        api.post("/members", json={**whole, **wrong}).expect(422, json={"error": "invalid body"})
    api.post("/members", json=whole).expect({200, 201})


@points(1)
@assesses("responses-values")
@hint("times")
def test_times_are_told_in_utc(api: Api, draw: Draw) -> None:
    """A time comes back in UTC, as `YYYY-MM-DDTHH:MM:SSZ`, whatever its offset was."""
    minute, second = draw.randint(10, 29), draw.randint(10, 59)
    for sent, told in (
        (f"2026-03-01T09:{minute}:{second}+02:00", f"2026-03-01T07:{minute}:{second}Z"),
        (f"2025-12-31T22:{minute}:{second}-05:30", f"2026-01-01T03:{minute + 30}:{second}Z"),
        (f"2026-07-04T12:{minute}:00Z", f"2026-07-04T12:{minute}:00Z"),
        (f"2026-07-04T00:{minute}:00+00:00", f"2026-07-04T00:{minute}:00Z"),
    ):
        member = join(api, draw, joined=sent)
        expect(member.told.get("joined") == told, "The time is another.", member.reply, expected=told)


@points(1)
@assesses("responses-values")
@hint("amounts")
def test_amounts_are_text_with_two_decimals(api: Api, draw: Draw) -> None:
    """An amount comes back as text with exactly two decimals, and none of it is lost."""
    whole = draw.randint(1_000, 9_999)
    huge = f"{draw.randint(10**17, 10**18 - 1)}.{draw.randint(10, 99)}"
    for sent, told in (
        ("0", "0.00"),
        ("12.5", "12.50"),
        (f"{whole}", f"{whole}.00"),
        (f"{whole}.07", f"{whole}.07"),
        (huge, huge),
    ):
        member = join(api, draw, deposit=sent)
        expect(member.told.get("balance") == told, "The amount is another.", member.reply, expected=told)


@points(1)
@assesses("responses-values")
@hint("nothing")
def test_no_visit_yet_is_null(api: Api, draw: Draw) -> None:
    """`last_visit` is `null` before the first visit and a time in UTC after it."""
    member = join(api, draw, deposit="20.5")
    message = "The key last_visit is not there, or not null."
    expect(member.told.get("last_visit", "") is None, message, member.reply, expected='"last_visit": null')
    hour = draw.randint(10, 21)
    reply = visit(api, member, price="8", at=f"2026-03-05T{hour}:05:00+01:00").expect(200)
    expected = f"2026-03-05T{hour - 1:02}:05:00Z"
    expect(told_by(reply).get("last_visit") == expected, "The time is another.", reply, expected=expected)
    expect(told_by(reply).get("balance") == "12.50", "The balance is another.", reply, expected="12.50")


@points(1)
@assesses("responses-values")
@hint("statement", "amounts")
def test_a_statement_counts_visits(api: Api, draw: Draw) -> None:
    """A statement tells the member's id, the number of visits, and the average price as an amount."""
    member = join(api, draw, deposit="900")
    first = draw.randint(1, 99)
    for prices, average in (
        ([f"{first}"], f"{first}.00"),
        ([f"{first + 1}.5", f"{first + 2}"], f"{first + 1}.17"),
    ):
        for price in prices:
            visit(api, member, price).expect(200)
        visits = 1 if len(prices) == 1 else 3
        reply = api.get(f"{member.path}/statement").expect(200, media_type="application/json")
        reply.expect(json={"member": member.told["id"], "visits": visits, "average": average})


@points(1)
@assesses("responses-headers")
@hint("no-content")
def test_a_member_is_removed_without_a_word(api: Api, draw: Draw) -> None:
    """Removing a member is answered with 204 and no body; the member is not found afterwards."""
    member, other = join(api, draw), join(api, draw)
    api.get(member.path).expect(200)
    reply = api.delete(member.path).expect(204)
    expect(reply.body == b"", "The answer has a body.", reply, expected="no body")
    api.get(member.path).expect(404)
    api.get(other.path).expect(200)


@points(1)
@assesses("responses-errors")
@hint("no-such-member")
def test_an_unknown_member_is_not_found(api: Api, draw: Draw) -> None:
    """Each of the six requests with an id that nobody has is answered with 404 and that id."""
    api.get(join(api, draw).path).expect(200)
    number = NOBODY + draw.randint(1, NOBODY)
    path = f"/members/{number}"
    for reply in (
        api.get(path),
        api.put(path, json={"email": f"{word(draw)}@example.org", "name": "Mia"}),
        api.delete(path),
        api.post(f"{path}/visits", json={"at": LONG_AGO, "price": "0"}),
        api.get(f"{path}/statement"),
        api.post(f"{path}/badge"),
    ):
        reply.expect(404, media_type="application/json", json={"error": "no such member", "id": number})


@points(1)
@assesses("responses-errors")
@hint("envelope")
def test_unknown_addresses_and_methods_are_refused_in_json(api: Api, draw: Draw) -> None:
    """An unknown address is a 404 and a wrong method a 405 with `Allow`, both as JSON."""
    member = join(api, draw)
    for target in ("/", f"/{word(draw)}", f"{member.path}/{word(draw)}"):
        api.get(target).expect(404, media_type="application/json", json={"error": "not found"})
    for method, target in (("PATCH", member.path), ("DELETE", "/members"), ("PUT", f"{member.path}/badge")):
        reply = api.request(method, target).expect(405, media_type="application/json")
        reply.expect(json={"error": "method not allowed"})
        allowed = {each.strip() for each in (reply.header("allow") or "").split(",")} - {""}
        message = f"The header Allow is {reply.header('allow')!r}."
        expect(allowed and method not in allowed, message, reply, expected="Allow, with what is allowed")


@points(1)
@assesses("responses-errors")
@hint("taken")
def test_a_taken_email_is_a_conflict(api: Api, draw: Draw) -> None:
    """An e-mail address that another member has is refused with 409, when joining and when changing."""
    first, second = join(api, draw), join(api, draw)
    taken = first.sent["email"]
    for reply in (
        api.post("/members", json=new_member(draw, email=taken)),
        api.put(second.path, json={"email": taken, "name": "Mia"}),
    ):
        reply.expect(409, media_type="application/json", json={"error": "email taken"})
    told = told_by(api.get(second.path).expect(200))
    expect(told.get("email") == second.sent["email"], "The refused change was made.", expected="no change")


@points(1)
@assesses("responses-errors")
@hint("too-low", "amounts")
def test_a_low_balance_says_what_is_missing(api: Api, draw: Draw) -> None:
    """A visit that costs more than the balance is refused with 409, which tells the missing amount."""
    member = join(api, draw, deposit="4")
    visit(api, member, price="0").expect(200)
    before = api.get(member.path).expect(200).json()
    whole = draw.randint(2_000, 9_999)
    for price, missing in (
        ("7.5", "3.50"),
        (f"{whole + 4}", f"{whole}.00"),
        (f"{whole + 4}.05", f"{whole}.05"),
    ):
        reply = visit(api, member, price).expect(409, media_type="application/json")
        reply.expect(json={"error": "balance too low", "missing": missing})
    after = api.get(member.path).expect(200)
    expect(after.json() == before, "A refused visit changed the member.", after, expected=str(before))


@points(1)
@assesses("responses-errors")
@hint("unexpected")
def test_any_other_error_is_a_500_in_json(api: Api, draw: Draw) -> None:
    """An exception that no table lists is answered with 500 as JSON, and the app goes on."""
    for member in (join(api, draw), join(api, draw, name=f"Mia {word(draw, 50)}")):
        if len(member.sent["name"]) > 40:
            visit(api, member).expect(200)
        reply = api.get(f"{member.path}/statement").expect(500, media_type="application/json")
        reply.expect(json={"error": "internal server error"})
        api.get(member.path).expect(200)


@points(1)
@assesses("responses-errors")
@hint("unexpected", "secrets")
def test_a_500_tells_nothing(api: Api, draw: Draw) -> None:
    """A 500 tells nothing of the exception, of the code, or of the member."""
    member = join(api, draw)
    visit(api, member).expect(200)
    api.get(f"{member.path}/statement").expect(200)
    long = join(api, draw, name=f"Mia {word(draw, 50)}")
    visit(api, long).expect(200)
    telltale = ["Traceback", "LookupError", "InvalidOperation", "Undefined", "strip", ".py", "Books"]
    telltale += [long.sent["email"], long.sent["name"], long.sent["medical_note"]]
    for each in (long, join(api, draw)):
        reply = api.get(f"{each.path}/statement").expect(500)
        expect(not hidden_in(reply, telltale), "The answer tells what happened inside.", reply)


@points(1)
@assesses("responses-headers")
@hint("etag")
def test_an_etag_changes_with_the_member(api: Api, draw: Draw) -> None:
    """The ETag stays while the member stays, and changes with the name, the address or the balance."""
    member = join(api, draw)
    email = member.sent["email"]
    first = api.get(member.path).expect(200)
    expect(etag_of(first), "There is no ETag, or it is no quoted text.", first, expected='ETag: "..."')
    seen = [etag_of(first)]
    again = api.get(member.path).expect(200)
    expect(etag_of(again) == seen[0], "The ETag is another for the same member.", again, expected=seen[0])
    paid = {"at": LONG_AGO, "price": "3"}
    for method, target, body in (
        ("PUT", member.path, {"email": email, "name": word(draw)}),
        ("POST", f"{member.path}/visits", paid),
        ("POST", f"{member.path}/visits", paid),
        ("PUT", member.path, {"email": f"{word(draw)}@example.org", "name": "Mia"}),
    ):
        api.request(method, target, json=body).expect(200)
        reply = api.get(member.path).expect(200)
        tag = etag_of(reply)
        expect(tag and tag not in seen, "The ETag is an old one for a changed member.", reply)
        seen.append(tag)


@points(1)
@assesses("responses-headers")
@hint("not-modified")
def test_a_known_etag_is_answered_with_304(api: Api, draw: Draw) -> None:
    """`If-None-Match` with the member's ETag is answered with 304 and no body; with an old one with 200."""
    member = join(api, draw)
    full = api.get(member.path).expect(200)
    tag = etag_of(full)
    reply = api.get(member.path, headers={"if-none-match": tag or '"none"'}).expect(304)
    expect(reply.body == b"", "The answer has a body.", reply, expected="no body")
    expect(etag_of(reply) == tag, "The ETag of the 304 is another.", reply, expected=f"ETag: {tag}")
    api.get(member.path, headers={"if-none-match": f'"{word(draw)}"'}).expect(200, json=full.json())
    visit(api, member).expect(200)
    fresh = api.get(member.path, headers={"if-none-match": tag}).expect(200)
    expect(fresh.json() != full.json(), "The answer is the old one.", fresh)


@points(1)
@assesses("responses-headers")
@hint("if-none-match")
def test_if_none_match_takes_lists_stars_and_weak_tags(api: Api, draw: Draw) -> None:
    """`If-None-Match` may hold several tags or `*`, and `W/` in front of a tag makes no difference."""
    path = join(api, draw).path
    tag = etag_of(api.get(path).expect(200))
    bare = tag.removeprefix("W/")
    expect(bare, "There is no ETag, or it is no quoted text.")
    others = [f'"{word(draw)}"', f'W/"{word(draw)}"']
    for known in (
        bare,
        f"W/{bare}",
        "*",
        f"{others[0]}, {tag}",
        f"{bare}, {others[0]}",
        f"{others[1]}, W/{bare}",
    ):
        api.get(path, headers={"if-none-match": known}).expect(304)
    for unknown in (others[1], ", ".join(others), f'"{bare[1:-1]}{word(draw)}"'):
        api.get(path, headers={"if-none-match": unknown}).expect(200)


@points(1)
@assesses("responses-headers")
@hint("badge")
def test_a_badge_is_a_guarded_cookie(api: Api, draw: Draw) -> None:
    """The badge is a cookie with the stated flags, path and age; the answer is 204 without a body."""
    codes = set()
    for member in (join(api, draw), join(api, draw)):
        reply = api.post(f"{member.path}/badge").expect(204)
        expect(reply.body == b"", "The answer has a body.", reply, expected="no body")
        cookies = [each for each in reply.cookies if each.name == "badge"]
        expect(len(cookies) == 1, f"The answer sets {len(cookies)} cookies named badge.", reply)
        found = dict(cookies[0].attributes)
        found.pop("expires", None)
        wanted = {"httponly": "", "secure": "", "samesite": "strict", "path": "/members", "max-age": "28800"}
        expect(found == wanted, f"The attributes are {found}.", reply, expected=str(wanted))
        codes.add(cookies[0].value)
        again = api.post(f"{member.path}/badge").expect(204)
        expect(
            [each.value for each in again.cookies] == [cookies[0].value], "The door code is another.", again
        )
    expect(len(codes) == 2 and all(codes), "Two members have one door code.")
