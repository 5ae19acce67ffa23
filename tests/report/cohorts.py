"""Cohorts made by hand, as the columns of their tables."""

from typing import Any

import numpy as np

from ctocalc.report.cohort import SCORES, TABLES

Tables = dict[str, dict[str, list[Any]]]


def cohort(count: int, seed: int = 5) -> Tables:
    """Return a cohort: every 10th case refused, every 7th open, one measure far out."""
    random = np.random.default_rng(seed)
    tables: Tables = {name: {column: [] for column in TABLES[name]} for name in TABLES}

    def add(table: str, **cells: Any) -> None:
        for column in TABLES[table]:
            tables[table][column].append(cells.get(column))

    for n in range(count):
        case = {"case_id": f"case-{n:04}", "vessel": "LAD" if n % 2 else "RCA"}
        if n % 10 == 9:
            add("cases", **case, status="refused", code="SLICE_MISSING")
            continue
        add("cases", **case, status="ok", vessel_status="ok")
        has_lesion = n % 7 != 6
        flags = "NOISE_HIGH; SLICES_THICK" if n % 5 == 0 else None
        add("vessels", **case, lesions=int(has_lesion), calcium_mass_mg=10.0, flags=flags)
        if not has_lesion:
            continue
        length = 500.0 if n == 3 else float(random.uniform(5, 40))
        add(
            "lesions", **case, lesion=1, occluded=n % 3 != 0, truncated=False, length_mm=length,
            max_calcium_fraction=None if n == 4 else float(random.uniform(0, 1)),
            max_calcium_fraction_apparent=0.5, max_calcium_arc_deg=float(random.uniform(0, 360)),
            bend_deg=30.0, calcium_mass_mg=5.0, proximal_stump="blunt",
            proximal_stump_borderline=n % 4 == 0,
        )  # fmt: skip
        for system, edition, _ in SCORES:
            points = None if n % 2 else float(n % 4)
            add(
                "scores", **case, lesion=1, system=system, edition=edition, basis="corrected",
                points=points, points_low=float(n % 4), points_high=float(n % 4 + n % 2),
            )  # fmt: skip
    return tables
