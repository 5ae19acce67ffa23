"""What is drawn of one vessel, taken from the files of its case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ctocalc._arrays import Array, Floats
from ctocalc.report.stills import calcium_on_rays
from ctocalc.study.record import CaseRecord

Json = dict[str, Any]

OUTSIDE_HU = -32768
# A ray counts as calcium from here on, as for the arcs of the tables.
LEAST_MM = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """One measured vessel: ``stations`` the columns of its table, ``images`` its sections.

    ``lesions`` are those of ``result.json``; ``contrast`` is False where the lumen could not be
    measured, and then nothing is known of occlusions either.
    """

    title: str
    stations: Mapping[str, Array]
    images: Mapping[str, Array]
    lesions: tuple[Json, ...]
    blood_pool_hu: float | None
    lesion_settings: Json

    @property
    def along_mm(self) -> Floats:
        """Arc length (N,) of every section."""
        return np.asarray(self.images["arclength_mm"], dtype=np.float64)

    @property
    def contrast(self) -> bool:
        """Whether a lumen was measured anywhere."""
        return bool(np.isfinite(self.stations["lumen_area_mm2"]).any())

    @property
    def hu(self) -> Floats:
        """Sections (N, P, P), row upwards (``normal``), column to the right; NaN outside."""
        hu = np.asarray(self.images["hu"], dtype=np.float64).transpose(0, 2, 1)
        return np.where(hu == OUTSIDE_HU, np.nan, hu)

    @property
    def calcium(self) -> Floats:
        """Share of calcium (N, P, P) of every pixel, likewise."""
        return np.asarray(self.images["calcium"], dtype=np.float64).transpose(0, 2, 1) / 255

    @property
    def edge_mm(self) -> float:
        """Half the width of a section, to the rim of its last pixel."""
        offset = self.images["offset_mm"]
        return float(offset[-1] + (offset[1] - offset[0]) / 2)

    def nearest(self, at_mm: float) -> int:
        """Return the section nearest to an arc length."""
        return int(np.abs(self.along_mm - at_mm).argmin())

    def radius_mm(self, kind: str) -> Floats:
        """Radii (N, A) of a contour, "lumen" or "wall"; NaN where there is none."""
        radius = np.asarray(self.images[f"{kind}_radius_mm"], dtype=np.float64)
        return np.where(radius > 0.0, radius, np.nan)

    @property
    def calcium_on_rays(self) -> Floats:
        """Thickness of calcium (N, 120) on rays from the wall's centre, mm; NaN without a wall.

        The first ray points to 12 o'clock, the others follow the clock: the rays that the arcs of
        the tables are counted on.
        """
        return calcium_on_rays(self.images)

    def told(self, column: str, at_mm: float) -> float:
        """Return a column's value at the station nearest to an arc length."""
        n = int(np.abs(self.stations["arclength_mm"] - at_mm).argmin())
        return float(self.stations[column][n])


def measured_vessels(case: CaseRecord) -> dict[str, Drawn]:
    """Return what can be drawn, by vessel; a refused vessel cannot."""
    result = case.result
    settings = result["provenance"]["settings"].get("lesion", {})
    return {
        vessel["vessel"]: Drawn(
            title=f"{result['case_id']}  {vessel['vessel']}",
            stations=case.stations[vessel["vessel"]],
            images=case.sections[vessel["vessel"]],
            lesions=tuple(vessel["lesions"]),
            blood_pool_hu=result["image"]["blood_pool_hu"]["value"],
            lesion_settings=settings,
        )
        for vessel in result["vessels"]
        if vessel["vessel"] in case.sections
    }
