"""What README.md states for the Flask part alone."""

from __future__ import annotations

import csv
import re
import string

from autograder.checks import Api, CheckFailed, Draw, assesses, expect, hint, late, points

NUMBER = re.compile(r"[0-9]{1,18}")


def word(draw: Draw) -> str:
    """Lower-case letters, drawn at random."""
    return "".join(draw.choices(string.ascii_lowercase, k=10))


@points(1)
@assesses("databases-session")
@hint("export")
@late()
def test_the_export_holds_every_account(api: Api, draw: Draw) -> None:
    """`/accounts.csv` holds one line for each account, in the order of the ids, whatever the names are."""
    names = [f"{word(draw)}{rest}" for rest in ("", ", junior", ' "Bee"', " \u00d8st", "; x")] * 2
    wanted = []
    for position, name in enumerate(names):
        owner, minutes = f"{position}{name}", draw.randint(0, 999)
        told = api.post("/accounts", json={"owner": owner, "minutes": minutes}).expect(201).json()
        number = told.get("id") if isinstance(told, dict) else None
        wanted.append([str(number), owner, str(minutes)])
    reply = api.get("/accounts.csv").expect(200, media_type="text/csv")
    try:
        lines = list(csv.reader(reply.text.splitlines()))
    except csv.Error as error:
        raise CheckFailed(f"The export is not CSV: {error}.", sent=reply.sent, got=reply.shown) from error
    expect(
        lines[:1] == [["id", "owner", "minutes"]],
        "The first line is another.",
        reply,
        expected="id,owner,minutes",
    )
    mine = [line for line in lines if line in wanted]
    expect(mine == wanted, "The export does not hold every account in order.", reply, expected=str(wanted))
    whole = all(len(line) == 3 and NUMBER.fullmatch(line[0]) for line in lines[1:])
    expect(whole, "A line is not that of an account.", reply, expected="id, owner, minutes")
