"""What a handler may ask for: the app's observatory, and the request's entry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends, Request

from .entries import Entry
from .observatory import Observatory

__all__ = ["AnEntry", "AnObservatory", "open_entry"]


async def find_observatory(request: Request) -> Observatory:
    """The observatory of the app that answers, as its lifespan handed it over."""
    return cast("Observatory", request.state.observatory)


AnObservatory = Annotated[Observatory, Depends(find_observatory)]


async def open_entry(observatory: AnObservatory) -> AsyncIterator[Entry]:
    """The entry of this request; ends with the request, whatever the handler raises."""
    with observatory.entries.open() as entry:
        yield entry


AnEntry = Annotated[Entry, Depends(open_entry)]
