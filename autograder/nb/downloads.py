"""Extracts what a learning platform's download holds; an archive that cannot be extracted stops no class."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin
from nbgrader.utils import unzip
from setuptools.archive_util import UnrecognizedFormat

from autograder.catalog import Topic
from autograder.collect import CAPS
from autograder.collect.intake import ARCHIVES, TEXT

__all__ = ["ExtractDownloads", "collected_suffixes"]

_MOST_NESTED = 3
"""Archives inside archives: the platform's, a student's, and one more."""

_OFTEN_SENT = (
    *("", ".gz", ".bz2", ".xz", ".7z", ".rar"),
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".png", ".jpg", ".jpeg", ".heic"),
)
"""Nothing of these can be graded; a student who sent nothing else must still be told so."""

# What zipfile, tarfile and setuptools raise for damaged, encrypted and unknown archives.
_UNREADABLE = (
    *(UnrecognizedFormat, zipfile.BadZipFile, tarfile.TarError, zlib.error),
    *(OSError, EOFError, RuntimeError, NotImplementedError, ValueError, UnicodeError),
)


def collected_suffixes(topics: Iterable[Topic]) -> list[str]:
    """Suffixes of the files that ``zip_collect`` collects: what these topics ask for, and what is often sent.

    nbgrader compares suffixes exactly, so that each stands here in lower case, in capitals and with one.
    """
    asked_for = {Path(name).suffix.lower() for topic in topics for part in topic.part for name in part.files}
    archives = {f".{name.rpartition('.')[2]}" for name in ARCHIVES}
    known = asked_for | TEXT | archives | {".ipynb", *_OFTEN_SENT}
    return sorted({form for each in known for form in (each, each.upper(), each.title())})


class ExtractDownloads(ExtractorPlugin):
    """As nbgrader's own, but an archive that cannot be extracted is kept as it is, and the others go on.

    An archive that was found inside another one is removed once it is extracted: its files are there.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Extract or copy everything below one folder to the other."""
        source, target = Path(archive_path), Path(extracted_path)
        files = sorted(path for path in source.rglob("*") if path.is_file())
        if not files:
            self.log.warning("No files found in directory: %s", source)
        for file in files:
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if self._is_archive(file) and (folder := self._extracted(file, copy.parent)):
                self._extract_nested(folder, _MOST_NESTED - 1)
            else:
                shutil.copy(file, copy)

    def _extract_nested(self, folder: Path, depth: int) -> None:
        for archive in sorted(
            path for path in folder.rglob("*") if path.is_file() and self._is_archive(path)
        ):
            if (
                depth
                and not self._is_too_large(archive)
                and (inner := self._extracted(archive, archive.parent))
            ):
                archive.unlink()
                self._extract_nested(inner, depth - 1)

    def _is_archive(self, path: Path) -> bool:
        return path.suffix in self.zip_ext

    def _extracted(self, archive: Path, parent: Path) -> Path | None:
        """The new folder that holds the archive's files; None when it cannot be extracted."""
        folder = _free_folder(parent, archive.stem.removesuffix(".tar"))
        folder.mkdir()
        try:
            unzip(str(archive), str(folder), zip_ext=self.zip_ext)
        except _UNREADABLE as error:
            _make_accessible(folder)
            shutil.rmtree(folder)
            self.log.warning("This archive cannot be extracted and is kept as it is: %s (%s)", archive, error)
            return None
        _make_accessible(folder)
        _split_backslashes(folder)
        self.log.info("Extracted %s to %s", archive, folder)
        return folder

    def _is_too_large(self, archive: Path) -> bool:
        """Whether it extracts to more than a student may hand in: collect rejects it with that reason."""
        try:
            return _extracted_bytes(archive) > CAPS.unpacked_bytes
        except _UNREADABLE:
            return False  # extracting it says why


def _free_folder(parent: Path, name: str) -> Path:
    """A folder of this name that is not there yet; with a number behind it where the name is taken."""
    folder, number = parent / name, 1
    while folder.exists():
        number += 1
        folder = parent / f"{name} ({number})"
    return folder


def _make_accessible(folder: Path) -> None:
    """Undo what an archive says about its owner's rights: it may forbid to read its own files."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode | (stat.S_IRWXU if path.is_dir() else stat.S_IRUSR | stat.S_IWUSR)
                )


def _split_backslashes(folder: Path) -> None:
    r"""Move a file that Windows packed as ``routing\flask_app.py`` to the folder that its name means."""
    for path in [each for each in folder.rglob("*") if "\\" in each.name and each.is_file()]:
        steps = [step for step in path.name.split("\\") if step not in {"", ".", ".."}]
        target = path.parent.joinpath(*steps)
        if steps and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)


def _extracted_bytes(archive: Path) -> int:
    """The size of an archive's members, as it declares them; stops counting when there is too much."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            return sum(member.file_size for member in file.infolist())
    total = 0
    with tarfile.open(archive) as file:
        for member in file:
            total += member.size
            if total > CAPS.unpacked_bytes:
                break
    return total
