"""Decides which of the errors that an app printed belongs to which request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from autograder.report.trace import last_traceback

__all__ = ["errors_of"]

# As Flask logs an error, and as the launcher does for an ASGI app.
_FLASK = "Exception on "
_LAUNCHER = "Error while answering "
_KEPT = 4_000


def errors_of(output: str, requests: Sequence[str | None]) -> list[str]:
    """For each request, the traceback that the app printed while it answered; empty where it printed none.

    Args:
        output: what the app wrote to standard error.
        requests: of each check, in the order in which they ran: the request that decided, as it was shown,
            if there was one and the app may have failed in it.
    """
    printed = list(_printed(output.split("\n")))
    found = []
    for request in requests:
        wanted = _key(request)
        at = next((at for at, (key, _) in enumerate(printed) if key == wanted), None)
        found.append("" if at is None else printed[at][1])
        if at is not None:
            del printed[: at + 1]  # a later check's errors were printed later
    return found


def _key(request: str | None) -> tuple[str, str] | None:
    """Method and path of a request, whose query no log names."""
    if request is None:
        return None
    method, _, target = request.partition("\n")[0].partition(" ")
    return method, unquote(target.partition("?")[0])


def _printed(lines: Sequence[str]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each logged request with the traceback below it."""
    heads = [(at, key) for at, line in enumerate(lines) if (key := _logged(line)) is not None]
    ends = [*(at for at, _ in heads), len(lines)][1:]
    for (at, key), end in zip(heads, ends, strict=False):
        if told := last_traceback("\n".join(lines[at:end])):
            yield key, told[-_KEPT:]


def _logged(line: str) -> tuple[str, str] | None:
    """The request that a line logs an error of."""
    _, flask, said = line.partition(_FLASK)
    if flask:
        path, bracket, method = said.rstrip().rpartition(" [")
        return (method[:-1], path) if bracket and method.endswith("]") else None
    if line.startswith(_LAUNCHER):
        method, _, path = line.removeprefix(_LAUNCHER).rstrip().partition(" ")
        return method, path
    return None
