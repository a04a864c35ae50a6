"""``timeline``: requests in flight on real servers, as a chart with the peak written on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sidebyside.drawing import FASTAPI, FLASK, INK, SOFT, Drawing, drawn, new_figure
from sidebyside.flights import Flights, fly
from sidebyside.running import serving
from sidebyside.servers import parse_setup

__all__ = ["timeline"]

_COLOURS = {"flask": FLASK, "fastapi": FASTAPI}


def timeline(
    topic: str, url: str, servers: Sequence[str], *, requests: int = 12, method: str = "GET"
) -> Drawing:
    """Send requests at once to an app on each of some servers, and draw what became of them.

    Args:
        topic: the lesson's name.
        url: what to ask for.
        servers: such as ``["flask on gunicorn", "flask on waitress:8", "fastapi on uvicorn"]``.
        requests: how many at once.
        method: such as ``GET``.

    Raises:
        UsageError: there is no such lesson or server.
        CourseError: a server does not start, or a request fails.
    """
    done: list[Flights] = []
    absent: list[str] = []
    for each in servers:
        with serving(topic, each) as running:
            if running:
                done.append(fly(running, method, url, requests))
            else:
                absent.append(parse_setup(each).title)
    return drawn(_chart(done, requests), _says(done, absent, requests), _facts(done))


def _chart(done: Sequence[Flights], requests: int) -> Any:
    height = 0.5 + 0.09 * requests + 0.45
    figure = new_figure(7.4, max(1.0, height * len(done)))
    last = max((each.seconds for each in done), default=1.0)
    axes = figure.subplots(max(1, len(done)), 1, sharex=True, squeeze=False)[:, 0]
    for axis, flights in zip(axes, done, strict=False):
        colour = _COLOURS[flights.framework]
        for row, flight in enumerate(sorted(flights.flights, key=lambda each: each.entered)):
            axis.plot(
                [flight.sent, flight.entered], [row, row], color=SOFT, linewidth=1, solid_capstyle="butt"
            )
            axis.plot(
                [flight.entered, flight.left], [row, row], color=colour, linewidth=4, solid_capstyle="butt"
            )
        axis.set_title(
            f"{flights.title}: peak {flights.peak} of {requests}, {flights.seconds:.2f} s",
            loc="left", fontsize=10, fontweight="bold", color=colour,
        )  # fmt: skip
        axis.set(xlim=(0, last * 1.02), ylim=(requests - 0.4, -0.6), yticks=[])
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.tick_params(colors=SOFT, labelsize=8)
        axis.spines["bottom"].set_color(SOFT)
    axes[-1].set_xlabel("seconds since the first request", fontsize=9, color=INK)
    return figure


def _says(done: Sequence[Flights], absent: Sequence[str], requests: int) -> str:
    told = "; ".join(f"{each.title}: {each.peak} at once, {each.seconds:.2f} s" for each in done)
    missing = f" Not run here: {', '.join(absent)}." if absent else ""
    return (
        f"{requests} requests sent at once, one a row. A thin line: it waits. A thick bar: it is in the app. "
        f"The peak is the largest number in the app together. {told}.{missing}"
    )


def _facts(done: Sequence[Flights]) -> str:
    """The chart in characters: a dot waits, a block is in the app."""
    out = []
    last = max((each.seconds for each in done), default=1.0)
    for flights in done:
        out.append(f"{flights.title}: peak {flights.peak}, {flights.seconds:.2f} s")
        for flight in sorted(flights.flights, key=lambda each: each.entered):
            sent, entered, left = (
                round(60 * each / last) for each in (flight.sent, flight.entered, flight.left)
            )
            bar = " " * sent + "·" * (entered - sent) + "█" * max(1, left - entered)
            out.append(f"  {flight.number:>3} {bar}")
    return "\n".join(out)
