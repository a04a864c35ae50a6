"""The time bank's ledger, as exercises/databases/README.md states it for every part."""

from __future__ import annotations

import string
from itertools import pairwise

from autograder.checks import Api, CheckFailed, Draw, Reply, assesses, expect, hint, late, points

Json = dict[str, object]

CREATED, CONFLICT, INVALID = 201, 409, 422


def word(draw: Draw, length: int = 10) -> str:
    """Lower-case letters, drawn at random."""
    return "".join(draw.choices(string.ascii_lowercase, k=length))


def whole(reply: Reply, name: str) -> int:
    """A whole number that an answer holds under that name."""
    body = reply.json()
    value = body.get(name) if isinstance(body, dict) else None
    if type(value) is not int:
        message = f"The answer holds no whole number `{name}`."
        raise CheckFailed(message, sent=reply.sent, got=reply.shown)
    return value


def open_one(api: Api, owner: str, minutes: int) -> int:
    """Open an account, and give its id."""
    reply = api.post("/accounts", json={"owner": owner, "minutes": minutes}).expect(CREATED)
    return whole(reply, "id")


def several(api: Api, draw: Draw, *minutes: int) -> list[int]:
    """Open one account for each number of minutes."""
    return [open_one(api, word(draw), each) for each in minutes]


def order(giver: int, taker: int, minutes: int, note: str = "") -> Json:
    """What `POST /transfers` is sent."""
    return {"from": giver, "to": taker, "minutes": minutes, "note": note}


def expect_minutes(api: Api, wanted: dict[int, int]) -> None:
    """These accounts hold so many minutes."""
    for number, minutes in wanted.items():
        reply = api.get(f"/accounts/{number}").expect(200)
        expect(
            whole(reply, "minutes") == minutes,
            f"Account {number} holds another number of minutes.",
            reply,
            expected=str(minutes),
        )


def page(api: Api, number: int, limit: int, before: object = None) -> tuple[list[Json], object]:
    """The transfers on a page, and what it says of the next."""
    query = {"limit": str(limit)} | ({} if before is None else {"before": str(before)})
    reply = api.get(f"/accounts/{number}/transfers", query=query).expect(200)
    body = reply.json()
    listed = body.get("transfers") if isinstance(body, dict) else None
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else None
    if found is None or not isinstance(body, dict) or "next" not in body:
        message = "The answer holds no `transfers` and `next`."
        raise CheckFailed(message, sent=reply.sent, got=reply.shown)
    return found, body["next"]


def count_of(replies: list[Reply], status: int) -> int:
    """How many answers have that status."""
    return sum(reply.status == status for reply in replies)


@points(1)
@assesses("databases-session")
@hint("accounts")
def test_an_account_is_opened_and_read(api: Api, draw: Draw) -> None:
    """A new account is answered with 201, and read by its id; an id that nobody has is not found."""
    owner, minutes = word(draw), draw.randint(1, 999_999)
    shortest, longest = chr(draw.randint(0x4E00, 0x9FA5)), owner.ljust(100, "n")
    for name, start in (
        (owner, minutes),
        (f"{owner} \u00d8st \U0001f331", 0),
        (f"{owner} three", 1_000_000),
        (shortest, 1),
        (longest, 1),
    ):
        reply = api.post("/accounts", json={"owner": name, "minutes": start})
        told = {"id": whole(reply.expect(CREATED), "id"), "owner": name, "minutes": start}
        reply.expect(CREATED, json=told, media_type="application/json")
        api.get(f"/accounts/{told['id']}").expect(200, json=told, media_type="application/json")
    for target in ("/accounts/2000000000", f"/accounts/{draw.randint(10**6, 10**8)}/transfers"):
        api.get(target).expect(404, json={"error": "not_found"}, media_type="application/json")


