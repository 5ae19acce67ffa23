"""Motion, steps and metal of the phantoms against what they are by definition."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.phantom.anatomy import stent_depth
from ctocalc.phantom.artefacts import displaced, distort
from ctocalc.phantom.cases import ARTEFACTS, named
from ctocalc.phantom.path import build_axes
from ctocalc.phantom.render import case_grid, render
from ctocalc.phantom.spec import CaseSpec, Stent

EXPECTED = {
    "stent": "METAL_SUSPECTED", "clip": "METAL_SUSPECTED", "pacing-lead": "METAL_SUSPECTED",
    "motion": "MOTION", "ghost": "MOTION", "step": "STEP_ARTEFACT", "step-at-cap": "STEP_ARTEFACT",
}  # fmt: skip


def distorted(spec: CaseSpec, picture: Floats) -> Floats:
    axes = build_axes(spec.vessels)
    return distort(picture, spec, axes["LAD"], case_grid(spec, axes))


def blank(spec: CaseSpec) -> Floats:
    """Return a picture with one bright bar per slice, through its middle."""
    shape = case_grid(spec, build_axes(spec.vessels)).shape_kji
    out = np.zeros(shape)
    out[:, shape[1] // 2 - 3 : shape[1] // 2 + 4, shape[2] // 2 - 3 : shape[2] // 2 + 4] = 400.0
    return out


@pytest.mark.parametrize("name", ["motion", "ghost", "step"])
def test_nothing_is_lost_and_only_what_is_told_moves(name: str) -> None:
    spec = named(name)
    before = blank(spec)
    after = distorted(spec, before)
    assert after.sum(axis=(1, 2)) == pytest.approx(before.sum(axis=(1, 2)), rel=1e-3)
    changed = np.abs(after - before).max(axis=(1, 2)) > 1.0
    slab = 8.0 / spec.scan.spacing_kji_mm[0]
    if name == "step":
        assert (np.diff(changed.astype(int)) != 0).sum() == 1
    else:
        assert changed.sum() == pytest.approx(slab, abs=2)


def test_the_line_follows_a_step_by_its_size() -> None:
    spec = named("step")
    axes = build_axes(spec.vessels)
    points = axes["LAD"].points
    moved = displaced(points, spec, axes["LAD"], case_grid(spec, axes)) - points
    size = np.linalg.norm(moved, axis=1)
    assert set(np.round(size, 6)) == {0.0, 2.0}
    assert not moved[:, 2].any()


@pytest.mark.parametrize("name", list(ARTEFACTS))
def test_the_truth_names_each_artefact_and_none_where_there_is_none(name: str) -> None:
    truth = render(named(name), seed=1).truth["vessels"][0]
    codes = {one["code"] for one in truth.get("artefacts", [])}
    assert codes == ({EXPECTED[name]} if name in EXPECTED else set())


def test_struts_cover_the_share_of_the_tube_that_their_widths_add_up_to() -> None:
    vessel = replace(named("stent").vessels[0], ellipse=0.0)
    stent = Stent(start_mm=5, end_mm=40)
    s, angle = np.meshgrid(np.arange(10, 19, 0.01), np.arange(0, 2 * np.pi, 0.01), indexing="ij")
    radius = stent.share * np.interp(s, [0, 44], [1.9, 1.5])
    covered = stent_depth(
        vessel, stent, s.ravel(), (radius * np.cos(angle)).ravel(), (radius * np.sin(angle)).ravel()
    )
    lean = np.arctan2(2 * np.pi * radius.mean(), stent.pitch_mm)
    one = stent.struts * stent.strut_mm / (2 * np.pi * radius.mean() * np.cos(lean))
    assert (covered > 0).mean() == pytest.approx(1 - (1 - one) ** 2, rel=0.1)
