"""The list of allowed system calls holds all that the solutions and the other right answers make."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.devcheck.authored import Role
from autograder.devcheck.bench import Bench
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.policy import Policy, load_policy
from autograder.verdict import Verdict


def deadly() -> Policy:
    """The package's policy, but that a refused call ends the process."""
    policy = load_policy()
    calls = policy.wall.calls.model_copy(update={"otherwise": "kill"})
    return policy.model_copy(update={"wall": policy.wall.model_copy(update={"calls": calls})})


@pytest.mark.slow
def test_no_right_answer_makes_a_call_that_is_refused() -> None:
    catalog = load(Path(__file__))
    sandbox = BubblewrapSandbox(deadly(), warm=True)
    sandbox.check_available()
    with Bench(catalog, sandbox, seed="5e" * 16, cache=None, jobs=2) as bench:
        roles = (Role.SOLUTION, Role.RIGHT)
        futures = [each for topic in catalog.ready for each in bench.start(topic, roles, examples=False)]
        tried = [each.result() for each in futures]
    assert len(tried) > 80
    died = [trial.app.path for trial in tried if trial.failing or trial.report.verdict is Verdict.BROKEN]
    assert died == []
