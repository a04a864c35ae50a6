"""Tries the chosen attacks in a sandbox, several at once, and tells each result as it comes."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from autograder.attackrun.attack import Attack, read_attacks
from autograder.attackrun.engine import Engine
from autograder.attackrun.faces import grade_class, grade_desk
from autograder.attackrun.ground import Ground, open_ground
from autograder.attackrun.result import Result
from autograder.attackrun.target import Target
from autograder.attackrun.tries import learn
from autograder.errors import GradingBroken, SandboxUnavailable, UsageError
from autograder.sandbox.choose import choose, warm_refusal

__all__ = ["SANDBOXES", "chosen", "one", "run", "usual"]

SANDBOXES = ("cold", "warm")
_FACES: dict[str, Callable[[Sequence[Attack], Ground, str], Iterator[Result]]] = {
    "nbgrader": grade_desk,
    "command": grade_class,
}
_LOOK_S = 0.2


def usual() -> str:
    """The sandbox that grading uses on this machine when nobody asks for one."""
    return "cold" if warm_refusal() else "warm"


def chosen(names: Sequence[str]) -> tuple[Attack, ...]:
    """The attacks of these names or kinds' numbers; all when none is given.

    Raises:
        UsageError: there is no such attack, or the attacks are not here.
    """
    attacks = read_attacks()
    known = {attack.name for attack in attacks} | {str(kind) for attack in attacks for kind in attack.kinds}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"There is no attack {', '.join(unknown)}.",
            where="course dev attacks --only",
            remedy="Name an attack as the table does, or a kind by its number.",
        )
    wanted = set(names)
    return tuple(
        attack for attack in attacks if not wanted or {attack.name, *map(str, attack.kinds)} & wanted
    )


def run(attacks: Sequence[Attack], sandbox: str, *, jobs: int) -> Iterator[Result]:
    """Try the attacks; results come as they are known.

    Args:
        attacks: which.
        sandbox: ``cold`` or ``warm``.
        jobs: how many attacked graders work at once.
    """
    try:
        choose(start=sandbox).check_available()
    except SandboxUnavailable as error:
        yield from (_untried(attack, sandbox, error) for attack in attacks)
        return
    told: queue.SimpleQueue[Result] = queue.SimpleQueue()
    todo = [attack for attack in attacks if attack.face in {"engine", "tries"}]
    # The slow ones first, so that no lane is left with them in the end.
    waiting = iter(sorted(todo, key=lambda attack: attack.limits == "own"))
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[None]] = {pool.submit(_face, face, attacks, sandbox, told) for face in _FACES}
        running |= {pool.submit(_lane, waiting, sandbox, told) for _ in range(min(jobs, len(todo)))}
        try:
            while running:
                done, running = wait(running, _LOOK_S, FIRST_COMPLETED)
                while not told.empty():
                    yield told.get()
                for each in done:
                    each.result()
        finally:
            # Whatever ends this early, the other lanes end with the attack that they are at.
            for _ in waiting:
                pass
            pool.shutdown(wait=True, cancel_futures=True)


def one(engine: Engine, attack: Attack) -> Result:
    """Try one attack of the engine's, its accomplice with it."""
    if attack.face == "tries":
        return learn(attack, engine.ground, engine.target, engine.worth(attack.base, attack.part))
    accomplice = next((each for each in read_attacks() if each.name == attack.accomplice), None)
    return engine.attack(attack, accomplice)


def _lane(waiting: Iterator[Attack], sandbox: str, told: queue.SimpleQueue[Result]) -> None:
    with open_ground() as ground, Target(ground, sandbox) as target:
        engine = Engine(ground, target)
        for attack in waiting:
            told.put(one(engine, attack))


def _face(face: str, attacks: Sequence[Attack], sandbox: str, told: queue.SimpleQueue[Result]) -> None:
    chosen_here = [attack for attack in attacks if attack.face == face]
    if not chosen_here:
        return
    with open_ground() as ground:
        try:
            for result in _FACES[face](chosen_here, ground, sandbox):
                told.put(result)
        except GradingBroken as error:
            # One hand-in that stops a class is what none of them may do.
            for attack in chosen_here:
                told.put(Result(attack, sandbox, "the class was not graded", (error.what,)))


def _untried(attack: Attack, sandbox: str, error: SandboxUnavailable) -> Result:
    """Without a wall nothing is tried, since nothing is graded: the attack would not be held."""
    why = f"not tried, and not held without a wall; grading refuses: {error.what}"
    return Result(attack, sandbox, "grading refuses", (why,), tried=False)