@points(1)
@assesses("databases-session")
@hint("invalid")
def test_what_the_tables_do_not_allow_is_invalid(api: Api, draw: Draw) -> None:
    """A body that is broken, incomplete, of a wrong type or out of bounds is refused; nothing changes."""
    one, two = several(api, draw, 500, 500)
    good = order(one, two, 5)
    refused = {"error": "invalid"}
    bad_minutes = (0, -5, 1_000_001, "5", 5.5, True, None)
    bodies: list[Json] = [{**good, "minutes": each} for each in bad_minutes]
    bodies += [
        {**good, "to": one},
        {**good, "to": str(two)},
        {**good, "from": None},
        {**good, "note": "n" * 201},
    ]
    bodies += [
        {key: value for key, value in good.items() if key != name} for name in ("from", "to", "minutes")
    ]
    for body in bodies:
        api.post("/transfers", json=body).expect(INVALID, json=refused)
    new: Json = {"owner": word(draw), "minutes": 5}
    short: Json = {"owner": word(draw)}
    for body in (
        {**new, "minutes": -1},
        {**new, "minutes": 1_000_001},
        {**new, "minutes": "5"},
        {**new, "owner": ""},
        short,
    ):
        api.post("/accounts", json=body).expect(INVALID, json=refused)
    api.post("/accounts", json={**new, "owner": "n" * 101}).expect(INVALID, json=refused)
    for target in ("/accounts", "/transfers", "/rounds"):
        api.post(target, body=b'{"minutes": ', headers={"content-type": "application/json"}).expect(
            INVALID, json=refused
        )
        api.post(target, json=[good]).expect(INVALID, json=refused)
    for listed in ([], [good] * 21, [good, {**good, "minutes": 0}]):
        api.post("/rounds", json={"transfers": listed}).expect(INVALID, json=refused)
    expect_minutes(api, {one: 500, two: 500})


@points(1)
@assesses("databases-transaction")
@hint("unique")
def test_an_owner_has_one_account(api: Api, draw: Draw) -> None:
    """A second account for an owner is refused with 409 `owner_taken`, and so are all but one at once."""
    owner = word(draw)
    open_one(api, owner, 5)
    taken = {"error": "owner_taken"}
    api.post("/accounts", json={"owner": owner, "minutes": 7}).expect(CONFLICT, json=taken)
    open_one(api, owner.upper(), 5)
    new = {"owner": word(draw), "minutes": 9}
    replies = api.at_once([("POST", "/accounts", {"json": new})] * 12)
    for reply in replies:
        reply.expect((CREATED, CONFLICT))
    made = count_of(replies, CREATED)
    expect(made == 1, f"{made} of 12 accounts were opened at once for one owner.", replies[0], expected="1")


@points(1)
@assesses("databases-transaction")
@hint("transfer")
def test_a_transfer_moves_minutes(api: Api, draw: Draw) -> None:
    """A transfer is answered with 201, its own id and both owners; the minutes have moved."""
    giver, taker = word(draw), word(draw)
    one, two = open_one(api, giver, 300), open_one(api, taker, 40)
    minutes, note = draw.randint(1, 299), f"hedge, {word(draw)} \u2014 \u6728"
    sides = {"from": {"id": one, "owner": giver}, "to": {"id": two, "owner": taker}}
    reply = api.post("/transfers", json=order(one, two, minutes, note)).expect(CREATED)
    first = whole(reply, "id")
    reply.expect(
        CREATED, json={"id": first, **sides, "minutes": minutes, "note": note}, media_type="application/json"
    )
    rest = {"from": one, "to": two, "minutes": 300 - minutes}
    reply = api.post("/transfers", json=rest).expect(CREATED)
    second = whole(reply, "id")
    expect(second > first, "The later transfer does not have the greater id.", reply, expected=f"> {first}")
    reply.expect(CREATED, json={"id": second, **sides, "minutes": 300 - minutes, "note": ""})
    expect_minutes(api, {one: 0, two: 340})
    rich = open_one(api, word(draw), 1_000_000)
    longest = word(draw).ljust(200, "n")
    reply = api.post("/transfers", json=order(rich, two, 1_000_000, longest)).expect(CREATED)
    body = reply.json()
    told = body.get("note") if isinstance(body, dict) else None
    expect(told == longest, "The note is another.", reply, expected=longest)
    expect_minutes(api, {rich: 0, two: 1_000_340})


