"""The turnstiles' service, as exercises/servers/README.md states it for every part."""

from __future__ import annotations

import string
import zlib

from autograder.checks import Api, Draw, Reply, assesses, expect, hint, late, points

NOT_FOUND = {"error": "not found"}
NOT_ALLOWED = {"error": "method not allowed"}
RING = b"ring"
PILOT = "2.0-pilot"
"""The version that course.toml gives the second app."""


def word(draw: Draw) -> str:
    """Eight letters that are no route."""
    return "x" + "".join(draw.choices(string.ascii_lowercase, k=7))


def count(api: Api) -> int:
    """How many have gone through."""
    reply = api.get("/passages").expect(200, media_type="application/json")
    found = reply.json()
    number = found.get("passages") if isinstance(found, dict) else None
    expect(type(number) is int, "`passages` is no whole number.", reply, expected='{"passages": 0}')
    return int(str(number))


def is_told(reply: Reply, key: str, value: object) -> None:
    """Fail unless the answer's object has exactly this value there."""
    found = reply.expect(200).json()
    got = found.get(key) if isinstance(found, dict) else None
    right = type(got) is type(value) and got == value
    expect(right, f"`{key}` is {got!r}.", reply, expected=f"{key}: {value!r}")


def journal(api: Api) -> list[str]:
    """The lines that the process that was stopped last had left in the journal; none before any stop."""
    return (api.left("journal.txt") or b"").decode("utf-8", "replace").splitlines()


@points(1)
@assesses("servers-factory")
@hint("health")
def test_health_is_reported_as_json(apps: tuple[Api, ...]) -> None:
    """`/healthz` answers with a JSON object of `status`, `pier` and `version`, in every app."""
    for api in apps:
        reply = api.get("/healthz").expect(200, media_type="application/json")
        is_told(reply, "status", "ok")
        found = reply.json()
        keys = sorted(found) if isinstance(found, dict) else None
        expect(keys == ["pier", "status", "version"], f"The keys are {keys}.", reply)


@points(1)
@assesses("servers-start")
@hint("no-version")
def test_without_a_version_it_is_unknown(api: Api) -> None:
    """When `TURNSTILE_VERSION` is absent or empty, the version is `unknown`."""
    health = {"status": "ok", "pier": "Main", "version": "unknown"}
    api.get("/healthz").expect(200, json=health)
    api.restart(environment={"TURNSTILE_VERSION": ""})
    api.get("/healthz").expect(200, json=health)


@points(1)
@assesses("servers-start")
@hint("version")
def test_the_version_is_the_environments(api: Api, draw: Draw) -> None:
    """The version is the text in `TURNSTILE_VERSION` at the start, such as `4.10`."""
    version = f"{draw.randint(2, 9)}.{draw.randint(1, 9)}0"
    api.restart(environment={"TURNSTILE_VERSION": version})
    api.get("/healthz").expect(200, json={"status": "ok", "pier": "Main", "version": version})


@points(1)
@assesses("servers-factory")
@hint("config")
def test_a_version_of_its_own_comes_first(apps: tuple[Api, ...], draw: Draw) -> None:
    """An app that is given a `VERSION` has that one, whatever the environment says."""
    first, second = apps
    version = word(draw)
    first.restart(environment={"TURNSTILE_VERSION": version})
    for api, own in ((first, version), (second, PILOT)):
        is_told(api.get("/healthz"), "version", own)


@points(1)
@assesses("servers-factory")
@hint("import")
def test_only_create_app_builds_an_app(api: Api) -> None:
    """A process that builds two apps appends their two lines to the journal, and importing appends none."""
    before = journal(api)
    api.restart()
    added = journal(api)[len(before) :]
    message = f"A process that built the apps of Main and South appended {added}."
    expect(sorted(added) == ["built Main", "built South"], message, expected="built Main, built South")


