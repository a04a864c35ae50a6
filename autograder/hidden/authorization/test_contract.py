"""The allotment society's site, as exercises/authorization/README.md states it for every part."""

from __future__ import annotations

import hashlib
import string
from html.parser import HTMLParser
from urllib.parse import urlencode

from autograder.checks import Api, CheckFailed, Draw, Findings, Reply, assesses, expect, hint, points

SITE = "https://rookery.example"
SESSIONS = {"ada": "ada-4f1c", "bob": "bob-92d7", "cleo": "cleo-e03b"}
HOLES = {
    "idor-read": ("show_entry", "GET /diary/"),
    "idor-write": ("change_plot", "PUT /plots/"),
    "mass-assignment": ("change_me", "PATCH /me"),
    "sql-injection": ("list_plots", "GET /plots?"),
    "cross-site-request": ("borrow", "POST /loans"),
    "predictable-token": ("make_pass", "POST /"),
    "stored-xss": ("show_board", ""),
    "open-redirect": ("choose_language", "GET /language?"),
}
"""The function of each hole, and how a request that uses it begins."""

MOST_FALSE = 2
LONGEST_GUESS = 12
LONGEST_PAGE = 50_000


def word(draw: Draw, length: int = 8) -> str:
    """Lower-case letters, drawn at random."""
    return "".join(draw.choices(string.ascii_lowercase, k=length))


def of(name: str, **more: str) -> dict[str, str]:
    """The headers that a request of this member carries."""
    return {"cookie": f"session={SESSIONS[name]}", **more}


def field(reply: Reply, name: str) -> object:
    """The value of a key of the answer's JSON object."""
    found = reply.json()
    expect(isinstance(found, dict) and name in found, f"The answer has no {name!r}.", reply)
    assert isinstance(found, dict)
    return found[name]


def number(reply: Reply) -> int:
    """The id in the answer."""
    found = field(reply, "id")
    expect(type(found) is int, "The id is no whole number.", reply)
    assert isinstance(found, int)
    return found


def refused(reply: Reply, status: int, code: str) -> None:
    """Fail unless it is this error, in the envelope."""
    reply.expect(status, media_type="application/json", json={"error": code})


def borrow(api: Api, name: str, tool: str, origin: str) -> Reply:
    """Send the form of the shed's page, from a page of this origin."""
    form = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
    return api.post("/loans", body=urlencode({"tool": tool}).encode(), headers=of(name, **form))


def tools(api: Api, name: str) -> list[object]:
    """What somebody has borrowed."""
    reply = api.get("/loans", headers=of(name)).expect(200)
    found = field(reply, "tools")
    expect(isinstance(found, list), "`tools` is no list.", reply)
    assert isinstance(found, list)
    return found


def new_pass(api: Api, name: str) -> str:
    """A pass that somebody makes."""
    reply = api.post("/passes", headers=of(name)).expect(201)
    found = field(reply, "pass")
    good = isinstance(found, str) and len(found) >= 32
    expect(good, "The pass has fewer than 32 characters, or is no text.", reply)
    assert isinstance(found, str)
    return found


class Board(HTMLParser):
    """The texts of a page's list items, and the names of all of its elements."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: list[str] = []
        self.elements: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note the element."""
        self.elements.append(tag)
        if tag == "li":
            self._texts.append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """Leave the item."""
        self._inside = self._inside and tag != "li"

    def handle_data(self, data: str) -> None:
        """Gather an item's text."""
        if self._inside:
            self._texts[-1] += data

    @property
    def items(self) -> list[str]:
        """The texts, without the white space around them."""
        return [text.strip() for text in self._texts]


def board(api: Api) -> tuple[Reply, Board]:
    """The notice board, as a browser reads it."""
    reply = api.get("/board", headers=of("ada")).expect(200, media_type="text/html")
    # HTMLParser takes the square of a text's length where brackets stay open.
    if len(reply.text) > LONGEST_PAGE:
        message = f"The page has more than {LONGEST_PAGE:,} characters, far beyond a few notices."
        raise CheckFailed(message, sent=reply.sent, got=reply.shown)
    page = Board()
    try:
        page.feed(reply.text)
        page.close()
    except (AssertionError, ValueError) as error:
        raise CheckFailed(f"The page is not HTML: {error}.", sent=reply.sent, got=reply.shown) from error
    return reply, page


