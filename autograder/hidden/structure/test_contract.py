"""The observatory's night desk, as exercises/structure/README.md states it for every part."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from autograder.checks import (
    Api,
    CheckFailed,
    Draw,
    Reply,
    assesses,
    at,
    expect,
    hint,
    needs,
    points,
    prompt,
)

Request = tuple[str, ...]
"""Method, address, and for an exposure the target."""

START = datetime(2021, 11, 22, 20, 0, tzinfo=UTC)
"""Where the clock stands when nothing else is said: course.toml gives it to the part."""

TARGETS = {
    "M13": ("09:00", "23:30"),
    "M31": ("14:00", "06:00"),
    "M42": ("20:30", "07:00"),
    "M45": ("16:30", "08:00"),
    "M57": ("10:30", "01:00"),
    "Moon": ("17:15", "05:45"),
    "Vega": ("08:00", "00:30"),
    "Venus": ("04:10", "16:40"),
}
UP_AT_START = ["M13", "M31", "M45", "M57", "Moon", "Vega"]
SECONDS = 30
FAILED = {"error": "internal server error"}


def word(draw: Draw) -> str:
    """Eight letters that name nothing."""
    return "x" + "".join(draw.choices(string.ascii_lowercase, k=7))


def evening(draw: Draw) -> datetime:
    """An instant of some evening on which the targets of `UP_AT_START` are up for a while."""
    return datetime(2022, 1, 1, 20, 0, tzinfo=UTC) + timedelta(
        days=draw.randrange(1_000), seconds=draw.randrange(600)
    )


def spelled(instant: datetime) -> str:
    """As the API and the log spell it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_up(name: str, hour: str) -> bool:
    """Whether the target is up, by the brief's table; ``hour`` is such as ``20:00``."""
    rises, sets = TARGETS[name]
    return rises <= hour < sets if rises <= sets else hour >= rises or hour < sets


def ask(api: Api, request: Request) -> Reply:
    """Send it; three words are an exposure."""
    method, address, *target = request
    if target:
        return api.post(address, json={"target": target[0], "seconds": SECONDS})
    return api.request(method, address)


def taken(reply: Reply) -> int:
    """The number of the exposure in the answer, whichever version shows it."""
    number = at(reply.expect({200, 201}).json(), "number")
    expect(type(number) is int, "The exposure has no number.", reply)
    assert isinstance(number, int)
    return number


def plates(api: Api) -> int:
    """How many are left."""
    reply = api.get("/v1/status").expect(200)
    left = at(reply.json(), "plates")
    expect(type(left) is int, "The status does not say how many plates are left.", reply)
    assert isinstance(left, int)
    return left


def entry_of(reply: Reply) -> int:
    """The number of the request's entry, as version 2 tells it."""
    entry = at(reply.json(), "entry")
    expect(type(entry) is int, "The answer does not say which entry it has.", reply)
    assert isinstance(entry, int)
    return entry


def of_entry(lines: Sequence[str], number: int) -> list[str]:
    """What the log says of one entry, without its number."""
    return [line.removeprefix(f"#{number} ") for line in lines if line.startswith(f"#{number} ")]


def expect_log(
    condition: object, message: str, lines: Sequence[str], expected: str, reply: Reply | None = None
) -> None:
    """Fail the check with ``message``, and show the log, unless ``condition`` holds."""
    if condition:
        return
    shown = [*lines[:14], "…", *lines[-4:]] if len(lines) > 18 else lines
    log = "the log of this run:\n" + "\n".join(shown or ["(nothing)"])
    raise CheckFailed(message, sent=reply.sent if reply else None, expected=expected, got=log)


@dataclass(frozen=True)
class Log:
    """A log file before a run of the app and after it."""

    name: str
    before: bytes
    after: bytes

    @property
    def added(self) -> list[str]:
        """The lines of the run."""
        return self.after.removeprefix(self.before).decode("utf-8", "replace").splitlines()


