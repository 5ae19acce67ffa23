#!/usr/bin/env python3
"""Rebuild ``data/synthetic``, or check it: build_synthetic.py [--check] [NAME ...].

--check compares the digest of every committed file with SHA256SUMS, renders the named cases anew
(default: one small case) and fails where a voxel differs by more than 1 HU.
"""

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

import numpy as np
from pydicom import dcmread

from ctocalc.cli.phantom_folder import write_case
from ctocalc.phantom.cases import NAMES, named
from ctocalc.phantom.render import render

ROOT = Path(__file__).resolve().parents[1] / "data" / "synthetic"
SEED = 1
UNCOMPRESSED = "soft-tapered-short"
SUMS = "SHA256SUMS"
MAX_HU = 1
MAX_MB = 60

README = """# Synthetic cases

Digital phantoms of coronary arteries with known truth, made by formulas (`ctocalc.phantom`): no
patient, no scanner. Licence: Apache-2.0 like the code; you may also use them under CC0-1.0.
`scripts/build_synthetic.py` rebuilds them (HU within 1 on any machine), `--check` verifies
`SHA256SUMS`. `{plain}` is uncompressed, the others are JPEG-LS lossless. File names are in no
spatial order, on purpose.

Each case: `dicom/` (CT Image Storage), `centerlines/*.csv` (what a user would give: LPS mm, with a
reader's error; not the true axis), `truth.json` (names as in `result.json`), `stations.tsv` (true
sections every 0.5 mm). The same from the command line: `ctocalc phantom NAME --out DIR`.

| case | what it is |
| --- | --- |
{rows}
"""


def build(names: list[str]) -> None:
    """Render the cases into a fresh folder each, then write README and digests of all."""
    ROOT.mkdir(parents=True, exist_ok=True)
    for name in names:
        print(f"rendering {name}", flush=True)
        shutil.rmtree(ROOT / name, ignore_errors=True)
        write_case(render(named(name), seed=SEED), ROOT / name, compressed=name != UNCOMPRESSED)
    # No line ending may change, or the digests of a checkout would.
    (ROOT / ".gitattributes").write_text("* -text\n", encoding="utf-8")
    rows = "\n".join(f"| `{name}` | {named(name).summary} |" for name in NAMES)
    (ROOT / "README.md").write_text(README.format(plain=UNCOMPRESSED, rows=rows), encoding="utf-8")
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests(ROOT).items())]
    (ROOT / SUMS).write_text("".join(lines), encoding="utf-8")


def digests(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every file but the list of digests, by relative path."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != SUMS
    }


def faults(root: Path) -> list[str]:
    """Return what differs between the files and their digests, one sentence each."""
    listed = (line.split("  ", 1) for line in (root / SUMS).read_text("utf-8").splitlines())
    wanted = {name: digest for digest, name in listed}
    found = digests(root)
    missing = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    strange = [f"{name} is not listed" for name in sorted(found.keys() - wanted.keys())]
    both = sorted(wanted.keys() & found.keys())
    changed = [f"{name} has another digest" for name in both if wanted[name] != found[name]]
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) / 1e6
    return missing + strange + changed + ([f"{size:.0f} MB in all"] if size > MAX_MB else [])


def largest_difference_hu(name: str, root: Path) -> float:
    """Return the largest difference between a committed case and the same rendered here."""
    slices = [dcmread(path) for path in (root / name / "dicom").iterdir()]
    slices.sort(key=lambda one: int(one.InstanceNumber))
    stored = np.stack([one.pixel_array for one in slices]).astype(np.float64)
    hu = stored * float(slices[0].RescaleSlope) + float(slices[0].RescaleIntercept)
    return float(np.abs(render(named(name), seed=SEED).volume.hu() - hu).max())


def main() -> int:
    """Build or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME")
    options = parser.parse_args()
    if not options.check:
        build(options.names or list(NAMES))
        return 0
    found = faults(ROOT)
    for name in options.names or [UNCOMPRESSED]:
        difference = largest_difference_hu(name, ROOT)
        if difference > MAX_HU:
            found.append(f"{name} differs by {difference:.0f} HU when rendered here")
    print("\n".join(found) or "data/synthetic is as it should be")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