@points(1)
@assesses("servers-factory")
@hint("config", "apart")
def test_each_app_has_its_own_pier(apps: tuple[Api, ...]) -> None:
    """Two apps in one process each report their own pier; without one it is `Main`."""
    for api, pier in zip(apps, ("Main", "South"), strict=True):
        is_told(api.get("/healthz"), "pier", pier)


@points(1)
@assesses("servers-start")
@hint("count")
def test_passages_are_counted_from_0_at_each_start(api: Api, draw: Draw) -> None:
    """A count begins at 0 at each start, and each `POST` adds one and answers 201."""
    api.post("/passages").expect(201)
    api.restart()
    api.get("/passages").expect(200, media_type="application/json", json={"passages": 0})
    last = draw.randint(3, 6)
    for number in range(1, last + 1):
        api.post("/passages").expect(201, media_type="application/json", json={"passages": number})
    api.get("/passages").expect(200, json={"passages": last})


@points(1)
@assesses("servers-factory")
@hint("apart")
def test_two_apps_count_apart(apps: tuple[Api, ...], draw: Draw) -> None:
    """A passage at one app is not counted by another app of the same process."""
    first, second = apps
    before = count(first), count(second)
    added = draw.randint(2, 4), draw.randint(5, 7)
    for api, number in zip(apps, added, strict=True):
        for _ in range(number):
            api.post("/passages").expect(201)
    for api, old, new in zip(apps, before, added, strict=True):
        api.get("/passages").expect(200, json={"passages": old + new})


@points(1)
@assesses("servers-bare-install")
@hint("head")
def test_head_answers_as_get(api: Api) -> None:
    """`HEAD` answers with the status and the content type of `GET`, and counts nothing."""
    before = count(api)
    for target in ("/healthz", "/passages"):
        api.request("HEAD", target).expect(200, media_type="application/json")
    api.get("/passages").expect(200, json={"passages": before})


@points(1)
@assesses("servers-bare-install")
@hint("query")
def test_an_unknown_query_is_ignored(api: Api, draw: Draw) -> None:
    """Query parameters change nothing outside `/raw/`."""
    query = f"{word(draw)}={draw.randint(2, 9)}&version=&{word(draw)}"
    plain = api.get("/healthz").expect(200).json()
    api.get(f"/healthz?{query}").expect(200, json=plain)
    before = count(api)
    api.post(f"/passages?passages=7&{query}").expect(201, json={"passages": before + 1})
    api.get(f"/passages?{query}").expect(200, json={"passages": before + 1})


@points(1)
@assesses("servers-bare-install")
@hint("not-found", "envelope")
def test_an_unknown_address_is_not_found(api: Api, draw: Draw) -> None:
    """An address outside the contract, `/` among them, is not found: 404, with the error as JSON."""
    api.get("/healthz").expect(200)
    for target in ("/", f"/{word(draw)}", f"/healthz/{word(draw)}", f"/passages/{draw.randint(1, 99)}"):
        for method in ("GET", "POST"):
            api.request(method, target).expect(404, media_type="application/json", json=NOT_FOUND)


@points(1)
@assesses("servers-bare-install")
@hint("method", "envelope")
def test_another_method_is_refused_with_allow(api: Api) -> None:
    """Another method at a good address is refused: 405 as JSON, with a header `Allow` that lists `GET`."""
    for target, methods in (("/healthz", ("POST", "PUT", "DELETE")), ("/passages", ("PUT", "DELETE"))):
        for method in methods:
            reply = api.request(method, target).expect(405, media_type="application/json", json=NOT_ALLOWED)
            listed = {name.strip() for name in (reply.header("allow") or "").split(",")}
            message = f"The header Allow is {reply.header('allow')!r}."
            expect("GET" in listed and method not in listed, message, reply, expected="Allow: GET")


