"""Slices that take turns between images: phases stacked into one volume of a fraction of the step.

Slices of one image resemble their neighbours most.  Where images take turns, the next slice of the
same image, several steps away, is the nearer one, wherever motion or contrast made them differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats32
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.volume import Volume

MOST_IMAGES = 4
WINDOW = 12
PATCH_MM = 8.0
# Lung and calcium would outweigh all else.
DARKEST_HU, BRIGHTEST_HU = -300.0, 700.0
# Neighbours differ by more than this (RMS), and so many times as much (mean square) as slices of
# one image.  One image: at most 0.7 in real and made scans, 1.2 in noise that no slice shares with
# the next; images 0.8 mm apart: 2 and more.
LEAST_CHANGE_HU = 25.0
LEAST_RATIO = 1.5
FEWEST_PLACES = 2
FEWEST_OF_EACH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """So many images take turns, seen at ``places`` (8 mm squares over 12 slices)."""

    images: int
    places: int


def find_turns(volume: Volume) -> Turns | None:
    """Return how many images take turns in a volume; None where its slices are of one image.

    Images that show the same thing everywhere in the volume are not told apart: stacked, they
    mislead nobody.
    """
    count, (_, down_mm, across_mm) = len(volume.stored), volume.grid.spacing_kji_mm
    square = _pixels(down_mm), _pixels(across_mm)
    places = {n: 0 for n in range(2, MOST_IMAGES + 1) if count >= (FEWEST_OF_EACH + 1) * n}
    for slices in _windows(volume) if places else ():
        neighbours = _change(slices, 1, square)
        for images in places:
            apart = _change(slices, images, square)
            places[images] += _alternating(neighbours, apart, images)
    most = max(places, key=lambda images: places[images], default=0)
    if not most or places[most] < FEWEST_PLACES:
        return None
    return Turns(images=most, places=places[most])


def refuse_turns(volume: Volume) -> None:
    """Refuse a volume whose slices take turns between images.

    Raises
    ------
    ImageRefused
        SEVERAL_PHASES.
    """
    found = find_turns(volume)
    if found:
        raise ImageRefused(
            Code.SEVERAL_PHASES,
            f"The slices take turns between {found.images} images that nothing in the headers "
            f"tells apart: at {found.places} places neighbours differ more than slices "
            f"{found.images} steps apart; one image was expected. Export the phase or acquisition "
            "to be measured as its own series.",
        )


def _pixels(spacing_mm: float) -> int:
    """Return the pairs of pixels along the side of a square."""
    return max(2, round(PATCH_MM / (2 * spacing_mm)))


def _windows(volume: Volume) -> Iterator[Floats32]:
    """Yield HU of the slices of one window and of those that these are compared with.

    Two by two pixels are averaged: less noise to drown a difference.
    """
    count = len(volume.stored)
    last = max(0, count - WINDOW - MOST_IMAGES)
    for start in range(0, max(1, count - MOST_IMAGES), WINDOW):
        first = min(start, last)
        stored = volume.stored[first : first + WINDOW + MOST_IMAGES]
        hu = stored * np.float32(volume.slope) + np.float32(volume.intercept)
        hu = np.fmin(np.fmax(hu, DARKEST_HU), BRIGHTEST_HU)  # NaN becomes dark
        hu = hu[:, : hu.shape[1] // 2 * 2, : hu.shape[2] // 2 * 2]
        yield (hu[:, ::2, ::2] + hu[:, 1::2, ::2] + hu[:, ::2, 1::2] + hu[:, 1::2, 1::2]) / 4


def _change(slices: Floats32, steps: int, square: tuple[int, int]) -> Floats32:
    """Return the mean squared change to the slice so many steps on, by squares of pixels."""
    squared = (slices[steps:] - slices[:-steps]) ** 2
    down, across = square
    rows, columns = squared.shape[1] // down, squared.shape[2] // across
    whole = squared[:, : rows * down, : columns * across]
    return np.asarray(whole.reshape(len(squared), rows, down, columns, across).mean(axis=(2, 4)))


def _alternating(neighbours: Floats32, apart: Floats32, images: int) -> int:
    """Return at how many places slices so many steps apart are nearer than their neighbours.

    Each image's slices must be: noise that alternates makes only the quieter ones look so.
    """
    between = [neighbours[n : n + len(apart)] for n in range(images)]
    nearest = np.minimum.reduce(between)
    ratio = np.where(nearest > LEAST_CHANGE_HU**2, nearest / np.maximum(apart, 1.0), 0.0)
    each = [np.median(ratio[n::images], axis=0) for n in range(images)]
    return int((np.minimum.reduce(each) > LEAST_RATIO).sum())
