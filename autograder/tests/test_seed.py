"""The hidden inputs' seed: secret, repeatable, one a release."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.errors import GradingBroken
from autograder.seed import fresh_seed, read_secret, release_seed


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secret"
    first = read_secret(path)
    assert len(first) == 32
    assert read_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_seed_follows_secret_topic_and_release() -> None:
    seeds = {
        release_seed(b"one", "routing", "1"),
        release_seed(b"two", "routing", "1"),
        release_seed(b"one", "servers", "1"),
        release_seed(b"one", "routing", "2"),
    }
    assert len(seeds) == 4
    assert release_seed(b"one", "routing", "1") in seeds


def test_a_learner_gets_another_seed_each_time() -> None:
    assert fresh_seed() != fresh_seed()


def test_graders_that_start_at_once_make_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secret"
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: read_secret(path), range(40)))
    assert len(secrets) == 1
    assert [each.name for each in path.parent.iterdir()] == ["secret"]


def test_a_secret_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"short")
    with pytest.raises(GradingBroken, match="has 5 bytes, not 32") as caught:
        read_secret(path)
    assert caught.value.where == str(path)
    assert path.read_bytes() == b"short"