def entries(findings: Findings) -> set[tuple[str, str]]:
    """Class and function of every finding; fails when the file cannot be read."""
    if findings.problem is not None:
        raise CheckFailed(findings.problem)
    return {(each.class_, each.function) for each in findings.entries}


def expect_found(findings: Findings, *classes: str) -> None:
    """Fail unless there is a finding of each of these classes, with its function."""
    found = entries(findings)
    missed = [each for each in classes if (each, HOLES[each][0]) not in found]
    expect(not missed, f"{len(missed)} of {len(classes)} holes are not named by class and function.")


@points(0.5)
@assesses("authorization-separate")
@hint("sessions")
def test_nobody_comes_in_without_a_session(api: Api, draw: Draw) -> None:
    """A request without a session, or with one that is nobody's, is refused with 401 everywhere."""
    api.get("/me", headers=of("ada")).expect(200)
    unknown = (None, {"cookie": f"session={word(draw)}"}, {"cookie": "session="}, {"cookie": "session=ada"})
    for headers in unknown:
        for target in ("/me", "/diary", "/plots", "/board", "/loans"):
            refused(api.get(target, headers=headers), 401, "unauthenticated")
        refused(api.post("/diary", json={"text": word(draw)}, headers=headers), 401, "unauthenticated")
        refused(api.put("/plots/1", json={"crop": word(draw)}, headers=headers), 401, "unauthenticated")


@points(0.5)
@assesses("authorization-fix")
@hint("features")
def test_members_say_something_about_themselves(api: Api, draw: Draw) -> None:
    """`PATCH /me` still changes `about`, for the one who asks and nobody else."""
    for name, role in (("ada", "member"), ("cleo", "chair"), ("bob", "member")):
        told = {"name": name, "role": role, "about": f"{word(draw)} Äpfel"}
        api.patch("/me", json={"about": told["about"]}, headers=of(name)).expect(200, json=told)
        api.get("/me", headers=of(name)).expect(200, json=told)
        other = "cleo" if name != "cleo" else "ada"
        about = field(api.get("/me", headers=of(other)).expect(200), "about")
        expect(about != told["about"], "What one member said stands at another, too.")


@points(0.5)
@assesses("authorization-fix")
@hint("features")
def test_a_diary_is_read_by_its_owner(api: Api, draw: Draw) -> None:
    """A member still writes into a diary, lists it, and reads an entry of it."""
    for name in ("ada", "bob", "cleo"):
        text = word(draw)
        first = api.post("/diary", json={"text": word(draw)}, headers=of(name)).expect(201)
        made = api.post("/diary", json={"text": text}, headers=of(name)).expect(201)
        entry = {"id": number(made), "text": text}
        made.expect(json=entry)
        api.get(f"/diary/{entry['id']}", headers=of(name)).expect(200, json=entry)
        listed = field(api.get("/diary", headers=of(name)).expect(200), "entries")
        last = isinstance(listed, list) and listed[-2:] == [first.json(), entry]
        expect(last, "The new entries are not the last ones of their owner's list.", expected=str(entry))


@points(0.5)
@assesses("authorization-fix")
@hint("features")
def test_plots_are_sorted(api: Api, draw: Draw) -> None:
    """`GET /plots` still shows all plots to every member, by number, crop or owner."""
    owners = {1: "ada", 2: "ada", 3: "bob", 4: "bob", 5: "cleo", 6: "cleo"}
    plots = [{"number": each, "crop": word(draw), "owner": owner} for each, owner in owners.items()]
    for plot in plots:
        headers = of(owners[int(str(plot["number"]))])
        api.put(f"/plots/{plot['number']}", json={"crop": plot["crop"]}, headers=headers).expect(200)
    by_crop = sorted(plots, key=lambda each: str(each["crop"]))
    for target, wanted in (
        ("/plots", plots),
        ("/plots?sort=number", plots),
        ("/plots?sort=crop", by_crop),
        ("/plots?sort=owner", plots),
    ):
        api.get(target, headers=of("bob")).expect(200, json={"plots": wanted})


