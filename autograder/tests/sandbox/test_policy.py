"""The policy's file is strict, its figures positive, its digest that of its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from autograder.errors import CatalogError
from autograder.sandbox import policy as module
from autograder.sandbox.policy import load_policy

OWN = Path(module.__file__).with_name("policy.toml")


def changed(folder: Path, old: str, new: str) -> Path:
    text = OWN.read_text()
    assert old in text
    path = folder / "policy.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_packages_policy_is_valid_and_known_by_its_digest() -> None:
    policy = load_policy()
    assert policy.client.request_wall_s == 4.0
    assert policy.client.hang_limit == 3
    assert policy.client.response_bytes == 1 << 20
    assert policy.digest == hashlib.sha256(OWN.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cpu_s =", "cpu_seconds ="),
        ("hang_limit = 3", "hang_limit = 3\nhang_limits = 4"),
        ("[wall]", "[walls]"),
        ("wall_s = 60.0", "wall_s = 0"),
        ("wall_s = 60.0", "wall_s = inf"),
        ("wall_s = 60.0", "wall_s = nan"),
        ("processes = 64", "processes = -1"),
        ("processes = 64", 'processes = "many"'),
        ("format_version = 1", "format_version = 2"),
        ("uid_first = 60_706", "uid_first = 0"),
        ("[limits]", "[limits]\nnew = 1"),
        ("[limits]", "[limits"),
        ("most = 6", "most = 0"),
        ("[nest.modules]", "[nest.modulse]"),
        ('flask = ["flask"', 'flask = [1, "flask"'),
    ],
)
def test_a_wrong_policy_is_refused_with_its_place(tmp_path: Path, old: str, new: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(CatalogError) as refusal:
        load_policy(path)
    assert refusal.value.where == str(path)


def test_a_policy_of_ones_own_is_read(tmp_path: Path) -> None:
    policy = load_policy(changed(tmp_path, "cpu_s = 20.0", "cpu_s = 7.5"))
    assert policy.limits.cpu_s == 7.5
    assert policy.digest != load_policy().digest


def test_a_missing_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError):
        load_policy(tmp_path / "none.toml")


def test_a_call_without_a_number_or_named_twice_is_refused(tmp_path: Path) -> None:
    for old, new in (('"flock", "fsync"', '"flok", "fsync"'), ('"flock", "fsync"', '"flock", "flock"')):
        with pytest.raises(CatalogError, match="flo"):
            load_policy(changed(tmp_path, old, new))
