"""What is beyond a wall, warm or cold, can neither be seen nor reached."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import FLASK, ask, job, run_code, start, write


def attack(walled: Sandbox, folder: Path, code: str, **changes: Any) -> str:
    outcome = run_code(walled, folder, code, **changes)
    assert outcome.exit_code == 0, outcome
    return outcome.stdout


def tried(walled: Sandbox, folder: Path, *statements: str) -> dict[str, str]:
    """What each statement's expression gave: its value, or the name of the error."""
    code = f"""
import ctypes, json, os, signal, socket, sys, urllib.request
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    result = libc.syscall(*arguments)
    return result if result >= 0 else "errno %d" % ctypes.get_errno()
found = {{}}
for statement in {list(statements)!r}:
    try:
        found[statement] = repr(eval(statement))
    except BaseException as error:
        found[statement] = type(error).__name__
print(json.dumps(found))
"""
    result: dict[str, str] = json.loads(attack(walled, folder, code))
    return result


@pytest.mark.parametrize(
    "path", ["/etc/shadow", "/root", "/home/somebody", "/work", "/var", "/run", "/sys", "/boot"]
)
def test_files_of_the_machine_are_not_there(walled: Sandbox, tmp_path: Path, path: str) -> None:
    found = tried(walled, tmp_path, f"open({path!r}).read()", f"os.listdir({path!r})")
    prefix = os.path.realpath(sys.base_prefix)
    if prefix.startswith(path + "/"):  # the way to the interpreter, and nothing beside it
        assert json.loads(found[f"os.listdir({path!r})"].replace("'", '"')) == [prefix.split("/")[2]]
    else:
        assert set(found.values()) <= {"FileNotFoundError", "PermissionError"}


def test_a_secret_of_the_grader_is_nowhere(
    walled: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in an environment, not in an argument, not in a working directory, of any visible process."""
    secret = secrets.token_hex(16)
    monkeypatch.setenv("COURSE_SECRET", secret)
    (tmp_path / secret).write_text(secret)
    code = """
        import glob, os
        telling = "environ cmdline comm cwd exe root status mountinfo maps fd/* task/*/environ task/*/cmdline"
        for path in [path for name in telling.split() for path in glob.glob("/proc/[0-9]*/" + name)]:
            try:
                print(path, os.readlink(path) if os.path.islink(path) else open(path, "rb").read(30_000))
            except OSError:
                pass
        print(os.environ, os.getcwd())
    """
    found = attack(walled, tmp_path / "files", code)
    assert "script.py" in found  # its own arguments are among what was read
    assert secret not in found
    assert str(tmp_path) not in found


def test_another_submission_is_out_of_sight(walled: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "flask_app.py").write_text("mine")
    found = tried(
        walled,
        tmp_path / "mine",
        f"open({str(tmp_path / 'other' / 'flask_app.py')!r}).read()",
        "sorted(os.listdir('.'))",
        "os.listdir('/submission')",
    )
    assert list(found.values()) == ["FileNotFoundError", "['script.py']", "FileNotFoundError"]


def test_processes_of_the_machine_are_out_of_sight(walled: Sandbox, tmp_path: Path) -> None:
    found = tried(
        walled, tmp_path, "sorted(int(n) for n in os.listdir('/proc') if n.isdigit())", "os.getppid()"
    )
    pids = json.loads(found["sorted(int(n) for n in os.listdir('/proc') if n.isdigit())"])
    assert pids[0] == 1
    assert len(pids) == 2
    assert found["os.getppid()"] == "1"


def test_a_signal_reaches_nobody_outside(walled: Sandbox, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim:
        found = tried(walled, tmp_path, f"os.kill({victim.pid}, 9)", f"os.kill({os.getpid()}, 9)")
        assert set(found.values()) == {"ProcessLookupError"}
        assert victim.poll() is None
        victim.communicate(b"\n")


@pytest.fixture
def listening() -> Iterator[dict[str, Any]]:
    """A server on the machine's loopback, one on an abstract socket."""
    name = f"course-test-{secrets.token_hex(4)}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as local,
    ):
        local.bind(f"\0{name}")
        local.listen()
        yield {"port": tcp.getsockname()[1], "name": name}


