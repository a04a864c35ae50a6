"""How much of a hand-in collect reads: every number in one place."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CAPS", "Caps"]

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that is taken of one hand-in; what lies beyond is left out with a note.

    Attributes:
        file_bytes: of one file that is not a notebook.
        total_bytes: of all files that are not notebooks.
        notebook_bytes: of one notebook as handed in, outputs included.
        notebooks_bytes: of all notebooks as handed in.
        outline_bytes: of a notebook once outputs, attachments and its own metadata are cut away.
        outline_tokens: brackets and strings of that rest; bounds the memory that parsing takes.
        scanned_tokens: brackets and strings of the notebook as handed in; bounds the time.
        json_depth: of a notebook.
        cells: of a notebook.
        cell_chars: of one cell's text.
        files: how many are kept.
        listed: how many names of files and folders are read.
        seen: how many files are looked at, of those that may count.
        depth: how many folders deep a file may lie.
        name_bytes: of one file's or folder's name, as UTF-8.
        path_bytes: of a file's path within the hand-in, as UTF-8.
        archive_bytes: of a zip or tar file.
        unpacked_bytes: of everything that an archive unpacks to, kept or not.
        zip_directory_bytes: of a zip file's table of contents.
        notes: how many sentences the student is told.
    """

    file_bytes: int = 1 * _MB
    total_bytes: int = 20 * _MB
    notebook_bytes: int = 64 * _MB
    notebooks_bytes: int = 96 * _MB
    outline_bytes: int = 8 * _MB
    outline_tokens: int = 500_000
    scanned_tokens: int = 2_000_000
    json_depth: int = 60
    cells: int = 10_000
    cell_chars: int = 1 * _MB
    files: int = 200
    listed: int = 50_000
    seen: int = 5_000
    depth: int = 8
    name_bytes: int = 100
    path_bytes: int = 300
    archive_bytes: int = 64 * _MB
    unpacked_bytes: int = 128 * _MB
    zip_directory_bytes: int = 4 * _MB
    notes: int = 30


CAPS = Caps()
