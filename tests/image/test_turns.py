"""Images whose slices take turns are found wherever they differ, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ctocalc.errors import Code, ImageRefused
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.turns import Turns, find_turns, refuse_turns
from ctocalc.image.volume import Volume
from ctocalc.phantom.cases import recipe
from ctocalc.phantom.noise import noise
from ctocalc.phantom.render import render

Stored = NDArray[np.int16]


def volume(stored: NDArray[np.generic], spacing: tuple[float, float, float]) -> Volume:
    grid = VoxelGrid(shape_kji=stored.shape[:3], lps_from_kji=np.diag([*spacing[::-1], 1.0]))
    return Volume(stored=stored.astype(np.int16), slope=1.0, intercept=0.0, grid=grid)


@pytest.fixture(scope="module")
def one_image() -> Volume:
    return render(recipe("island"), seed=1).volume


def stacked(
    one: Volume, images: int, *, pixels: int = 0, hu: int = 0, share: float = 1.0
) -> Volume:
    """Every n-th slice from a patient who moved, or took contrast, in a share of the columns."""
    stored = np.array(one.stored)
    width = stored.shape[2]
    columns = slice(int(width * (1 - share) / 2), int(width * (1 + share) / 2))
    for n in range(1, images):
        moved = np.roll(stored[n::images], n * pixels, axis=2)
        stored[n::images, :, columns] = moved[:, :, columns]
        stored[n::images] += (stored[n::images] > 1200).astype(np.int16) * np.int16(n * hu)
    return replace(one, stored=stored)


def test_one_image_is_one(one_image: Volume) -> None:
    assert find_turns(one_image) is None
    refuse_turns(one_image)


@pytest.mark.parametrize("images", [2, 3, 4])
def test_images_a_little_apart_are_counted(one_image: Volume, images: int) -> None:
    """0.8 mm of motion from image to image."""
    found = find_turns(stacked(one_image, images, pixels=2))
    assert found is not None
    assert found.images == images
    assert found.places >= 2


def test_a_tenth_of_the_field_is_enough(one_image: Volume) -> None:
    assert find_turns(stacked(one_image, 2, pixels=4, share=0.1)) is not None


def test_contrast_in_every_second_slice_is_seen(one_image: Volume) -> None:
    assert find_turns(stacked(one_image, 2, hu=-150)) is not None


def test_images_that_are_alike_mislead_nobody(one_image: Volume) -> None:
    assert find_turns(stacked(one_image, 2)) is None


def test_padding_and_values_without_a_number_are_no_difference(one_image: Volume) -> None:
    values = one_image.hu()
    values[:, :20] = np.nan
    values[::2, -20:] = np.nan
    values[1::2, -20:] = -2000.0
    assert find_turns(replace(one_image, stored=values, slope=1.0, intercept=0.0)) is None


@pytest.mark.parametrize("kind", ["shared", "own", "every second slice"])
def test_noise_alone_is_no_second_image(kind: str) -> None:
    """The worst for the test: nothing else, very strong, and not shared by neighbours."""
    blur = (0.5 if kind == "shared" else 1e-6, 0.4, 0.4)
    made = noise((64, 160, 160), (0.5, 0.4, 0.4), np.array(blur), sd_hu=100.0, seed=2)
    if kind == "every second slice":
        made[::2] *= 0.3
    assert find_turns(volume(made, (0.5, 0.4, 0.4))) is None


@pytest.mark.parametrize("kind", ["one slice", "a step", "a jump", "stripes of four slices"])
def test_what_changes_without_taking_turns_is_one_image(one_image: Volume, kind: str) -> None:
    stored = np.array(one_image.stored)
    n = np.arange(len(stored))
    changed = {"one slice": n == 80, "a step": n >= 80, "a jump": (n >= 80) & (n < 84),
               "stripes of four slices": n // 4 % 2 == 0}[kind]  # fmt: skip
    stored[changed] = np.roll(stored[changed], 6, axis=2)
    assert find_turns(replace(one_image, stored=stored)) is None


def test_too_few_slices_do_not_tell(one_image: Volume) -> None:
    two = stacked(one_image, 2, pixels=8)
    assert find_turns(replace_slices(two, 60, 67)) is None
    assert isinstance(find_turns(replace_slices(two, 60, 68)), Turns)


def replace_slices(one: Volume, first: int, end: int) -> Volume:
    _, rows, columns = one.stored.shape
    return one.crop((slice(first, end), slice(0, rows), slice(0, columns)))


def test_the_refusal_says_how_many_and_what_to_do(one_image: Volume) -> None:
    with pytest.raises(ImageRefused, match=r"between 2 images .* Export") as refused:
        refuse_turns(stacked(one_image, 2, pixels=3))
    assert refused.value.code is Code.SEVERAL_PHASES


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["stent", "pacing-lead", "ghost", "motion", "step", "random-hard:0", "random-hard:2"]
)
def test_made_scans_with_artefacts_and_noise_are_one_image(name: str) -> None:
    case = recipe(name)
    noisy = replace(case, scan=replace(case.scan, noise_hu=60.0))
    one = render(noisy, seed=3).volume
    assert find_turns(one) is None
    own = np.random.default_rng(4).normal(0, 60, one.stored.shape)
    assert find_turns(replace(one, stored=(one.stored + own).astype(np.int16))) is None
