"""``python -m autograder.tests.fuzz --minutes 60``: each target for its share of the time, coverage-guided.

Needs atheris, which has no part in the tests: ``pip install atheris``. What it finds lies in ``--found``;
a case that is mended goes to ``cases/<target>/``, where the tests run it from then on.

``python -m autograder.tests.fuzz --answers 10000`` instead tries every hidden check with hostile answers, so
many for each topic (``--topic`` for one). No fuzzer is needed, and a number gives the same trial in every
run; ``--first`` starts at another number.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.tests.fuzz.answers import tried
from autograder.tests.fuzz.recording import TOPICS, recorded
from autograder.tests.fuzz.targets import SEEDS, TARGETS

_MEMORY_MB = 1_500
_INPUT_S = 25
_LONGEST = 20_000
_READERS = [
    "autograder.collect",
    "autograder.checks",
    "autograder.report",
    "autograder.catalog",
    "zipfile",
    "h11",
]


def main() -> int:
    """Run the targets one after the other; 1 when one of them found something."""
    words = argparse.ArgumentParser(prog="python -m autograder.tests.fuzz", description=__doc__)
    words.add_argument("--minutes", type=float, default=60)
    words.add_argument("--only", choices=sorted(TARGETS), action="append")
    words.add_argument("--found", type=Path, default=Path(".course/fuzz"))
    words.add_argument("--target", choices=sorted(TARGETS), help=argparse.SUPPRESS)
    words.add_argument("--answers", type=int, default=0)
    words.add_argument("--topic", choices=TOPICS, action="append")
    words.add_argument("--first", type=int, default=0)
    asked, passed_on = words.parse_known_args()
    if asked.answers:
        return _answers(asked.topic or TOPICS, range(asked.first, asked.first + asked.answers))
    if asked.target:
        return _fuzz(asked.target, passed_on)
    names = asked.only or list(TARGETS)
    codes = {name: _one(name, asked.found, asked.minutes * 60 / len(names)) for name in names}
    found = [name for name, code in codes.items() if code]
    sys.stdout.write(f"{len(names)} targets; something was found in: {', '.join(found) or 'none'}\n")
    return 1 if found else 0


def _answers(topics: Sequence[str], numbers: range) -> int:
    """Try each number for each topic; 1 when a check raised."""
    broken = 0
    for topic in topics:
        result = tried(recorded(topic), numbers)
        counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(result.verdicts.items()))
        sys.stdout.write(f"{topic}: {len(numbers)} hostile answers: {counted}\n")
        sys.stdout.writelines(f"  {line}\n" for line in result.broken)
        sys.stdout.flush()
        broken += len(result.broken)
    return 1 if broken else 0


def _one(name: str, found: Path, seconds: float) -> int:
    corpus, artifacts = found / "corpus" / name, found / "found" / name
    for folder in (corpus, artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS()[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    start = time.monotonic()
    command = [sys.executable, "-m", "autograder.tests.fuzz", "--target", name]
    limits = [f"-max_total_time={seconds:.0f}", f"-rss_limit_mb={_MEMORY_MB}", f"-timeout={_INPUT_S}"]
    more = [f"-max_len={_LONGEST}", f"-artifact_prefix={artifacts}/", "-print_final_stats=1", str(corpus)]
    ran = subprocess.run([*command, *limits, *more], capture_output=True, text=True, check=False)
    runs = next((line.split()[-1] for line in ran.stderr.splitlines() if "executed_units" in line), "?")
    peak = next((line.split()[-1] for line in ran.stderr.splitlines() if "peak_rss_mb" in line), "?")
    took = time.monotonic() - start
    sys.stdout.write(f"{name}: {runs} inputs in {took:.0f} s, peak {peak} MB, exit {ran.returncode}\n")
    if ran.returncode:
        sys.stdout.write("\n".join(ran.stderr.splitlines()[-40:]) + "\n")
    sys.stdout.flush()
    return ran.returncode


def _fuzz(name: str, limits: list[str]) -> int:
    import atheris  # noqa: PLC0415 - only here; the other way in needs no fuzzer

    # All of what these import would take minutes; the readers of foreign bytes are what counts.
    with atheris.instrument_imports(include=_READERS, enable_loader_override=False):
        from autograder.tests.fuzz import targets  # noqa: PLC0415 - instrumented as it is imported
    atheris.Setup([sys.argv[0], *limits], targets.TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