def test_there_is_no_network(walled: Sandbox, tmp_path: Path, listening: dict[str, Any]) -> None:
    port, name = listening["port"], listening["name"]
    found = tried(
        walled,
        tmp_path,
        f"socket.create_connection(('127.0.0.1', {port}), 2)",
        "socket.create_connection(('1.1.1.1', 53), 2)",
        "socket.create_connection(('169.254.169.254', 80), 2)",
        "socket.create_connection(('2606:4700:4700::1111', 53), 2)",
        "socket.getaddrinfo('example.org', 443)",
        f"socket.socket(socket.AF_UNIX).connect('\\0{name}')",
        "socket.socket(40, socket.SOCK_STREAM)",
        "socket.socket(17, socket.SOCK_RAW)",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "[name for _, name in socket.if_nameindex()]",
    )
    assert found.popitem()[1] == "['lo']"
    refusals = {"ConnectionRefusedError", "OSError", "gaierror", "PermissionError", "TimeoutError"}
    assert set(found.values()) <= refusals, found


def test_two_submissions_cannot_talk(walled: Sandbox, tmp_path: Path) -> None:
    talk = """
    import socket
    loop, local = socket.create_server(("127.0.0.1", 45678)), socket.socket(socket.AF_UNIX)
    local.bind("\\0meet-me")
    local.listen()
"""
    write(tmp_path / "one", {"flask_app.py": FLASK + talk})
    with start(walled, job(tmp_path / "one", "flask")) as service:
        found = tried(
            walled,
            tmp_path / "two",
            "socket.create_connection(('127.0.0.1', 45678), 2)",
            "socket.socket(socket.AF_UNIX).connect('\\0meet-me')",
        )
        assert set(found.values()) == {"ConnectionRefusedError"}
        assert ask(service).status == 200


# Numbers of system calls on x86_64 and aarch64.
CALLS = {
    "unshare a user namespace": "libc.unshare(0x10000000) and 'errno %d' % ctypes.get_errno()",
    "unshare a mount namespace": "libc.unshare(0x00020000) and 'errno %d' % ctypes.get_errno()",
    "mount": "libc.mount(b'x', b'/tmp', b'tmpfs', 0, None) and 'errno %d' % ctypes.get_errno()",
    "unmount": "libc.umount2(b'/home/app', 2) and 'errno %d' % ctypes.get_errno()",
    "trace pid 1": "libc.ptrace(16, 1, 0, 0) and 'errno %d' % ctypes.get_errno()",
    "set up io_uring": "call(425, 8, ctypes.create_string_buffer(120))",
    "hidden memory": "os.memfd_create('x')",
    "shared memory": "libc.shmget(0, 1 << 30, 0o1600) < 0 and 'errno %d' % ctypes.get_errno()",
    "join a namespace": "libc.setns(os.open('/proc/self/ns/net', 0), 0) and 'errno %d' % ctypes.get_errno()",
    "take pid 1's descriptor": "call(438, os.pidfd_open(1), 3, 0)",
    "change root": "os.chroot('/tmp')",
    "become root": "os.setuid(0)",
    "make a device": "os.mknod('/tmp/mem', 0o20666, os.makedev(1, 1))",
    "raise a limit": "__import__('resource').setrlimit(6, (100000, 100000))",
    "load a program into the kernel": "call(321 if os.uname().machine == 'x86_64' else 280, 0, 0, 0)",
}


@pytest.mark.parametrize("name", CALLS)
def test_the_kernel_refuses_to(walled: Sandbox, tmp_path: Path, name: str) -> None:
    found = tried(walled, tmp_path, CALLS[name])[CALLS[name]]
    assert found in {"'errno 1'", "'errno 38'", "'errno 13'", "PermissionError", "OSError", "ValueError"}, (
        found
    )


