"""Which system calls the filter lets through, by running its program; and what it answers behind the wall."""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import Sandbox
from autograder.sandbox.call_arguments import ARGUMENTS
from autograder.sandbox.call_numbers import ARCHITECTURES, NUMBERS
from autograder.sandbox.policy import load_policy
from autograder.sandbox.seccomp import filter_program
from autograder.tests.sandbox.running import run_code

CALLS = load_policy().wall.calls
ALLOW, PRETEND, KILL = 0x7FFF0000, 0x00050000, 0x80000000
REFUSE, MISSING = PRETEND | errno.EPERM, PRETEND | errno.ENOSYS

# Numbers on x86_64 and aarch64 of calls that reach another box, the machine, or memory that nobody counts.
HOSTILE = {
    "add_key": (248, 217), "bpf": (321, 280), "cachestat": (451, 451), "chroot": (161, 51),
    "fanotify_init": (300, 262), "futex_wait": (455, 455), "futex_waitv": (449, 449),
    "futex_wake": (454, 454), "inotify_add_watch": (254, 27), "inotify_init1": (294, 26),
    "io_setup": (206, 0), "io_submit": (209, 2), "io_uring_setup": (425, 425), "ioprio_set": (251, 30),
    "kcmp": (312, 272), "keyctl": (250, 219), "landlock_create_ruleset": (444, 444),
    "lookup_dcookie": (212, 18), "mbind": (237, 235), "membarrier": (324, 283),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "mincore": (27, 232), "mlock": (149, 228),
    "mount": (165, 40), "move_pages": (279, 239), "mq_open": (240, 180), "msgget": (68, 186),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "perf_event_open": (298, 241),
    "personality": (135, 92), "pidfd_getfd": (438, 438), "preadv2": (327, 286),
    "process_madvise": (440, 440), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "ptrace": (101, 117), "pwritev2": (328, 287), "quotactl": (179, 60), "readahead": (187, 213),
    "remap_file_pages": (216, 234), "sched_setattr": (314, 274), "sched_setscheduler": (144, 119),
    "seccomp": (317, 277), "semget": (64, 190), "sendfile": (40, 71), "setns": (308, 268),
    "setxattr": (188, 5), "shmget": (29, 194), "splice": (275, 76), "sysinfo": (99, 179),
    "syslog": (103, 116), "tee": (276, 77), "timer_create": (222, 107), "unshare": (272, 97),
    "userfaultfd": (323, 282), "vmsplice": (278, 75),
}  # fmt: skip


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(platform, "machine", lambda: request.param)
    filter_program.cache_clear()
    yield str(request.param)
    filter_program.cache_clear()


def answer(machine: str, number: int, *arguments: int, program: bytes = b"") -> int:
    """What the kernel would get from the filter."""
    steps = list(struct.iter_unpack("=HBBI", program or filter_program(CALLS)))
    filled = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, ARCHITECTURES[machine][1], 0, *(each % (1 << 64) for each in filled))
    loaded = at = 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            loaded = struct.unpack_from("=I", data, value)[0]
        elif code == 0x54:
            loaded &= value
        elif code == 0x05:
            at += value
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += if_true if holds else if_false


def of(machine: str, name: str, *arguments: int) -> int:
    number = NUMBERS[name][ARCHITECTURES[machine][0]]
    assert number is not None
    return answer(machine, number, *arguments)


def test_every_number_gets_the_answer_that_the_policy_says(machine: str) -> None:
    column = ARCHITECTURES[machine][0]
    names = {numbers[column]: name for name, numbers in NUMBERS.items()}
    for number in range(600):
        name = names.get(number)
        if name in CALLS.pretended:
            assert answer(machine, number) == PRETEND, name
        elif name in CALLS.missing:
            assert answer(machine, number) == MISSING, name
        elif name is None:
            assert answer(machine, number) == (REFUSE if number < 424 else MISSING), number
        elif name not in ARGUMENTS:
            assert answer(machine, number) == ALLOW, name


def test_calls_of_another_architecture_and_of_x32_do_nothing(machine: str) -> None:
    assert answer(machine, 0x40000000 | 1) == MISSING
    other = next(each for each in ARCHITECTURES if each != machine)
    assert answer(other, 1, program=filter_program(CALLS)) == KILL


