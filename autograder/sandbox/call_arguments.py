"""With which arguments an allowed system call is carried out, pretended or refused."""

from __future__ import annotations

import errno
import fcntl
import signal
import socket
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ALLOW", "ARGUMENTS", "PRETEND", "Case", "Test"]

ALLOW = -1
"""The answer of a case whose call is carried out; any other answer is the number of an error."""
PRETEND = 0
"""The call does nothing and reports success."""


@dataclass(frozen=True, slots=True)
class Test:
    """What one 32-bit half of an argument must be: one of the values, or have any or all of some bits."""

    offset: int
    values: tuple[int, ...] = ()
    any_bit: int = 0
    all_bits: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """The answer where all tests fit."""

    answer: int
    tests: tuple[Test, ...] = ()


def _is(argument: int, values: Iterable[int], *, upper_half: bool = False) -> Test:
    return Test(16 + 8 * argument + 4 * upper_half, values=tuple(values))


def _null(argument: int) -> tuple[Test, Test]:
    return _is(argument, [0]), _is(argument, [0], upper_half=True)


def _any(argument: int, bits: int) -> Test:
    return Test(16 + 8 * argument, any_bit=bits)


def _all(argument: int, bits: int) -> Test:
    return Test(16 + 8 * argument, all_bits=bits)


def _only(argument: int, values: Iterable[int], otherwise: int = errno.EPERM) -> tuple[Case, ...]:
    return Case(ALLOW, (_is(argument, values),)), Case(otherwise)


# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET from linux/sched.h.
_NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
# MAP_SHARED, MAP_ANONYMOUS, MAP_HUGETLB from asm-generic/mman.h.
_SHARED, _ANONYMOUS, _HUGE = 0x01, 0x20, 0x40000
# FUTEX_PRIVATE_FLAG; FUTEX_WAIT, FUTEX_WAIT_BITSET, the latter by the wall's clock; from linux/futex.h.
_FUTEX_PRIVATE, _FUTEX_WAITS = 0x80, (0, 9, 0x109)
# MADV_NORMAL to DONTNEED, FREE, DONTFORK, DOFORK, HUGEPAGE, NOHUGEPAGE, DONTDUMP, DODUMP, WIPEONFORK and
# KEEPONFORK. Not among them: what tells or changes what the machine holds of a file, what merges pages.
_ADVICE = (0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19)
_FCNTL_DUPFD_CLOEXEC, _FCNTL_GETPIPE_SZ = 1030, 1032
_OFD_GETLK, _OFD_SETLK, _OFD_SETLKW = 36, 37, 38
_FCNTL = (
    *(fcntl.F_DUPFD, _FCNTL_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL),
    *(fcntl.F_GETLK, _OFD_GETLK, _FCNTL_GETPIPE_SZ),
)
_LOCKS = (fcntl.F_SETLK, fcntl.F_SETLKW, _OFD_SETLK, _OFD_SETLKW)
# TCGETS and its successor, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX; SIOCGIFNAME,
# SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFINDEX.
_IOCTL = (
    *(0x5401, 0x802C542A, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
    *(0x8910, 0x8912, 0x8913, 0x8915, 0x8933),
)
# PR_SET_PDEATHSIG, GET_PDEATHSIG, GET_DUMPABLE, SET_DUMPABLE, SET_NAME, GET_NAME, CAPBSET_READ,
# SET_NO_NEW_PRIVS, GET_NO_NEW_PRIVS from linux/prctl.h.
_PRCTL = (1, 2, 3, 4, 15, 16, 23, 38, 39)
_NETLINK = 16  # getaddrinfo asks by it which addresses there are
# SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE from asm-generic/socket.h.
_BUFFER_SIZES = (7, 8, 32, 33)
# Of asm-generic/socket.h, netinet/tcp.h, linux/in.h, linux/in6.h: what servers and clients set.
_SOCKET_OPTIONS = {
    socket.SOL_SOCKET: (2, 5, 6, 9, 10, 13, 15, 16, 20, 21, 66, 67),
    socket.IPPROTO_TCP: (1, 3, 4, 5, 6, 7, 8, 9, 12, 18, 23, 30),
    socket.IPPROTO_IP: (1, 2, 8, 10, 11, 24),
    socket.IPPROTO_IPV6: (16, 25, 26, 49, 67),
}

ARGUMENTS: dict[str, tuple[Case, ...]] = {
    # clone3, whose flags no filter can read, is reported as missing; the C library then uses clone.
    "clone": (Case(errno.EPERM, (_any(0, _NEW_NAMESPACES),)), Case(ALLOW)),
    # A lock is seen by everybody who has the same file, and boxes share the system's. SQLite needs its
    # calls to succeed, and keeps an account of its own of all connections of one process.
    "fcntl": (
        Case(ALLOW, (_is(1, _FCNTL),)),
        Case(PRETEND, (_is(1, _LOCKS),)),
        Case(errno.EPERM),
    ),
    # Without the flag, a waiter is found by the page of a file, and so by a box that maps the same file.
    "futex": (
        Case(ALLOW, (_any(1, _FUTEX_PRIVATE),)),
        Case(ALLOW, (_is(1, _FUTEX_WAITS),)),
        Case(errno.EPERM),
    ),
    "ioctl": _only(1, _IOCTL, errno.ENOTTY),
    "madvise": _only(2, _ADVICE, errno.EINVAL),
    # Shared memory without a file can leave every process's account and still be held.
    "mmap": (
        Case(errno.EPERM, (_all(3, _SHARED | _ANONYMOUS),)),
        Case(errno.EPERM, (_any(3, _HUGE),)),
        Case(ALLOW),
    ),
    "prctl": _only(0, _PRCTL, errno.EINVAL),
    # Of the caller alone: the kernel would let an app change them for pid 1, which has the same uid.
    "prlimit64": _only(0, [0]),
    "sched_setaffinity": _only(0, [0]),
    "setpriority": (Case(ALLOW, (_is(0, [0]), _is(1, [0]))), Case(errno.EPERM)),
    # A process that ignores its children's end lets them vanish with the CPU time that they used.
    "rt_sigaction": (
        Case(ALLOW, (_is(0, [signal.SIGCHLD]), *_null(1))),
        Case(PRETEND, (_is(0, [signal.SIGCHLD]),)),
        Case(ALLOW),
    ),
    # A buffer is memory on no process's account: its size stays what it is.
    "setsockopt": (
        Case(PRETEND, (_is(1, [socket.SOL_SOCKET]), _is(2, _BUFFER_SIZES))),
        *(Case(ALLOW, (_is(1, [level]), _is(2, names))) for level, names in _SOCKET_OPTIONS.items()),
        Case(errno.ENOPROTOOPT),
    ),
    # A virtual machine's host must not be reached past the network namespace.
    "socket": (
        Case(ALLOW, (_is(0, [socket.AF_UNIX, socket.AF_INET, socket.AF_INET6]),)),
        Case(ALLOW, (_is(0, [_NETLINK]), _is(2, [0]))),
        Case(errno.EAFNOSUPPORT),
    ),
    "socketpair": _only(0, [socket.AF_UNIX], errno.EAFNOSUPPORT),
}
