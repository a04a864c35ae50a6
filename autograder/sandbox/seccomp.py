"""Which system calls the kernel refuses inside the wall, as a filter program in bytes."""

from __future__ import annotations

import errno
import platform
import socket
import struct
from collections.abc import Iterable
from functools import cache

from autograder.errors import SandboxUnavailable

__all__ = ["filter_program"]

# From linux/filter.h, linux/seccomp.h and linux/audit.h.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _FIRST_ARGUMENT_AT, _SECOND_ARGUMENT_AT, _THIRD_ARGUMENT_AT = 0, 4, 16, 24, 32
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32_BIT = 0x40000000
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET from linux/sched.h.
_NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16)  # 16: netlink, for getaddrinfo
# SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE from asm-generic/socket.h.
_BUFFER_SIZES = (7, 8, 32, 33)
_ARCHES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

# Numbers on x86_64 and on aarch64, from the kernel's system call tables.
_NUMBERS = {
    "acct": (163, 89), "add_key": (248, 217), "bpf": (321, 280), "chroot": (161, 51),
    "clone": (56, 220), "clone3": (435, 435), "delete_module": (176, 106), "fanotify_init": (300, 262),
    "finit_module": (313, 273), "fsconfig": (431, 431), "fsmount": (432, 432), "fsopen": (430, 430),
    "fspick": (433, 433), "init_module": (175, 105), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "kcmp": (312, 272),
    "kexec_load": (246, 104), "keyctl": (250, 219), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "mount": (165, 40), "mount_setattr": (442, 442), "move_mount": (429, 429), "mq_open": (240, 180),
    "msgget": (68, 186), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "perf_event_open": (298, 241), "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41), "prlimit64": (302, 261), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60), "reboot": (169, 142),
    "request_key": (249, 218),
    "setns": (308, 268), "setsockopt": (54, 208), "shmget": (29, 194), "socket": (41, 198),
    "socketpair": (53, 199),
    "swapoff": (168, 225), "swapon": (167, 224), "syslog": (103, 116), "umount2": (166, 39),
    "unshare": (272, 97), "userfaultfd": (323, 282),
}  # fmt: skip


@cache
def filter_program(denied: tuple[str, ...]) -> bytes:
    """The filter that ``bwrap --seccomp`` loads.

    The named calls fail with EPERM; so does making a namespace through ``clone``. ``clone3``, whose
    flags a filter cannot read, is reported as missing: the C library then uses ``clone``. Sockets are
    local or IP ones: a virtual machine's host must not be reached past the network namespace. The size
    of a socket's buffer, which is memory that no process's account shows, stays what it is, though the
    call says that it was changed. Limits can be read and lowered of the caller alone, since the kernel
    would let an app lower those of the process that its restart is forked from.

    Raises:
        SandboxUnavailable: this processor's call numbers are not known.
    """
    if platform.machine() not in _ARCHES:
        raise SandboxUnavailable(
            f"There is no system-call filter for {platform.machine()}.",
            where="autograder/sandbox/seccomp.py",
            remedy="Grade on x86_64 or aarch64, or take the machine as the wall with --trust-submissions.",
        )
    column, arch = _ARCHES[platform.machine()]

    def number(name: str) -> int:
        return _NUMBERS[name][column]

    return b"".join([
        _step(_LOAD, _ARCH_AT),
        _step(_EQUAL, arch, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        *((_step(_AT_LEAST, _X32_BIT, 0, 1), _refuse(errno.ENOSYS)) if column == 0 else ()),
        *(part for name in denied for part in (_step(_EQUAL, number(name), 0, 1), _refuse(errno.EPERM))),
        _step(_EQUAL, number("clone3"), 0, 1),
        _refuse(errno.ENOSYS),
        _step(_EQUAL, number("clone"), 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT_AT),
        _step(_ANY_BIT, _NEW_NAMESPACES, 0, 1),
        _refuse(errno.EPERM),
        _step(_RETURN, _ALLOW),
        *_where(number("prlimit64"), [
            _step(_LOAD, _FIRST_ARGUMENT_AT),
            *_allow_values([0]),
            _refuse(errno.EPERM),
        ]),
        *_where(number("setsockopt"), [
            _step(_LOAD, _SECOND_ARGUMENT_AT),
            _step(_EQUAL, socket.SOL_SOCKET, 1, 0),
            _step(_RETURN, _ALLOW),
            _step(_LOAD, _THIRD_ARGUMENT_AT),
            *(part for each in _BUFFER_SIZES for part in (_step(_EQUAL, each, 0, 1), _refuse(0))),
            _step(_RETURN, _ALLOW),
        ]),
        _step(_EQUAL, number("socket"), 2, 0),
        _step(_EQUAL, number("socketpair"), 1, 0),
        _step(_RETURN, _ALLOW),
        _step(_LOAD, _FIRST_ARGUMENT_AT),
        *_allow_values(_FAMILIES),
        _refuse(errno.EAFNOSUPPORT),
    ])  # fmt: skip


def _where(number: int, steps: list[bytes]) -> list[bytes]:
    """The steps, which all end in an answer, for one call alone."""
    return [_step(_EQUAL, number, 0, len(steps)), *steps]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _refuse(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)


def _allow_values(values: Iterable[int]) -> Iterable[bytes]:
    for each in values:
        yield _step(_EQUAL, each, 0, 1)
        yield _step(_RETURN, _ALLOW)
