"""Writes a submission's clean folder in one stroke: whole and new, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

__all__ = ["remove", "sweep", "write_folder"]

_UNFINISHED = ".collecting-"
_ABANDONED_S = 3600
_TRIES = 10
_SCAN_S = 0.05


def write_folder(destination: Path, files: Mapping[PurePosixPath, bytes]) -> None:
    """Replace ``destination`` by a folder that holds exactly these files.

    It is written beside the destination and renamed; whoever looks sees the old folder, for an
    instant none, or the new one.

    Raises:
        OSError: it could not be written; what was there before still is.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    fresh = destination.parent / f"{_UNFINISHED}{secrets.token_hex(8)}"
    fresh.mkdir()
    try:
        for path, data in files.items():
            target = fresh / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(data)
        _swap(fresh, destination)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, destination: Path) -> None:
    for _ in range(_TRIES):
        remove(destination)
        try:
            fresh.rename(destination)
        except OSError as error:  # another run put its folder there in between
            if os.name == "nt" and error.errno == errno.EACCES:
                time.sleep(_SCAN_S)  # a virus scanner has one of the files open
            elif error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
        else:
            return
    raise FileExistsError(errno.EEXIST, "another run keeps writing this folder", str(destination))


def remove(destination: Path) -> None:
    """Remove a folder, whatever lies there; a link is removed, never what it leads to."""
    old = destination.parent / f"{_UNFINISHED}{secrets.token_hex(8)}"
    try:
        destination.rename(old)  # first, so that of two runs only one has it
    except FileNotFoundError:
        return
    if old.is_symlink() or not old.is_dir():
        old.unlink()
    else:
        shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what a run that was killed left unfinished in ``folder``, long enough ago to be sure."""
    for each in folder.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - each.lstat().st_mtime > _ABANDONED_S:
                shutil.rmtree(each, ignore_errors=True)
