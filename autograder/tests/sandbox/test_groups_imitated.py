"""Control groups of version 2, and hierarchies of other machines, against folders that imitate the kernel's.

A folder of the imitation gets its files when it is made, and obeys the two rules that matter here: children
control memory only if their parent says so, and a group with processes of its own may not say so.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import accounts, ground, group
from autograder.sandbox.groups import Counted, Groups, Uncounted
from autograder.sandbox.hierarchies import Hierarchies, find_hierarchies

FILES = {
    "cgroup.procs": "",
    "cgroup.controllers": "cpu memory pids\n",
    "cgroup.subtree_control": "",
    "cpu.stat": "usage_usec 0\nuser_usec 0\n",
}
MEMORY_FILES = {
    "memory.max": "max\n",
    "memory.swap.max": "max\n",
    "memory.current": "0\n",
    "memory.stat": "anon 0\nfile 0\nshmem 0\n",
    "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n",
}


def make_folder(folder: Path) -> None:
    folder.mkdir()
    asked = (folder.parent / "cgroup.subtree_control").read_text()
    for name, text in (FILES | (MEMORY_FILES if "memory" in asked else {})).items():
        (folder / name).write_text(text)


def write(path: Path, text: str) -> None:
    """What the kernel does at a write, as far as it matters here. Raises OSError."""
    if path.name == "cgroup.subtree_control":
        if path.with_name("cgroup.procs").read_text().split():
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        text = text.removeprefix("+")
    if path.name == "cgroup.procs":
        for other in path.parents[1].rglob("cgroup.procs"):
            other.write_text("".join(f"{pid}\n" for pid in other.read_text().split() if pid != text))
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    path.write_text(text)


def remove_folder(folder: Path) -> bool:
    if not folder.exists():
        return True
    living = [pid for pid in (folder / "cgroup.procs").read_text().split() if Path("/proc", pid).exists()]
    if not living:
        shutil.rmtree(folder)
    return not living


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The grader's own group, which its parent lets control memory."""
    for module in (ground, group):
        monkeypatch.setattr(module, "make_folder", make_folder)
        monkeypatch.setattr(module, "remove_folder", remove_folder)
        monkeypatch.setattr(module, "write", write)
    monkeypatch.setattr(accounts, "write", write)
    tmp_path.joinpath("cgroup.subtree_control").write_text("memory")
    make_folder(tmp_path / "grader.scope")
    return tmp_path / "grader.scope"


@pytest.fixture
def groups(own: Path) -> Iterator[Groups]:
    made = Groups(Hierarchies({}, own))
    assert isinstance(made.memory, Counted)
    assert isinstance(made.cpu, Counted)
    assert made.memory.version == made.cpu.version == 2
    yield made
    made.close()
    assert not list(own.glob("course-grader-*"))


def folder_of(groups: Groups) -> Path:
    assert isinstance(groups.memory, Counted)
    return next(groups.memory.ground.folder.glob("job-*"))


def test_an_imitated_group_of_version_2_has_the_limit_and_no_swap(groups: Groups) -> None:
    made = groups.make(800_000_000)
    folder = folder_of(groups)
    assert made.joins == []
    assert (folder / "memory.max").read_text() == "800000000"
    assert (folder / "memory.swap.max").read_text() == "0"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        groups.enter(made, child.pid)
        assert (folder / "cgroup.procs").read_text() == str(child.pid)
        child.communicate(b"\n")
    made.close()
    assert not folder.exists()