@points(1)
@assesses("databases-transaction")
@hint("refused")
def test_a_refused_transfer_changes_nothing(api: Api, draw: Draw) -> None:
    """More minutes than there are: 409 `insufficient`. An unknown account: 422. Neither leaves a trace."""
    one, two = several(api, draw, 100, 50)
    nobody = 2_000_000_000 + draw.randint(1, 999)
    api.post("/transfers", json=order(one, two, 10)).expect(CREATED)
    for minutes in (91, draw.randint(92, 9_999)):
        body = order(one, two, minutes)
        api.post("/transfers", json=body).expect(CONFLICT, json={"error": "insufficient"})
    for body in (order(one, nobody, 10), order(nobody, two, 10), order(nobody, nobody + 1, 10)):
        api.post("/transfers", json=body).expect(INVALID, json={"error": "unknown_account"})
    expect_minutes(api, {one: 90, two: 60})
    listed, _ = page(api, one, 10)
    expect(len(listed) == 1, f"{len(listed)} transfers are listed where one was carried out.", expected="1")


@points(1)
@assesses("databases-transaction")
@hint("round")
def test_a_round_is_carried_out_in_order(api: Api, draw: Draw) -> None:
    """A later transfer of a round may pass on what an earlier one brought; all are answered in order."""
    one, two, three = several(api, draw, 60, 0, 0)
    minutes = draw.randint(10, 50)
    orders = [order(one, two, 60, "a"), order(two, three, minutes, "b"), order(three, one, minutes, "c")]
    reply = api.post("/rounds", json={"transfers": orders}).expect(CREATED)
    body = reply.json()
    listed = body.get("transfers") if isinstance(body, dict) else None
    notes = (
        [each.get("note") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else None
    )
    expect(notes == ["a", "b", "c"], "The transfers of the round are not answered in its order.", reply)
    expect_minutes(api, {one: minutes, two: 60 - minutes, three: 0})
    four = open_one(api, word(draw), 21)
    for many in (1, 20):
        api.post("/rounds", json={"transfers": [order(four, three, 1)] * many}).expect(CREATED)
    expect_minutes(api, {four: 0, three: 21})


@points(1.5)
@assesses("databases-transaction")
@hint("all-or-nothing")
def test_a_round_happens_whole_or_not_at_all(api: Api, draw: Draw) -> None:
    """When one transfer of a round cannot be done, none of them is."""
    one, two, three = several(api, draw, 60, 10, 0)
    good = [order(one, two, 20), order(two, three, 5)]
    api.post("/rounds", json={"transfers": good}).expect(CREATED)
    last = (
        (order(three, one, draw.randint(100, 999)), CONFLICT, "insufficient"),
        (order(three, 2_000_000_001, 1), INVALID, "unknown_account"),
    )
    for bad, status, code in last:
        for orders in ([*good, bad], [good[0], bad, good[1]]):
            api.post("/rounds", json={"transfers": orders}).expect(status, json={"error": code})
            expect_minutes(api, {one: 40, two: 25, three: 5})
    listed, _ = page(api, two, 10)
    expect(len(listed) == len(good), "Transfers of refused rounds are listed.", expected=str(len(good)))


@points(1.5)
@assesses("databases-driver")
@hint("at-once")
def test_transfers_at_once_lose_no_minute(api: Api, draw: Draw) -> None:
    """Transfers at the same moment, to and fro, are all carried out, and every minute is where it belongs."""
    one, two, three = several(api, draw, 10_000, 10_000, 10_000)
    expected = {one: 10_000, two: 10_000, three: 10_000}
    for _ in range(2):
        orders = []
        for giver, taker in [(one, two), (two, one), (two, three), (three, one)] * 6:
            minutes = draw.randint(1, 99)
            expected[giver] -= minutes
            expected[taker] += minutes
            orders.append(order(giver, taker, minutes))
        for reply in api.at_once([("POST", "/transfers", {"json": each}) for each in orders]):
            reply.expect(CREATED)
    expect_minutes(api, expected)


@points(1)
@assesses("databases-transaction")
@hint("overdrawn")
def test_nobody_spends_the_same_minutes_twice(api: Api, draw: Draw) -> None:
    """Of many transfers at once, as many are carried out as the account can pay; the others are refused."""
    payable, minutes = draw.randint(3, 7), draw.randint(10, 60)
    one, two = several(api, draw, payable * minutes + minutes - 1, 0)
    replies = api.at_once([("POST", "/transfers", {"json": order(one, two, minutes)})] * 20)
    for reply in replies:
        reply.expect((CREATED, CONFLICT))
    done = count_of(replies, CREATED)
    expect(done == payable, f"{done} of 20 transfers were carried out.", replies[0], expected=str(payable))
    expect_minutes(api, {one: minutes - 1, two: payable * minutes})


@points(1)
@assesses("databases-transaction")
@hint("idempotency")
def test_a_request_sent_again_is_carried_out_once(api: Api, draw: Draw) -> None:
    """The same key with the same body gives the first answer again, also after a restart: one transfer."""
    one, two = several(api, draw, 100, 0)
    body, headers = order(one, two, 60, word(draw)), {"idempotency-key": f"{word(draw)}-{word(draw)}"}
    first = api.post("/transfers", json=body, headers=headers).expect(CREATED)
    api.post("/transfers", json=body, headers=headers).expect(CREATED, json=first.json())
    api.restart()
    api.post("/transfers", json=body, headers=headers).expect(CREATED, json=first.json())
    expect_minutes(api, {one: 40, two: 60})
    other = {"idempotency-key": word(draw)}
    for _ in range(2):
        api.post("/transfers", json=order(one, two, 5), headers=other).expect(CREATED)
        api.post("/transfers", json=order(one, two, 5)).expect(CREATED)
    expect_minutes(api, {one: 25, two: 75})


@points(1)
@assesses("databases-transaction")
@hint("idempotency-at-once", "idempotency")
def test_a_request_sent_twice_at_once_is_carried_out_once(api: Api, draw: Draw) -> None:
    """The same key and body many times at the same moment: one transfer, and every answer is that."""
    one, two = several(api, draw, 90, 0)
    extras = {"json": order(one, two, 50), "headers": {"idempotency-key": word(draw)}}
    replies = api.at_once([("POST", "/transfers", extras)] * 12)  # type: ignore[list-item]  # keys are Extras'
    for reply in replies:
        reply.expect(CREATED, json=replies[0].json())
    expect_minutes(api, {one: 40, two: 50})


@points(1)
@assesses("databases-transaction")
@hint("key-reused")
def test_a_key_stands_for_one_transfer(api: Api, draw: Draw) -> None:
    """A key with another body is refused with 409 `key_reused`; a refused transfer leaves its key unused."""
    one, two = several(api, draw, 100, 0)
    headers, body = {"idempotency-key": word(draw)}, order(one, two, 150)
    api.post("/transfers", json=body, headers=headers).expect(CONFLICT, json={"error": "insufficient"})
    body = order(one, two, 30, "dig")
    first = api.post("/transfers", json=body, headers=headers).expect(CREATED)
    for other in ({**body, "minutes": 31}, {**body, "note": "rake"}, order(two, one, 30, "dig")):
        api.post("/transfers", json=other, headers=headers).expect(CONFLICT, json={"error": "key_reused"})
    api.post("/transfers", json=body, headers=headers).expect(CREATED, json=first.json())
    expect_minutes(api, {one: 70, two: 30})


@points(0.5)
@assesses("databases-session")
@hint("restart")
def test_a_restart_loses_nothing(api: Api, draw: Draw) -> None:
    """Accounts and transfers are still there after a restart, in the database that `DATABASE_URL` names."""
    owner = word(draw)
    one, two = open_one(api, owner, 70), open_one(api, word(draw), 0)
    api.post("/transfers", json=order(one, two, 20)).expect(CREATED)
    before = page(api, one, 5)
    expect(len(before[0]) == 1, "The transfer is not listed.", expected="1")
    api.restart(environment={"DATABASE_URL": "sqlite:///spare.db"})
    gone = {"error": "not_found"}
    api.get(f"/accounts/{one}").expect(404, json=gone)
    api.restart()
    api.get(f"/accounts/{one}").expect(200, json={"id": one, "owner": owner, "minutes": 50})
    expect(page(api, one, 5) == before, "After a restart, other transfers are listed.", expected=str(before))
    expect(open_one(api, word(draw), 1) not in {one, two}, "A new account has the id of another.")


@points(1)
@assesses("databases-transaction")
@hint("literal")
def test_text_is_only_text(api: Api, draw: Draw) -> None:
    """Names, notes and keys may look like SQL: they are stored as they are, and nothing else happens."""
    one, two = several(api, draw, 100, 0)
    name = word(draw)
    for text in (f"{name}'); DROP TABLE accounts; --", f"{name}' OR '1'='1", f'{name}"; %s :a ? \\ {{0}}'):
        reply = api.post("/accounts", json={"owner": text, "minutes": 1}).expect(CREATED)
        told = {"id": whole(reply, "id"), "owner": text, "minutes": 1}
        api.get(f"/accounts/{told['id']}").expect(200, json=told)
        headers = {"idempotency-key": text}
        reply = api.post("/transfers", json=order(one, two, 10, text), headers=headers).expect(CREATED)
        listed, _ = page(api, one, 1)
        note = listed[0].get("note") if listed else None
        expect(note == text, "The note came back changed.", reply, expected=text)
    expect_minutes(api, {one: 70, two: 30})


@points(1)
@assesses("databases-queries")
@hint("pages")
def test_pages_stay_where_they_are(api: Api, draw: Draw) -> None:
    """Newest first, page after page: transfers that arrive in between repeat no entry and hide none."""
    one, two, three = several(api, draw, 500, 500, 500)
    for first, second in [(one, two), (two, one), (one, three)] * 2:
        orders = [order(first, second, draw.randint(1, 9)) for _ in range(4)]
        api.post("/rounds", json={"transfers": [*orders, order(two, three, 1)]}).expect(CREATED)
    everything, end = page(api, one, 100)
    expect(
        len(everything) == 24 and end is None, "24 transfers are not on one page of 100.", expected="24, null"
    )
    numbers = [each.get("id") for each in everything]
    newest_first = all(isinstance(a, int) and isinstance(b, int) and a > b for a, b in pairwise(numbers))
    expect(newest_first, "The transfers do not stand newest first.", expected=str(sorted(map(str, numbers))))
    seen: list[Json] = []
    before: object = None
    for _ in range(3):
        listed, before = page(api, one, 8, before)
        seen += listed
        api.post("/transfers", json=order(one, two, 1)).expect(CREATED)
    expect(seen == everything, "The pages together are not the whole.", expected=str(numbers))
    expect(before is None, "The last page names a next one.", expected="null")


@points(0.5)
@assesses("databases-queries")
@hint("names")
def test_a_page_names_both_sides(api: Api, draw: Draw) -> None:
    """Fifty transfers with many partners: each names its own giver and taker."""
    mine = word(draw)
    me = open_one(api, mine, 1_000)
    owners = {number: word(draw) for number in range(12)}
    ids = {number: open_one(api, owner, 100) for number, owner in owners.items()}
    orders, wanted = [], []
    for number in range(50):
        other = draw.randrange(12)
        sides = [(me, mine), (ids[other], owners[other])]
        (giver, taker) = sides if draw.random() < 0.7 else sides[::-1]
        orders.append(order(giver[0], taker[0], 1, str(number)))
        wanted.append((giver, taker, str(number)))
    for start in range(0, 50, 10):
        api.post("/rounds", json={"transfers": orders[start : start + 10]}).expect(CREATED)
    listed, _ = page(api, me, 50)
    expect(len(listed) == 50, "A page of 50 holds another number.", expected="50")
    told = [{key: value for key, value in each.items() if key != "id"} for each in listed]
    for each, (giver, taker, note) in zip(told, reversed(wanted), strict=True):
        sides_told = {"from": dict(zip(("id", "owner"), giver, strict=True)), "minutes": 1, "note": note}
        right = {**sides_told, "to": dict(zip(("id", "owner"), taker, strict=True))}
        expect(each == right, f"A listed transfer is another: {each}.", expected=str(right))


@points(0.5)
@assesses("databases-queries")
@hint("page-bounds")
def test_a_page_has_bounds(api: Api, draw: Draw) -> None:
    """Without a `limit` a page holds 20 transfers; a `limit` outside 1 to 100 is `invalid`."""
    one, two = several(api, draw, 100, 0)
    for _ in range(2):
        api.post("/rounds", json={"transfers": [order(one, two, 1)] * 11}).expect(CREATED)
    reply = api.get(f"/accounts/{one}/transfers").expect(200)
    body = reply.json()
    listed = body.get("transfers") if isinstance(body, dict) else None
    expect(
        isinstance(listed, list) and len(listed) == 20, "The page holds another number.", reply, expected="20"
    )
    page(api, one, 1)
    page(api, one, 100)
    bad = ({"limit": "0"}, {"limit": "101"}, {"limit": "-1"}, {"limit": word(draw)}, {"before": word(draw)})
    for query in bad:
        reply = api.get(f"/accounts/{one}/transfers", query=query)
        reply.expect(INVALID, json={"error": "invalid"})


@points(1)
@assesses("databases-transaction")
@hint("foreign-keys")
@late()
def test_an_account_with_transfers_stays(api: Api, draw: Draw) -> None:
    """An account that a transfer names cannot be closed: 409 `in_use`. Any other can, once."""
    one, two, three = several(api, draw, 100, 0, 30)
    api.post("/transfers", json=order(one, two, 10)).expect(CREATED)
    for number in (one, two):
        api.delete(f"/accounts/{number}").expect(CONFLICT, json={"error": "in_use"})
        api.get(f"/accounts/{number}").expect(200)
    api.delete(f"/accounts/{three}").expect(204)
    for reply in (api.get(f"/accounts/{three}"), api.delete(f"/accounts/{three}")):
        reply.expect(404, json={"error": "not_found"})
    api.post("/transfers", json=order(one, three, 1)).expect(INVALID, json={"error": "unknown_account"})
    expect_minutes(api, {one: 90, two: 10})


@points(0.5)
@assesses("databases-transaction")
@hint("ids")
@late()
def test_an_id_is_never_given_again(api: Api, draw: Draw) -> None:
    """The id of a closed account goes to nobody else, neither at once nor after a restart."""
    seen: set[int] = set()
    for restarted in (False, True):
        one = open_one(api, word(draw), 5)
        api.delete(f"/accounts/{one}").expect(204)
        seen.add(one)
        if restarted:
            api.restart()
        two = open_one(api, word(draw), 5)
        expect(two not in seen, f"The id {two} was given twice.", expected=f"none of {sorted(seen)}")
        seen.add(two)


@points(1)
@assesses("databases-session")
@hint("after-errors")
@late()
def test_refusals_leave_the_app_whole(api: Api, draw: Draw) -> None:
    """After sixty refused requests of every sort the app answers as before."""
    owner = word(draw)
    one, two = open_one(api, owner, 100), open_one(api, word(draw), 0)
    api.post("/transfers", json=order(one, two, 10)).expect(CREATED)
    refused: list[tuple[str, str, object, int]] = [
        ("POST", "/accounts", {"owner": owner, "minutes": 1}, CONFLICT),
        ("POST", "/transfers", order(one, two, 91), CONFLICT),
        ("POST", "/rounds", {"transfers": [order(one, two, 9), order(two, one, 999)]}, CONFLICT),
        ("POST", "/transfers", order(one, 2_000_000_000, 1), INVALID),
        ("GET", "/accounts/2000000000", None, 404),
        ("DELETE", f"/accounts/{one}", None, CONFLICT),
    ]
    for _ in range(10):
        for method, target, body, status in refused:
            api.request(method, target, json=body).expect(status)
    expect_minutes(api, {one: 90, two: 10})
    api.post("/transfers", json=order(one, two, 90)).expect(CREATED)
    expect_minutes(api, {one: 0, two: 100})
