"""A scan small enough for the command line's tests: one straight vessel, occluded in the middle.

Made by a formula of its own, not by the phantoms: a tube along z in fat, bright but for a stretch.
"""

from pathlib import Path

import numpy as np
import SimpleITK as sitk

SPACING_MM = 0.4
X_MM, Y_MM = 31.0, -42.0
FIRST_Z_MM, LAST_Z_MM = 100.0, 60.0
ENTRY_MM, EXIT_MM = 14.0, 26.0


def write_scan(folder: Path) -> Path:
    """Write the scan as MetaImage; the vessel runs downwards from (31, -42, 100)."""
    x = X_MM - 10 + SPACING_MM * np.arange(50)
    z = LAST_Z_MM - 10 + SPACING_MM * np.arange(150)
    radius = np.hypot(x[None, :] - X_MM, (x - X_MM + Y_MM)[:, None] - Y_MM)[None]
    along = (FIRST_Z_MM - z)[:, None, None]
    wall = _inside(1.7 - radius, 0.3)
    gap = _inside(np.minimum(along - ENTRY_MM, EXIT_MM - along), 0.3)
    lumen = _inside(1.4 - radius, 0.3) * (1 - gap)
    hu = -90 + wall * 150 + lumen * 340
    hu = hu + np.random.default_rng(7).normal(0, 12, hu.shape)
    image = sitk.GetImageFromArray(np.rint(hu).astype(np.int16))
    image.SetSpacing((SPACING_MM,) * 3)
    image.SetOrigin((float(x[0]), float(x[0] - X_MM + Y_MM), float(z[0])))
    path = folder / "scan.mha"
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


def _inside(depth_mm: np.ndarray, blur_mm: float) -> np.ndarray:
    return np.asarray(0.5 * (1 + np.tanh(depth_mm / blur_mm)))


def write_line(path: Path, *, shift_mm: float = 0.0, sign: float = 1.0, head: str = "") -> Path:
    """Write the vessel's line, or one beside it; ``sign`` -1 writes it in RAS."""
    steps = np.arange(FIRST_Z_MM, LAST_Z_MM - 0.5, -1.0)
    rows = [f"{sign * (X_MM + shift_mm)},{sign * Y_MM},{z}" for z in steps]
    path.write_text("\n".join([head + "x,y,z", *rows]) + "\n", encoding="utf-8")
    return path
