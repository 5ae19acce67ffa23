"""Hostile images: every damaged folder is read, or refused by a code, in bounded time and memory.

``python -m benchmarks.fuzz [--tiny] [--volumes] [--cases N] [--seed N]`` prints how often each code
was the answer; anything else is printed with its case, and is a fault.  Cases are made of a small
series in several syntaxes and of a multi-frame object, or of volume files, by ``tests/hostile.py``;
each one can be made again from its seed and number.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.hostile import (
    SECONDS,
    attempt,
    attempt_volume,
    limited,
    make,
    make_volume,
    originals,
    volume_originals,
)


def run(first_seed: int, cases: int, *, volumes: bool) -> tuple[Counter[str], list[str], float]:
    """Return the count of every answer, the faults, and the longest time in seconds."""
    answers: Counter[str] = Counter()
    faults: list[str] = []
    longest = 0.0
    with tempfile.TemporaryDirectory() as name, limited():
        base = (volume_originals if volumes else originals)(Path(name) / "base")
        for number in range(cases):
            folder = Path(name) / "case"
            kind = (make_volume if volumes else make)(base, folder, (first_seed, number))
            begun = time.perf_counter()
            answer = (attempt_volume if volumes else attempt)(folder)
            took = time.perf_counter() - begun
            longest = max(longest, took)
            answers[answer] += 1
            if answer.startswith("FAULT") or took > SECONDS:
                faults.append(f"case {number} ({kind}): {answer}, {took:.1f} s")
    return answers, faults, longest


def main(arguments: list[str] | None = None) -> int:
    """Run the fuzzer and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a few dozen cases")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--volumes", action="store_true", help="NIfTI, NRRD, MetaImage instead")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    answers, faults, longest = run(
        given.seed, 60 if given.tiny else given.cases, volumes=given.volumes
    )
    for answer, count in answers.most_common():
        print(f"{count:7} {answer}")
    print(f"{sum(answers.values())} cases, longest {longest:.2f} s, {len(faults)} faults")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
