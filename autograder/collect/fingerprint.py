"""Tells whether a hand-in, or what was made of it, has changed, without reading any file."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from autograder.collect.caps import Caps
from autograder.collect.folder import Folder, NotPlain

__all__ = ["Fingerprint", "fingerprint"]

# File systems stamp times in steps of up to some 10 ms: a file written within the same step as we
# looked could change again and keep its times.
_SETTLED_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Names, sizes, times and identities of a tree.

    Attributes:
        digest: differs when any of them does.
        settled: whether the same digest later on means the same contents.
    """

    digest: str
    settled: bool


def fingerprint(base: Folder, below: PurePath, caps: Caps) -> Fingerprint:
    """The fingerprint of what lies at ``below``, of whatever kind; no link below ``base`` is followed."""
    now = time.time_ns()
    digest = hashlib.sha256()
    newest = seen = 0
    try:
        for name, found in _entries(base, below, caps):
            seen += 1
            newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
            facts = (name, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
            digest.update(ascii(facts).encode())
    except NotPlain:
        return Fingerprint("", settled=False)
    return Fingerprint(digest.hexdigest(), settled=newest + _SETTLED_NS < now and 0 < seen < caps.seen)


def _entries(base: Folder, below: PurePath, caps: Caps) -> Iterator[tuple[str, os.stat_result]]:
    if len(below.parts) > 1:
        with base.folder(below.parts[0]) as folder:
            yield from _entries(folder, PurePath(*below.parts[1:]), caps)
    else:
        yield from islice(_tree(base, below.name, below.name, caps), caps.seen)


def _tree(folder: Folder, name: str, path: str, caps: Caps) -> Iterator[tuple[str, os.stat_result]]:
    found = folder.look(name)
    yield path, found
    if stat.S_ISDIR(found.st_mode) and path.count("/") <= caps.depth:
        with folder.folder(name) as inner:
            for each in inner.names(caps.seen):
                yield from _tree(inner, each, f"{path}/{each}", caps)
