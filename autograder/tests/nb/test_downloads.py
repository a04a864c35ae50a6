"""What a learning platform's download holds reaches ``submitted`` whole, by nbgrader's own zip_collect."""

from __future__ import annotations

import io
import logging
import tarfile
import zipfile
from pathlib import Path

import pytest
from nbgrader.plugins import FileNameCollectorPlugin
from traitlets.config import Config

from autograder.nb.config import configure
from autograder.nb.downloads import ExtractDownloads

from .conftest import Desk

MOODLE = r".*/(?P<student_id>[^/]+)_\d+_assignsubmission_file_/(?P<file_id>.+)"


def zipped(**files: str | bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return made.getvalue()


def tarred(**files: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return made.getvalue()


def extracted(tmp_path: Path, **archives: bytes) -> dict[str, bytes]:
    for name, data in archives.items():
        (tmp_path / "archive").mkdir(exist_ok=True)
        (tmp_path / "archive" / name.replace("__", ".")).write_bytes(data)
    target = tmp_path / "extracted"
    target.mkdir()
    ExtractDownloads(log=logging.getLogger(__name__)).extract(str(tmp_path / "archive"), str(target))
    return {
        path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()
    }


def test_archives_inside_the_download_are_extracted_in_their_place(tmp_path: Path) -> None:
    inner = zipped(a__py="1", deeper__zip=zipped(b__py="2"))
    found = extracted(tmp_path, class__zip=zipped(mine__zip=inner, loose__py="3"), one__tgz=b"x")
    assert found == {
        "class/mine/a.py": b"1",
        "class/mine/deeper/b.py": b"2",
        "class/loose.py": b"3",
        "one.tgz": b"x",
    }


def test_what_cannot_be_extracted_is_kept_and_the_rest_goes_on(tmp_path: Path) -> None:
    cut = zipped(a__py="1" * 1000)[:-30]
    bomb = zipped(a__py=b"\0" * 200_000_000)
    found = extracted(
        tmp_path,
        a__zip=b"no zip",
        class__zip=zipped(cut__zip=cut, text__gz="1", bomb__zip=bomb, z__tar__gz=tarred(b__py="2")),
    )
    assert found == {
        "a.zip": b"no zip",
        "class/cut.zip": cut,
        "class/text.gz": b"1",
        "class/bomb.zip": bomb,
        "class/z/b.py": b"2",
    }


def test_two_archives_of_one_name_do_not_mix_their_files(tmp_path: Path) -> None:
    found = extracted(
        tmp_path, class__zip=zipped(mine__zip=zipped(a__py="1"), work__tar__gz=tarred(a__py="2"))
    )
    assert sorted(found.values()) == [b"1", b"2"]


def test_a_backslash_in_an_archive_separates_folders(tmp_path: Path) -> None:
    packed = zipped(**{"routing\\a__py": "1", "..\\b__py": "2"})
    found = extracted(tmp_path, class__zip=zipped(mine__zip=packed))
    assert found == {"class/mine/routing/a.py": b"1", "class/mine/b.py": b"2"}


def test_files_that_an_archive_makes_unreadable_are_read(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        member = zipfile.ZipInfo("a.py")
        member.external_attr = 0o100000 << 16
        archive.writestr(member, "1")
    assert extracted(tmp_path, class__zip=zipped(mine__zip=made.getvalue())) == {"class/mine/a.py": b"1"}


def test_every_file_that_a_topic_asks_for_is_collected_and_a_later_line_wins(desk: Desk) -> None:
    toml = desk.course / "course.toml"
    toml.write_text(
        toml.read_text("utf-8").replace('["fastapi_app.py"]', '["fastapi_app.py", "notes.adoc"]'), "utf-8"
    )
    c = Config()
    configure(c, desk.path)
    for suffix in (".py", ".PY", ".yaml", ".ipynb", ".zip", ".html", ".adoc", ".tgz", ".xz", ".docx", ""):
        assert suffix in c.FileNameCollectorPlugin.valid_ext
    c.FileNameCollectorPlugin.valid_ext = [".ipynb"]
    assert FileNameCollectorPlugin(config=c).valid_ext == [".ipynb"]


@pytest.mark.slow
def test_a_class_downloaded_from_moodle_is_graded(desk: Desk) -> None:
    archive = desk.path / "downloaded/greeting/archive"
    archive.mkdir(parents=True)
    files = {"flask_app__py": "# 4\n", "fastapi_app__py": "# 5\n"}
    notebook = (desk.path / "release/greeting/greeting.ipynb").read_bytes()
    place = "{}_7_assignsubmission_file_/{}".format
    apart = {
        place("Ada Byron", "flask_app.py"): b"# 4\n",
        place("Ada Byron", "FASTAPI_APP.PY"): b"# 5\n",
        place("Ben Ohr", "work.zip"): zipped(**files),
        place("Ben Ohr", "greeting.ipynb"): notebook,
        place("Cy", "work.tar.gz"): tarred(**files),
        place("Di", "work.zip"): b"no zip",
    }
    with zipfile.ZipFile(archive / "class.zip", "w") as download:
        for name, data in apart.items():
            download.writestr(name, data)
    desk.nbgrader("zip_collect", "greeting", f"--FileNameCollectorPlugin.named_regexp={MOODLE}")
    statuses = {student: report.status for student, report in desk.autograde().items()}
    assert statuses == {"Ada Byron": "graded", "Ben Ohr": "graded", "Cy": "graded", "Di": "refused"}
    graded = desk.grades()
    assert [graded[each]["greeting-flask"] for each in ("Ada Byron", "Ben Ohr", "Cy", "Di")] == [4, 4, 4, 0]
    assert [graded[each]["greeting-fastapi"] for each in ("Ada Byron", "Ben Ohr", "Cy", "Di")] == [5, 5, 5, 0]
