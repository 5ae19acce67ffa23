"""The truth of a phantom, under the names of ``result.json`` and ``stations.tsv``."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ctocalc._arrays import Array
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.phantom.artefacts import artefacts, displaced
from ctocalc.phantom.items import items
from ctocalc.phantom.lesion_record import describe_lesion
from ctocalc.phantom.lesion_truth import Measuring, quantity
from ctocalc.phantom.lesions import lesions, occlusions
from ctocalc.phantom.path import Axis
from ctocalc.phantom.sections import burden, station_table
from ctocalc.phantom.spec import HU_PER_MGCC, CaseSpec, Vessel

SCHEMA = "ctocalc-truth/1"


def describe(
    spec: CaseSpec, axes: Mapping[str, Axis], grid: VoxelGrid, *, seed: int
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return ``truth.json`` as a mapping, and the true stations of the given vessels."""
    vessels, tables = [], []
    for vessel in spec.vessels:
        if vessel.given:
            truth, table = _vessel(spec, vessel, axes, grid)
            vessels.append(truth)
            tables.append(table)
    stations = {name: np.concatenate([t[name] for t in tables]) for name in tables[0]}
    scan = spec.scan
    image = {
        "spacing_mm": list(scan.spacing_kji_mm),
        "slice_thickness_mm": scan.spacing_kji_mm[0],
        "kvp": scan.kvp,
        "psf_fwhm_mm": scan.psf_fwhm_mm,
        "psf_fwhm_z_mm": scan.psf_fwhm_z_mm,
        "noise_hu": scan.noise_hu,
        "motion_mm": scan.motion_mm,
        "contrast": scan.contrast,
        "hu_per_mgcc": HU_PER_MGCC[scan.kvp],
        "plaque_hu": spec.vessels[0].plaque_hu,
        "lumen_hu": spec.vessels[0].lumen_hu,
        "fat_hu": spec.surroundings.fat_hu,
        "myocardium_hu": spec.surroundings.myocardium_hu,
        "blood_pool_hu": spec.surroundings.blood_hu,
    }
    head = {"schema": SCHEMA, "case_id": spec.name, "summary": spec.summary, "seed": seed}
    return head | {"image": image, "vessels": vessels}, stations


def _vessel(
    spec: CaseSpec, vessel: Vessel, axes: Mapping[str, Axis], grid: VoxelGrid
) -> tuple[dict[str, Any], dict[str, Array]]:
    axis = axes[vessel.name]
    table, total = station_table(vessel, axis), burden(vessel, axis)
    groups = lesions(occlusions(vessel))
    s = table["arclength_mm"]
    of_lesion, occluded = np.zeros(len(s), dtype=np.int64), np.zeros(len(s), dtype=np.bool_)
    for number, group in enumerate(groups, start=1):
        of_lesion[(s >= group[0].start_mm) & (s <= group[-1].end_mm)] = number
        for one in group:
            occluded[(s >= one.start_mm) & (s <= one.end_mm)] = one.total
    table |= {"lesion": of_lesion, "occluded": occluded}
    first = axes[spec.vessels[0].name]
    names = [f"{letter}_lps_mm" for letter in "xyz"]
    seen = displaced(np.stack([table[name] for name in names], axis=1), spec, first, grid)
    table |= {name: seen[:, n] for n, name in enumerate(names)}
    measuring = Measuring(
        spec=spec, vessel=vessel, axis=axis, table=table, burden=total,
        seen=lambda points: displaced(points, spec, first, grid),
    )  # fmt: skip
    described = [describe_lesion(measuring, n, g) for n, g in enumerate(groups, start=1)]
    target = next((lesion for lesion in described if lesion["occluded"]), None)
    for lesion in described:
        lesion["target"] = lesion is target
        lesion["items"] = items(measuring, lesion) if lesion["occluded"] else None
    volume, mass = total.between(0, vessel.path.length_mm)
    spoilt = artefacts(spec, vessel, axes, grid)
    return {
        "vessel": vessel.name,
        "status": "ok",
        "length_mm": vessel.path.length_mm,
        "calcium": {"volume_mm3": quantity(volume, "mm3"), "mass_mg": quantity(mass, "mg")},
        "lesions": described,
    } | ({"artefacts": spoilt} if spoilt else {}), table
