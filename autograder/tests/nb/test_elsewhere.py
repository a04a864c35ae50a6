"""A hub's own values win over the grading folder's; an instructor's later line wins over both."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.nb.config import configure

from .conftest import Desk

HUB = """
c = get_config()
c.Exchange.root = {exchange!r}
c.CourseDirectory.course_id = "web101"
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which Jupyter's programs look for a hub's configuration; nothing else configures them."""
    for name in ("JUPYTER_CONFIG_PATH", "JUPYTER_CONFIG_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    (tmp_path / "hub exchange").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "jupyter_config_path"


def hub_says(hub: Path, text: str) -> None:
    (hub / "nbgrader_config.py").write_text(text.format(exchange=str(hub.parent / "hub exchange")))


def configured(desk: Desk) -> Config:
    c = Config()
    configure(c, desk.path)
    return c


@pytest.mark.usefixtures("hub")
def test_without_a_hub_the_folder_has_an_exchange_and_an_id_of_its_own(desk: Desk) -> None:
    c = configured(desk)
    assert c.Exchange.root == str(desk.path / "exchange")
    assert c.CourseDirectory.course_id == "the-toy-course"


@pytest.mark.parametrize(
    "says",
    [
        HUB,
        "c.TransferApp.exchange_directory = {exchange!r}\nc.NbGrader.course_id = 'web101'\n",
        "c.Exchange.root = {exchange!r}\nc.Exchange.course_id = 'web101'\n",
    ],
)
def test_what_a_hub_says_is_left_alone(desk: Desk, hub: Path, says: str) -> None:
    hub_says(hub, says)
    c = configured(desk)
    assert "root" not in c.Exchange
    assert "course_id" not in c.CourseDirectory


def test_each_value_that_a_hub_leaves_open_is_the_folders_own(desk: Desk, hub: Path) -> None:
    hub_says(hub, "c.Exchange.root = {exchange!r}\n")
    c = configured(desk)
    assert "root" not in c.Exchange
    assert c.CourseDirectory.course_id == "the-toy-course"


def test_the_users_own_file_and_that_of_the_working_directory_count_too(desk: Desk, hub: Path) -> None:
    (hub.parent / "jupyter_config_dir/nbgrader_config.py").write_text("c.Exchange.root = '/user'\n")
    (hub.parent / "nbgrader_config.py").write_text("c.CourseDirectory.course_id = 'here'\n")
    c = configured(desk)
    assert "root" not in c.Exchange
    assert "course_id" not in c.CourseDirectory


@pytest.mark.usefixtures("hub")
def test_the_folders_own_file_is_not_taken_for_a_hubs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.path)
    assert configured(desk).Exchange.root == str(desk.path / "exchange")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(desk.path))
    assert configured(desk).Exchange.root == str(desk.path / "exchange")


def test_a_hubs_file_that_fails_leaves_the_folder_its_own_values(desk: Desk, hub: Path) -> None:
    hub_says(hub, "1 / 0\n")
    assert configured(desk).Exchange.root == str(desk.path / "exchange")


def test_a_hubs_own_way_to_collect_fills_submitted(desk: Desk, hub: Path) -> None:
    hub_says(hub, "c.ExchangeFactory.collect = 'nb_fakes.CollectFromHub'\n")
    collect = configured(desk).ExchangeFactory.collect
    assert [each.__name__ for each in collect.__mro__][2] == "CollectFromHub"
    assert configured(desk).CourseDirectory.submitted_directory == "inbox"


@pytest.mark.slow
def test_nbgrader_releases_where_the_hub_says_and_a_later_line_wins(desk: Desk, hub: Path) -> None:
    hub_says(hub, HUB)
    exchange = hub.parent / "hub exchange"
    desk.nbgrader("release_assignment", "greeting")
    assert (exchange / "web101/outbound/greeting/flask_app.py").is_file()
    assert not any((desk.path / "exchange").iterdir())
    shutil.rmtree(exchange / "web101")
    with (desk.path / "nbgrader_config.py").open("a") as file:
        file.write("c.CourseDirectory.course_id = 'mine'\n")
    desk.nbgrader("release_assignment", "greeting")
    assert [path.name for path in exchange.iterdir()] == ["mine"]