@points(0.5)
@assesses("authorization-fix")
@hint("features", "chair")
def test_owner_and_chair_change_a_plot(api: Api, draw: Draw) -> None:
    """The owner of a plot still changes it, and so does the chair; a plot that is not there is a 404."""
    for name, plot, owner in (("ada", 2, "ada"), ("bob", 3, "bob"), ("cleo", 4, "bob"), ("cleo", 6, "cleo")):
        crop = word(draw)
        reply = api.put(f"/plots/{plot}", json={"crop": crop}, headers=of(name))
        reply.expect(200, json={"number": plot, "crop": crop, "owner": owner})
    missing = draw.randint(7, 999)
    reply = api.put(f"/plots/{missing}", json={"crop": word(draw)}, headers=of("cleo"))
    refused(reply, 404, "not-found")


@points(0.5)
@assesses("authorization-cross-site")
@hint("features", "origin")
def test_the_sites_own_form_borrows_a_tool(api: Api, draw: Draw) -> None:
    """The form of the site's own page still borrows a tool, and leads to the list of loans."""
    for name in ("bob", "cleo"):
        tool = f"{word(draw)} & {word(draw)}"
        before = tools(api, name)
        borrow(api, name, tool, SITE).expect(303, headers={"location": "/loans"})
        expect(tools(api, name) == [*before, tool], "The tool is not the last one of the list.")


@points(0.5)
@assesses("authorization-fix")
@hint("features")
def test_a_pass_opens_the_gate_once(api: Api, draw: Draw) -> None:
    """A pass still opens the gate, whoever shows it, says whose it is, and works once."""
    for owner, guest in (("ada", "bob"), ("bob", "bob")):
        made = new_pass(api, owner)
        reply = api.post("/gate", json={"pass": made}, headers=of(guest))
        reply.expect(200, json={"name": owner})
        refused(api.post("/gate", json={"pass": made}, headers=of(guest)), 403, "forbidden")
    refused(api.post("/gate", json={"pass": word(draw, 40)}, headers=of("ada")), 403, "forbidden")


@points(0.5)
@assesses("authorization-separate")
@hint("features", "chair")
def test_the_chair_takes_notices_down(api: Api, draw: Draw) -> None:
    """Members still pin notices to the board; the chair alone takes them down."""
    text = f"{word(draw)} {word(draw)}"
    notice = number(api.post("/notices", json={"text": text}, headers=of("bob")).expect(201))
    refused(api.delete(f"/notices/{notice}", headers=of("bob")), 403, "forbidden")
    expect(text in board(api)[1].items, "The notice does not stand on the board.", board(api)[0])
    api.delete(f"/notices/{notice}", headers=of("cleo")).expect(204)
    expect(text not in board(api)[1].items, "The notice still stands on the board.", board(api)[0])
    refused(api.delete(f"/notices/{notice}", headers=of("cleo")), 404, "not-found")


@points(1.5)
@assesses("authorization-separate")
@hint("idor-read")
def test_a_diary_is_nobody_elses(api: Api, draw: Draw) -> None:
    """Another's entry is answered like one that does not exist, to members and to the chair."""
    made = api.post("/diary", json={"text": word(draw)}, headers=of("ada")).expect(201)
    target = f"/diary/{number(made)}"
    api.get(target, headers=of("ada")).expect(200, json=made.json())
    for name in ("bob", "cleo"):
        refused(api.get(target, headers=of(name)), 404, "not-found")
        refused(api.get(f"/diary/{draw.randint(10_000, 99_999)}", headers=of(name)), 404, "not-found")


@points(1.5)
@assesses("authorization-separate")
@hint("idor-write")
def test_a_plot_is_not_changed_by_another_member(api: Api, draw: Draw) -> None:
    """A member who changes another's plot is refused with 403, and the plot stays as it was."""
    crop = word(draw)
    for thief, plot, owner in (("bob", 1, "ada"), ("ada", 4, "bob"), ("ada", 5, "cleo")):
        now = {"number": plot, "crop": crop, "owner": owner}
        api.put(f"/plots/{plot}", json={"crop": crop}, headers=of(owner)).expect(200, json=now)
        refused(api.put(f"/plots/{plot}", json={"crop": word(draw)}, headers=of(thief)), 403, "forbidden")
        plots = field(api.get("/plots", headers=of(owner)).expect(200), "plots")
        kept = isinstance(plots, list) and now in plots
        expect(kept, "The plot was changed by a member whose it is not.", expected=str(now))


