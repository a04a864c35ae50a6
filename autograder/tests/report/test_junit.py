from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.report.junit import junit
from autograder.report.model import Report
from autograder.tests.report.samples import HOSTILE, SEED, check, mixed, not_started, part, report
from autograder.tests.report.strategies import reports
from autograder.verdict import Status, Verdict

# What CI servers agree on: by element, the attributes it must have, others it may, and its children.
COUNTS = {"tests", "failures", "errors", "skipped"}
GRAMMAR: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name"} | COUNTS, set(), {"testsuite"}),
    "testsuite": ({"name", "time"} | COUNTS, set(), {"properties", "testcase", "system-err"}),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name", "classname", "time"}, set(), {"failure", "error", "skipped"}),
    "failure": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
    "skipped": ({"message"}, set(), set()),
    "system-err": (set(), set(), set()),
}


def violations(element: Element) -> Iterator[str]:
    must, may, children = GRAMMAR[element.tag]
    if not must <= set(element.keys()) <= must | may:
        yield f"{element.tag} has {sorted(element.keys())}"
    if element.tag in ("testsuites", "testsuite"):
        cases = list(element.iter("testcase"))
        found = [
            len(cases),
            *(sum(len(case.findall(tag)) for case in cases) for tag in ("failure", "error", "skipped")),
        ]
        if [int(element.get(key, "-1")) for key in ("tests", "failures", "errors", "skipped")] != found:
            yield f"{element.tag} miscounts: {element.attrib}, not {found}"
    if element.tag == "testcase" and len(element) > 1:
        yield "a testcase ends in two ways"
    for child in element:
        if child.tag not in children:
            yield f"{element.tag} holds {child.tag}"
        else:
            yield from violations(child)


def parsed(*whole: Report) -> Element:
    return fromstring(junit(whole))


def by_name(root: Element, suite: str) -> dict[str, list[str]]:
    found = next(each for each in root if each.get("name") == suite)
    return {case.get("name", ""): [child.tag for child in case] for case in found.iter("testcase")}


def test_a_part_is_a_suite_and_a_check_a_case() -> None:
    root = parsed(mixed())
    assert [suite.get("name") for suite in root] == ["ada.routing.flask", "ada.routing.fastapi"]
    assert by_name(root, "ada.routing.flask") == {
        "known": [],
        "unknown": ["failure"],
        "order": ["skipped"],
        "search": ["error"],
    }


def test_a_failure_says_what_was_sent_expected_and_got() -> None:
    failure = next(parsed(mixed()).iter("failure"))
    assert failure.get("message") == "The status is 500, not 404."
    assert failure.text is not None
    for fact in ("sent: GET /items/9931", "expected: status 404", "got: 500 text/html", "<!doctype html>"):
        assert fact in failure.text


def test_an_app_that_never_started_is_an_error_with_its_traceback() -> None:
    root = parsed(not_started())
    assert by_name(root, "ada.routing.flask") == {"known": ["error"], "unknown": ["error"]}
    told = root.find("testsuite/system-err")
    assert told is not None
    assert told.text is not None
    assert "NameError" in told.text


def test_a_part_without_checks_is_one_case() -> None:
    fault = part("flask", verdict=Verdict.BROKEN, broken="No sandbox.", max_points=8, process=None)
    memo = part("memo", verdict=Verdict.AWAITING_PERSON, max_points=4, process=None)
    root = parsed(report(fault, memo, status=Status.BROKEN))
    assert by_name(root, "ada.routing.flask") == {"flask": ["error"]}
    assert by_name(root, "ada.routing.memo") == {"memo": ["skipped"]}
    error = next(root.iter("error"))
    assert (error.get("type"), error.get("message")) == ("broken", "No sandbox.")


def test_points_stand_in_the_properties() -> None:
    suite = parsed(mixed())[0]
    told = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert (told["points"], told["max_points"], told["status"]) == ("2", "8", "graded")


def test_no_report_at_all_is_valid_too() -> None:
    assert list(violations(parsed())) == []


def test_hostile_text_is_text_with_its_escapes_visible() -> None:
    check_ = check("a", Verdict.FAILED, message=HOSTILE, got=f"]]>{HOSTILE}\ufffe", sent="&lt;")
    root = parsed(report(part("flask", check_), student=HOSTILE, notes=(HOSTILE,)))
    assert list(violations(root)) == []
    failure = next(root.iter("failure"))
    assert failure.text is not None
    assert "]]>\\x1b[2J" in failure.text
    assert "<script>" in failure.text
    assert "\\ufffe" in failure.text


@given(st.lists(reports, max_size=2))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_any_reports_make_valid_xml_the_same_each_time_and_without_the_seed(whole: list[Report]) -> None:
    seeded = [each.model_copy(update={"seed": SEED}) for each in whole]
    document = junit(seeded)
    assert list(violations(fromstring(document))) == []
    assert junit(seeded) == document
    assert SEED.encode() not in document


def test_a_huge_message_is_cut() -> None:
    got = "x" * 5_000_000 + "\n" * 100_000
    assert len(junit([report(part("flask", check("a", Verdict.FAILED, got=got, message=got)))])) < 20_000
