"""Any bytes at every place where a stranger's bytes come in: no crash, no hang, nothing unbounded.

A short run of what ``python -m autograder.tests.fuzz`` does for an hour, and every case that one found.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.tests.fuzz.targets import SEEDS, TARGETS

CASES = sorted((Path(__file__).parent / "cases").glob("*/*"))
EXAMPLES = int(os.environ.get("COURSE_FUZZ_EXAMPLES", "40"))
"""How many inputs a target gets in one run of the tests."""


def mutated(seed: bytes, number: int) -> bytes:
    """The seed with a few bytes changed, taken out, repeated or put in."""
    draw = random.Random(number)
    data = bytearray(seed)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(data) + 1)
        piece = bytes(data[at : at + draw.randint(1, 40)])
        change = draw.choice(["flip", "cut", "repeat", "insert", "number"])
        if change == "flip" and at < len(data):
            data[at] ^= 1 << draw.randrange(8)
        elif change == "cut":
            del data[at : at + len(piece)]
        elif change == "repeat":
            data[at:at] = piece * draw.randint(1, 50)
        elif change == "insert":
            data[at:at] = draw.randbytes(draw.randint(1, 8))
        else:
            data[at:at] = draw.choice(
                [b"-1", b"1e999", b"99999999999999999999", b"NaN", b"\x00", b"\xff\xfe"]
            )
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_taken(name: str) -> None:
    for seed in SEEDS()[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_are_taken(name: str) -> None:
    seeds = SEEDS()[name]

    # The same inputs in every run: new ones are the business of the long run, not of a commit's tests.
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        st.binary(max_size=2_000)
        | st.builds(mutated, st.sampled_from(seeds), st.integers(0, 2**32))
        | st.builds(
            lambda seed, at: seed[: at % (len(seed) + 1)], st.sampled_from(seeds), st.integers(0, 9_999)
        )
    )
    def holds(data: bytes) -> None:
        TARGETS[name](data)

    holds()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_was_found_once_stays_mended(case: Path) -> None:
    TARGETS[case.parent.name](case.read_bytes())


def test_a_target_that_breaks_its_promise_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        assert len(data) < 20, "no input of a seed's length"

    monkeypatch.setitem(TARGETS, "report", broken)
    with pytest.raises(AssertionError, match="no input of a seed's length"):
        test_any_bytes_are_taken("report")
