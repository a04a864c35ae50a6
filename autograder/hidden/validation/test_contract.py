"""The seed house's desk, as exercises/validation/README.md states it for every part."""

from __future__ import annotations

import json
import string
from urllib.parse import urlencode

from autograder.checks import Api, Draw, Reply, assesses, expect, hint, points

Json = dict[str, object]

FORM = "application/x-www-form-urlencoded"
WIDE_3 = "\N{FULLWIDTH DIGIT THREE}"
ARABIC_3 = "\N{ARABIC-INDIC DIGIT THREE}"
SMALL_2 = "\N{SUPERSCRIPT TWO}"


def word(draw: Draw, length: int = 8) -> str:
    """Lower-case letters, drawn at random."""
    return "".join(draw.choices(string.ascii_lowercase, k=length))


def an_email(draw: Draw) -> str:
    """A good address."""
    return f"{word(draw)}.{word(draw, 3)}+{draw.randint(1, 99)}@{word(draw)}-1.{word(draw, 4)}.example"


def an_item(draw: Draw) -> Json:
    """A good item; its price has the same value in decimal and in binary."""
    letters = "".join(draw.choices(string.ascii_uppercase, k=3))
    price = draw.randint(1, 9_998) + draw.choice((0.25, 0.5, 0.75))
    sku = f"{letters}-{draw.randint(0, 9_999):04}"
    return {"sku": sku, "quantity": draw.randint(2, 999), "price": price}


def an_order(draw: Draw, items: int = 3) -> Json:
    """A good order without a note."""
    return {"email": an_email(draw), "items": [an_item(draw) for _ in range(items)]}


def with_item(draw: Draw, **fields: object) -> Json:
    """An order of three items, the second of which has other fields."""
    order = an_order(draw, 2)
    return {**order, "items": [an_item(draw), {**an_item(draw), **fields}, an_item(draw)]}


def without(source: Json, name: str) -> Json:
    """The object without one of its keys."""
    return {key: value for key, value in source.items() if key != name}


def send(api: Api, order: object, shop: str | None = "12") -> Reply:
    """Send an order as JSON, NaN and Infinity as Python writes them."""
    body = json.dumps(order, ensure_ascii=False).encode()
    return send_bytes(api, body, "application/json", shop)


def send_bytes(
    api: Api, body: bytes, media_type: str | None, shop: str | None = "12", target: str = "/orders"
) -> Reply:
    """Send a body as it is."""
    headers = {"content-type": media_type, "x-shop": shop}
    return api.post(target, body=body, headers={key: value for key, value in headers.items() if value})


def fill_in(api: Api, fields: Json, shop: str | None = "12") -> Reply:
    """Send the form."""
    return send_bytes(api, urlencode(fields).encode(), FORM, shop, "/catalogues")


def expect_errors(reply: Reply, *wanted: tuple[str, str], status: int = 422) -> None:
    """Fail unless the reply is the envelope with exactly these entries, in any order."""
    reply.expect(status, media_type="application/json")
    told = [{"field": field, "code": code} for field, code in sorted(wanted)]
    message = "The errors are others, or in another form."
    expected = json.dumps({"errors": told}, ensure_ascii=False)
    expect(entries(reply.json()) == sorted(wanted), message, reply, expected=expected)


def entries(found: object) -> list[tuple[str, str]] | None:
    """The envelope's entries, sorted; None when it is no such envelope."""
    errors = found.get("errors") if isinstance(found, dict) and len(found) == 1 else None
    if not isinstance(errors, list):
        return None
    pairs = [tuple(map(each.get, ("field", "code"))) for each in errors if is_entry(each)]
    return sorted(pairs) if len(pairs) == len(errors) else None


def is_entry(found: object) -> bool:
    """Whether it is an object of two texts, `field` and `code`."""
    return (
        isinstance(found, dict)
        and found.keys() == {"field", "code"}
        and all(isinstance(each, str) for each in found.values())
    )


