"""Plaque's HU of an occlusion: what lies between its caps, beside its calcium, inside its rim."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.vessel.look import Look, LumenSettings
from tests.measured_tube import Seen, line_of, look
from tests.tube import PLAQUE_HU, Path, gap, scan, vessel

PATH = Path(length_mm=44.0)
WIDTH = gap(15.0, 31.0)


Added = Callable[[Floats, Floats, Floats], Floats]


def of(added: Added, seed: int = 1) -> Seen:
    material = vessel(diameter=WIDTH, calcium=lambda s, u, v: added(s, u, v) * (WIDTH(s) <= 0.0))
    return look(scan(PATH, material, noise_hu=30.0, seed=seed), line_of(PATH))


@pytest.mark.parametrize("denser_hu", [0.0, 30.0])
def test_plaque_of_any_hu_is_read(denser_hu: float) -> None:
    found = of(lambda s, u, v: np.full(u.shape, denser_hu)).trace.signal.plaque_hu
    assert np.ptp(found) == 0.0
    assert found[0] == pytest.approx(PLAQUE_HU + denser_hu, abs=6.0)


def half(hu: float) -> Added:
    def added(s: Floats, u: Floats, v: Floats) -> Floats:
        return np.where(v > 0.2, hu, 0.0)

    return added


@pytest.mark.parametrize("calcium_hu", [200.0, 900.0])
def test_calcium_of_half_the_section_does_not_brighten_plaque(calcium_hu: float) -> None:
    assert of(half(calcium_hu)).trace.signal.plaque_hu[0] == pytest.approx(PLAQUE_HU, abs=12.0)


def test_where_calcium_fills_the_body_plaque_is_the_usual() -> None:
    seen = of(lambda s, u, v: np.full(u.shape, 700.0))
    assert seen.trace.signal.plaque_hu[0] == pytest.approx(seen.physics.plaque_hu, abs=4.0)


def test_what_lies_outside_the_scan_is_no_plaque() -> None:
    """Two thirds of the body are missing, as padding is."""
    trace = (seen := of(lambda s, u, v: np.zeros(u.shape))).trace
    s = trace.frames.arclength_mm
    samples = np.where((s > 20.0)[:, None, None], np.nan, trace.sections.samples)
    cut = Look.at(
        replace(trace.sections, samples=samples.astype(np.float32)), np.full(len(s), 1.6),
        seen.physics, LumenSettings(),
    )  # fmt: skip
    found = cut.plaque_hu((s > 15.0) & (s < 31.0), usual=90.0)
    # A third of the body tells it less surely.
    assert PLAQUE_HU - 6.0 < found < PLAQUE_HU + 20.0
