"""Reports of any content, for properties that hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from autograder.report.model import CheckReport, PartReport, ProcessReport, Report
from autograder.tests.report.samples import HOSTILE
from autograder.verdict import Status, Verdict

__all__ = ["reports", "texts"]

# The model refuses lone surrogates, which are not text; escape's own tests hold them.
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [HOSTILE, "", "\n", "<b>", "</pre>", "]]>", "&amp;", "$x$", "[bold]", "=1+1", "\x1b]0;t\x07"]
    ),
)
_maybe = st.none() | texts
_amounts = st.floats(0, 1e6, allow_nan=False)
_names = st.sampled_from(["flask", "fastapi", "memo", "known", "unknown"]) | texts
_checks = st.builds(
    CheckReport,
    name=_names,
    sentence=texts,
    verdict=st.sampled_from(Verdict),
    points=_amounts,
    max_points=_amounts,
    message=texts,
    sent=_maybe,
    expected=_maybe,
    got=_maybe,
    objective=_maybe,
    section=_maybe,
    hints=st.lists(texts, max_size=2).map(tuple),
    wall_s=_amounts,
)
_processes = st.builds(
    ProcessReport,
    started=st.booleans(),
    exit_code=st.none() | st.integers(-255, 255),
    signal=st.none() | st.integers(1, 64),
    limit=_maybe,
    traceback=texts,
    stdout=texts,
    stderr=texts,
    wall_s=_amounts,
    cpu_s=_amounts,
    peak_memory_bytes=st.integers(0, 2**50),
)
_parts = st.builds(
    PartReport,
    name=_names,
    kind=texts,
    verdict=st.sampled_from(Verdict),
    points=_amounts,
    max_points=_amounts,
    refusal=_maybe,
    checks=st.lists(_checks, max_size=3).map(tuple),
    process=st.none() | _processes,
    broken=_maybe,
    sandbox=texts,
    walls=st.booleans(),
)
reports = st.builds(
    Report,
    student=texts,
    topic=texts,
    status=st.sampled_from(Status),
    points=_amounts,
    max_points=_amounts,
    parts=st.lists(_parts, max_size=3).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
    refusal=_maybe,
    digest=texts,
    seed=texts,
    versions=st.dictionaries(texts, texts, max_size=2),
    wall_s=_amounts,
    cpu_s=_amounts,
    cached=st.booleans(),
)
