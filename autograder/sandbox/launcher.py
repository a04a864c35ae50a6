"""Starts a submission's app and serves it: the one file of ours that stands inside the wall.

Standard library only, apart from the two servers; imports nothing else of this project, holds no secret.

    box     pid 1 behind the wall: obeys the grader, forks the app's process, tells what became of it
    nest    behind a wall without a submission: has imported the frameworks, forks a pid 1 for each job
    afresh  an app's process of a nest that starts over, importing all by itself
    plain   without a wall, any operating system: the app runs in this very process

They talk in lines of JSON over one socket that the app's process behind the wall does not inherit.
The part that all share, from `run_app` down, knows none: it is given listening sockets.
"""
# ruff: noqa: PTH103, PTH109, PTH114, PTH118, PTH123, PTH208 - every start pays for imports
# ruff: noqa: T201 - standard error is where the learner reads why the app did not start

from __future__ import annotations

import _thread
import base64
import builtins
import errno
import importlib
import json
import os
import select
import signal
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import CoroutineType, ModuleType
from typing import Any, NoReturn, TextIO

APP_RAISED = 70
"""Exit code: importing the module, or ``create_app()``, raised."""
APP_MISSING = 71
"""Exit code: there is no such module, or it offers no app."""
APP_REFUSED = 72
"""Exit code: the app refused to start in its lifespan."""

HOME = "/home/app"
DEVICES = ("null", "random", "urandom")
"""What a box has of /dev."""
LOOPBACK = "127.0.0.1"
SERVED_AT = (LOOPBACK, 8000)
ASKED_FROM = (LOOPBACK, 50000)
ALIVE = b"?"
"""What the grader asks a process without a wall that may have ended."""
_TICK_S = 0.1
_PING_WALL_S = 0.5
_PACKET = 65_536
_MOST_FILES = 4096
_MOST_RIGHTS = 64
_MOST_REAPED = 256
_MOST_HANDED = 8
# From linux/prctl.h, linux/seccomp.h and linux/capability.h.
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP = 1, 4, 22
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
# From linux/sched.h.
_NEW_MOUNTS, _NEW_NAMES, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PIDS, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
# From linux/mount.h.
_READ_ONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _PRIVATE = 1, 2, 4, 8, 32, 0x1000, 0x44000
_DETACH = 2
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1  # linux/sockios.h, linux/if.h
_SERVER_ERROR = 500
_PF_EXITING = 0x4  # linux/sched.h

Order = dict[str, Any]

_foreign: list[Any] = []
"""The type of the C library's functions, once it was needed."""


# ── Behind the wall: pid 1 ──────────────────────────────────────────────────────────────────────────


