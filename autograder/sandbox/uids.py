"""Which real uid a job runs under when the grader is root: one that no other running job has."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

from autograder.errors import GradingBroken

__all__ = ["UidLease", "lease_uid"]


@dataclass(frozen=True, slots=True)
class UidLease:
    """A uid, held until closed or until the grader's process ends."""

    uid: int
    lock: socket.socket

    def close(self) -> None:
        """Give the uid back."""
        self.lock.close()


def lease_uid(first: int, count: int) -> UidLease:
    """Take a uid of ``count`` from ``first`` on that no grader on this machine holds.

    The lock is a name in the kernel's abstract socket namespace: it needs no file, it is
    atomic, and the kernel lets go of it when the grader dies, however it dies.

    Raises:
        GradingBroken: all are taken.
    """
    start = random.randrange(count)  # noqa: S311 - only to spread; the lock decides
    for step in range(count):
        uid = first + (start + step) % count
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            lock.bind(f"\0course-sandbox-uid-{uid}")
        except OSError:
            lock.close()
            continue
        return UidLease(uid, lock)
    raise GradingBroken(
        f"All {count} uids for running submissions are taken.",
        where="policy.toml, uid_count",
        remedy="Grade fewer submissions at once.",
    )
