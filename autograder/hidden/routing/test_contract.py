"""The tool library's front door, as exercises/routing/README.md states it for every part."""

from __future__ import annotations

import string

from autograder.checks import Api, Draw, assesses, expect, hint, points

NOT_FOUND = {"error": "not found"}
NEWEST = 1_000_000
HUGE = "9" * 5000


def word(draw: Draw) -> str:
    """Eight letters that are no id and no route."""
    return "x" + "".join(draw.choices(string.ascii_lowercase, k=7))


@points(1)
@assesses("routing-path-values")
@hint("echo")
def test_an_item_answers_with_its_id_and_address(api: Api, draw: Draw) -> None:
    """An item answers with its id as a number, and with its address."""
    for number in (0, 7, draw.randint(8, 9_999), draw.randint(10_000, NEWEST - 1)):
        reply = api.get(f"/items/{number}").expect(200, media_type="application/json")
        reply.expect(json={"id": number, "url": f"/items/{number}"})


@points(1)
@assesses("routing-order")
@hint("order")
def test_latest_is_the_newest_item(api: Api) -> None:
    """`/items/latest` answers with the item of the highest id; the word is not taken for an id."""
    api.get("/items/latest").expect(200, json={"id": NEWEST, "url": f"/items/{NEWEST}"})


@points(1)
@assesses("routing-path-values")
@hint("sign")
def test_negative_ids_are_items(api: Api, draw: Draw) -> None:
    """Items from the old card index are found by their negative ids."""
    for number in (-7, -draw.randint(8, NEWEST - 1), -NEWEST):
        api.get(f"/items/{number}").expect(200, json={"id": number, "url": f"/items/{number}"})


@points(1)
@assesses("routing-refusals")
@hint("not-found", "envelope")
def test_a_word_is_no_item(api: Api, draw: Draw) -> None:
    """A word in the place of an id is not found: 404, with the error as JSON."""
    api.get("/items/42").expect(200)
    for text in (word(draw), f"{draw.randint(10, 99)}a", "-", "LATEST"):
        api.get(f"/items/{text}").expect(404, media_type="application/json", json=NOT_FOUND)


@points(1)
@assesses("routing-path-values")
@hint("spelling")
def test_an_id_has_one_spelling(api: Api, draw: Draw) -> None:
    """Another spelling of the same number, such as `7.0`, `007` or `+7`, is not found."""
    api.get("/items/42").expect(200)
    number = draw.randint(1_000, 9_999)
    others = ("7.0", f"{number}.0", f"0{number}", "007", "+7", "-0", "-07", "1e3", "1_000", "%207", "7%20")
    for text in others:
        api.get(f"/items/{text}").expect(404)


@points(1)
@assesses("routing-path-values")
@hint("digits")
def test_only_the_digits_0_to_9_make_an_id(api: Api, draw: Draw) -> None:
    """Digits of other scripts, such as full-width ones, make no id: 404."""
    api.get("/items/42").expect(200)
    digits = str(draw.randint(100, 999))
    for zero in ("\uff10", "\u0660", "\u0966"):
        foreign = "".join(chr(ord(zero) + int(digit)) for digit in digits)
        for text in (foreign, f"4{foreign}", f"-4{foreign}"):
            api.get(f"/items/{text}").expect(404)


@points(1)
@assesses("routing-path-values")
@hint("range")
def test_ids_end_at_a_million(api: Api, draw: Draw) -> None:
    """Ids beyond 1000000, on either side and however long, are not found."""
    api.get(f"/items/{NEWEST}").expect(200)
    beyond = (NEWEST + 1, -NEWEST - 1, draw.randint(NEWEST + 2, 9_999_999), 10**18, HUGE, f"-{HUGE}")
    for number in beyond:
        api.get(f"/items/{number}").expect(404)


@points(1)
@assesses("routing-path-values")
@hint("file-path")
def test_a_file_path_may_hold_slashes(api: Api, draw: Draw) -> None:
    """A file's path may have several segments, and comes back whole."""
    for path in (f"{word(draw)}.txt", f"manuals/{word(draw)}/{word(draw)}.pdf", "items/42"):
        api.get(f"/files/{path}").expect(200, json={"path": path})


@points(1)
@assesses("routing-path-values")
@hint("escapes")
def test_a_file_path_is_decoded_once(api: Api, draw: Draw) -> None:
    """Escapes in a file's path are decoded once: `%2F` is a slash, `%2520` comes back as `%20`."""
    name = word(draw)
    for sent, path in (
        (f"manuals%2F{name}%20v2.pdf", f"manuals/{name} v2.pdf"),
        (f"{name}-s%C3%A4ge+1.pdf", f"{name}-säge+1.pdf"),
        (f"100%25/{name}%2520.pdf", f"100%/{name}%20.pdf"),
    ):
        api.get(f"/files/{sent}").expect(200, json={"path": path})


