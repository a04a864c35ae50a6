"""What the desk refuses. Which status and which further keys that gives is for each version to say."""

from __future__ import annotations


class RefusedError(Exception):
    """Something that the desk does not do."""

    words = "refused"


class UnknownTargetError(RefusedError):
    words = "unknown target"

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


class UnknownExposureError(RefusedError):
    words = "unknown exposure"

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NotUpError(RefusedError):
    words = "not up"

    def __init__(self, target: str, rises: str) -> None:
        super().__init__(target)
        self.target = target
        self.rises = rises


class NoPlatesError(RefusedError):
    words = "no plates"

    def __init__(self, of: int) -> None:
        super().__init__(of)
        self.of = of
