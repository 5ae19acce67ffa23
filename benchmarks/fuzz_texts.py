"""Hostile texts: every damaged line, table, settings file or contour is read or refused by a code.

``python -m benchmarks.fuzz_texts [--tiny] [--cases N] [--seed N]`` prints how often each code was
the answer of each reader; anything else is printed with its number, and is a fault.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from ctocalc.batch.manifest import read_manifest
from ctocalc.errors import InputRefused
from ctocalc.files.centerlines import read_tree
from ctocalc.files.clinical import read_clinical
from ctocalc.files.contours import read_contours
from ctocalc.files.form_table import read_form_table
from ctocalc.files.settings import read_settings
from ctocalc.scores.registry import system
from tests.files.lines.hostile import mutants
from tests.files.lines.test_hostile import SEEDS, SUFFIXES, TOML
from tests.files.test_contours import WHOLE
from tests.hostile import SECONDS, limited

MANIFESTS = (
    b"case_id,series,centerline,vessel,cap,age,prior_attempt\n"
    b'a,scan,lad.csv,LAD,"12,30",61,yes\nb,other,rca.vtp,RCA,,,\n',
    b"case_id\tseries\tcenterline\tvessel\tphase\tsite\na\tscan\tlad.csv\tLAD\t75%\tx\n",
)
FORMS = (
    b"case_id\tblunt_stump\tcalcification\tbending\tlength\tprior_attempt\n1\tyes\tno\tno\tno\tno\n",
    b"case_id,length_mm,bend_deg,calcification\n1,22.5,46,yes\n2,,,unknown\n",
)
Reader = tuple[str, Sequence[bytes], Callable[[Path], object]]
READERS: tuple[Reader, ...] = (
    ("line", SEEDS, lambda path: read_tree(path, vessel="LAD", label="1")),
    ("settings.toml", TOML, read_settings),
    ("clinical.toml", TOML, read_clinical),
    ("contours.txt", (WHOLE.encode(),), read_contours),
    ("manifest.csv", MANIFESTS, read_manifest),
    ("forms.tsv", FORMS, lambda path: read_form_table(path, system("jcto"))),
)


def attempt(read: Callable[[Path], object], path: Path) -> str:
    """Return "read", a code, or a fault."""
    try:
        read(path)
    except InputRefused as error:
        return error.code
    except Exception as error:
        return f"FAULT {type(error).__name__}: {error}"
    return "read"


def run(first_seed: int, cases: int) -> tuple[Counter[str], list[str], float]:
    """Return the count of every answer by reader, the faults, and the longest time in seconds."""
    answers: Counter[str] = Counter()
    faults: list[str] = []
    longest = 0.0
    with tempfile.TemporaryDirectory() as name, limited():
        for kind, seeds, read in READERS:
            share = cases // 2 if kind == "line" else cases // 10
            damaged = mutants(seeds, share, start=first_seed * 10**6)
            for number, data in enumerate(damaged):
                file = f"line{SUFFIXES[number % len(SUFFIXES)]}" if kind == "line" else kind
                path = Path(name) / file
                path.write_bytes(data)
                begun = time.perf_counter()
                answer = attempt(read, path)
                took = time.perf_counter() - begun
                longest = max(longest, took)
                answers[f"{kind}: {answer}"] += 1
                if answer.startswith("FAULT") or took > SECONDS:
                    faults.append(f"{kind} {number}: {answer}, {took:.1f} s")
                path.unlink()
    return answers, faults, longest


def main(arguments: list[str] | None = None) -> int:
    """Run the fuzzer and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a few dozen cases")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    answers, faults, longest = run(given.seed, 60 if given.tiny else given.cases)
    for answer, count in sorted(answers.items()):
        print(f"{count:7} {answer}")
    print(f"{sum(answers.values())} cases, longest {longest:.2f} s, {len(faults)} faults")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