@points(1)
@assesses("routing-path-values")
@hint("file-path")
def test_a_file_needs_a_path(api: Api) -> None:
    """Without a path there is no file: `/files` and `/files/` are not found."""
    api.get("/files/a").expect(200)
    for target in ("/files", "/files/"):
        api.get(target).expect(404)


@points(1)
@assesses("routing-query-values")
@hint("defaults")
def test_a_search_without_parameters_has_defaults(api: Api, draw: Draw) -> None:
    """Absent search parameters take the stated defaults, and unknown ones are ignored."""
    for query in ("", f"?{word(draw)}=1", "?pages=7&tags=x"):
        reply = api.get(f"/search{query}").expect(200, media_type="application/json")
        reply.expect(json={"page": 1, "active": None, "tags": []})


@points(1)
@assesses("routing-query-values")
@hint("boolean")
def test_active_is_true_or_false(api: Api) -> None:
    """`active=true` comes back as true and `active=false` as false."""
    for text, value in (("true", True), ("false", False)):
        api.get(f"/search?active={text}").expect(200, json={"page": 1, "active": value, "tags": []})


@points(1)
@assesses("routing-query-values")
@hint("boolean", "invalid-parameter")
def test_active_is_nothing_else(api: Api, draw: Draw) -> None:
    """Any other value of `active` is refused with 422, and the error names the parameter."""
    api.get("/search?active=true").expect(200)
    for text in ("banana", "1", "0", "yes", "on", "True", "FALSE", "", "null", word(draw)):
        reply = api.get(f"/search?active={text}").expect(422)
        reply.expect(json={"error": "invalid parameter", "parameter": "active"})


@points(1)
@assesses("routing-query-values")
@hint("repeated")
def test_every_tag_is_kept_in_order(api: Api, draw: Draw) -> None:
    """All `tag` values come back in the order sent, repeated and empty ones too."""
    first, second = word(draw), word(draw)
    for tags in ([second], [second, first], [first, "", "a&b c+é", second, first]):
        reply = api.get("/search", query=[("tag", tag) for tag in tags])
        reply.expect(200, json={"page": 1, "active": None, "tags": tags})


@points(1)
@assesses("routing-query-values")
@hint("bounds", "invalid-parameter")
def test_pages_run_from_1_to_1000(api: Api, draw: Draw) -> None:
    """Pages from 1 to 1000 are taken; a number outside is refused with 422 that names `page`."""
    for page in (1, draw.randint(2, 999), 1000):
        api.get(f"/search?page={page}").expect(200, json={"page": page, "active": None, "tags": []})
    for outside in (0, 1001, -1, draw.randint(1_002, 99_999), 10**18, HUGE):
        reply = api.get(f"/search?page={outside}").expect(422)
        reply.expect(json={"error": "invalid parameter", "parameter": "page"})


@points(1)
@assesses("routing-query-values")
@hint("spelling", "digits", "invalid-parameter")
def test_a_page_is_spelled_as_an_id_is(api: Api, draw: Draw) -> None:
    """Whatever is no whole number in its one spelling is refused as `page` with 422."""
    api.get("/search?page=7").expect(200)
    for text in (word(draw), "7.0", "2.5", "007", "%2B7", "+7", "7%20", "1_0", "\uff17", "\u0663", ""):
        reply = api.get(f"/search?page={text}").expect(422)
        reply.expect(json={"error": "invalid parameter", "parameter": "page"})


@points(1)
@assesses("routing-methods")
@hint("slash")
def test_a_slash_at_the_end_makes_another_address(api: Api, draw: Draw) -> None:
    """With a slash at the end an address is not found, without a redirect; a file's path keeps its slash."""
    for target in ("/items/42", "/items/latest", "/search"):
        api.get(target).expect(200)
        api.get(f"{target}/").expect(404)
    folder = f"{word(draw)}/"
    api.get(f"/files/{folder}").expect(200, json={"path": folder})


@points(1)
@assesses("routing-methods")
@hint("method")
def test_another_method_is_refused_with_allow(api: Api) -> None:
    """Another method at a good address is refused: 405 as JSON, and `Allow` lists what may be used."""
    for target in ("/items/42", "/items/latest", "/files/a/b", "/search?page=2"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            reply = api.request(method, target).expect(405, json={"error": "method not allowed"})
            listed = {name.strip() for name in (reply.header("allow") or "").split(",")}
            message = f"The header Allow is {reply.header('allow')!r}."
            expect("GET" in listed and method not in listed, message, reply, expected="Allow: GET")


@points(1)
@assesses("routing-refusals")
@hint("envelope")
def test_an_unknown_address_is_not_found(api: Api, draw: Draw) -> None:
    """An address outside the contract is not found: 404, with the error as JSON."""
    for target in ("/", "/items", f"/{word(draw)}", f"/items/42/{word(draw)}", "/search/1"):
        api.get(target).expect(404, media_type="application/json", json=NOT_FOUND)
