"""What a learner found in a faulty app, as its checks see it: the findings file, read and capped."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Finding", "Findings"]

Text = Annotated[str, Field(min_length=1, max_length=2048)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Finding(_Frozen):
    """One fault that the learner names.

    Attributes:
        class_: which class of faults it belongs to; ``class`` in the file.
        function: the function that has it.
        line: where, if they say so.
        request: what shows it.
    """

    class_: Annotated[Text, Field(alias="class")]
    function: Text
    line: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    request: Text


class Findings(_Frozen):
    """All that the file says.

    Attributes:
        entries: in the order of the file; none when it cannot be read.
        problem: why it cannot be read, as a sentence to the learner.
    """

    entries: Annotated[tuple[Finding, ...], Field(max_length=50)] = ()
    problem: Annotated[str, Field(max_length=1000)] | None = None
