"""`course dev sandbox` tells what the machine offers, and what it lacks, why, and what to do."""

from __future__ import annotations

import platform
from collections.abc import Callable

import pytest

from autograder.errors import SandboxUnavailable
from autograder.sandbox import bwrap, features, postgres
from autograder.sandbox.features import Feature, find_features
from autograder.sandbox.groups import Groups
from autograder.sandbox.hierarchies import Hierarchies
from autograder.sandbox.seccomp import filter_program

NEEDED = {"bubblewrap", "user", "system calls", "/proc"}


def named(name: str) -> Feature:
    return next(each for each in find_features() if each.name == name)


def test_what_this_machine_offers_is_found() -> None:
    found = {each.name: each for each in find_features()}
    assert set(found) == {*NEEDED, "memory group", "CPU group", "PostgreSQL"}
    assert all(found[name].found for name in NEEDED)
    assert "bubblewrap 0." in found["bubblewrap"].found


def test_a_feature_is_there_or_it_says_why_not_and_what_to_do() -> None:
    for each in find_features():
        assert each.protects
        assert bool(each.found) != bool(each.lack and each.remedy)
        first, *more = each.lines()
        assert first.startswith("found " if each.found else "LACKING ")
        assert bool(each.lack) == any("do: " in line for line in more)


def no_bubblewrap(patch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise SandboxUnavailable("bubblewrap is not installed.", where="PATH", remedy="Install it.")

    patch.setattr(bwrap, "_binary", missing)


def strange_processor(patch: pytest.MonkeyPatch) -> None:
    filter_program.cache_clear()
    patch.setattr(platform, "machine", lambda: "riscv64")


def old_kernel(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(platform, "release", lambda: "5.4.0-generic")


def no_groups(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(features, "Groups", lambda: Groups(Hierarchies({}, None)))


def no_postgres(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(postgres, "programs", lambda: None)


@pytest.mark.parametrize(
    ("lack", "name", "why"),
    [
        (no_bubblewrap, "bubblewrap", "not installed"),
        (strange_processor, "system calls", "riscv64"),
        (old_kernel, "/proc", "Linux 5.4.0"),
        (no_groups, "memory group", "no control of memory"),
        (no_groups, "CPU group", "no control of CPU time"),
        (no_postgres, "PostgreSQL", "not installed"),
    ],
)
def test_what_is_lacking_is_told_with_what_to_do(
    lack: Callable[[pytest.MonkeyPatch], None], name: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack(monkeypatch)
    feature = named(name)
    assert not feature.found
    assert why in feature.lack
    assert feature.remedy
    filter_program.cache_clear()
