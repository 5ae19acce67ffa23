"""The colours of pages and figures, one for each thing, told apart also without red or green.

Wall, lumen and calcium have two tones: bright ones over grey images, darker ones for curves on
paper.  A contour differs from its neighbours by its dashes as well.
"""

import numpy as np

from ctocalc._arrays import Array, Floats

ON_IMAGE = {"wall": "#ffd000", "lumen": "#4db8ff", "calcium": "#ef5a3c"}
ON_PAPER = {"wall": "#a68500", "lumen": "#1f6fd6", "calcium": "#b2203a"}
# From nothing to much, rising evenly in lightness (cividis).
SCALE_RGB = np.array([
    (0, 32, 77), (48, 66, 110), (86, 91, 109), (124, 123, 120), (166, 156, 117),
    (211, 193, 100), (255, 233, 69),
])  # fmt: skip
UNKNOWN = "#c8cdd2"  # nowhere on the scale
UNKNOWN_RGB = tuple(bytes.fromhex(UNKNOWN[1:]))


def colours(share: Floats) -> Array:
    """Return the RGB of shares from 0, dark blue, to 1, yellow; beyond them as at the end."""
    scaled = np.clip(share, 0, 1) * (len(SCALE_RGB) - 1)
    steps = np.arange(len(SCALE_RGB))
    rgb = np.stack([np.interp(scaled, steps, SCALE_RGB[:, c]) for c in range(3)], axis=-1)
    return np.asarray(np.rint(rgb), np.uint8)


def style() -> str:
    """Return the colours as properties of a page; a dark screen shows the bright tones."""
    paper = "".join(f"--{kind}: {colour}; " for kind, colour in ON_PAPER.items())
    image = "".join(f"--{kind}-on-image: {colour}; " for kind, colour in ON_IMAGE.items())
    dark = "".join(f"--{kind}: {colour}; " for kind, colour in ON_IMAGE.items())
    return (
        f":root {{ {paper}{image}--unknown: {UNKNOWN}; }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}\n"
    )