def test_an_imitated_group_of_version_2_counts_all_but_cached_pages_of_files(groups: Groups) -> None:
    made = groups.make(1000)
    folder = folder_of(groups)
    (folder / "memory.current").write_text("1500\n")
    (folder / "memory.stat").write_text("anon 400\nfile 900\nkernel 200\nshmem 300\n")
    (folder / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    assert (made.look().cpu_s, made.look().excessive_bytes) == (2.5, 0)
    (folder / "memory.stat").write_text("anon 400\nfile 900\nkernel 200\nshmem 900\n")
    assert made.look().excessive_bytes == 1500
    made.close()


def test_an_imitated_group_of_version_2_tells_its_own_limit_from_the_machines(groups: Groups) -> None:
    made = groups.make(1000)
    events = folder_of(groups) / "memory.events"
    events.write_text("low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\noom_group_kill 0\n")
    assert (made.kills, made.look().excessive_bytes) == (1, 0)
    events.write_text("low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\noom_group_kill 0\n")
    assert (made.kills, made.look().excessive_bytes) == (1, 1000)
    made.close()


def test_a_grader_alone_in_an_imitated_group_steps_aside(own: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        (own / "cgroup.procs").write_text(f"{os.getpid()}\n{child.pid}\n")
        first = Groups(Hierarchies({}, own))
        child.communicate()
    assert isinstance(first.memory, Counted)
    assert (own / "cgroup.procs").read_text() == ""
    assert (own / "cgroup.subtree_control").read_text() == "memory"
    # It is in there from now on, and so are the graders that it starts.
    second = Groups(Hierarchies({}, own / "course-graders"))
    assert isinstance(second.memory, Counted)
    assert second.memory.ground.folder.parent == own
    first.close()
    second.close()


def test_processes_of_others_in_an_imitated_group_are_left_where_they_are(own: Path) -> None:
    (own / "cgroup.procs").write_text(f"{os.getpid()}\n1\n")
    groups = Groups(Hierarchies({}, own))
    assert isinstance(groups.memory, Uncounted)
    assert "other processes are in the grader's own group" in groups.memory.what
    assert "systemd-run --user --scope -p Delegate=yes" in groups.memory.remedy
    assert (own / "cgroup.procs").read_text().split() == [str(os.getpid()), "1"]
    assert isinstance(groups.cpu, Counted)  # counting needs nobody's leave
    groups.close()


@pytest.mark.parametrize(
    ("number", "said", "remedy"),
    [
        (errno.EROFS, "mounted read-only", "writable /sys/fs/cgroup"),
        (errno.EACCES, "this user can make no group", "Grade as root"),
        (errno.ENOSPC, "no group can be made", "Grade as root"),
    ],
)
def test_a_refusal_is_told_with_what_to_do(
    own: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str, remedy: str
) -> None:
    def refuse(folder: Path) -> None:
        raise OSError(number, os.strerror(number), str(folder))

    monkeypatch.setattr(ground, "make_folder", refuse)
    groups = Groups(Hierarchies({}, own))
    assert isinstance(groups.memory, Uncounted)
    assert said in groups.memory.what
    assert remedy in groups.memory.remedy
    assert groups.make(1).look().excessive_bytes == 0


def test_a_group_that_may_not_control_memory_counts_cpu_time_alone(own: Path) -> None:
    (own / "cgroup.controllers").write_text("cpu pids\n")
    groups = Groups(Hierarchies({}, own))
    assert isinstance(groups.memory, Uncounted)
    assert isinstance(groups.cpu, Counted)
    groups.close()


MOUNTS = """\
24 1 0:22 / {0}/memory rw - cgroup cgroup rw,memory
25 1 0:23 /docker/abc {0}/both rw - cgroup cgroup rw,cpu,cpuacct
26 1 0:24 / {0}/one\\040two rw - cgroup2 cgroup2 rw,nsdelegate
27 1 0:25 / {0}/proc rw - proc proc rw
"""


def test_the_graders_groups_are_found_by_mounts_and_paths(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS.format(str(tmp_path).replace(" ", r"\040")))
    (tmp_path / "cgroup").write_text(
        "5:memory:/a/b\n4:cpu,cpuacct:/docker/abc/c\n3:pids:/x\n1:name=systemd:/\n0::/user.slice/u\n"
    )
    folders = [tmp_path / each for each in ("memory/a/b", "both/c", "one two/user.slice/u")]
    for each in folders:
        each.mkdir(parents=True)
        (each / "cgroup.procs").write_text("")
    memory, both, unified = folders
    assert find_hierarchies(tmp_path) == Hierarchies(
        {"memory": memory, "cpu": both, "cpuacct": both}, unified
    )


def test_a_group_outside_of_what_is_mounted_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS.format(str(tmp_path).replace(" ", r"\040")))
    (tmp_path / "cgroup").write_text("4:cpu,cpuacct:/docker/other\n0::/gone\n")
    assert find_hierarchies(tmp_path) == Hierarchies({}, None)
    assert find_hierarchies(tmp_path / "nothing") == Hierarchies({}, None)