@points(1)
@assesses("validation-body")
@hint("taken")
def test_a_good_order_is_taken(api: Api, draw: Draw) -> None:
    """A good order is answered with 201 and the order as it was understood, its `note` included."""
    for note in ({}, {"note": None}, {"note": word(draw)}):
        order = {**an_order(draw, draw.randint(1, 5)), **note}
        shop = draw.randint(10, 998)
        reply = send(api, order, str(shop)).expect(201, media_type="application/json")
        reply.expect(json={"shop": shop, "note": None, **order})
    whole = draw.randint(1, 9_999)
    send(api, with_item(draw, price=whole)).expect(201)


@points(1)
@assesses("validation-body")
@hint("missing", "paths")
def test_what_must_be_there_is_missed(api: Api, draw: Draw) -> None:
    """A field that must be there and is absent is `missing`, in the order and in each item."""
    send(api, an_order(draw)).expect(201)
    for name in ("email", "items"):
        expect_errors(send(api, without(an_order(draw), name)), (name, "missing"))
    for name in ("sku", "quantity", "price"):
        order = {**an_order(draw), "items": [an_item(draw), without(an_item(draw), name)]}
        expect_errors(send(api, order), (f"items.1.{name}", "missing"))


@points(0.5)
@assesses("validation-coercion")
@hint("strict")
def test_text_is_no_number_and_a_number_is_no_text(api: Api, draw: Draw) -> None:
    """In JSON `"5"` is no number and `5` is no text: `type`."""
    send(api, with_item(draw, quantity=5, price=4.5)).expect(201)
    for name, value in (("quantity", "5"), ("price", "4.5"), ("price", "5"), ("sku", draw.randint(1, 9_999))):
        expect_errors(send(api, with_item(draw, **{name: value})), (f"items.1.{name}", "type"))
    for name in ("email", "note"):
        expect_errors(send(api, {**an_order(draw), name: draw.randint(1, 99)}), (name, "type"))


@points(0.5)
@assesses("validation-coercion")
@hint("booleans", "strict")
def test_true_is_no_number(api: Api, draw: Draw) -> None:
    """In JSON `true` and `false` are no numbers: `type`."""
    send(api, with_item(draw, quantity=1, price=1)).expect(201)
    for name in ("quantity", "price"):
        for value in (True, False):
            expect_errors(send(api, with_item(draw, **{name: value})), (f"items.1.{name}", "type"))


@points(0.5)
@assesses("validation-coercion")
@hint("fractions", "strict")
def test_a_whole_number_has_no_fraction(api: Api, draw: Draw) -> None:
    """A quantity with a fraction, `5.0` included, is of the wrong `type`."""
    send(api, with_item(draw, quantity=5)).expect(201)
    for value in (5.5, 5.0, float(draw.randint(6, 99)), draw.randint(6, 99) + 0.25):
        expect_errors(send(api, with_item(draw, quantity=value)), ("items.1.quantity", "type"))


@points(0.5)
@assesses("validation-coercion")
@hint("not-a-number")
def test_nan_and_infinity_are_no_prices(api: Api, draw: Draw) -> None:
    """The words `NaN`, `Infinity` and `-Infinity` are no numbers: `type`, and no 500."""
    send(api, with_item(draw, price=10_000)).expect(201)
    for value in (float("nan"), float("inf"), float("-inf")):
        expect_errors(send(api, with_item(draw, price=value)), ("items.1.price", "type"))


@points(1)
@assesses("validation-body")
@hint("null")
def test_only_the_note_may_be_null(api: Api, draw: Draw) -> None:
    """`null`, or another shape, in any field but `note` is of the wrong `type`; nothing below it is named."""
    send(api, {**an_order(draw), "note": None}).expect(201)
    for name in ("sku", "quantity", "price"):
        expect_errors(send(api, with_item(draw, **{name: None})), (f"items.1.{name}", "type"))
    others: list[tuple[str, object]] = [("email", None), ("email", {}), ("items", None), ("note", [])]
    for name, value in (*others, ("items", {}), ("items", word(draw))):
        expect_errors(send(api, {**an_order(draw), name: value}), (name, "type"))
    no_items: list[object] = [None, word(draw), [], 5]
    for value in no_items:
        order = {**an_order(draw), "items": [an_item(draw), value]}
        expect_errors(send(api, order), ("items.1", "type"))