@points(1.5)
@assesses("authorization-separate")
@hint("mass-assignment")
def test_a_role_is_not_taken(api: Api, draw: Draw) -> None:
    """Whatever `PATCH /me` is sent, nobody's role or name changes by it, and no right either."""
    notice = number(api.post("/notices", json={"text": word(draw)}, headers=of("ada")).expect(201))
    about = word(draw)
    told = {"name": "ada", "role": "member", "about": about}
    api.patch("/me", json={"about": about}, headers=of("ada")).expect(200, json=told)
    for more in ({"role": "chair"}, {"role": "chair", "about": about}, {"name": "cleo", "about": about}):
        api.patch("/me", json=more, headers=of("ada")).expect((200, 400, 403, 422))
        api.get("/me", headers=of("ada")).expect(200, json=told)
    refused(api.delete(f"/notices/{notice}", headers=of("ada")), 403, "forbidden")


@points(1.5)
@assesses("authorization-fix")
@hint("sql-injection")
def test_sorting_tells_no_secret(api: Api, draw: Draw) -> None:
    """What is sorted by is one of the three words; anything else is a 422, and no question to the tables."""
    secret = word(draw, LONGEST_GUESS)
    api.post("/diary", json={"text": secret}, headers=of("ada")).expect(201)
    api.get("/plots", query={"sort": "crop"}, headers=of("bob")).expect(200)
    asked = "CASE WHEN (SELECT count(*) FROM diary WHERE text LIKE '{}%') THEN {} ELSE {} END"
    for guess in (secret[:3], secret, word(draw)):
        for yes, no in (("number", "-number"), ("crop", "owner")):
            sort = asked.format(guess, yes, no)
            refused(api.get("/plots", query={"sort": sort}, headers=of("bob")), 422, "invalid")
    others = (
        "1",
        "(SELECT session FROM members)",
        "crop DESC",
        "crop, owner",
        "rowid",
        "-number",
        "length(crop)",
    )
    for sort in (*others, word(draw), "crop/**/DESC", '"crop"', "crop\tDESC"):
        refused(api.get("/plots", query={"sort": sort}, headers=of("bob")), 422, "invalid")


@points(1.5)
@assesses("authorization-cross-site")
@hint("origin")
def test_a_form_of_another_site_borrows_nothing(api: Api, draw: Draw) -> None:
    """A form that a browser posts from another origin is refused with 403, and nothing is borrowed."""
    borrow(api, "ada", word(draw), SITE).expect(303)
    before = tools(api, "ada")
    name = word(draw)
    foreign = (
        f"https://{name}.example",
        "null",
        f"{SITE}.{name}.example",
        f"{SITE}:8443",
        "https://rookery.ex",
    )
    more = (
        SITE.replace("https", "http"),
        f"https://{name}.rookery.example",
        f"https://{name}rookery.example",
    )
    for origin in (*foreign, *more):
        refused(borrow(api, "ada", word(draw), origin), 403, "forbidden")
    expect(tools(api, "ada") == before, "A form of another site has borrowed a tool.")


@points(1.5)
@assesses("authorization-fix")
@hint("predictable-token")
def test_a_pass_cannot_be_computed(api: Api) -> None:
    """Who knows the code and how many passes were made cannot say what the next pass is."""
    api.restart()
    first = [new_pass(api, name) for name in ("bob", "ada", "bob")]
    forged = hashlib.sha256(b"ada/1").hexdigest()
    refused(api.post("/gate", json={"pass": forged}, headers=of("bob")), 403, "forbidden")
    api.post("/gate", json={"pass": first[1]}, headers=of("bob")).expect(200, json={"name": "ada"})
    api.restart()
    second = [new_pass(api, name) for name in ("bob", "ada", "bob")]
    message = "After a new start, the same requests make a pass that was made before."
    expect(len({*first, *second}) == len(first) + len(second), message)