@dataclass(frozen=True)
class Night:
    """One run of the app, with all settings set, from its start to its stop.

    Attributes:
        site, plates, start, tick: what the environment said.
        asked: what the first app was asked, in this order, and what it answered.
        south: the same of the second app.
        logs: by name, with the entries of the run.
    """

    site: str
    plates: int
    start: datetime
    tick: timedelta
    asked: tuple[tuple[Request, Reply], ...]
    south: tuple[tuple[Request, Reply], ...]
    logs: Mapping[str, Log]

    def reading(self, entry: int) -> str:
        """What the clock must have said at the entry."""
        return spelled(self.start + (entry - 1) * self.tick)

    @property
    def log(self) -> list[str]:
        """What the first app added to its log, in whichever file it lies."""
        lines = self.logs["spare.log"].added or self.logs["night.log"].added
        expect(lines, "The app left no log.")
        return lines


NIGHTS: WeakKeyDictionary[Api, Night | CheckFailed] = WeakKeyDictionary()
"""By the app under test: a run costs two restarts, so the checks that look at one share it."""


def night(apps: tuple[Api, ...], draw: Draw) -> Night:
    """The run of this app, made when the first check asks for it."""
    if apps[0] not in NIGHTS:
        try:
            with prompt():
                NIGHTS[apps[0]] = spend_night(apps, draw)
        except CheckFailed as failure:
            NIGHTS[apps[0]] = failure
    found = NIGHTS[apps[0]]
    if isinstance(found, CheckFailed):
        raise found
    return found


def spend_night(apps: tuple[Api, ...], draw: Draw) -> Night:
    """Start both apps, ask them in turn, and stop them."""
    north, south = apps
    site, plates = f"{word(draw).title()} – Kuppel {draw.randint(2, 99)}", draw.randint(4, 6)
    start, tick = evening(draw), draw.randint(2, 50)
    settings = {"SITE": site, "PLATES": str(plates), "CLOCK": spelled(start), "TICK": str(tick)}
    settings["LOG"] = "spare.log"
    north.restart({f"OBSERVATORY_{key}": value for key, value in settings.items()})
    before = {name: north.left(name) or b"" for name in LOGS}
    first, last = requests(draw, plates)
    asked = [(request, ask(north, request)) for request in first]
    asked_south = [(request, ask(south, request)) for request in SOUTH]
    asked += [(request, ask(north, request)) for request in last]
    north.restart()
    logs = {name: Log(name, before[name], north.left(name) or b"") for name in LOGS}
    return Night(site, plates, start, timedelta(seconds=tick), tuple(asked), tuple(asked_south), logs)


LOGS = ("night.log", "south.log", "spare.log")
SOUTH: tuple[Request, ...] = (
    ("GET", "/v2/status"),
    ("POST", "/v2/exposures", "M31"),
    ("GET", "/v2/exposures"),
)


def requests(draw: Draw, plates: int) -> tuple[tuple[Request, ...], tuple[Request, ...]]:
    """What the first app is asked, before the second one is asked and after it; two plates are used."""
    first = (
        *(("GET", "/v2/status"), ("GET", "/v1/targets"), ("POST", "/v2/exposures", "M31")),
        *(("GET", "/v2/targets"), ("POST", "/v1/exposures", "Moon"), ("POST", "/v2/exposures", "M42")),
        *(("GET", f"/v1/exposures/{draw.randint(100, 999)}"), ("POST", "/v1/exposures", "Vega")),
    )
    last = (
        *(("POST", "/v1/exposures", word(draw)), ("GET", "/v2/exposures"), ("POST", "/v2/exposures", "Moon")),
        *([("POST", "/v2/exposures", "M45")] * (plates - 2)),
        *(("POST", "/v1/exposures", "M31"), ("POST", "/v2/exposures", "M31"), ("GET", "/v1/status")),
    )
    return first, last