@points(1)
@assesses("servers-protocol")
@hint("below-raw")
@late()
def test_an_address_that_only_begins_alike_is_not_raw(api: Api, draw: Draw) -> None:
    """The line test lies below `/raw/`; an address such as `/rawhide` is not found."""
    api.post("/raw/gate", body=RING).expect(200)
    for target in ("/rawhide", f"/raw{word(draw)}", f"/raw{word(draw)}/gate", f"/{word(draw)}/raw/gate"):
        api.get(target).expect(404, media_type="application/json", json=NOT_FOUND)


@points(1)
@assesses("servers-protocol")
@hint("raw", "raw-method")
@late()
def test_the_line_test_takes_every_method(api: Api) -> None:
    """Below `/raw/` every method is answered and told, `PURGE` and `REPORT` too."""
    for method in ("GET", "POST", "DELETE", "PURGE", "REPORT", "OPTIONS"):
        is_told(api.request(method, "/raw/gate", body=RING), "method", method)


@points(1)
@assesses("servers-protocol")
@hint("raw", "raw-path")
@late()
def test_the_line_test_tells_the_path_below_raw(api: Api, draw: Draw) -> None:
    """`path` is what follows `/raw`, its escapes decoded once, as UTF-8."""
    name = word(draw)
    for target, path in (
        ("/raw/", "/"),
        (f"/raw/{name}/7", f"/{name}/7"),
        (f"/raw/raw/{name}", f"/raw/{name}"),
        (f"/raw/{name}%20%C3%B8st/%E6%B8%AF", f"/{name} \u00f8st/\u6e2f"),
        (f"/raw/{name}%2520", f"/{name}%20"),
    ):
        is_told(api.post(target, body=RING), "path", path)


@points(1)
@assesses("servers-protocol")
@hint("raw", "raw-query")
@late()
def test_the_line_test_tells_the_query_as_it_stands(api: Api, draw: Draw) -> None:
    """`query` is the text after the question mark, undecoded; empty when there is none."""
    name = word(draw)
    for query in (f"{name}=1&{name}=2", f"b=%20&a={name}+%C3%B8", f"{name}", f"&&=%41&{name}=="):
        is_told(api.post(f"/raw/gate?{query}", body=RING), "query", query)
    is_told(api.post("/raw/gate", body=RING), "query", "")


@points(1)
@assesses("servers-protocol")
@hint("raw", "raw-body")
@late()
def test_the_line_test_reads_the_whole_body(api: Api, draw: Draw) -> None:
    """`bytes` and `crc32` are those of the whole body, a long one too."""
    for size in (1, draw.randint(20, 99), draw.randint(70_000, 99_999), draw.randint(300_000, 400_000)):
        body = draw.randbytes(size)
        reply = api.post("/raw/gate", body=body)
        is_told(reply, "bytes", size)
        is_told(reply, "crc32", zlib.crc32(body))


@points(1)
@assesses("servers-protocol")
@hint("raw", "raw-empty")
@late()
def test_the_line_test_needs_no_body(api: Api) -> None:
    """Without a body `bytes` and `crc32` are 0."""
    for method in ("GET", "PURGE"):
        reply = api.request(method, "/raw/gate")
        is_told(reply, "bytes", 0)
        is_told(reply, "crc32", 0)


@points(1)
@assesses("servers-protocol")
@hint("raw", "raw-headers")
@late()
def test_the_line_test_says_how_long_its_answer_is(api: Api, draw: Draw) -> None:
    """The answer has the five keys, and `Content-Length` and the content type fit it."""
    for name in (word(draw), f"%C3%98resund-{word(draw)}"):
        reply = api.post(f"/raw/{name}", body=RING).expect(200, media_type="application/json")
        found = reply.json()
        keys = sorted(found) if isinstance(found, dict) else None
        expect(keys == ["bytes", "crc32", "method", "path", "query"], f"The keys are {keys}.", reply)
        length = reply.header("content-length")
        told = f"The body has {len(reply.body)} bytes, and Content-Length is {length!r}."
        expect(length == str(len(reply.body)), told, reply, expected=f"Content-Length: {len(reply.body)}")