@pytest.mark.parametrize("name", HOSTILE)
def test_no_call_that_an_attack_needs_is_allowed(machine: str, name: str) -> None:
    assert name not in CALLS.allowed
    number = HOSTILE[name][ARCHITECTURES[machine][0]]
    assert answer(machine, number) in {REFUSE, MISSING}


MAP_PRIVATE, MAP_SHARED, MAP_ANONYMOUS, MAP_HUGETLB = 2, 1, 0x20, 0x40000
BY_ARGUMENTS = {
    "a lock": ("fcntl", (3, 6), PRETEND),
    "a lock that waits": ("fcntl", (3, 7), PRETEND),
    "an open file's lock": ("fcntl", (3, 37), PRETEND),
    "asking for locks": ("fcntl", (3, 36), ALLOW),
    "a lease": ("fcntl", (3, 1024), REFUSE),
    "a watch by fcntl": ("fcntl", (3, 1026), REFUSE),
    "a larger pipe": ("fcntl", (3, 1031), REFUSE),
    "a write hint": ("fcntl", (3, 1036), REFUSE),
    "a private waiter": ("futex", (0, 0x80 | 9), ALLOW),
    "a private wake": ("futex", (0, 0x80 | 1), ALLOW),
    "waiting for a thread's end": ("futex", (0, 0x109), ALLOW),
    "a wake through a file": ("futex", (0, 1), REFUSE),
    "a requeue through a file": ("futex", (0, 3), REFUSE),
    "a lock with inheritance through a file": ("futex", (0, 6), REFUSE),
    "private memory": ("mmap", (0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS), ALLOW),
    "a shared map of a file": ("mmap", (0, 4096, 3, MAP_SHARED), ALLOW),
    "shared memory without a file": ("mmap", (0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS), REFUSE),
    "the same, validated": ("mmap", (0, 4096, 3, 3 | MAP_ANONYMOUS), REFUSE),
    "huge pages": ("mmap", (0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB), REFUSE),
    "letting go of memory": ("madvise", (0, 4096, 4), ALLOW),
    "merging pages": ("madvise", (0, 4096, 12), PRETEND | errno.EINVAL),
    "writing pages out": ("madvise", (0, 4096, 21), PRETEND | errno.EINVAL),
    "ignoring children": ("rt_sigaction", (17, 0x7000), PRETEND),
    "ignoring children, far up": ("rt_sigaction", (17, 1 << 40), PRETEND),
    "asking what is done about children": ("rt_sigaction", (17, 0), ALLOW),
    "handling another signal": ("rt_sigaction", (15, 0x7000), ALLOW),
    "a filter of its own": ("prctl", (22, 2), PRETEND | errno.EINVAL),
    "adopting orphans": ("prctl", (36, 1), PRETEND | errno.EINVAL),
    "slowing pid 1": ("setpriority", (0, 1, 19), REFUSE),
    "being nice": ("setpriority", (0, 0, 1), ALLOW),
    "moving pid 1": ("sched_setaffinity", (1,), REFUSE),
    "pid 1's limits": ("prlimit64", (1,), REFUSE),
    "a larger buffer": ("setsockopt", (3, 1, 7), PRETEND),
    "sending without a copy": ("setsockopt", (3, 1, 60), PRETEND | errno.ENOPROTOOPT),
    "an address that is used again": ("setsockopt", (3, 1, 2), ALLOW),
    "no delay": ("setsockopt", (3, 6, 1), ALLOW),
    "an upper protocol": ("setsockopt", (3, 6, 31), PRETEND | errno.ENOPROTOOPT),
    "the machine's host": ("socket", (40, 1), PRETEND | errno.EAFNOSUPPORT),
    "the machine's events": ("socket", (16, 3, 15), PRETEND | errno.EAFNOSUPPORT),
    "addresses": ("socket", (16, 3, 0), ALLOW),
    "freezing a file system": ("ioctl", (3, 0xC0045877), PRETEND | errno.ENOTTY),
    "a new namespace": ("clone", (0x10000000,), REFUSE),
    "a thread": ("clone", (0x3D0F00,), ALLOW),
}


@pytest.mark.parametrize("what", BY_ARGUMENTS)
def test_arguments_decide_over(machine: str, what: str) -> None:
    name, arguments, expected = BY_ARGUMENTS[what]
    assert of(machine, name, *arguments) == expected