@points(1)
@assesses("structure-modules")
@hint("versions")
def test_the_old_addresses_answer_as_before(api: Api, draw: Draw) -> None:
    """The addresses without a version answer the old clients in the old form."""
    status = api.get("/status").expect(200, media_type="application/json")
    status.expect(json={"site": "North dome", "plates": at(status.json(), "plates")})
    targets = api.get("/targets").expect(200)
    up = at(targets.json(), "up")
    known = [name for name in TARGETS if isinstance(up, list) and name in up]
    targets.expect(json={"up": known})
    listed = api.get("/exposures").expect(200)
    expect(isinstance(listed.json(), list), "The exposures are no list.", listed)
    api.get(f"/exposures/{draw.randint(1_000, 9_999)}").expect(404, json={"error": "unknown exposure"})
    ask(api, ("POST", "/exposures", word(draw))).expect(404, json={"error": "unknown target"})


@points(1)
@assesses("structure-modules")
@hint("clock", "versions", "one-core")
def test_version_1_is_the_old_contract(api: Api, draw: Draw) -> None:
    """`/v1/...` answers what the address without a version answers, about the same exposures."""
    name = draw.choice(["M13", "M31", "M45", "M57", "Vega"])
    for version in ("", "/v1"):
        reply = ask(api, ("POST", f"{version}/exposures", name)).expect(200)
        number = taken(reply)
        exposure = {"number": number, "target": name, "seconds": SECONDS, "at": "20:00"}
        reply.expect(json=exposure)
        for other in ("", "/v1"):
            api.get(f"{other}/exposures/{number}").expect(200, json=exposure)
            listed = api.get(f"{other}/exposures").expect(200)
            every = listed.json()
            expect(isinstance(every, list) and exposure in every, "It is not in the list.", listed)
    for version in ("", "/v1"):
        api.get(f"{version}/targets").expect(200, json={"up": UP_AT_START})
        ask(api, ("POST", f"{version}/exposures", "M42")).expect(400, json={"error": "not up"})
    api.get("/v1/status").expect(200, json=api.get("/status").expect(200).json())


@points(1)
@assesses("structure-modules")
@hint("versions")
def test_version_2_tells_all_about_targets_and_plates(api: Api) -> None:
    """`/v2/status` and `/v2/targets` answer in the form of version 2."""
    ask(api, ("POST", "/v1/exposures", "M13"))  # so that plates are missing, whichever check ran before
    status = api.get("/v2/status").expect(200, media_type="application/json")
    left = plates(api)
    common = {"time": spelled(START), "entry": entry_of(status)}
    status.expect(json={"site": "North dome", **common, "plates": {"left": left, "of": 24}})
    targets = api.get("/v2/targets").expect(200)
    every = [
        {"name": name, "rises": rises, "sets": sets, "up": name in UP_AT_START}
        for name, (rises, sets) in TARGETS.items()
    ]
    targets.expect(json={"time": spelled(START), "entry": entry_of(targets), "targets": every})


@points(1)
@assesses("structure-modules")
@hint("versions", "location")
def test_version_2_says_where_an_exposure_is(api: Api, draw: Draw) -> None:
    """An exposure through version 2 is answered with 201 and its address, where it is found again."""
    name = draw.choice(["M13", "M31", "M45", "M57", "Vega"])
    reply = ask(api, ("POST", "/v2/exposures", name)).expect(201)
    number = taken(reply)
    exposure = {"number": number, "target": name, "seconds": SECONDS}
    exposure |= {"taken": spelled(START), "entry": entry_of(reply)}
    reply.expect(json=exposure, headers={"Location": f"/v2/exposures/{number}"})
    api.get(f"/v2/exposures/{number}").expect(200, json=exposure)
    listed = api.get("/v2/exposures").expect(200)
    every = at(listed.json(), "exposures")
    expect(isinstance(every, list) and exposure in every, "The exposure is not in the list.", listed)


@points(1)
@assesses("structure-modules")
@hint("one-core")
@needs("test_version_2_says_where_an_exposure_is")
def test_the_versions_share_their_exposures(api: Api) -> None:
    """An exposure taken through one version is found through the other, and they count on together."""
    numbers = [
        taken(ask(api, ("POST", f"{version}/exposures", "M31"))) for version in ("/v1", "/v2", "/v2", "/v1")
    ]
    first = numbers[0]
    expect(
        numbers == [first, first + 1, first + 2, first + 3],
        f"Four exposures, through both versions, got the numbers {numbers}.",
        expected="numbers that follow each other",
    )
    for number in numbers:
        api.get(f"/v1/exposures/{number}").expect(200)
        reply = api.get(f"/v2/exposures/{number}").expect(200)
        expect(at(reply.json(), "taken") == spelled(START), "The exposure does not say when.", reply)


