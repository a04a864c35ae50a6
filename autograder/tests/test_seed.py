"""The hidden inputs' seed: secret, repeatable, one a release."""

from __future__ import annotations

import stat
from pathlib import Path

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
