"""A toy topic, and hand-ins of it laid out on disk."""

from __future__ import annotations

import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.catalog.model import Objective, Part, Topic
from autograder.collect import collect_one
from autograder.submission import Submission

__all__: list[str] = []

APP = b"app = 'an app'\n"


@pytest.fixture(scope="session")
def topic() -> Topic:
    return Topic(
        name="routing",
        title="Routing",
        course_part="basics",
        status="ready",
        difficulty="easy",
        minutes=10,
        points=3,
        objective=(Objective(id="route", text="route a request", section="routes"),),
        part=(
            Part(name="flask", kind="contract", points=1, files=("flask_app.py",)),
            Part(name="fastapi", kind="contract", points=1, files=("fastapi_app.py",)),
        ),
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder whose path holds a space."""
    folder = tmp_path / "a course"
    folder.mkdir()
    return folder


@pytest.fixture
def lay() -> Callable[[Path, Mapping[str, bytes | str]], Path]:
    """Write files below a folder and return it."""

    def write(folder: Path, files: Mapping[str, bytes | str]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data.encode() if isinstance(data, str) else data)
        return folder

    return write


@pytest.fixture
def collect(topic: Topic, home: Path) -> Callable[..., Submission]:
    """Collect a path, or files by name; and hold that what comes out is clean, whatever went in."""

    def run(source: Path | Mapping[str, bytes | str], **more: object) -> Submission:
        if not isinstance(source, Path):
            folder = home / "hand in" / "alice"
            for name, data in source.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data.encode() if isinstance(data, str) else data)
            folder.mkdir(parents=True, exist_ok=True)
            source = folder
        destination = home / "inbox" / "alice" / "routing"
        arguments = {"student": "alice", "topic": topic, "destination": destination} | more
        submission = collect_one(source, **arguments)  # type: ignore[arg-type]
        hold_clean(submission)
        return submission

    return run


def hold_clean(submission: Submission) -> None:
    """The folder holds only plain files, of printable names, one notebook, and what the parts name."""
    assert submission.folder.is_dir()
    for path in submission.folder.rglob("*"):
        found = path.lstat()
        assert stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode), path
        assert found.st_nlink == 1 or stat.S_ISDIR(found.st_mode), path
        assert path.name.isprintable()
        assert path.name == ".env" or not path.name.startswith(("-", "."))
    notebooks = [str(path.relative_to(submission.folder)) for path in submission.folder.rglob("*.ipynb")]
    name = f"{submission.topic}.ipynb"
    assert notebooks == [name]
    assert json.loads((submission.folder / name).read_bytes())["nbformat"] == 4
    for part in submission.parts.values():
        assert bool(part.files) != bool(part.refusal)
        assert all((submission.folder / file).is_file() for file in part.files)
    told = [
        *submission.notes,
        submission.refusal or "",
        *(part.refusal or "" for part in submission.parts.values()),
    ]
    assert all(sentence.isprintable() for sentence in told)
    assert set(submission.folder.parent.iterdir()) == {submission.folder}, "nothing unfinished stays behind"


@pytest.fixture
def kept() -> Callable[[Submission], set[str]]:
    """Names of the files in a submission's folder, the notebook aside."""

    def names(submission: Submission) -> set[str]:
        files = (path for path in submission.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(submission.folder)) for path in files} - {"routing.ipynb"}

    return names


@pytest.fixture
def zipped(home: Path) -> Callable[..., Path]:
    """A zip file of these members."""

    def write(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> Path:
        path = home / "alice.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return path

    return write


@pytest.fixture
def tarred(home: Path) -> Callable[..., Path]:
    """A tar file of these members; a TarInfo in place of bytes is written as it is."""

    def write(files: Mapping[str, bytes | tarfile.TarInfo], mode: str = "w:gz") -> Path:
        path = home / "alice.tar"
        with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
            for name, data in files.items():
                info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
                if isinstance(data, bytes):
                    info.size = len(data)
                archive.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
        return path

    return write


@pytest.fixture(scope="session")
def assert_clean() -> Callable[[Submission], None]:
    """Hold that a submission is clean."""
    return hold_clean
