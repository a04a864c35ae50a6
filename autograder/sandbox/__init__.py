"""Where a submission's code runs: behind a wall, or plain on the learner's own machine."""

from __future__ import annotations

from autograder.sandbox.job import Address, Job, Limits, Sandbox, Service

__all__ = ["Address", "Job", "Limits", "Sandbox", "Service"]
