"""A cloakroom, as the brief states it for every part."""

from __future__ import annotations

import string

from autograder.checks import Api, Draw, assesses, expect, hint, points


def name(draw: Draw) -> str:
    """Eight letters."""
    return "".join(draw.choices(string.ascii_lowercase, k=8))


@points(1)
@assesses("cloakroom-answers")
@hint("brief")
def test_two_hours_cost_300_pence(api: Api) -> None:
    """Two hours cost 300 pence."""
    api.get("/price?hours=2").expect(200, json={"pence": 300})


@points(1)
@assesses("cloakroom-answers")
@hint("brief")
def test_any_price(api: Api, draw: Draw) -> None:
    """An hour costs 150 pence, however many there are."""
    for hours in draw.sample(range(3, 1000), 3):
        api.get(f"/price?hours={hours}").expect(200, json={"pence": 150 * hours})


@points(2)
@assesses("cloakroom-answers")
@hint("brief")
def test_a_label_is_the_name_backwards(api: Api, draw: Draw) -> None:
    """A label is the name backwards."""
    owner = name(draw)
    api.get(f"/label/{owner}").expect(200, json={"label": owner[::-1]})


@points(1)
@assesses("cloakroom-answers")
@hint("brief")
def test_a_visitor_is_greeted(api: Api, draw: Draw) -> None:
    """A visitor who says a name in a header hears it again."""
    visitor = name(draw)
    api.get("/visitor", headers={"x-visitor": visitor}).expect(200, json={"visitor": visitor})


@points(1)
@assesses("cloakroom-answers")
@hint("brief")
def test_a_coat_gets_a_number(api: Api, draw: Draw) -> None:
    """A coat gets the number after the last one's, and an address that says so."""
    last = api.post("/coats", json={"owner": name(draw)}).expect(201).json()
    number = last.get("number") if isinstance(last, dict) else None
    expect(isinstance(number, int), "The number is not an integer.")
    after = number + 1 if isinstance(number, int) else 1
    owner = name(draw)
    reply = api.post("/coats", json={"owner": owner}).expect(201, json={"number": after, "owner": owner})
    reply.expect(headers={"location": f"/coats/{after}"})


@points(1)
@assesses("cloakroom-answers")
@hint("brief")
def test_a_coat_is_found_again(api: Api, draw: Draw) -> None:
    """A coat is found at the address that was given for it."""
    owner = name(draw)
    reply = api.post("/coats", json={"owner": owner}).expect(201)
    found = api.get(reply.header("location") or "/").expect(200).json()
    expect(isinstance(found, dict) and found.get("owner") == owner, "It is another's coat.", reply)


@points(2)
@assesses("cloakroom-answers")
@hint("brief")
def test_coats_outlive_a_restart(api: Api, draw: Draw) -> None:
    """After a restart a coat is still there, and the last line of `coats.txt` is its owner."""
    owner = name(draw)
    where = api.post("/coats", json={"owner": owner}).expect(201).header("location") or "/"
    api.restart()
    lines = (api.left("coats.txt") or b"").decode("utf-8", "replace").splitlines()
    expect(lines[-1:] == [owner], "The last line is not the last owner.", expected=owner)
    found = api.get(where).expect(200).json()
    expect(isinstance(found, dict) and found.get("owner") == owner, "The coat is gone.")


@points(1)
@assesses("cloakroom-answers")
@hint("brief")
def test_an_unknown_address_is_not_found(api: Api, draw: Draw) -> None:
    """Any other address is not found."""
    api.get(f"/{name(draw)}").expect(404, json={"error": "not found"})
