"""Links, devices and races: only plain files come in, and nothing is ever waited for."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.collect import folder as folder_module
from autograder.submission import Submission

Collect = Callable[..., Submission]
Kept = Callable[[Submission], set[str]]
BOTH = {"flask_app.py": "x = 1", "fastapi_app.py": "x = 2"}
SECRET = "root:the secret"


@pytest.fixture(params=[True, False], ids=["by descriptor", "by path"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of opening: by descriptor, and as where the platform cannot."""
    monkeypatch.setattr(folder_module, "_BY_DESCRIPTOR", request.param)


@pytest.mark.usefixtures("_way")
class TestSpecials:
    def test_a_link_to_a_secret_is_left_out_and_the_secret_is_nowhere(
        self, collect: Collect, kept: Kept, home: Path, lay: Callable[..., Path]
    ) -> None:
        (home / "secret.txt").write_text(SECRET)
        folder = lay(home / "alice", BOTH)
        (folder / "notes.txt").symlink_to(home / "secret.txt")
        (folder / "shadow.txt").symlink_to("/etc/shadow")
        (folder / "routing.ipynb").symlink_to(home / "secret.txt")
        submission = collect(folder)
        assert kept(submission) == set(BOTH)
        whole = b"".join(path.read_bytes() for path in submission.folder.iterdir())
        assert SECRET.encode() not in whole
        assert any('"notes.txt" was left out: it is a link' in note for note in submission.notes)
        assert any("routing.ipynb could not be taken: it is a link" in note for note in submission.notes)

    def test_a_linked_folder_is_not_entered(
        self, collect: Collect, kept: Kept, home: Path, lay: Callable[..., Path]
    ) -> None:
        lay(home / "elsewhere", {"a.txt": SECRET})
        folder = lay(home / "alice", BOTH)
        (folder / "templates").symlink_to(home / "elsewhere")
        assert kept(collect(folder)) == set(BOTH)

    def test_an_app_that_is_a_link_refuses_its_part_and_says_why(
        self, collect: Collect, home: Path, lay: Callable[..., Path]
    ) -> None:
        folder = lay(home / "alice", {"fastapi_app.py": "x = 2"})
        (folder / "flask_app.py").symlink_to("fastapi_app.py")
        submission = collect(folder)
        assert submission.parts["flask"].refusal == (
            "Your flask_app.py could not be taken: it is a link; hand in the file itself."
        )
        assert submission.parts["fastapi"].refusal is None

    def test_a_hard_link_is_left_out(self, collect: Collect, home: Path, lay: Callable[..., Path]) -> None:
        (home / "secret.txt").write_text(SECRET)
        folder = lay(home / "alice", {"fastapi_app.py": "x = 2"})
        os.link(home / "secret.txt", folder / "flask_app.py")
        refusal = collect(folder).parts["flask"].refusal
        assert refusal is not None
        assert "it is a hard link" in refusal

    def test_the_hand_in_itself_may_not_be_a_link(
        self, collect: Collect, home: Path, lay: Callable[..., Path]
    ) -> None:
        lay(home / "bob", BOTH)
        (home / "alice").symlink_to(home / "bob")
        submission = collect(home / "alice")
        assert submission.refusal == (
            'Your hand-in "alice" could not be taken: it is a link; hand in the file itself.'
        )

    def test_no_link_below_the_base_is_followed(
        self, collect: Collect, home: Path, lay: Callable[..., Path]
    ) -> None:
        lay(home / "secrets" / "routing", BOTH)
        (home / "submitted").mkdir()
        (home / "submitted" / "alice").symlink_to(home / "secrets")
        submission = collect(home / "submitted" / "alice" / "routing", base=home / "submitted")
        assert submission.refusal is not None
        assert "it is a link" in submission.refusal

    def test_fifos_sockets_and_devices_are_left_out_without_waiting(
        self, collect: Collect, kept: Kept, home: Path, lay: Callable[..., Path]
    ) -> None:
        folder = lay(home / "alice", BOTH)
        os.mkfifo(folder / "pipe.py")
        os.mkfifo(folder / "routing.ipynb")
        with socket.socket(socket.AF_UNIX) as server, tempfile.TemporaryDirectory() as short:
            server.bind(f"{short}/s")
            Path(short, "s").rename(folder / "socket.py")
            submission = collect(folder)
        assert kept(submission) == set(BOTH)
        assert sum("was left out: it is not a plain file" in note for note in submission.notes) == 3

    def test_a_file_that_is_swapped_for_a_fifo_after_the_look_is_not_waited_for(
        self, collect: Collect, home: Path, lay: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = lay(home / "alice", BOTH)
        _swap_after_look(monkeypatch, folder, {"flask_app.py": os.mkfifo})
        refusal = _at_once(lambda: collect(folder)).parts["flask"].refusal
        assert refusal == "Your flask_app.py could not be taken: it is not a plain file."

    def test_a_file_that_is_swapped_for_a_link_after_the_look_is_not_followed(
        self, collect: Collect, home: Path, lay: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (home / "secret.txt").write_text(SECRET)
        folder = lay(home / "alice", BOTH)
        _swap_after_look(
            monkeypatch, folder, {"flask_app.py": lambda path: path.symlink_to(home / "secret.txt")}
        )
        submission = collect(folder)
        assert submission.parts["flask"].refusal is not None
        assert SECRET not in (submission.folder / "fastapi_app.py").read_text()
        assert not (submission.folder / "flask_app.py").exists()


def test_a_folder_that_is_swapped_for_a_link_after_the_look_is_not_entered(
    collect: Collect, kept: Kept, home: Path, lay: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(home / "elsewhere", {"a.txt": SECRET})
    folder = lay(home / "alice", {**BOTH, "templates/a.txt": "mine"})
    _swap_after_look(monkeypatch, folder, {"templates": lambda path: path.symlink_to(home / "elsewhere")})
    assert kept(collect(folder)) == set(BOTH)


def test_a_name_that_flips_between_file_and_link_never_yields_the_secret(
    collect: Collect, home: Path, lay: Callable[..., Path]
) -> None:
    (home / "secret.txt").write_text(SECRET)
    folder = lay(home / "alice", {**BOTH, "plain": "mine"})
    stop = threading.Event()

    def flip() -> None:
        while not stop.is_set():
            for target in (home / "secret.txt", None):
                fresh = home / "fresh"
                if target:
                    fresh.symlink_to(target)
                else:
                    fresh.write_text("mine")
                fresh.replace(folder / "flask_app.py")

    thread = threading.Thread(target=flip)
    thread.start()
    try:
        for _ in range(100):
            submission = collect(folder)
            app = submission.folder / "flask_app.py"
            assert not app.exists() or app.read_text() in {"mine", BOTH["flask_app.py"]}
    finally:
        stop.set()
        thread.join()


def test_a_fifo_in_place_of_an_archive_is_not_waited_for(collect: Collect, home: Path) -> None:
    os.mkfifo(home / "alice.zip")
    submission = _at_once(lambda: collect(home / "alice.zip"))
    assert submission.refusal == 'Your hand-in "alice.zip" could not be taken: it is not a plain file.'


def _at_once(run: Callable[[], Submission]) -> Submission:
    """What ``run`` returns; fails when it waits, as it would for a FIFO's writer."""
    done: list[Submission] = []
    thread = threading.Thread(target=lambda: done.append(run()), daemon=True)
    thread.start()
    thread.join(10)
    assert done, "collect waits or fails"
    return done[0]


def _swap_after_look(
    monkeypatch: pytest.MonkeyPatch, folder: Path, swaps: dict[str, Callable[[Path], None]]
) -> None:
    """Swap an entry after it was looked at for the last time and before it is opened."""
    seen: dict[str, int] = {}
    look = folder_module.Folder.look

    def swapping(self: folder_module.Folder, name: str) -> os.stat_result:
        found = look(self, name)
        seen[name] = seen.get(name, 0) + 1
        if name in swaps and seen[name] == 2:
            (folder / name).rename(folder.parent / f"moved-{name}")
            swaps[name](folder / name)
        return found

    monkeypatch.setattr(folder_module.Folder, "look", swapping)