class Supervisor:
    """Pid 1 of a box: obeys the grader, and is out of the app's reach.

    It shares the app's uid, so it makes itself undumpable: then the app can neither trace it nor
    look into its descriptors; and it leaves every signal at its default, which the kernel withholds
    from a namespace's pid 1.
    """

    def __init__(self, grader: socket.socket) -> None:
        self._grader = grader
        self._unread = b""
        self._files: list[int] = []
        self._order: Order = {}
        self._app = 0
        self._started = -1
        self._ended = -1
        self._ports: dict[str, int] | None = None

    def serve_until_fork(self) -> tuple[Order, list[int], int]:
        """Obey orders; return in the app's process with its order, its listeners and its pipe."""
        while True:
            watched = [each for each in (self._grader.fileno(), self._started, self._ended) if each >= 0]
            ready, _, _ = select.select(watched, [], [], _TICK_S)
            if self._started in ready:
                self._hear_app()
            self._reap()
            if self._grader.fileno() in ready:
                for order in self._orders():
                    if order["do"] == "start":
                        fork = self._start(order)
                        if fork is not None:
                            return fork
                    elif order["do"] == "unpack":
                        unpack(self._files.pop(), HOME)
                    elif order["do"] == "ping":
                        self._answer_ping()
                    elif self._app:
                        self._signal(signal.SIGTERM if order["do"] == "stop" else signal.SIGKILL)
            self._count_inodes()

    def tell(self, **what: object) -> None:
        """Send the grader one line."""
        self._grader.sendall(json.dumps(what).encode() + b"\n")

    def _orders(self) -> list[Order]:
        data, files, _, _ = socket.recv_fds(self._grader, 65536, 8)
        if not data:
            sys.exit(0)  # the grader is gone, and with pid 1 goes the box
        self._files += files
        *lines, self._unread = (self._unread + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def _start(self, order: Order) -> tuple[Order, list[int], int] | None:
        if self._ports is None:
            self._ports = self._open_backends(order["backends"])
        self._order = order
        files, self._files = self._files, []
        told, tells = os.pipe()
        self._app = os.fork()
        if self._app == 0:
            listeners = files[2:]  # after standard output and standard error
            ports = {name: str(port) for name, port in self._ports.items()}
            order["environment"] = with_ports(order["environment"], ports)
            _enter_app(files, keep=(*listeners, tells))
            return order, listeners, tells
        for each in (tells, *files):
            os.close(each)
        self._started = told
        self._ended = os.pidfd_open(self._app)
        return None

    def _open_backends(self, names: list[str]) -> dict[str, int]:
        """Listen on loopback for each backend and hand the listeners out: nothing from outside comes in."""
        listeners = [socket.create_server((LOOPBACK, 0)) for _ in names]
        if listeners:
            line = json.dumps({"is": "listening", "backends": names}).encode() + b"\n"
            socket.send_fds(self._grader, [line], [each.fileno() for each in listeners])
        ports = [each.getsockname()[1] for each in listeners]
        for each in listeners:
            each.close()
        return dict(zip(map(backend_variable, names), ports, strict=True))

    def _hear_app(self) -> None:
        if os.read(self._started, 1):
            self.tell(**{"is": "started"})
        os.close(self._started)
        self._started = -1

    def _answer_ping(self) -> None:
        """Say that the app is alive, unless it has ended or is on its way out.

        The connections of a process end a moment before the process does.
        """
        if self._app and int(_stat_fields(self._app)[6]) & _PF_EXITING:
            select.select([self._ended], [], [], _PING_WALL_S)
        self._reap()
        self.tell(**{"is": "pong"})

    def _reap(self) -> None:
        """Collect the dead; when the app itself is among them, end what it left behind and tell."""
        ended = None
        for _ in range(_MOST_REAPED):  # an app that goes on forking must not keep the grader waiting
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid == self._app:
                ended = os.waitstatus_to_exitcode(status)
        if ended is None:
            return
        self._app = 0
        _end_all_others()
        if self._started >= 0:
            self._hear_app()
        os.close(self._ended)
        self._ended = -1
        self.tell(**{"is": "exited", "code": ended, "results": self._results()})

    def _results(self) -> dict[str, str]:
        found = read_results(HOME, self._order["results"])
        return {name: base64.b64encode(data).decode() for name, data in found.items()}

    def _signal(self, number: int) -> None:
        os.kill(self._app, number)

    def _count_inodes(self) -> None:
        """End the app when it made too many files: the kernel's memory for them is on no other account."""
        if not self._app:
            return
        places = [os.statvfs(each) for each in (HOME, "/tmp", "/dev/shm")]  # noqa: S108 - the box's own
        if sum(each.f_files - each.f_ffree for each in places) > self._order["inodes"]:
            self.tell(**{"is": "over", "limit": "memory"})
            self._signal(signal.SIGKILL)


def enter_box(descriptor: int, told: int) -> None:
    """Be pid 1 of a box of one's own: build the walls as told, then `supervise`."""
    with open(told, "rb") as file:
        order = json.load(file)
    _keep_signals()
    _close_devices()
    _wall_in(order)
    # Becoming another user has cleared what bubblewrap had asked the kernel for.
    _kernel("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    supervise(descriptor)


def supervise(descriptor: int) -> None:
    """Be pid 1 of a box until the grader closes its end; in the app's process, run the app."""
    _set_dumpable(0)
    os.umask(0o022)
    grader = socket.socket(fileno=descriptor)
    boss = Supervisor(grader)
    boss.tell(**{"is": "entered"})
    order, listening, tells = boss.serve_until_fork()
    grader.detach()
    del boss, grader
    if not order["command"] and _imported_early & _top_names(HOME):
        _start_over(order, listening, tells)
    _run_behind_wall(order, listening, tells)


def _run_behind_wall(order: Order, listening: Sequence[int], tells: int) -> NoReturn:
    sys.path += order["site"]
    listeners = [socket.socket(fileno=each) for each in listening]
    run_app(order, HOME, listeners, lambda: _write_and_close(tells))


def _enter_app(files: list[int], keep: tuple[int, ...]) -> None:
    """Become the app's process: descriptors, limits, nothing of pid 1's left."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(files[0], 1)
    os.dup2(files[1], 2)
    kept = sorted(each for each in keep if each > 2)  # noqa: PLR2004 - past standard error
    _close_all_but(kept)
    for each in kept:
        os.set_inheritable(each, False)  # noqa: FBT003 - its only form
    _set_dumpable(1)


def _close_all_but(kept: Sequence[int]) -> None:
    """Close every descriptor past standard error but these, which are in ascending order."""
    for low, high in zip([2, *kept], [*kept, _MOST_FILES], strict=True):
        os.closerange(low + 1, high)


def _limit(rlimits: Mapping[str, int]) -> None:
    """Set the kernel's limits; inside the namespaces, so that a neighbour's processes do not count."""
    if not rlimits:
        return
    import resource  # noqa: PLC0415 - only where there is one

    for name, value in rlimits.items():
        # At its hard limit of CPU time a process is killed as by anybody; at its soft one it is told why.
        resource.setrlimit(getattr(resource, name), (value, value + (name == "RLIMIT_CPU")))


def _stat_fields(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat from the third on, the process's state."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()


def _end_all_others() -> None:
    """Kill and collect every other process of the box."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def _set_dumpable(value: int) -> None:
    _kernel("prctl", _PR_SET_DUMPABLE, value, 0, 0, 0)


def _kernel(name: str, *arguments: int | bytes | None) -> None:
    """Call a function of the C library. Raises OSError, with the call's name in place of a file's."""
    import _ctypes  # noqa: PLC0415 - ctypes itself takes six milliseconds to import

    if not _foreign:
        number = type("Int", (_ctypes._SimpleCData,), {"_type_": "i"})  # noqa: SLF001 - as ctypes does
        flags = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO
        _foreign.append(type("Call", (_ctypes.CFuncPtr,), {"_flags_": flags, "_restype_": number}))
    call = _foreign[0](_ctypes.dlsym(_ctypes.dlopen("", 0), name))
    if call(*arguments) == -1:
        reason = _ctypes.get_errno()
        raise OSError(reason, os.strerror(reason), name)


def _write_and_close(descriptor: int) -> None:
    try:
        os.write(descriptor, b"1")
        os.close(descriptor)
    except OSError:
        # The app has written to it, or closed it, before: its own claim to have started has been heard.
        return


# ── Behind the wall: a nest ─────────────────────────────────────────────────────────────────────────

_imported_early: set[str] = set()
"""Top-level modules that a nest has imported and that a box's server, by itself, does not."""


class Nest:
    """Pid 1 of a box without a submission: forks a pid 1 for each job.

    It never reads a byte of a submission: those go to the forked process, when that is behind its walls.
    """

    def __init__(self, grader: socket.socket) -> None:
        self._grader = grader
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY)

    def serve_until_fork(self) -> tuple[Order, int, int]:
        """Obey the grader; return in a job's pid 1 with its order, its line to the grader, its stderr."""
        while True:
            data, files, _, _ = socket.recv_fds(self._grader, _PACKET, _MOST_HANDED)
            if not data:
                sys.exit(0)  # the grader is gone, and with the nest go all its jobs
            order = json.loads(data)
            if order["do"] == "reap":
                self._reap(order["pid"])
                continue
            try:
                pid = self._fork()
            except OSError as error:
                self._grader.send(json.dumps({"failed": str(error)}).encode())
            else:
                if pid == 0:
                    self._grader.detach()
                    control, errors, *groups = files
                    _enter_groups(groups)
                    return order, control, errors
                handle = os.pidfd_open(pid)
                socket.send_fds(self._grader, [json.dumps({"pid": pid}).encode()], [handle])
                os.close(handle)
            for each in files:
                os.close(each)

    def _fork(self) -> int:
        """Fork a process that is pid 1 of a new namespace; 0 in that process."""
        _kernel("unshare", _NEW_PIDS)
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid != 0:
                _kernel("setns", self._own_pids, _NEW_PIDS)
        return pid

    def _reap(self, pid: int) -> None:
        """Collect a pid 1 whose end the grader has seen; tell what its processes used."""
        _, _, usage = os.wait4(pid, 0)
        used = {"cpu_s": usage.ru_utime + usage.ru_stime, "memory_bytes": usage.ru_maxrss * 1024}
        self._grader.send(json.dumps(used).encode())


def brood(descriptor: int) -> None:
    """Be a nest until the grader closes its end; in a job's pid 1, be that."""
    _keep_signals()
    _close_devices()
    grader = socket.socket(fileno=descriptor)
    setup: Order = json.loads(grader.recv(_PACKET))
    import_early(setup)
    nest = Nest(grader)
    grader.send(b'{"is": "ready"}')
    order, control, errors = nest.serve_until_fork()
    del nest, grader
    os.dup2(errors, 2)
    _close_all_but([control])
    os.setsid()
    _wall_in(order)
    supervise(control)


def _enter_groups(files: Sequence[int]) -> None:
    """Enter the control groups whose lists of members these are: by itself a process does so at once."""
    for each in files:
        os.write(each, b"0")


def import_early(setup: Order) -> None:
    """Import what the jobs of this nest import, so that none of them has to."""
    path = list(sys.path)
    sys.path += setup["site"]
    if setup["protocol"]:
        _wsgi_server() if setup["protocol"] == "wsgi" else _asgi_server()
    imported = set(sys.modules)
    import array  # noqa: F401, PLC0415 - for _filter_calls
    import fcntl  # noqa: F401, PLC0415 - for _raise_loopback
    import gc  # noqa: PLC0415 - nowhere else

    for name in setup["modules"]:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            continue  # not installed; whoever imports it is told so then
    sys.path[:] = path
    if len(os.listdir("/proc/self/task")) > 1:
        message = f"one of {setup['modules']} starts a thread, which no fork would have"
        raise RuntimeError(message)
    _imported_early.update(name.partition(".")[0] for name in sys.modules.keys() - imported)
    gc.collect()
    gc.freeze()  # a collection in a job would write to, and so copy, every page that it inherits


def _wall_in(order: Order) -> None:
    """Give this process namespaces, folders and a user of its own; then take away every right it had.

    Args:
        order: size in bytes by folder, text by file of /etc, uid, whether to map it, settings of the
            network, filter.
    """
    _kernel("unshare", _NEW_MOUNTS | _NEW_NAMES | _NEW_IPC | _NEW_NETWORK)
    _kernel("mount", b"none", b"/", None, _PRIVATE, None)
    for path, size in order["folders"].items():
        _mount("tmpfs", path, _NOSUID | _NODEV, f"mode=1777,size={size}")
    _mount_processes(order["network"])
    for name, text in order["etc"].items():
        made = f"/tmp/{name}"  # noqa: S108 - the box's own
        with open(made, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(made, 0o444)  # noqa: PTH101 - see above
        _read_only(made, f"/etc/{name}")
        os.unlink(made)  # noqa: PTH108 - see above
    socket.sethostname("box")
    _raise_loopback()
    os.chdir(HOME)
    _become(order["uid"], mapped=order["mapped"])
    _filter_calls(base64.b64decode(order["filter"]))


def _keep_signals() -> None:
    """Have every signal at its default, whatever the grader's own parent ignored.

    The children of a process that ignores their end vanish, and with them the CPU time that they used.
    """
    for number in (signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def _close_devices() -> None:
    """Let nobody set the times or the mode of a device's file, which is the machine's; the device stays."""
    for name in DEVICES:
        flags = _BIND | _REMOUNT | _READ_ONLY | _NOSUID | _NOEXEC
        _kernel("mount", None, f"/dev/{name}".encode(), None, flags, None)


def _mount_processes(settings: Mapping[str, str]) -> None:
    """Show in /proc what belongs to processes: the rest tells of the whole machine.

    Args:
        settings: of this process's network namespace, by file of /proc/sys/net.
    """
    flags = _NOSUID | _NODEV | _NOEXEC
    _mount("proc", "/proc", flags)
    for name, value in settings.items():
        with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
            file.write(value)
    _kernel("umount2", b"/proc", _DETACH)
    _mount("proc", "/proc", flags, "subset=pid")


def _mount(kind: str, path: str, flags: int, options: str = "") -> None:
    _kernel("mount", kind.encode(), path.encode(), kind.encode(), flags, options.encode())


def _read_only(source: str, path: str) -> None:
    """Show ``source`` at ``path``, where nobody can write to it."""
    _kernel("mount", source.encode(), path.encode(), None, _BIND, None)
    flags = _BIND | _REMOUNT | _READ_ONLY | _NOSUID | _NODEV | _NOEXEC
    _kernel("mount", None, path.encode(), None, flags, None)


def _raise_loopback() -> None:
    import fcntl  # noqa: PLC0415 - imported by the nest

    request = b"lo".ljust(16, b"\0") + _IFF_UP.to_bytes(2, sys.byteorder)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request.ljust(40, b"\0"))


def _become(uid: int, *, mapped: bool) -> None:
    """Become a user that nobody else is, and give up every right for good.

    Args:
        uid: by that number.
        mapped: in a user namespace, where the nest is no root; so the kernel counts this job's
            processes apart from its neighbours'.
    """
    if mapped:
        _enter_user_namespace(uid)
    _empty_bounding_set()
    if not mapped:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _kernel("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _kernel("capset", _CAPABILITY_VERSION.to_bytes(4, sys.byteorder) + bytes(4), bytes(24))
    _kernel("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _enter_user_namespace(uid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _kernel("unshare", _NEW_USER)
    maps = {"setgroups": "deny", "uid_map": f"{uid} {outer_uid} 1", "gid_map": f"{uid} {outer_gid} 1"}
    for name, text in maps.items():
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _empty_bounding_set() -> None:
    """Whatever is executed from now on gains no capability."""
    for right in range(_MOST_RIGHTS):
        try:
            _kernel("prctl", _PR_CAPBSET_DROP, right, 0, 0, 0)
        except OSError as error:
            if error.errno != errno.EINVAL or not right:
                raise
            return  # the kernel knows no higher one


def _filter_calls(program: bytes) -> None:
    """Have the kernel refuse the calls that the filter names, in this process and all below it."""
    import array  # noqa: PLC0415 - imported by the nest

    steps = array.array("B", program)
    address, size = steps.buffer_info()
    pointed = (size // 8).to_bytes(8, sys.byteorder) + address.to_bytes(8, sys.byteorder)
    _kernel("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, pointed, 0, 0)


def _start_over(order: Order, listening: Sequence[int], tells: int) -> NoReturn:
    """Run the app in a new interpreter, where imports find what they find in a box of one's own.

    A file of the learner's has the name of a module that the nest has imported, and would not be found.
    """
    told = os.open(HOME, os.O_TMPFILE | os.O_RDWR, 0o600)
    with open(told, "w", encoding="utf-8", closefd=False) as file:
        json.dump([order, list(listening), tells], file)
    os.lseek(told, 0, os.SEEK_SET)
    for each in (*listening, tells, told):
        os.set_inheritable(each, True)  # noqa: FBT003 - its only form
    command = [sys.executable, "-I", "-S", "-B", __file__, "afresh", str(told)]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and file


def run_afresh(told: int) -> None:
    """Go on where `_start_over` left off."""
    with open(told, encoding="utf-8") as file:
        order, listening, tells = json.load(file)
    for each in (*listening, tells):
        os.set_inheritable(each, False)  # noqa: FBT003 - its only form
    _run_behind_wall(order, listening, tells)


# ── Without a wall ──────────────────────────────────────────────────────────────────────────────────


def run_plain(protocol: str, modules: Sequence[str]) -> None:
    """Import what an app will need, read an order from standard input, run the app in this process.

    Args:
        protocol: whose server is imported before the order is there; none when empty.
        modules: what else is imported by then.
    """
    if protocol:
        _import_ahead(protocol, modules)
    line = sys.stdin.buffer.readline()
    if not line:
        return  # whoever started this process had no app for it
    order: Order = json.loads(line)
    os.chdir(order["home"])
    grader = socket.create_connection((LOOPBACK, order["grader_port"]))
    listeners = [_listen_again(port) for port in order["ports"]]
    ports = [each.getsockname()[1] for each in listeners]
    sys.path += [each for each in order["site"] if each not in sys.path]
    grader.sendall(json.dumps({"token": order["token"], "is": "entered", "ports": ports}).encode() + b"\n")
    threading.Thread(target=_end_when_told, args=(grader,), daemon=True).start()
    run_app(order, os.getcwd(), listeners, lambda: grader.sendall(b'{"is": "started"}\n'))


def _import_ahead(protocol: str, modules: Sequence[str]) -> None:
    import gc  # noqa: PLC0415 - nowhere else

    gc.disable()
    _wsgi_server() if protocol == "wsgi" else _asgi_server()
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # the app is told so when it imports it
    gc.freeze()
    gc.enable()


def _listen_again(port: int) -> socket.socket:
    """Listen where the app listened before a restart, if that is possible."""
    if port:
        try:
            return socket.create_server((LOOPBACK, port))
        except OSError:
            pass
    return socket.create_server((LOOPBACK, 0))


def _end_when_told(grader: socket.socket) -> None:
    while grader.recv(1) == ALIVE:
        grader.sendall(b'{"is": "alive"}\n')
    _thread.interrupt_main(signal.SIGTERM)  # told to stop, or the grader is gone


# ── In the app's process ────────────────────────────────────────────────────────────────────────────


def run_app(
    order: Order, home: str, listeners: Sequence[socket.socket], started: Callable[[], object]
) -> NoReturn:
    """Serve the apps of ``order``, or run its command; never returns.

    Args:
        order: module, protocol, apps, command, environment, site, rlimits.
        home: the working directory; the submission's files are there.
        listeners: one for each app, which its server takes; none for a command.
        started: called once, when every server has taken its socket.
    """
    os.chdir(home)
    os.environ.clear()
    os.environ.update(order["environment"])
    if hasattr(time, "tzset"):
        time.tzset()  # read once at the interpreter's start, which was long before the order
    sys.stdout, sys.stderr = _text_to(1), _text_to(2)
    _limit(order["rlimits"])
    if order["command"]:
        os.environ["PYTHONPATH"] = os.pathsep.join(order["site"])
        started()
        os.execv(sys.executable, [sys.executable, "-s", "-B", "-u", *order["command"]])  # noqa: S606 - the job
    signal.signal(signal.SIGTERM, _leave)
    serve = _wsgi_server() if order["protocol"] == "wsgi" else _asgi_server()
    # Everything that serving needs is imported: a json.py of the learner's comes too late to hide ours.
    _greet_like_python()
    sys.argv = [order["module"]]
    sys.path.insert(0, home)
    if order["libraries"]:
        _allow_only(order["libraries"], home)
    serve(load_apps(order["module"], home, order["apps"]), listeners, started)
    sys.exit(0)


def _allow_only(libraries: Sequence[str], home: str) -> None:
    """Refuse the learner's own files an import of anything but these, the standard library, each other."""
    import_any = builtins.__import__
    known = {*sys.stdlib_module_names, *libraries, *_top_names(home)}

    def import_known(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - __import__ is called with these names
        locals: Mapping[str, object] | None = None,  # noqa: A002 - likewise
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        top = name.partition(".")[0]
        if level == 0 and top not in known and str((globals or {}).get("__file__")).startswith(home + os.sep):
            allowed = ", ".join(sorted(libraries))
            message = f"this exercise does not use {top}; beside the standard library it uses {allowed}"
            raise ImportError(message, name=top)
        return import_any(name, globals, locals, fromlist, level)

    builtins.__import__ = import_known


def _top_names(home: str) -> set[str]:
    """What the learner's own modules and packages may be called."""
    return {name.partition(".")[0] for name in os.listdir(home)}


def _text_to(descriptor: int) -> TextIO:
    """A stream that keeps no line back: the process may be killed at any time."""
    return open(
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False
    )


def load_apps(name: str, home: str, configs: Sequence[Any]) -> list[Any]:
    """Import module ``name`` and make its apps.

    One of ``create_app()``, or ``app``; with configurations, one of ``create_app(configuration)`` for each.
    When there is none, says so on standard error, and ends the process with one of the declared codes.
    """
    factory = None
    try:
        module = importlib.import_module(name)
        factory = getattr(module, "create_app", None)
        if configs:
            apps = [factory(each) for each in configs] if callable(factory) else []
        else:
            apps = [factory() if callable(factory) else getattr(module, "app", None)]
    except BaseException as error:  # noqa: BLE001 - whatever a learner's code can raise
        if isinstance(error, ModuleNotFoundError) and error.name == name:
            _give_up(APP_MISSING, f"There is no {name}.py here, and no package {name} either.")
        if isinstance(error, TypeError) and _is_of_the_call(error) and callable(factory) and not configs:
            why = "create_app() is called without arguments: give each of its parameters a default value."
            _give_up(APP_MISSING, f"In {name}, {why}")
        if isinstance(error, SystemExit):
            doing = "in create_app()" if callable(factory) else "while it was being imported"
            print(f"{name} asked Python to exit {doing}.", file=sys.stderr)
        _give_up(APP_RAISED, learner_trace(error, home))
    if not apps:
        _give_up(APP_MISSING, f"{name} offers no function create_app(config).")
    for app in apps:
        _hold_app(name, app, made=callable(factory))
    return apps


def _is_of_the_call(error: BaseException) -> bool:
    """Whether a function could not even be called: no frame but the caller's took part."""
    return error.__traceback__ is not None and error.__traceback__.tb_next is None


def _hold_app(name: str, app: object, *, made: bool) -> None:
    """Give up unless the object is an app."""
    if app is None and not made:
        _give_up(APP_MISSING, f"{name} offers neither a function create_app() nor a variable app.")
    if made and app is None:
        _give_up(
            APP_MISSING,
            f"In {name}, create_app() returned None and not an app: does it end with `return app`?",
        )
    if made and isinstance(app, CoroutineType):
        app.close()  # no warning that it was never awaited
        _give_up(
            APP_MISSING, f"In {name}, create_app() is a coroutine function: remove `async` before `def`."
        )
    if not callable(app):
        source = "create_app() returned" if made else "app is"
        _give_up(APP_MISSING, f"In {name}, {source} no web app but an object of type {type(app).__name__}.")


def learner_trace(error: BaseException, home: str) -> str:
    """The traceback as the learner should see it: from their first line on, paths relative to ``home``."""
    import traceback  # noqa: PLC0415 - only for a submission that fails

    report = traceback.TracebackException.from_exception(error)
    todo = [report]
    while todo:
        each = todo.pop()
        frames = [frame for frame in each.stack if frame.filename != __file__]
        own = (at for at, frame in enumerate(frames) if _shorten(frame.filename, home) != frame.filename)
        del frames[: next(own, len(frames))]
        for frame in frames:
            frame.line  # noqa: B018 - reads the source while the path still leads there
            frame.filename = _shorten(frame.filename, home)
        each.stack = traceback.StackSummary.from_list(frames)
        if getattr(each, "filename", None):
            each.filename = _shorten(each.filename, home)
        todo += [one for one in (each.__cause__, each.__context__, *(each.exceptions or ())) if one]
    return "".join(report.format())


def _shorten(path: str, home: str) -> str:
    own = path.removeprefix(home + os.sep)
    return path if own == path else own.replace(os.sep, "/")


def _give_up(code: int, why: str) -> NoReturn:
    print(why.rstrip(), file=sys.stderr, flush=True)
    sys.exit(code)


def _leave(*_: object) -> NoReturn:
    sys.exit(0)


def _greet_like_python() -> None:
    """What the site module would have added, had it run."""
    if not hasattr(builtins, "exit"):
        import site  # noqa: PLC0415 - see above

        site.setquit()
        site.sethelper()


def _wsgi_server() -> Callable[..., None]:
    from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler  # noqa: PLC0415

    class Handler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, *_: object) -> None:
            """Say nothing: standard error is the app's."""

    class Server(ThreadedWSGIServer):
        def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
            connection, _ = self.socket.accept()
            return connection, ASKED_FROM

    import importlib.metadata  # noqa: PLC0415, F401 - the server's constructor wants it

    def make(app: Any, listener: socket.socket) -> Server:
        server = Server(*SERVED_AT, app, handler=Handler, fd=listener.fileno())
        server.socket.close()
        server.socket, server.server_address = listener, SERVED_AT
        return server

    def serve(apps: Sequence[Any], listeners: Sequence[socket.socket], started: Callable[[], object]) -> None:
        first, *others = map(make, apps, listeners)
        for each in others:
            threading.Thread(target=each.serve_forever, args=(_TICK_S,), daemon=True).start()
        started()
        first.serve_forever(poll_interval=_TICK_S)

    return serve


def _asgi_server() -> Callable[..., None]:
    import asyncio  # noqa: PLC0415
    import contextlib  # noqa: PLC0415
    import logging  # noqa: PLC0415

    import uvicorn.lifespan.on  # noqa: PLC0415
    from uvicorn.protocols.http.h11_impl import H11Protocol  # noqa: PLC0415
    from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol  # noqa: PLC0415

    class Loopback:
        """Addresses as they are over TCP; a unix socket has none."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)  # type: ignore[misc]
            self.server, self.client = SERVED_AT, ASKED_FROM

    class Traces(logging.Formatter):
        def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
            return learner_trace(ei[1], os.getcwd())

    class Server(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            self.settled = asyncio.Event()

        async def startup(self, sockets: Any = None) -> None:
            try:
                await super().startup(sockets)
            except SystemExit:  # its lifespan refused
                self.should_exit = True
            finally:
                self.settled.set()

        def capture_signals(self) -> Any:
            return contextlib.nullcontext()  # several servers share one process, and stop in turn

    sockets_too = AutoWebSocketsProtocol
    web_socket = type("WebSocket", (Loopback, sockets_too), {}) if isinstance(sockets_too, type) else None
    web = type("Web", (Loopback, H11Protocol), {})
    handler = logging.StreamHandler()
    handler.setFormatter(Traces("%(message)s"))

    def make(app: Any) -> Server:
        config = uvicorn.Config(
            _errors_before_answers(app),
            http=web,
            ws=web_socket or "none",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
        )
        return Server(config)

    def serve(apps: Sequence[Any], listeners: Sequence[socket.socket], started: Callable[[], object]) -> None:
        logging.getLogger("uvicorn.error").addHandler(handler)
        logging.getLogger("uvicorn.error").propagate = False
        servers = [make(app) for app in apps]
        try:
            asyncio.run(_serve_in_turn(servers, listeners, started))
        finally:
            if not all(each.started for each in servers):
                sys.exit(APP_REFUSED)

    return serve


async def _serve_in_turn(
    servers: Sequence[Any], listeners: Sequence[socket.socket], started: Callable[[], object]
) -> None:
    """Start one server after the other; at SIGTERM stop the last one first."""
    import asyncio  # noqa: PLC0415 - long imported where this is called

    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(stop.set))
    tasks = []
    for server, listener in zip(servers, listeners, strict=True):
        tasks.append(asyncio.create_task(server.serve([listener])))
        await server.settled.wait()
        if not server.started:
            break
    else:
        started()
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait([asked, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for server, task in reversed(list(zip(servers, tasks, strict=False))):
        server.should_exit = True
        await task


def _errors_before_answers(app: Any) -> Any:
    """The app, its errors logged before the answer 500 is out, not after: the grader may be quick."""

    async def serve_and_log(scope: Any, receive: Any, send: Any) -> None:
        held: list[Any] = []

        async def hold_errors(message: Any) -> None:
            if held or message.get("status") == _SERVER_ERROR:
                held.append(message)
            else:
                await send(message)

        failure: BaseException | None = None
        try:
            await app(scope, receive, hold_errors)
        except Exception as error:
            if not held:
                raise
            failure = error
        if failure is not None:
            asked = f"{scope.get('method', scope['type'])} {scope.get('path')}"
            told = learner_trace(failure, os.getcwd())
            print(f"Error while answering {asked}", told, sep="\n", file=sys.stderr)
        for message in held:
            await send(message)

    return serve_and_log


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────


def unpack(descriptor: int, target: str) -> None:
    """Write files as the grader packed them: a line of JSON with names and sizes, then their bytes."""
    with open(descriptor, "rb") as packed:
        names = json.loads(packed.readline())
        for name in names["folders"]:
            os.makedirs(os.path.join(target, name), exist_ok=True)
        for name, size in names["files"]:
            with open(os.path.join(target, name), "wb") as new:
                new.write(packed.read(size))


def copy_tree(source: str, target: str) -> None:
    """Copy plain files and folders; links and special files are left out."""
    for folder, folders, files in os.walk(source):
        place = os.path.join(target, os.path.relpath(folder, source))
        for name in folders:
            if not os.path.islink(os.path.join(folder, name)):
                os.makedirs(os.path.join(place, name), exist_ok=True)
        for name in files:
            path = os.path.join(folder, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                with open(path, "rb") as old, open(os.path.join(place, name), "wb") as new:
                    while block := old.read(1 << 20):
                        new.write(block)


def read_results(home: str, wanted: Mapping[str, int]) -> dict[str, bytes]:
    """The first bytes of those wanted files that are plain files, no link on the way to them."""
    found = {}
    for name, most in wanted.items():
        try:
            file = _open_below(home, name.split("/"))
        except OSError:
            continue  # there is none, or something else has its name: a link, a folder, a closed file
        with open(file, "rb") as opened:
            if stat.S_ISREG(os.fstat(file).st_mode):
                found[name] = opened.read(most)
    return found


def _open_below(home: str, parts: Sequence[str]) -> int:
    """Open a file or a pipe for reading, folder by folder, and follow no link. Raises OSError."""
    if os.open not in os.supports_dir_fd:
        return _open_unlinked(os.path.join(home, *parts))
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for each in parts[:-1]:
            below = os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        file = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    if stat.S_ISDIR(os.fstat(file).st_mode):
        os.close(file)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), parts[-1])
    return file


def _open_unlinked(path: str) -> int:
    """The same on Windows, where a learner's own app is checked and a folder cannot be opened."""
    if os.path.islink(path):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    return os.open(path, os.O_RDONLY)


def with_ports(environment: Mapping[str, str], ports: Mapping[str, str]) -> dict[str, str]:
    """The environment with the backends' ports, also where a value says ``{BACKEND_<NAME>_PORT}``."""
    filled = dict(environment)
    for variable, port in ports.items():
        filled = {name: value.replace(f"{{{variable}}}", port) for name, value in filled.items()}
    return {**filled, **ports}


def backend_variable(name: str) -> str:
    """The variable that tells the app a backend's port."""
    return f"BACKEND_{name.upper().replace('-', '_')}_PORT"


if __name__ == "__main__":
    mode, *words = sys.argv[1:]
    if mode == "plain":
        run_plain(words[0], words[1:])
    elif mode == "box":
        enter_box(*map(int, words))
    else:
        {"nest": brood, "afresh": run_afresh}[mode](int(words[0]))
