"""How a submission's files go behind the wall: as bytes in one descriptor; no folder is shared."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from pathlib import Path

__all__ = ["pack"]


def pack(folder: Path) -> int:
    """A sealed memory file of the folder's plain files, for the launcher's ``unpack``; the caller closes it.

    Links and special files are left out. Nothing is interpreted: names and bytes go as they are.
    """
    folders, files = _listed(folder)
    contents = [path.read_bytes() for path in files]
    names = {
        "folders": [str(path.relative_to(folder)) for path in folders],
        "files": [
            (str(path.relative_to(folder)), len(content))
            for path, content in zip(files, contents, strict=True)
        ],
    }
    packed = os.memfd_create("submission", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with open(packed, "wb", closefd=False) as file:
        file.write(json.dumps(names).encode() + b"\n")
        file.writelines(contents)
    fcntl.fcntl(packed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
    os.lseek(packed, 0, os.SEEK_SET)
    return packed


def _listed(folder: Path) -> tuple[list[Path], list[Path]]:
    """Folders, each after the one it lies in, and plain files."""
    folders: list[Path] = []
    files: list[Path] = []
    for place, below, names in os.walk(folder):
        folders += [Path(place, name) for name in below if not Path(place, name).is_symlink()]
        paths = [Path(place, name) for name in names]
        files += [path for path in paths if stat.S_ISREG(path.lstat().st_mode)]
    return folders, files
