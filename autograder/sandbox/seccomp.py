"""Which system calls the kernel carries out inside the wall, as a filter program in bytes."""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Mapping
from functools import cache

from autograder.errors import SandboxUnavailable
from autograder.sandbox.call_arguments import ALLOW, ARGUMENTS, PRETEND, Case, Test
from autograder.sandbox.call_numbers import ARCHITECTURES, NEWER_CALLS, NUMBERS
from autograder.sandbox.policy import CallPolicy

__all__ = ["filter_program"]

# From linux/filter.h, linux/seccomp.h.
_LOAD, _JUMP, _EQUAL, _AT_LEAST, _ANY_BIT, _MASK, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER_AT, _ARCH_AT = 0, 4
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_FARTHEST = 255  # steps that a comparison can jump

Steps = tuple[bytes, ...]


@cache
def filter_program(calls: CallPolicy) -> bytes:
    """The filter that pid 1 of a box loads before it has anything of a submission.

    A call that the policy does not name fails with EPERM; one that is newer than Linux 5.1 fails with
    ENOSYS, after which the C library does without it. The kernel finds out by itself which calls are
    allowed whatever their arguments, and does not run the filter for these.

    Raises:
        SandboxUnavailable: this processor's call numbers are not known.
    """
    if platform.machine() not in ARCHITECTURES:
        raise SandboxUnavailable(
            f"There is no system-call filter for {platform.machine()}.",
            where="autograder/sandbox/call_numbers.py",
            remedy="Grade on x86_64 or aarch64, or take the machine as the wall with --trust-submissions.",
        )
    column, arch = ARCHITECTURES[platform.machine()]
    by_number = {
        number: steps
        for name, steps in _steps_of_calls(calls).items()
        if (number := NUMBERS[name][column]) is not None
    }
    return b"".join([
        _step(_LOAD, _ARCH_AT),
        _step(_EQUAL, arch, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        *_search(_intervals(by_number, calls)),
    ])  # fmt: skip


def _steps_of_calls(calls: CallPolicy) -> dict[str, Steps]:
    """What is done for each call that the policy names, which all ends in an answer."""
    return {
        **{name: _by_arguments(ARGUMENTS.get(name, (Case(ALLOW),)), calls) for name in calls.allowed},
        **dict.fromkeys(calls.pretended, (_step(_RETURN, _ERRNO),)),
        **dict.fromkeys(calls.missing, (_step(_RETURN, _ERRNO | errno.ENOSYS),)),
    }


def _otherwise(calls: CallPolicy, number: int) -> Steps:
    if calls.otherwise == "kill":
        return (_step(_RETURN, _KILL),)
    return (_step(_RETURN, _ERRNO | (errno.EPERM if number < NEWER_CALLS else errno.ENOSYS)),)


def _intervals(by_number: Mapping[int, Steps], calls: CallPolicy) -> list[tuple[int, Steps]]:
    """The whole range of numbers, cut where the answer changes: the first number of each, its steps."""
    cuts = {0, NEWER_CALLS, *by_number, *(number + 1 for number in by_number)}
    found: list[tuple[int, Steps]] = []
    for number in sorted(cuts):
        steps = by_number.get(number) or _otherwise(calls, number)
        if not found or found[-1][1] != steps:
            found.append((number, steps))
    return found


def _search(intervals: list[tuple[int, Steps]]) -> Steps:
    """A binary search for the interval that holds the loaded number."""
    if len(intervals) == 1:
        return intervals[0][1]
    middle = len(intervals) // 2
    below, above = _search(intervals[:middle]), _search(intervals[middle:])
    bound = intervals[middle][0]
    if len(below) <= _FARTHEST:
        return (_step(_AT_LEAST, bound, len(below), 0), *below, *above)
    return (_step(_AT_LEAST, bound, 0, 1), _step(_JUMP, len(below)), *below, *above)


def _by_arguments(cases: tuple[Case, ...], calls: CallPolicy) -> Steps:
    """The first case whose tests all fit answers; the last one has none."""
    found: Steps = ()
    for case in reversed(cases):
        steps: Steps = (_answer(case, calls),)
        for test in reversed(case.tests):
            steps = (*_unless(test, len(steps)), *steps)
        found = (*steps, *found)
    return found


def _answer(case: Case, calls: CallPolicy) -> bytes:
    if case.answer == ALLOW:
        return _step(_RETURN, _ALLOW)
    if calls.otherwise == "kill" and case.answer != PRETEND:
        return _step(_RETURN, _KILL)
    return _step(_RETURN, _ERRNO | case.answer)


def _unless(test: Test, beyond: int) -> Steps:
    """Go on where the test fits; otherwise jump over as many steps."""
    load = _step(_LOAD, test.offset)
    if test.any_bit:
        return load, _step(_ANY_BIT, test.any_bit, 0, beyond)
    if test.all_bits:
        return load, _step(_MASK, test.all_bits), _step(_EQUAL, test.all_bits, 0, beyond)
    *most, last = test.values
    equal = [_step(_EQUAL, value, len(test.values) - at - 1, 0) for at, value in enumerate(most)]
    return load, *equal, _step(_EQUAL, last, 0, beyond)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