@points(1)
@assesses("structure-modules")
@hint("refusals")
def test_each_version_words_its_refusals(api: Api, draw: Draw) -> None:
    """What the desk refuses has the status and the words of the version that was asked."""
    name, number = word(draw), draw.randint(1_000, 9_999)
    rises = TARGETS["M42"][0]
    ask(api, ("POST", "/v1/exposures", name)).expect(404, json={"error": "unknown target"})
    ask(api, ("POST", "/v1/exposures", "M42")).expect(400, json={"error": "not up"})
    api.get(f"/v1/exposures/{number}").expect(404, json={"error": "unknown exposure"})
    reply = ask(api, ("POST", "/v2/exposures", name))
    reply.expect(404, media_type="application/json", json={"error": "unknown target", "target": name})
    reply = ask(api, ("POST", "/v2/exposures", "M42"))
    reply.expect(409, json={"error": "not up", "target": "M42", "rises": rises})
    reply = api.get(f"/v2/exposures/{number}")
    reply.expect(404, json={"error": "unknown exposure", "number": number})


@points(1)
@assesses("structure-resources")
@hint("failure")
def test_a_failed_exposure_leaves_nothing(api: Api) -> None:
    """When the camera fails the answer is 500, and there is neither an exposure nor a plate less."""
    first = taken(ask(api, ("POST", "/v1/exposures", "M31")))
    left = plates(api)
    for version in ("/v1", "/v2"):
        reply = ask(api, ("POST", f"{version}/exposures", "Moon"))
        reply.expect(500, media_type="application/json", json=FAILED)
    expect(plates(api) == left, f"There were {left} plates, now there are {plates(api)}.")
    api.get(f"/v1/exposures/{first + 1}").expect(404)
    number = taken(ask(api, ("POST", "/v1/exposures", "Vega")))
    expect(number == first + 1, f"The exposure after the failed ones is number {number}, not {first + 1}.")


@points(1)
@assesses("structure-resources")
@hint("entries", "envelope")
def test_what_no_route_takes_makes_no_entry(api: Api, draw: Draw) -> None:
    """An address or a method outside the contract is refused, and no entry is made for it."""
    first = entry_of(api.get("/v2/status").expect(200))
    for address in (f"/{word(draw)}", "/v3/status", f"/v2/{word(draw)}", "/v1/v2/status"):
        api.get(address).expect(404, media_type="application/json", json={"error": "not found"})
    for address in ("/v1/status", "/v1/targets", "/v2/exposures"):
        reply = api.request("DELETE", address)
        reply.expect(405, media_type="application/json", json={"error": "method not allowed"})
    reply = api.get("/v2/status").expect(200)
    expect(
        entry_of(reply) == first + 1,
        f"The entry after number {first} is number {entry_of(reply)}.",
        reply,
        expected=f"{first + 1}",
    )


@points(1)
@assesses("structure-inject")
@hint("clock")
def test_a_set_clock_is_the_time(apps: tuple[Api, ...], draw: Draw) -> None:
    """With `CLOCK` set, the first request is answered at that instant, to the second."""
    run = night(apps, draw)
    _, reply = run.asked[0]
    time = at(reply.expect(200).json(), "time")
    expect(time == run.reading(1), f"The time is {time!r}.", reply, expected=run.reading(1))