def test_every_call_with_rules_for_its_arguments_is_allowed() -> None:
    assert set(ARGUMENTS) <= set(CALLS.allowed)


HONEST = """
    import asyncio, concurrent.futures, fcntl, logging, mmap, os, secrets, shutil, signal, socket, sqlite3
    import subprocess, sys, tempfile, threading, uuid, zoneinfo

    def pool():
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            return sum(threads.map(abs, range(5)))

    async def children():
        one = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(2)", stdout=subprocess.PIPE)
        other = await asyncio.create_subprocess_shell("exit 3")
        return (await one.communicate())[0], await other.wait()

    def mapped():
        with open("mapped", "w+b") as file:
            file.truncate(4096)
            memory = mmap.mmap(file.fileno(), 0)
            memory[0] = 65
            memory.flush()
            return file.read(1)

    def pipe():
        import multiprocessing

        near, far = multiprocessing.Pipe()
        process = multiprocessing.Process(target=far.send, args=("sent",))
        process.start()
        return near.recv(), process.join()

    def copied():
        with tempfile.TemporaryDirectory() as folder:
            return os.path.basename(shutil.copy2("mapped", folder))

    for attempt in (
        lambda: pool(),
        lambda: subprocess.run("echo a | cat; exit 4", shell=True, capture_output=True).returncode,
        lambda: asyncio.run(children()),
        lambda: mapped(),
        lambda: pipe(),
        lambda: copied(),
        lambda: tempfile.TemporaryFile().write(b"x"),
        lambda: len(str(uuid.uuid4())) + len(secrets.token_hex(4)),
        lambda: str(zoneinfo.ZoneInfo("Europe/Paris")),
        lambda: logging.warning("logged"),
        lambda: open(os.devnull, "w").write("x"),
        lambda: os.cpu_count() > 0 and socket.gethostbyname("localhost"),
        lambda: os.preadv(os.open("mapped", os.O_RDONLY), [bytearray(2)], 0),
        lambda: os.posix_fadvise(os.open("mapped", os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED),
        lambda: fcntl.flock(open("mapped"), fcntl.LOCK_EX),
        lambda: bool(signal.signal(signal.SIGCHLD, signal.SIG_IGN)),
    ):
        print(attempt())
"""


def test_honest_code_finds_what_it_needs(walled: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(walled, tmp_path, HONEST)
    assert outcome.exit_code == 0, outcome
    assert outcome.stdout.splitlines() == [
        *("10", "4", "(b'2\\n', 3)", "b'A'", "('sent', None)", "mapped", "1", "44", "Europe/Paris", "None"),
        *("1", "127.0.0.1", "2", "None", "None", "False"),
    ]


SQLITE = """
    import os, signal, sqlite3, subprocess, sys, threading

    for mode in ("wal", "delete"):
        name, hot = f"{mode}.db", f"{mode}.db-journal"
        one = sqlite3.connect(name, timeout=0.1, isolation_level=None)
        one.execute(f"pragma journal_mode={mode}")
        one.execute("create table notes (text)")
        one.execute("insert into notes values ('kept')")
        other = sqlite3.connect(name, timeout=0.1, isolation_level=None)
        one.execute("begin immediate")
        try:
            other.execute("begin immediate")
        except sqlite3.OperationalError as error:
            print(mode, error)
        one.execute("commit")
        other.close(), one.close()
        dies = (
            "import os, signal, sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "db.execute('pragma cache_size=1'); db.execute('begin immediate');"
            "db.executemany('insert into notes values (?)', [('x' * 5000,)] * 200);"
            "os.kill(os.getpid(), signal.SIGKILL)"
        )
        print(subprocess.run([sys.executable, "-c", dies, name]).returncode, os.path.exists(hot))
        print(sqlite3.connect(name).execute("select * from notes").fetchall(), os.path.exists(hot))
        print(sqlite3.connect(name).execute("pragma integrity_check").fetchone())
"""


def test_sqlite_locks_within_one_process_and_recovers_what_a_killed_one_left(
    walled: Sandbox, tmp_path: Path
) -> None:
    outcome = run_code(walled, tmp_path, SQLITE)
    assert outcome.exit_code == 0, outcome
    kept = ["[('kept',)] False", "('ok',)"]
    assert outcome.stdout.splitlines() == [
        *("wal database is locked", "-9 False", *kept),
        *("delete database is locked", "-9 True", *kept),
    ]
