"""One response of the app under test, as a check looks at it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from autograder.checks.difference import difference
from autograder.checks.expect import CheckFailed, fail
from autograder.checks.jsontext import NotJsonError, read_json

__all__ = ["ANYTHING", "Cookie", "Reply"]

_SHOWN_BODY = 600


class _Anything:
    def __repr__(self) -> str:
        return "anything"


ANYTHING = _Anything()


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie that an answer sets.

    Attributes:
        name: its name.
        value: its value as it came, quotes included: as it is sent back.
        attributes: such as ``{"path": "/", "httponly": "", "samesite": "lax"}``; names in lower case, a
            flag's value empty, the value of ``samesite`` in lower case, too.
    """

    name: str
    value: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """A response with at most the policy's bytes of body.

    Attributes:
        sent: the request, as a person would write it: ``GET /items/3``.
        status: the status code.
        header_list: headers in the order they came, names in lower case.
        body: the body as it came; nothing is decompressed.
    """

    sent: str
    status: int
    header_list: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The header's value, or None; repeated headers are joined by commas, as RFC 9110 reads them.

        Of several Set-Cookie headers, which cannot be joined, it is the first.
        """
        values = [value for key, value in self.header_list if key == name.lower()]
        if not values:
            return None
        return values[0] if name.lower() == "set-cookie" else ", ".join(values)

    @property
    def cookies(self) -> tuple[Cookie, ...]:
        """Every Set-Cookie header, in the order they came; one without a name is left out."""
        parsed = (_cookie(value) for name, value in self.header_list if name == "set-cookie")
        return tuple(each for each in parsed if each is not None)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; empty when there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as UTF-8, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def shown(self) -> str:
        """The response in a few lines, for a person."""
        body = self.text if len(self.text) <= _SHOWN_BODY else f"{self.text[:_SHOWN_BODY]}…"
        return f"{self.status} {self.media_type or 'no content type'}\n{body}".rstrip()

    def json(self) -> object:
        """The body as JSON. Raises CheckFailed when it is not JSON as `read_json` reads it."""
        try:
            return read_json(self.body)
        except NotJsonError as error:
            reason = f": {error.reason}" if error.reason else ""
            raise self._failed(f"The answer's body is not JSON{reason}.", "a JSON body in UTF-8") from error

    def expect(
        self,
        status: int | Collection[int] | None = None,
        *,
        json: object = ANYTHING,
        headers: Mapping[str, str | re.Pattern[str]] | None = None,
        media_type: str | None = None,
    ) -> Reply:
        """Fail the check unless the response is as stated; returns itself in any case, so that it chains.

        The failure names every header, and the place in the body, that is not as stated.

        Args:
            status: the status code, or those that are allowed.
            json: the exact value of the JSON body; ``1``, ``1.0`` and ``true`` all differ.
            headers: headers that must be there, with exactly this value or a match of this compiled pattern.
            media_type: the content type, its parameters aside.
        """
        stated = _Stated(self)
        if media_type is not None:
            stated.media_type(media_type)
        for name, value in (headers or {}).items():
            stated.header(name, value)
        if json is not ANYTHING:
            stated.json(json)
        if status is not None and self.status not in _statuses(status):
            # The rest of such a response differs, too, but why is no news; what was expected may be.
            wanted = " or ".join(map(str, sorted(_statuses(status))))
            expected = "\n".join([f"status {wanted}", *stated.expected])
            fail(self._failed(f"The status is {self.status}, not {wanted}.", expected))
        elif stated.faults:
            fail(self._failed(" ".join(stated.faults), "\n".join(stated.unmet)))
        return self

    def _failed(self, message: str, expected: str) -> CheckFailed:
        return CheckFailed(message, sent=self.sent, expected=expected, got=self.shown)


def _cookie(text: str) -> Cookie | None:
    """As a browser reads the header: RFC 6265, section 5.2."""
    pair, *rest = text.split(";")
    name, found, value = pair.partition("=")
    if not found or not name.strip():
        return None
    attributes: dict[str, str] = {}
    for each in rest:
        key, _, told = each.partition("=")
        key, told = key.strip().lower(), told.strip()
        attributes[key] = told.lower() if key == "samesite" else told
    return Cookie(name.strip(), value.strip(), attributes)


class _Stated:
    """What a check states of a response beside its status, and what of that does not hold.

    Attributes:
        expected: all that is stated, a line each.
        unmet: those lines that do not hold.
        faults: a sentence for each of them.
    """

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.expected: list[str] = []
        self.unmet: list[str] = []
        self.faults: list[str] = []

    def media_type(self, expected: str) -> None:
        """The content type, its parameters aside."""
        found = self._reply.media_type
        told = f"is `{found}`, not `{expected}`" if found else f"is missing; expected `{expected}`"
        self._note(expected, None if found == expected else f"The content type {told}.")

    def header(self, name: str, expected: str | re.Pattern[str]) -> None:
        """A header's value."""
        found = self._reply.header(name)
        if isinstance(expected, str):
            holds, wanted, shown = found == expected, expected, repr(expected)
        else:
            holds = found is not None and expected.search(found) is not None
            wanted = shown = f"a match of {expected.pattern!r}"
        told = f"is {found!r}, not {shown}" if found is not None else f"is missing; expected {shown}"
        self._note(f"{name}: {wanted}", None if holds else f"The header `{name}` {told}.")

    def json(self, expected: object) -> None:
        """The body."""
        try:
            fault = difference(self._reply.json(), expected)
        except CheckFailed as failure:
            fault = failure.message
        self._note(_as_json(expected), fault)

    def _note(self, expected: str, fault: str | None) -> None:
        self.expected.append(expected)
        if fault is not None:
            self.unmet.append(expected)
            self.faults.append(fault)


def _statuses(status: int | Collection[int]) -> set[int]:
    return {status} if isinstance(status, int) else set(status)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