@points(1)
@assesses("validation-body")
@hint("unknown")
def test_unknown_keys_are_refused(api: Api, draw: Draw) -> None:
    """A key that the contract does not name is `unknown`, in the order and in each item."""
    send(api, an_order(draw)).expect(201)
    for name in (word(draw), "Email", "shop"):
        expect_errors(send(api, {**an_order(draw), name: 1}), (name, "unknown"))
    for name in (word(draw), "email"):
        expect_errors(send(api, with_item(draw, **{name: None})), (f"items.1.{name}", "unknown"))


@points(1)
@assesses("validation-body")
@hint("counts")
def test_an_order_has_1_to_20_items(api: Api, draw: Draw) -> None:
    """A list of 1 to 20 items is taken; an empty or longer one has the wrong `length`."""
    for count in (1, 20):
        send(api, an_order(draw, count)).expect(201)
    for count in (0, 21, draw.randint(22, 60)):
        expect_errors(send(api, an_order(draw, count)), ("items", "length"))


@points(1)
@assesses("validation-body")
@hint("bounds")
def test_quantities_and_prices_have_bounds(api: Api, draw: Draw) -> None:
    """A quantity outside 1 to 1000, or a price not above 0 or beyond 10000, is out of `range`."""
    for fields in ({"quantity": 1}, {"quantity": 1_000}, {"price": 0.0625}, {"price": 10_000}):
        send(api, with_item(draw, **fields)).expect(201)
    for quantity in (0, -1, 1_001, draw.randint(1_002, 9_999), 10**30):
        expect_errors(send(api, with_item(draw, quantity=quantity)), ("items.1.quantity", "range"))
    for price in (0, 0.0, -0.25, 10_000.25, draw.randint(10_001, 99_999), 10**30):
        expect_errors(send(api, with_item(draw, price=price)), ("items.1.price", "range"))


@points(1)
@assesses("validation-body")
@hint("formats")
def test_addresses_and_stock_numbers_have_a_form(api: Api, draw: Draw) -> None:
    """Text that is no e-mail address, or no stock number, has the wrong `format`."""
    name, host = word(draw), word(draw)
    for email in (f"{name}@{host}.nl", f"{name}_9.X@a-b.{host}.example"):
        send(api, {**an_order(draw), "email": email}).expect(201)
    wrong = (name, "", f"{name}@{host}", f"@{host}.nl", f"{name}@", f"{name}@.nl", f"{name}@{host}..nl")
    more = (
        f"{name}@{host}.nl\n",
        f" {name}@{host}.nl",
        f"{name}@b@{host}.nl",
        f"{name}@{host}_1.nl",
        "é@b.nl",
    )
    for email in (*wrong, *more):
        expect_errors(send(api, {**an_order(draw), "email": email}), ("email", "format"))
    send(api, with_item(draw, sku="BEE-0042")).expect(201)
    wrong_skus = ("bee-0042", "BEE0042", "BEE-042", "BEE-00420", "xBEE-0042", "BEE-0042\n", "")
    for sku in (*wrong_skus, f"BEE-004{WIDE_3}", f"BEE-004{ARABIC_3}", "BÉE-0042"):
        expect_errors(send(api, with_item(draw, sku=sku)), ("items.1.sku", "format"))


@points(1)
@assesses("validation-body")
@hint("lengths")
def test_texts_have_a_length(api: Api, draw: Draw) -> None:
    """A note has at most 500 characters and an address at most 100, however many bytes these are."""
    letter = draw.choice("éßж木🌱")
    for note in ("n" * 500, letter * 500):
        send(api, {**an_order(draw), "note": note}).expect(201)
    for note in ("n" * 501, letter * 501, word(draw, 10_000)):
        expect_errors(send(api, {**an_order(draw), "note": note}), ("note", "length"))
    send(api, {**an_order(draw), "email": f"{word(draw, 91)}@seed.org"}).expect(201)
    email = f"{word(draw, 92)}@seed.org"
    expect_errors(send(api, {**an_order(draw), "email": email}), ("email", "length"))


@points(1)
@assesses("validation-coercion")
@hint("as-sent")
def test_text_comes_back_as_it_was_sent(api: Api, draw: Draw) -> None:
    """Text is neither trimmed nor folded nor replaced: spaces, accents, emoji and empty text come back."""
    name = word(draw)
    notes = (f"  {name}\t\n", "", "Gänseblümchen 木 🌱", "e\u0301 é \u200f\u00a0", "<b>&amp;</b>\x7f\"'\\")
    for note in notes:
        order = {**an_order(draw), "email": f"{name.title()}@Seed.ORG", "note": note}
        send(api, order).expect(201, json={"shop": 12, **order})


