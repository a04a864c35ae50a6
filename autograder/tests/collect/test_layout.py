"""Where the apps are found and under which names; what is refused, and how the student is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from autograder.catalog.model import Part, Topic
from autograder.submission import Submission

Collect = Callable[..., Submission]
Kept = Callable[[Submission], set[str]]
FLASK, FASTAPI = "flask_app.py", "fastapi_app.py"
BOTH = {FLASK: "x = 1", FASTAPI: "x = 2"}


def test_two_files_are_two_parts_and_nothing_is_noted(collect: Collect, kept: Kept) -> None:
    submission = collect(BOTH)
    assert submission.parts["flask"].files == (PurePosixPath(FLASK),)
    assert submission.parts["fastapi"].files == (PurePosixPath(FASTAPI),)
    assert submission.notes == ()
    assert submission.refusal is None
    assert kept(submission) == set(BOTH)


def test_a_package_stands_for_its_file(collect: Collect) -> None:
    submission = collect({FASTAPI: "x = 1", "flask_app/__init__.py": "", "flask_app/views.py": "x = 2"})
    assert submission.parts["flask"].files == (
        PurePosixPath("flask_app/__init__.py"),
        PurePosixPath("flask_app/views.py"),
    )


def test_a_package_alone_is_not_taken_for_a_folder_around_everything(collect: Collect, kept: Kept) -> None:
    submission = collect({"flask_app/__init__.py": "x = 1"})
    assert kept(submission) == {"flask_app/__init__.py"}
    assert submission.parts["flask"].refusal is None


def test_a_folder_of_an_apps_name_without_init_is_a_folder(collect: Collect, kept: Kept) -> None:
    assert kept(collect({f"flask_app/{FLASK}": "x = 1"})) == {FLASK}


@pytest.mark.parametrize("folder", ["routing", "alice-routing", "a/b/c"])
def test_a_folder_around_everything_is_looked_into(collect: Collect, kept: Kept, folder: str) -> None:
    submission = collect({f"{folder}/{name}": text for name, text in BOTH.items()})
    assert kept(submission) == set(BOTH)


def test_an_app_in_a_deeper_folder_is_found_with_all_that_lies_beside_it(
    collect: Collect, kept: Kept
) -> None:
    submission = collect(
        {"readme.txt": "hello", f"work/{FLASK}": "x", f"work/{FASTAPI}": "x", "work/templates/a.html": "<p>"}
    )
    assert kept(submission) == {*BOTH, "templates/a.html", "readme.txt"}
    assert 'Your flask_app.py was found in the folder "work/".' in submission.notes


def test_each_app_in_a_folder_of_its_own_is_found(collect: Collect, kept: Kept) -> None:
    submission = collect(
        {f"flask/{FLASK}": "x", "flask/a.txt": "", f"fastapi/{FASTAPI}": "x", "fastapi/b.txt": ""}
    )
    assert kept(submission) == {*BOTH, "a.txt", "b.txt"}


def test_apps_whose_helpers_clash_cannot_be_put_together(collect: Collect) -> None:
    submission = collect(
        {f"one/{FASTAPI}": "x", "one/models.py": "a = 1", f"two/{FLASK}": "x", "two/models.py": "a = 2"}
    )
    assert submission.parts["fastapi"].refusal is None
    assert submission.parts["flask"].refusal == (
        'Your flask_app.py needs "two/models.py", but another file of that name lies beside another app of '
        "yours: put both apps into one folder with all that they need."
    )


def test_helpers_that_are_equal_do_not_clash(collect: Collect, kept: Kept) -> None:
    same = {f"one/{FASTAPI}": "x", "one/models.py": "a", f"two/{FLASK}": "x", "two/models.py": "a"}
    submission = collect(same)
    assert kept(submission) == {*BOTH, "models.py"}
    assert submission.parts["flask"].refusal is None


def test_the_shallower_of_two_apps_counts(collect: Collect) -> None:
    submission = collect({**BOTH, f"old/{FLASK}": "old = 1"})
    assert (submission.folder / FLASK).read_text() == "x = 1"


def test_two_apps_at_equal_depth_refuse_the_part_and_both_are_named(collect: Collect) -> None:
    submission = collect({FASTAPI: "x", f"new/{FLASK}": "x = 1", f"old/{FLASK}": "x = 2"})
    assert submission.parts["flask"].refusal == (
        'Your submission has both "new/flask_app.py" and "old/flask_app.py", and it is not clear which one '
        "is your flask_app.py: keep only one of them."
    )
    assert submission.parts["fastapi"].refusal is None


def test_a_file_beside_a_package_of_its_name_is_two_apps(collect: Collect) -> None:
    submission = collect({**BOTH, "flask_app/__init__.py": "x"})
    assert submission.parts["flask"].refusal == (
        'Your submission has two apps, "flask_app/" and "flask_app.py": keep only one.'
    )


@pytest.mark.parametrize(
    "name",
    [
        "Flask_App.py",
        "FLASK_APP.PY",
        "flask_app (1).py",
        "flask_app(2).py",
        "flask_app-1.py",
        "flask_app-Copy1.py",
        "flask_app - Copy.py",
        "flask_app copy 2.py",
        "flask_app - Copy (2).py",
        "flask_app.py.txt",
        "flask-app.py",
        "flask app.py",
        "flaskapp.py",
        "flask_app2.py",
        "flask_app_v2.py",
        "Copy of flask_app.py",
        "Copy (2) of flask_app.py",
        "Kopie von flask_app.py",
        "flask_app (another copy).py",
        "flask_app (3rd copy).py",
        "flask_app 复件.py",
        "نسخة من flask_app.py",
        "Bản sao của flask_app.py",
        "flask_app.py.py",
        "flask_app - Kopie.py",
        "flask_app – copie.py",
        "Copie de flask_app.py",
        "Cópia de flask_app.py",
        "Co\u0301pia de flask_app.py",
        "Kopia av flask_app (1).py",
        "flask_app kopyas\u0131.py",
        "flask_app — копия.py",
        "Копия flask_app.py",
        "flask_app - 副本.py",
        "flask_appのコピー.py",
        "flask_app의 사본.py",
        "(1) flask_app.py",
    ],
)
def test_a_variant_of_the_name_is_understood_and_noted(collect: Collect, kept: Kept, name: str) -> None:
    submission = collect({name: "x = 1", FASTAPI: "x = 2"})
    assert kept(submission) == set(BOTH)
    told = unicodedata.normalize("NFC", name)
    assert f'"{told}" was taken as your flask_app.py: use exactly this name.' in submission.notes


@pytest.mark.parametrize("name", ["my_flask_app.py", "flask.py", "app.py", "main.py", "flask_app_final.py"])
def test_another_name_is_not_guessed_at_but_named(collect: Collect, name: str) -> None:
    assert collect({name: "x = 1", FASTAPI: "x = 2"}).parts["flask"].refusal == (
        f'Your submission has no file flask_app.py; it has "{name}". '
        f'If "{name}" is your flask_app.py, rename it.'
    )


def test_the_files_that_may_be_meant_are_named_first(collect: Collect) -> None:
    files = dict.fromkeys(("a.txt", "main.py", "b.docx", "c.txt", "d.txt", "app.py", FASTAPI), "x")
    assert collect(files).parts["flask"].refusal == (
        'Your submission has no file flask_app.py; it has "app.py", "main.py", "a.txt", "b.docx", "c.txt" '
        "and 1 more. Rename the one that is your flask_app.py."
    )


def test_where_no_file_can_be_meant_it_is_to_be_added(collect: Collect) -> None:
    assert collect({"flask_app.pyw": "x", FASTAPI: "x"}).parts["flask"].refusal == (
        'Your submission has no file flask_app.py; it has "flask_app.pyw". Add flask_app.py.'
    )
    assert collect({FASTAPI: "x"}, only=(FASTAPI,)).parts["flask"].refusal == (
        "Your submission has no file flask_app.py: add it under exactly this name."
    )


@pytest.mark.parametrize("name", ["test_examples.py", "README.md", "hints.toml", "topic.toml"])
def test_a_file_of_the_exercise_as_it_was_handed_out_is_never_meant(collect: Collect, name: str) -> None:
    assert collect({name: "x = 1", FASTAPI: "x"}).parts["flask"].refusal == (
        "Your submission has no file flask_app.py: add it under exactly this name."
    )
    assert collect({name: "x = 1", "app.py": "x = 2", FASTAPI: "x"}).parts["flask"].refusal == (
        'Your submission has no file flask_app.py; it has "app.py". '
        'If "app.py" is your flask_app.py, rename it.'
    )


@pytest.mark.parametrize("name", ["fastapi_app (1).py", "Copy of fastapi_app.py", "flask_fastapi_app.py"])
def test_a_file_of_the_other_framework_is_never_taken(collect: Collect, name: str) -> None:
    assert collect({name: "x = 1"}).parts["flask"].refusal is not None


def test_numbers_that_belong_to_a_name_are_kept_apart(collect: Collect, topic: Topic) -> None:
    parts = [
        Part(name=f"stage-{at}", kind="contract", points=1, files=(f"stage_{at}.py",)) for at in range(1, 4)
    ]
    files = {"stage_1 (2).py": "x = 1", "Stage-2.py": "x = 2", "stage_33.py": "x = 3"}
    submission = collect(files, topic=topic.model_copy(update={"part": tuple(parts)}))
    assert (submission.folder / "stage_1.py").read_text() == "x = 1"
    assert (submission.folder / "stage_2.py").read_text() == "x = 2"
    assert '"stage_33.py"' in (submission.parts["stage-3"].refusal or "")


def test_the_exact_name_counts_before_a_variant_which_is_left_out(collect: Collect, kept: Kept) -> None:
    submission = collect({**BOTH, "flask_app (1).py": "x = 3"})
    assert (submission.folder / FLASK).read_text() == "x = 1"
    assert kept(submission) == set(BOTH)
    assert any('"flask_app (1).py" was left out' in note for note in submission.notes)


def test_equal_copies_in_one_folder_are_one(collect: Collect, kept: Kept) -> None:
    submission = collect({"flask_app (1).py": "x = 1", "Copy of flask_app.py": "x = 1", FASTAPI: "x = 2"})
    assert submission.parts["flask"].refusal is None
    assert kept(submission) == set(BOTH)


def test_two_variants_refuse_the_part(collect: Collect) -> None:
    refusal = collect({"flask_app (1).py": "x = 1", "Flask_app.py": "x = 3"}).parts["flask"].refusal
    assert refusal is not None
    assert '"Flask_app.py" and "flask_app (1).py"' in refusal


def test_a_variant_above_an_exact_name_is_not_clear(collect: Collect) -> None:
    refusal = collect({"flask_app (1).py": "x = 1", f"work/{FLASK}": "x = 3"}).parts["flask"].refusal
    assert refusal is not None
    assert "it is not clear which one" in refusal


@pytest.mark.parametrize("text", ["", " \n\t\n", "\r\n"])
def test_an_empty_app_refuses_its_part(collect: Collect, text: str) -> None:
    assert collect({**BOTH, FLASK: text}).parts["flask"].refusal == (
        "Your flask_app.py is empty: write your answer in it."
    )


def test_a_package_of_empty_modules_is_empty(collect: Collect) -> None:
    refusal = collect({"flask_app/__init__.py": "", "flask_app/views.py": ""}).parts["flask"].refusal
    assert refusal == ("Your flask_app/__init__.py is empty: write your answer in it.")


def test_collecting_again_replaces_everything(collect: Collect, kept: Kept, home: Path) -> None:
    first = collect({**BOTH, "a.txt": "x"})
    (first.folder / "left.txt").write_text("by someone else")
    (home / "hand in" / "alice" / "a.txt").unlink()
    assert kept(collect(home / "hand in" / "alice")) == set(BOTH)


def test_a_link_in_place_of_the_destination_is_replaced_and_not_followed(
    collect: Collect, home: Path
) -> None:
    precious = home / "precious"
    precious.mkdir()
    (precious / "kept.txt").write_text("kept")
    (home / "inbox" / "alice").mkdir(parents=True)
    (home / "inbox" / "alice" / "routing").symlink_to(precious)
    submission = collect(BOTH)
    assert not submission.folder.is_symlink()
    assert [path.name for path in precious.iterdir()] == ["kept.txt"]


def test_the_digest_is_of_what_can_sway_a_verdict(collect: Collect) -> None:
    digests = [
        collect(BOTH).digest,
        collect({**BOTH, "routing.ipynb": '{"cells": []}'}).digest,
        collect({**BOTH, "routing.ipynb": "broken"}).digest,
        collect({**BOTH, ".DS_Store": "x"}).digest,
    ]
    assert len(set(digests)) == 1
    others = [collect({**BOTH, "a.txt": "x"}).digest, collect({**BOTH, FLASK: "x = 3"}).digest]
    assert len({*digests, *others}) == 3


def test_an_answer_in_the_notebook_is_a_part_like_any_other(collect: Collect, topic: Topic) -> None:
    memo = Part(name="memo", kind="memo", points=1, files=("routing.ipynb",))
    wide = topic.model_copy(update={"part": (*topic.part, memo)})
    with_it = collect({**BOTH, "routing.ipynb": '{"cells": []}'}, topic=wide)
    assert with_it.parts["memo"].files == (PurePosixPath("routing.ipynb"),)
    broken = collect({**BOTH, "routing.ipynb": "[]"}, topic=wide)
    assert "is not a notebook" in (broken.parts["memo"].refusal or "")


def test_a_missing_notebook_is_told_where_an_answer_is_asked_for_in_it(
    collect: Collect, topic: Topic
) -> None:
    memo = Part(name="memo", kind="memo", points=1, files=("memo.md",))
    wide = topic.model_copy(update={"part": (*topic.part, memo)})
    assert collect({**BOTH, "memo.md": "x"}, topic=wide).notes == (
        "Your submission has no notebook routing.ipynb, so answers in it are missing.",
    )
