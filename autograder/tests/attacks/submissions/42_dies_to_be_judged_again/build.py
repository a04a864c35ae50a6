"""Has the page that the hand-in drops in the page cache, whatever an earlier grading left there."""

import os
from pathlib import Path


def build(folder, facts):
    libraries = (each for each in Path("/usr/lib").glob("*/*.so*") if each.is_file() and not each.is_symlink())
    library = max(libraries, key=lambda each: each.stat().st_size)
    page = os.open(library, os.O_RDONLY)
    os.pread(page, 1, library.stat().st_size // 8192 * 4096)
    os.close(page)