@points(1.5)
@assesses("authorization-fix")
@hint("stored-xss")
def test_a_notice_is_text(api: Api, draw: Draw) -> None:
    """A notice stands on the board as it was written, and no part of it becomes an element of the page."""
    plain = f"{word(draw)} & {word(draw)}"
    name = word(draw)
    attacks = (
        f"<script>fetch('/{name}')</script>",
        f"<img src=x onerror=\"alert('{name}')\">",
        f"<b>{name}</b>",
        f"&lt;i&gt;{name}",
        f"</li></ul><svg/onload={name}()>",
        f"<ScRiPt>{name}</sCrIpT>",
    )
    for text in (plain, *attacks):
        made = api.post("/notices", json={"text": text}, headers=of("ada")).expect(201)
        expect(field(made, "text") == text, "The text comes back as another.", made, expected=text)
    reply, page = board(api)
    expect(page.items[-7:] == [plain, *attacks], "The notices are not shown as they were written.", reply)
    strange = {"script", "img", "b", "i", "svg"} & set(page.elements)
    expect(not strange, "A notice has put an element into the page.", reply)


@points(1.5)
@assesses("authorization-fix")
@hint("open-redirect")
def test_the_way_on_stays_on_the_site(api: Api, draw: Draw) -> None:
    """`GET /language` leads on to addresses of this site; any other `next` leads to `/board`."""
    host = f"{word(draw)}.example"
    own = (f"/plots?sort={word(draw)}", "/diary/3", f"/{word(draw)}/{word(draw)}", "/")
    foreign = (f"https://{host}", f"//{host}", f"/\\{host}", f"\\\\{host}", f"/\t/{host}", f"/\n/{host}")
    more = (
        f"https:{host}",
        f"javascript:alert('{host}')",
        f"\t//{host}",
        f"///{host}",
        host,
        f"{SITE}.{host}/",
    )
    for address in (*own, *foreign, *more):
        wanted = address if address in own else "/board"
        reply = api.get("/language", query={"to": "nl", "next": address}, headers=of("bob"))
        reply.expect(303, headers={"location": wanted})
        languages = [each.value for each in reply.cookies if each.name == "language"]
        expect(languages == ["nl"], "The language is not remembered in a cookie.", reply)
    reply = api.get("/language", query={"to": "en"}, headers=of("bob"))
    reply.expect(303, headers={"location": "/board"})


@points(1)
@assesses("authorization-find")
@hint("findings", "idor-read", "idor-write", "mass-assignment")
def test_findings_on_rights(findings: Findings) -> None:
    """The findings name `idor-read`, `idor-write` and `mass-assignment`, each with its function."""
    expect_found(findings, "idor-read", "idor-write", "mass-assignment")


@points(1)
@assesses("authorization-find")
@hint("findings", "sql-injection", "stored-xss", "open-redirect")
def test_findings_on_input(findings: Findings) -> None:
    """The findings name `sql-injection`, `stored-xss` and `open-redirect`, each with its function."""
    expect_found(findings, "sql-injection", "stored-xss", "open-redirect")


@points(0.5)
@assesses("authorization-find")
@hint("findings", "origin", "predictable-token")
def test_findings_on_trust(findings: Findings) -> None:
    """The findings name `cross-site-request` and `predictable-token`, each with its function."""
    expect_found(findings, "cross-site-request", "predictable-token")


@points(0.5)
@assesses("authorization-find")
@hint("findings")
def test_few_findings_are_false(findings: Findings) -> None:
    """There is a right finding, and at most two pairs of class and function name no hole."""
    found = entries(findings)
    right = {(name, function) for name, (function, _) in HOLES.items()}
    expect(found & right, "No finding names a hole.")
    false = len(found - right)
    expect(false <= MOST_FALSE, f"{false} findings name no hole; {MOST_FALSE} may.")


@points(0.5)
@assesses("authorization-find")
@hint("findings")
def test_findings_show_the_request(findings: Findings) -> None:
    """Each right finding shows the request that uses its hole: method and address come first."""
    found = entries(findings)
    right = [each for each in findings.entries if HOLES.get(each.class_, ("",))[0] == each.function]
    expect(right and found, "No finding names a hole.")
    for each in right:
        begins = HOLES[each.class_][1]
        message = (
            f"The request of the finding {each.class_!r} does not begin with one that reaches its function."
        )
        boards = ("POST /notices", "GET /board") if not begins else (begins,)
        expect(each.request.startswith(boards), message)