@points(1)
@assesses("structure-inject")
@hint("once")
@needs("test_a_set_clock_is_the_time")
def test_a_request_reads_the_clock_once(apps: tuple[Api, ...], draw: Draw) -> None:
    """The n-th request has the n-th reading of the clock, in the answer, in the exposure, and in the log."""
    run = night(apps, draw)
    for number, (_, reply) in enumerate(run.asked, 1):
        time, which = run.reading(number), f"This was request {number} of its run."
        answer = reply.json() if reply.status < 400 else None
        said = at(answer, "time") or at(answer, "taken") or time
        wanted = f"{time}, which is `CLOCK` and {number - 1} times `TICK`"
        expect(said == time, f"{which} It says {said}.", reply, expected=wanted)
        begun = of_entry(run.log, number)[:1] == [f"begin {time}"]
        expect_log(begun, f"{which} Its entry begins otherwise.", run.log, f"#{number} begin {time}", reply)


@points(1)
@assesses("structure-configuration")
@hint("settings")
def test_site_and_plates_come_from_the_environment(apps: tuple[Api, ...], draw: Draw) -> None:
    """`OBSERVATORY_SITE` and `OBSERVATORY_PLATES` are the app's name and how many plates it has."""
    run = night(apps, draw)
    _, status = run.asked[-1]
    status.expect(200, json={"site": run.site, "plates": 0})
    for _, reply in run.asked[11 : 11 + run.plates - 2]:
        reply.expect(201)
    (_, old), (_, new) = run.asked[-3:-1]
    old.expect(400, json={"error": "no plates"})
    new.expect(409, json={"error": "no plates", "of": run.plates})


@points(1)
@assesses("structure-configuration")
@hint("settings")
def test_the_mapping_goes_before_the_environment(apps: tuple[Api, ...], draw: Draw) -> None:
    """What stands in the mapping that `create_app` was given counts, whatever the environment says."""
    run = night(apps, draw)
    _, reply = run.south[0]
    status = {"site": "South dome", "time": "2022-06-01T22:00:00Z", "entry": entry_of(reply.expect(200))}
    reply.expect(json={**status, "plates": {"left": 3, "of": 3}})


@points(1)
@assesses("structure-configuration")
@hint("isolation")
def test_two_apps_share_nothing(apps: tuple[Api, ...], draw: Draw) -> None:
    """Exposures, plates, entries and clock of one app are not those of another in the same process."""
    run = night(apps, draw)
    common = {"seconds": SECONDS, "target": "M31", "taken": "2022-06-01T22:01:00Z", "entry": 2}
    run.south[1][1].expect(201, json={"number": 1, **common})
    run.south[2][1].expect(200, json={"exposures": [{"number": 1, **common}]})
    _, listed = run.asked[9]
    every = at(listed.expect(200).json(), "exposures")
    names = [at(each, "target") for each in every] if isinstance(every, list) else every
    expect(names == ["M31", "Vega"], f"The first app lists {names}.", listed, expected="M31, Vega")


@points(1)
@assesses("structure-configuration")
@hint("isolation", "log")
def test_each_app_appends_to_the_log_that_its_settings_name(apps: tuple[Api, ...], draw: Draw) -> None:
    """Each app of a process writes to the log that its settings name, and continues it after a restart."""
    run = night(apps, draw)
    for name, entries in (("spare.log", len(run.asked)), ("south.log", len(SOUTH)), ("night.log", 0)):
        lines = run.logs[name].added
        begun = [line for line in lines if " begin " in line]
        message = f"In {name} there are {len(begun)} entries of a run of two apps."
        expect_log(len(begun) == entries, message, lines, f"{entries} entries in {name}")
    for log in (run.logs["south.log"], run.logs["night.log"]):
        expect(log.before, f"The first run of the apps left no {log.name}.")
        expect(log.after.startswith(log.before), f"After a restart, {log.name} no longer begins as it did.")


@points(1)
@assesses("structure-resources")
@hint("start-and-stop")
def test_dome_and_telescope_open_once_and_close_in_the_other_order(apps: tuple[Api, ...], draw: Draw) -> None:
    """An app opens dome and telescope once, and when it is stopped closes them, the telescope first."""
    lines = night(apps, draw).log
    start, stop = ["dome opened", "telescope unparked"], ["telescope parked", "dome closed"]
    first, last = f"first {', '.join(start)}", f"last {', '.join(stop)}"
    expect_log(lines[:2] == start, "The log of a run does not begin with the opening.", lines, first)
    expect_log(lines[-2:] == stop, "The log of a run does not end with the closing.", lines, last)
    for line in (*start, *stop):
        expect_log(lines.count(line) == 1, f"{lines.count(line)} lines say: {line}.", lines, "one")


