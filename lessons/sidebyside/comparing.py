"""``compare``: one request sent to both apps, both answers shown, and whether they are the same."""

from __future__ import annotations

import html
import json as jsonlib
import shutil
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sidebyside.blocks import Side, card, column_texts, columns
from sidebyside.hosts import Answer, Request, host
from sidebyside.jsontext import json_lines
from sidebyside.places import app_files

__all__ = ["Comparison", "compare"]

_UNTOLD = frozenset({"date", "server", "content-length", "connection", "content-type"})
"""Headers that say nothing about the app; the content type is shown beside the status."""


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Both answers to one request; shows itself in a notebook, on the site and in a terminal.

    Attributes:
        request: what was sent.
        flask: what the Flask app answered.
        fastapi: what the FastAPI app answered.
    """

    request: Request
    flask: Answer
    fastapi: Answer

    @property
    def statuses(self) -> tuple[int, int]:
        """Flask's status and FastAPI's."""
        return self.flask.status, self.fastapi.status

    @property
    def differences(self) -> tuple[str, ...]:
        """Which of ``status``, ``content type``, ``headers``, ``body`` differ; JSON by its meaning."""
        both = self.flask, self.fastapi
        facts = {
            "status": [each.status for each in both],
            "content type": [_media_type(each) for each in both],
            "headers": [
                sorted((k, _shown(k, v)) for k, v in each.headers if k not in _UNTOLD) for each in both
            ],
            "body": [_meaning(each) for each in both],
        }
        return tuple(name for name, (left, right) in facts.items() if left != right)

    @property
    def same(self) -> bool:
        """Whether a client would see no difference."""
        return not self.differences

    @property
    def json(self) -> tuple[Any, Any]:
        """Both bodies, read as JSON; None for a body that is something else."""
        return _json(self.flask), _json(self.fastapi)

    def _repr_html_(self) -> str:
        left, right = _side(self.flask, "Flask", "flask"), _side(self.fastapi, "FastAPI", "fastapi")
        label = html.escape(f"{_line(self.request)}: both answers", quote=True)
        told = "sbs-same" if self.same else "sbs-other"
        return card(
            f'<section class="sbs-card" aria-label="{label}"><div class="sbs-bar">'
            f'<span class="sbs-name"><code>{html.escape(_line(self.request))}</code></span>'
            f'<span class="sbs-told {told}">{self._verdict()}</span></div>'
            f"{_sent_html(self.request)}{columns(left, right)}{self._headers_html()}</section>"
        )

    def __repr__(self) -> str:
        return self.text(max(80, shutil.get_terminal_size().columns))

    def text(self, width: int = 100) -> str:
        """The same as plain text."""
        left, right = _side(self.flask, "Flask", "flask"), _side(self.fastapi, "FastAPI", "fastapi")
        out = [f"{_line(self.request)}   {self._verdict()}", *_sent(self.request)]
        out += column_texts(left, right, width)
        out += [f"{name}: Flask {a}, FastAPI {b}" for name, a, b in self._other_headers()]
        return "\n".join(out)

    def _verdict(self) -> str:
        if self.same:
            return "= same answer"
        is_one = len(self.differences) == 1 and self.differences != ("headers",)
        return f"≠ {_listed(self.differences)} {'differs' if is_one else 'differ'}"

    def _other_headers(self) -> list[tuple[str, str, str]]:
        names = dict.fromkeys(k for each in (self.flask, self.fastapi) for k, _ in each.headers)
        rows = [(each, self.flask.header(each), self.fastapi.header(each)) for each in names]
        return [
            (k, _shown(k, a), _shown(k, b))
            for k, a, b in rows
            if k not in _UNTOLD and _shown(k, a) != _shown(k, b)
        ]

    def _headers_html(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">≠ {html.escape(name)}</th>'
            f"<td>{html.escape(a)}</td><td>{html.escape(b)}</td></tr>"
            for name, a, b in self._other_headers()
        )
        if not rows:
            return ""
        head = '<tr><th scope="col">Header</th><th scope="col">Flask</th><th scope="col">FastAPI</th></tr>'
        return f'<table class="sbs-headers"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def compare(
    topic: str,
    method: str,
    url: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
    fresh: bool = False,
) -> Comparison:
    """Send one request to both apps of a lesson.

    The apps live on between calls, so that a second request sees what the first one stored. They start
    anew when their source was changed.

    Args:
        topic: the lesson's name.
        method: such as ``GET``.
        url: path and query; what must be escaped is escaped.
        json: sent as a JSON body.
        form: sent as a form.
        body: sent as it is.
        headers: sent beside the ones that the body asks for.
        fresh: start both apps anew first.

    Raises:
        UsageError: there is no such lesson.
        CourseError: an answer did not end.
    """
    request = Request(method.upper(), url, *_payload(json, form, body, headers or {}))
    flask, fastapi = (host(file, fresh=fresh).send(request) for file in app_files(topic))
    return Comparison(request, flask, fastapi)


def _payload(
    json: Any, form: Mapping[str, str] | None, body: bytes | str | None, headers: Mapping[str, str]
) -> tuple[Mapping[str, str], bytes]:
    if json is not None:
        return {"Content-Type": "application/json", **headers}, jsonlib.dumps(json).encode()
    if form is not None:
        return {"Content-Type": "application/x-www-form-urlencoded", **headers}, urlencode(form).encode()
    return headers, body.encode() if isinstance(body, str) else body or b""


def _side(answer: Answer, title: str, name: str) -> Side:
    media_type = _media_type(answer) or "no content type"
    plain = f"{answer.status} {answer.reason}  {media_type}"
    mood = "sbs-ok" if answer.status < 400 else "sbs-no"  # noqa: PLR2004 - where HTTP's errors begin
    note = (
        f'<span class="sbs-status {mood}">{answer.status} {html.escape(answer.reason)}</span> · '
        f"{html.escape(media_type)}"
    )
    return Side(title, name, note, plain, *_body(answer))


def _body(answer: Answer) -> tuple[tuple[str, ...], str]:
    """A body as lines, and the language to colour it in."""
    data = _json(answer)
    if data is not None:
        return json_lines(data), "json"
    text = answer.body.decode("utf-8", "replace").rstrip("\n")
    if not text:
        return ("(no body)",), "text"
    return tuple(text.split("\n")), "html" if "html" in (_media_type(answer) or "") else "text"


def _json(answer: Answer) -> Any:
    if not (_media_type(answer) or "").endswith("json"):
        return None
    try:
        return jsonlib.loads(answer.body)
    except ValueError:
        return None


def _meaning(answer: Answer) -> Any:
    data = _json(answer)
    return answer.body if data is None else _told_apart(data)


def _told_apart(data: Any) -> Any:
    """The same data with booleans that equal no number: to Python, true is 1."""
    if isinstance(data, dict):
        return {key: _told_apart(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_told_apart(each) for each in data]
    return ("boolean", data) if isinstance(data, bool) else data


def _media_type(answer: Answer) -> str | None:
    value = answer.header("content-type")
    return value and value.partition(";")[0].strip().lower()


def _shown(name: str, value: str | None) -> str:
    """A header's value; the order of Allow means nothing and is not the same in every run."""
    if value is None:
        return "(none)"
    return ", ".join(sorted(value.split(", "))) if name == "allow" else value


def _line(request: Request) -> str:
    return f"{request.method} {request.url}"


def _sent(request: Request) -> list[str]:
    """What else there is to tell about the request."""
    told = [f"{name}: {value}" for name, value in request.headers.items()]
    if request.target != request.url:
        told.append(f"on the wire: {request.target}")
    if request.body:
        told.append(textwrap.shorten(request.body.decode("utf-8", "replace"), 300))
    return told


def _sent_html(request: Request) -> str:
    lines = "<br>".join(f"<code>{html.escape(each)}</code>" for each in _sent(request))
    return f'<div class="sbs-sent">{lines}</div>' if lines else ""


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