def test_a_namespace_cannot_be_made_by_clone_either(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import subprocess
        for what in ("--user", "--mount", "--net", "--pid"):
            run = subprocess.run(["/usr/bin/unshare", what, "true"], capture_output=True)
            print(run.returncode)
    """
    assert set(attack(walled, tmp_path, code).split()) <= {"1"}


@pytest.mark.parametrize("call", ["chmod", "open"])
def test_the_installed_packages_cannot_be_changed(walled: Sandbox, tmp_path: Path, call: str) -> None:
    code = f"""
        import errno, glob, importlib.util, os, sys
        import flask
        compiled = importlib.util.cache_from_source(flask.__file__)
        places = [flask.__file__, compiled, os.path.dirname(flask.__file__), sys.executable, os.__file__]
        places += ["/usr/bin/env", "/etc/passwd", "/launcher.py", "/", "/usr", "/dev"]
        for place in places:
            try:
                if {call!r} == "chmod":
                    os.chmod(place, 0o777)
                elif os.path.isdir(place):
                    open(os.path.join(place, "new"), "w")
                else:
                    open(place, "a")
                print("changed", place)
            except OSError as error:
                print(errno.errorcode[error.errno])
    """
    found = attack(walled, tmp_path, code).split()
    assert len(found) == 11
    assert set(found) <= {"EROFS", "EACCES", "EPERM"}


def test_the_submission_is_nobody_in_particular(walled: Sandbox, tmp_path: Path) -> None:
    status = "[line for line in open('/proc/self/status') if line[:3] in ('Cap', 'NoN', 'Sec')]"
    found = tried(
        walled, tmp_path, "os.getresuid()", "os.getgid()", "os.getgroups()", status, "os.uname().nodename"
    )
    assert "0" not in found["os.getresuid()"].strip("()").split(", ")
    # An ordinary user's own group, as it is called inside, may stand in the list of further groups as well.
    assert found["os.getgroups()"] in {"[]", "[65534]", f"[{found['os.getgid()']}]"}
    for line in json.loads(found[status].replace("'", '"').replace("\\t", " ").replace("\\n", "")):
        name, _, value = line.partition(":")
        if name.startswith("Cap"):
            assert int(value, 16) == 0, line
        elif name == "NoNewPrivs":
            assert int(value) == 1
    assert found["os.uname().nodename"] == "'box'"


LOOK = """
    @app.get("/look")
    def look():
        found = {"own": sorted(int(n) for n in os.listdir("/proc/self/fd"))}
        paths = [f"/proc/self/fd/{n}" for n in found["own"]]
        found["links"] = [os.readlink(path) for path in paths if os.path.lexists(path)]
        for what, act in {
            "list": lambda: os.listdir("/proc/1/fd"),
            "open": lambda: os.open("/proc/1/fd/2", os.O_WRONLY),
            "memory": lambda: open("/proc/1/mem", "rb"),
            "environment": lambda: open("/proc/1/environ", "rb").read(),
            "maps": lambda: open("/proc/1/maps", "rb").read(),
            "root": lambda: os.listdir("/proc/1/root"),
            "cwd": lambda: os.readlink("/proc/1/cwd"),
        }.items():
            try:
                found[what] = repr(act())
            except OSError as error:
                found[what] = type(error).__name__
        return found
"""


def test_pid_one_is_closed_to_the_app(walled: Sandbox, tmp_path: Path) -> None:
    write(tmp_path, {"flask_app.py": FLASK + LOOK})
    with start(walled, job(tmp_path, "flask")) as service:
        found = ask(service, "/look").json()
    assert isinstance(found, dict)
    own, links = found.pop("own"), found.pop("links")
    assert set(found.values()) == {"PermissionError"}, found
    assert own[:3] == [0, 1, 2]
    kinds = [link.partition(":")[0] for link in links]
    # Its listener and the request's own connection; no third socket leads to the grader.
    assert kinds.count("socket") <= 2, links
    assert kinds.count("pipe") == 2, links


def test_the_socket_cannot_be_swapped(walled: Sandbox, tmp_path: Path) -> None:
    """The grader's folder with the socket's name is not in the box, so no link can take its place."""
    find = """
    @app.get("/find")
    def find():
        hits = []
        for folder, folders, files in os.walk("/"):
            if folder.startswith(("/proc", "/usr", "/opt")):
                folders.clear()
            paths = [os.path.join(folder, name) for name in files]
            hits += [path for path in paths if os.lstat(path).st_mode & 0o170000 == 0o140000]
        return hits
"""
    write(tmp_path, {"flask_app.py": FLASK + find})
    with start(walled, job(tmp_path, "flask")) as service:
        assert ask(service, "/find").json() == []
