"""The examples of README.md as checks. Read them; the hidden checks ask for more of the same."""

from __future__ import annotations

from autograder.checks import Api, Reply, expect, hint


def number_of(reply: Reply) -> int:
    """The id in an answer."""
    body = reply.json()
    found = body.get("id") if isinstance(body, dict) else None
    expect(isinstance(found, int), "The answer holds no id.", reply)
    return int(str(found))


def opened(api: Api, owner: str, minutes: int) -> int:
    """Open an account, and give its id."""
    return number_of(api.post("/accounts", json={"owner": owner, "minutes": minutes}).expect(201))


@hint("accounts")
def test_example_account(api: Api) -> None:
    """Ada opens an account, and it can be read."""
    reply = api.post("/accounts", json={"owner": "Ada", "minutes": 120}).expect(201)
    account = {"id": number_of(reply), "owner": "Ada", "minutes": 120}
    reply.expect(201, json=account)
    api.get(f"/accounts/{account['id']}").expect(200, json=account)


@hint("unique")
def test_example_owner_taken(api: Api) -> None:
    """A second account for Bea is refused."""
    opened(api, "Bea", 5)
    api.post("/accounts", json={"owner": "Bea", "minutes": 5}).expect(409, json={"error": "owner_taken"})


@hint("transfer", "refused")
def test_example_transfer(api: Api) -> None:
    """Cem gives Dee 90 of 120 minutes, once; for a second time he holds too few."""
    cem, dee = opened(api, "Cem", 120), opened(api, "Dee", 0)
    sent = {"from": cem, "to": dee, "minutes": 90, "note": "lawn"}
    reply = api.post("/transfers", json=sent).expect(201)
    sides = {"from": {"id": cem, "owner": "Cem"}, "to": {"id": dee, "owner": "Dee"}}
    done = {"id": number_of(reply), **sides, "minutes": 90, "note": "lawn"}
    reply.expect(201, json=done)
    api.post("/transfers", json=sent).expect(409, json={"error": "insufficient"})
    api.get(f"/accounts/{dee}/transfers").expect(200, json={"transfers": [done], "next": None})


@hint("invalid")
def test_example_invalid(api: Api) -> None:
    """Eve cannot give minutes to herself."""
    eve = opened(api, "Eve", 50)
    sent = {"from": eve, "to": eve, "minutes": 5}
    api.post("/transfers", json=sent).expect(422, json={"error": "invalid"})


@hint("refused")
def test_example_unknown_account(api: Api) -> None:
    """Minutes for nobody stay where they are."""
    fay = opened(api, "Fay", 50)
    sent = {"from": fay, "to": 99_999, "minutes": 5}
    api.post("/transfers", json=sent).expect(422, json={"error": "unknown_account"})
    api.get(f"/accounts/{fay}").expect(200, json={"id": fay, "owner": "Fay", "minutes": 50})


@hint("foreign-keys")
def test_example_close(api: Api) -> None:
    """Gus has taken part in a transfer and stays; Hal has not."""
    gus, hal, ida = opened(api, "Gus", 9), opened(api, "Hal", 0), opened(api, "Ida", 0)
    api.post("/transfers", json={"from": gus, "to": ida, "minutes": 9}).expect(201)
    api.delete(f"/accounts/{gus}").expect(409, json={"error": "in_use"})
    api.delete(f"/accounts/{hal}").expect(204)


@hint("accounts")
def test_example_not_found(api: Api) -> None:
    """Nobody has the account 99999."""
    api.get("/accounts/99999").expect(404, json={"error": "not_found"})