@points(1)
@assesses("validation-envelope")
@hint("all-errors", "paths")
def test_every_error_is_told_with_its_place(api: Api, draw: Draw) -> None:
    """Every value that is wrong has one entry, with the way to it, and with nothing beside field and code."""
    send(api, an_order(draw)).expect(201)
    extra = word(draw)
    good, first = an_item(draw), {**an_item(draw), "quantity": 0, "price": "1"}
    second = {"sku": word(draw), "quantity": True, extra: 1}
    order = {"email": word(draw), "items": [first, good, second], "note": 5, f"x{extra}": None}
    wanted = [("email", "format"), ("items.0.quantity", "range"), ("items.0.price", "type"), ("note", "type")]
    wanted += [("items.2.sku", "format"), ("items.2.quantity", "type"), ("items.2.price", "missing")]
    expect_errors(send(api, order), *wanted, (f"items.2.{extra}", "unknown"), (f"x{extra}", "unknown"))
    last = {**an_order(draw), "items": [*(an_item(draw) for _ in range(12)), {**good, "quantity": 0}]}
    expect_errors(send(api, last), ("items.12.quantity", "range"))
    expect_errors(send(api, {}), ("email", "missing"), ("items", "missing"))


@points(0.5)
@assesses("validation-envelope")
@hint("malformed")
def test_broken_json_is_malformed(api: Api, draw: Draw) -> None:
    """A body that is broken or cut off is `malformed`: 400, in the envelope."""
    whole = json.dumps(an_order(draw)).encode()
    send_bytes(api, whole, "application/json").expect(201)
    cut = whole[: draw.randint(1, len(whole) - 1)]
    for body in (cut, whole[:-1], whole + b"}", b"{'email': 1}", word(draw).encode(), b"{,}"):
        expect_errors(send_bytes(api, body, "application/json"), ("body", "malformed"), status=400)


@points(0.5)
@assesses("validation-envelope")
@hint("unreadable", "malformed")
def test_bytes_that_no_parser_reads_are_malformed(api: Api, draw: Draw) -> None:
    """Bytes that are not UTF-8, and thousands of brackets that only open, are `malformed`, too."""
    order = {**an_order(draw), "note": f"{word(draw)} S\u00e4men"}
    body = json.dumps(order, ensure_ascii=False)
    send_bytes(api, body.encode(), "application/json").expect(201)
    for unread in (body.encode("latin-1"), b'{"note": "\xff"}', b"[" * 50_000, b'{"items":' * 9_000):
        expect_errors(send_bytes(api, unread, "application/json"), ("body", "malformed"), status=400)


@points(0.5)
@assesses("validation-envelope")
@hint("no-body")
def test_an_empty_body_is_missing(api: Api, draw: Draw) -> None:
    """An order without a body is refused with 422: `body` is `missing`."""
    send(api, an_order(draw)).expect(201)
    expect_errors(send_bytes(api, b"", "application/json"), ("body", "missing"))


@points(0.5)
@assesses("validation-envelope")
@hint("no-object")
def test_json_that_is_no_object_is_of_the_wrong_type(api: Api, draw: Draw) -> None:
    """An order that is JSON but no object, `null` included, is refused: `body` has the wrong `type`."""
    send(api, an_order(draw)).expect(201)
    for body in ([], [an_order(draw)], word(draw), "", draw.randint(1, 99), 0, 1.5, True, False, None):
        expect_errors(send(api, body), ("body", "type"))


