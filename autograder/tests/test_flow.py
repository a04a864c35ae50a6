"""How many hand-ins are under way: never too many, never fewer because of a slow one."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from autograder.flow import as_judged, most_under_way
from autograder.garbage import look_seldom


class Desk:
    """Begins work that is done when a test says so, and counts what is under way."""

    def __init__(self) -> None:
        self.begun: dict[int, Future[int]] = {}

    def begin(self, number: int) -> Future[int]:
        self.begun[number] = Future()
        return self.begun[number]

    def finish(self, number: int) -> None:
        self.begun[number].set_result(number)

    @property
    def under_way(self) -> list[int]:
        return [number for number, future in self.begun.items() if not future.done()]


def never(_: int) -> bool:
    return False


def always(_: int) -> bool:
    return True


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def started(judged: Iterator[tuple[int, Future[int]]]) -> tuple[threading.Thread, list[int]]:
    """Take what is judged in a thread of its own; the list grows as it is told."""
    told: list[int] = []
    thread = threading.Thread(target=lambda: told.extend(number for number, _ in judged), daemon=True)
    thread.start()
    return thread, told


def test_no_more_than_twice_the_jobs_are_under_way_where_no_core_is_idle(desk: Desk) -> None:
    thread, told = started(as_judged(range(100), desk.begin, jobs=3, room=never))
    for done in range(100):
        assert until(lambda done=done: len(desk.begun) == min(100, done + 6))  # type: ignore[misc]
        assert len(desk.under_way) <= 6
        desk.finish(done)
    thread.join(20)
    assert told == list(range(100))


def test_a_hanging_one_holds_up_no_other(desk: Desk) -> None:
    thread, told = started(as_judged(range(20), desk.begin, jobs=1, room=never))
    for number in range(1, 20):
        assert until(lambda number=number: number in desk.begun)  # type: ignore[misc]
        desk.finish(number)
    assert until(lambda: told == list(range(1, 20)))
    desk.finish(0)
    thread.join(20)
    assert told[-1] == 0


def test_while_all_of_them_hang_and_a_core_is_idle_more_are_begun_up_to_the_most(desk: Desk) -> None:
    thread, _ = started(as_judged(range(100), desk.begin, jobs=1, room=always))
    assert until(lambda: len(desk.under_way) == most_under_way(1))
    time.sleep(1.5)  # for one more, if there could be one
    assert len(desk.under_way) == most_under_way(1) > 2
    for number in range(100):
        assert until(lambda number=number: number in desk.begun)  # type: ignore[misc]
        desk.finish(number)
    thread.join(20)


def test_items_are_taken_when_their_turn_comes(desk: Desk) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10**9):
            taken.append(number)
            yield number

    judged = as_judged(items(), desk.begin, jobs=2, room=never)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(next, judged)
        assert until(lambda: len(desk.begun) == 4)
        desk.finish(2)
        assert first.result(20)[0] == 2
    judged.close()
    assert len(taken) <= 5
    assert all(desk.begun[number].cancelled() for number in taken if number != 2)


def test_what_was_told_of_is_forgotten() -> None:
    class Made:
        """Something that can be watched."""

    kept: list[weakref.ref[Made]] = []

    def begin(_: int) -> Future[Made]:
        future: Future[Made] = Future()
        made = Made()
        kept.append(weakref.ref(made))
        future.set_result(made)
        return future

    for _, future in as_judged(range(500), begin, jobs=2, room=never):
        assert future.result() is not None
        del future
        gc.collect(0)
        assert sum(each() is not None for each in kept) <= 9


def test_what_could_not_be_done_is_told_like_the_rest(desk: Desk) -> None:
    thread, told = started(as_judged(range(2), desk.begin, jobs=1, room=never))
    assert until(lambda: len(desk.begun) == 2)
    desk.begun[1].set_exception(ValueError("no"))
    desk.finish(0)
    thread.join(20)
    assert sorted(told) == [0, 1]


def test_garbage_does_not_add_up_with_the_class() -> None:
    usual = gc.get_threshold()
    try:
        look_seldom()
        assert gc.get_threshold()[0] > 10 * usual[0]
        assert list(as_judged([], Desk().begin, jobs=1)) == []
        assert gc.get_threshold() == usual
    finally:
        gc.set_threshold(*usual)