@points(1)
@assesses("structure-resources")
@hint("entries")
def test_each_request_makes_one_entry(apps: tuple[Api, ...], draw: Draw) -> None:
    """Each request makes one entry, numbered from 1; with its shutter, if it takes an exposure."""
    run = night(apps, draw)
    count = len(run.asked)
    refused = {5, 6, 7, 9, 11, count - 2, count - 1}
    for number, (request, reply) in enumerate(run.asked, 1):
        if number not in refused:
            expect_entry(run.log, number, reply.expect({200, 201}), shutter=request[0] == "POST")
    more = of_entry(run.log, count + 1)
    expect_log(not more, f"There are more entries than the {count} requests.", run.log, f"{count} entries")


@points(1)
@assesses("structure-resources")
@hint("raises")
def test_an_entry_ends_whatever_the_handler_raises(apps: tuple[Api, ...], draw: Draw) -> None:
    """A request that is refused, or fails, ends its entry; a shutter that was opened is closed first."""
    run = night(apps, draw)
    for number, status in ((5, 500), (6, 409), (7, 404), (9, 404), (11, 500)):
        _, reply = run.asked[number - 1]
        expect_entry(run.log, number, reply.expect(status), shutter=status == 500)


def expect_entry(lines: Sequence[str], number: int, reply: Reply, *, shutter: bool) -> None:
    """Fail unless the entry has a beginning, its shutter's lines if any, an end, and nothing else."""
    entry = [line.partition(" 2")[0] for line in of_entry(lines, number)]
    wanted = ["begin", *(["shutter opened", "shutter closed"] if shutter else []), "end"]
    message = f"This was request {number} of its run. Its entry says: {', '.join(entry) or 'nothing'}."
    expect_log(entry == wanted, message, lines, ", ".join(f"#{number} {each}" for each in wanted), reply)


@points(1)
@assesses("structure-inject")
@hint("up", "clock")
def test_what_is_up_goes_by_the_clock(api: Api, draw: Draw) -> None:
    """Each target is up from its rising, included, to its setting, not included, over midnight too."""
    start = datetime(2022, 1, 1, tzinfo=UTC) + timedelta(days=draw.randrange(1_000), hours=draw.randrange(24))
    # Every quarter of an hour, over more than a day.
    api.restart({"OBSERVATORY_CLOCK": spelled(start), "OBSERVATORY_TICK": "900"})
    seen = set()
    for _ in range(100):
        reply = api.get("/v2/targets").expect(200)
        time, every = at(reply.json(), "time"), at(reply.json(), "targets")
        expect(isinstance(time, str) and isinstance(every, list), "There is no time, or no list.", reply)
        hour = str(time)[11:16]
        seen.add(hour)
        for target in every if isinstance(every, list) else ():
            name = str(at(target, "name"))
            expect(name in TARGETS, f"There is no target {name!r}.", reply)
            up = is_up(name, hour)
            expect(at(target, "up") is up, f"At {hour}, {name} is {'' if up else 'not '}up.", reply)
    expect(len(seen) > 20, "The clock stands still, although `TICK` is set.", expected="another time each")


@points(1)
@assesses("structure-inject")
@hint("clock")
def test_without_a_set_clock_it_is_now(api: Api) -> None:
    """Without `CLOCK`, or with an empty one, the time is the present."""
    api.restart({"OBSERVATORY_CLOCK": ""})
    before = datetime.now(UTC) - timedelta(minutes=10)
    reply = api.get("/v2/status").expect(200)
    time = at(reply.json(), "time")
    now = [spelled(before + timedelta(seconds=second)) for second in range(1_200)]
    expect(time in now, f"The time is {time!r}.", reply, expected=f"about {now[600]}")
