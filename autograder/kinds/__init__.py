"""How each kind of part is judged: the seam at which new kinds are added."""

from __future__ import annotations

from autograder.kinds.contract import ContractJudge
from autograder.kinds.database import database_kind
from autograder.kinds.fix import FixJudge
from autograder.kinds.judge import Judge, Setting
from autograder.kinds.memo import MemoJudge

__all__ = ["JUDGES", "Judge", "Setting", "database_kind"]

JUDGES: dict[str, type[Judge]] = {"contract": ContractJudge, "fix": FixJudge, "memo": MemoJudge}
"""By the name of the kind in course.toml."""