@points(1)
@assesses("validation-envelope")
@hint("content-type")
def test_another_content_type_is_not_supported(api: Api, draw: Draw) -> None:
    """Each route reads one content type, with parameters or without; another one, or none, is a 415."""
    order, form = json.dumps(an_order(draw)).encode(), f"email={word(draw)}%40seed.org&copies=2".encode()
    good = ((order, "application/json", "/orders"), (form, FORM, "/catalogues"))
    for body, media_type, target in good:
        for written in (media_type, f"{media_type}; charset=utf-8", media_type.upper()):
            send_bytes(api, body, written, target=target).expect(201)
    bad = [(order, "text/plain", "/orders"), (order, None, "/orders"), (order, FORM, "/orders")]
    bad += [(form, "text/plain", "/catalogues"), (form, None, "/catalogues")]
    bad += [
        (order, "application/json", "/catalogues"),
        (b"{", "text/plain", "/orders"),
        (b"", None, "/orders"),
    ]
    for body, other, target in bad:
        reply = send_bytes(api, body, other, target=target)
        expect_errors(reply, ("content-type", "unsupported"), status=415)


@points(1)
@assesses("validation-other-input")
@hint("form")
def test_a_good_form_is_taken(api: Api, draw: Draw) -> None:
    """A good form is answered with 201 and its fields; an empty or absent `note` is null."""
    for note in ({}, {"note": ""}, {"note": f" Gr\u00fc\u00dfe & 1+1, {word(draw)} \U0001f331 "}):
        fields = {"email": an_email(draw), "copies": draw.randint(1, 5)}
        shop = draw.randint(10, 998)
        told = {"shop": shop, **fields, "note": note.get("note") or None}
        reply = fill_in(api, {**fields, **note}, str(shop))
        reply.expect(201, media_type="application/json", json=told)


@points(1)
@assesses("validation-other-input")
@hint("form-errors")
def test_a_form_is_held_to_the_same_rules(api: Api, draw: Draw) -> None:
    """Absent, empty, unknown, too long and malformed fields of the form are all told, as an order's are."""
    fill_in(api, {"email": an_email(draw), "copies": 2}).expect(201)
    extra, good = word(draw), an_email(draw)
    nothing = [("email", "missing"), ("copies", "missing")]
    three = [("email", "format"), ("copies", "range"), ("note", "length")]
    for fields, wanted in (
        (Json(), nothing),
        (Json(email="", copies="", note=""), nothing),
        (Json(email=extra, copies=6, note="n" * 501), three),
        (Json(email=good, copies=0), [("copies", "range")]),
        ({"email": f"{good}\n", "copies": 1, extra: "x"}, [("email", "format"), (extra, "unknown")]),
    ):
        expect_errors(fill_in(api, fields), *wanted)


@points(1)
@assesses("validation-other-input")
@hint("spelling")
def test_a_number_in_text_has_one_spelling(api: Api, draw: Draw) -> None:
    """Text that is no whole number in its one spelling is of the wrong `type`, in the form and the header."""
    fill_in(api, {"email": an_email(draw), "copies": 3}, "3").expect(201)
    for text in (
        word(draw),
        "3.0",
        "03",
        "+3",
        "-3",
        " 3",
        "3 ",
        "3\n",
        "1_0",
        WIDE_3,
        ARABIC_3,
        SMALL_2,
        "true",
    ):
        expect_errors(fill_in(api, {"email": an_email(draw), "copies": text}), ("copies", "type"))
    for text in (word(draw), "3.0", "03", "+3", "-3", "1_0", SMALL_2, "3,3"):
        expect_errors(fill_in(api, {"email": an_email(draw), "copies": 3}, text), ("x-shop", "type"))


@points(1)
@assesses("validation-other-input")
@hint("header")
def test_the_header_is_judged_with_the_body(api: Api, draw: Draw) -> None:
    """`X-Shop` must be there and run from 1 to 999; its error is told beside those of the body."""
    order, fields = an_order(draw), {"email": an_email(draw), "copies": 2}
    for shop in ("1", "999"):
        send(api, order, shop).expect(201, json={"shop": int(shop), **order, "note": None})
    wrong = (None, "missing"), ("0", "range"), ("1000", "range"), (word(draw), "type")
    for other, code in wrong:
        expect_errors(send(api, order, other), ("x-shop", code))
        expect_errors(fill_in(api, fields, other), ("x-shop", code))
        both = send(api, with_item(draw, quantity=0), other)
        expect_errors(both, ("x-shop", code), ("items.1.quantity", "range"))
        expect_errors(fill_in(api, {**fields, "copies": 9}, other), ("x-shop", code), ("copies", "range"))
