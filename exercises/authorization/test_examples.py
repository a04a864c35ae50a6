"""The examples of README.md as checks; read them, and add your own below."""

from __future__ import annotations

from difflib import get_close_matches

from autograder.checks import Api, Findings, expect, hint

ADA = {"cookie": "session=ada-4f1c"}
BOB = {"cookie": "session=bob-92d7"}
CLEO = {"cookie": "session=cleo-e03b"}
FORM = {"content-type": "application/x-www-form-urlencoded"}

CLASSES = [
    "command-injection", "cross-site-request", "idor-read", "idor-write", "json-as-text", "mass-assignment",
    "missing-authentication", "open-redirect", "path-traversal", "predictable-token", "sql-injection",
    "stored-xss",
]  # fmt: skip
VIEWS = [
    "show_me", "change_me", "add_entry", "list_entries", "show_entry", "list_plots", "change_plot", "borrow",
    "list_loans", "make_pass", "open_gate", "add_notice", "show_board", "remove_notice", "choose_language",
]  # fmt: skip


@hint("sessions")
def test_example_nobody(api: Api) -> None:
    """Without a session there is nothing to see."""
    api.get("/plots").expect(401, json={"error": "unauthenticated"})


@hint("features", "chair")
def test_example_chair(api: Api) -> None:
    """The chair may change a plot that is ada's."""
    reply = api.put("/plots/1", json={"crop": "peas"}, headers=CLEO)
    reply.expect(200, json={"number": 1, "crop": "peas", "owner": "ada"})


@hint("idor-write")
def test_example_plot(api: Api) -> None:
    """Bob may not."""
    api.put("/plots/1", json={"crop": "thistles"}, headers=BOB).expect(403, json={"error": "forbidden"})


@hint("idor-read")
def test_example_diary(api: Api) -> None:
    """An entry of ada's is to bob as if it did not exist."""
    api.post("/diary", json={"text": "First frost."}, headers=ADA).expect(201)
    api.get("/diary/1", headers=BOB).expect(404, json={"error": "not-found"})


@hint("sql-injection")
def test_example_sort(api: Api) -> None:
    """There are three ways to sort, and no fourth."""
    api.get("/plots?sort=crop", headers=BOB).expect(200)
    api.get("/plots", query={"sort": "crop DESC"}, headers=BOB).expect(422, json={"error": "invalid"})


@hint("features", "origin")
def test_example_own_form(api: Api) -> None:
    """The form of the site's own page borrows a rake."""
    headers = {**BOB, **FORM, "origin": "https://rookery.example"}
    api.post("/loans", body=b"tool=rake", headers=headers).expect(303, headers={"location": "/loans"})


@hint("origin")
def test_example_foreign_form(api: Api) -> None:
    """A form of another site's page borrows nothing."""
    headers = {**BOB, **FORM, "origin": "https://evil.example"}
    api.post("/loans", body=b"tool=rake", headers=headers).expect(403, json={"error": "forbidden"})


@hint("open-redirect")
def test_example_way_on(api: Api) -> None:
    """The way on leads to this site alone."""
    api.get("/language?to=nl&next=/plots", headers=BOB).expect(303, headers={"location": "/plots"})
    away = api.get("/language?to=nl&next=https://evil.example", headers=BOB)
    away.expect(303, headers={"location": "/board"})


@hint("findings")
def test_example_findings(findings: Findings) -> None:
    """The findings can be read, and there are some."""
    expect(findings.problem is None, findings.problem or "")
    expect(findings.entries, "There are no findings yet.")


@hint("findings")
def test_example_names(findings: Findings) -> None:
    """Every finding's class is a slug of the brief, and its function a view of the contract."""
    expect(findings.problem is None, findings.problem or "")
    for number, entry in enumerate(findings.entries, 1):
        for key, name, known in (("class", entry.class_, CLASSES), ("function", entry.function, VIEWS)):
            close = get_close_matches(name.lower(), known, 1)
            meant = f": did you mean `{close[0]}`?" if close else "."
            expect(
                name in known,
                f"Finding {number} has the {key} `{name}`, which the brief does not list{meant}",
            )
