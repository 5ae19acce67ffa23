"""Why a volume file is refused: one sentence for each reason, without its name."""

from ctocalc.errors import Code, ImageRefused
from ctocalc.image.scan import MOST_BYTES


def elsewhere() -> ImageRefused:
    """Return the refusal of a header whose voxels are not in its own folder."""
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        "The image file is empty or damaged, or its voxels lie in another file that is not a plain "
        "one beside it; only the file itself and its folder are read. Write the image as one file.",
    )


def too_large() -> ImageRefused:
    """Return the refusal of more voxels than are ever read."""
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        f"The image file claims to hold more than {MOST_BYTES >> 30} GiB of voxels; crop it around "
        "the heart.",
    )


def truncated() -> ImageRefused:
    """Return the refusal of voxels that are not all there."""
    return ImageRefused(
        Code.TRUNCATED,
        "The voxels of the image file cannot be read: it is damaged or cut off. Copy it again.",
    )


def no_geometry() -> ImageRefused:
    """Return the refusal of a file that does not say where it lies."""
    return ImageRefused(
        Code.GEOMETRY_MISSING,
        "The image file does not say where it lies in the patient (or its axes are skewed); write "
        "it with orientation and origin, or give the DICOM series.",
    )


def unreadable(what: str) -> ImageRefused:
    """Return the refusal of a file that is damaged or of another format."""
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        f"The image file cannot be read as {what}: it is damaged, its axes are skewed, or it is of "
        "another format. Write it again as NIfTI, NRRD or MHA.",
    )


def not_a_volume(dimensions: int, slices: int, components: int) -> ImageRefused | None:
    """Return the refusal of what is no single image of HU in three dimensions, else None."""
    if components != 1:
        return ImageRefused(
            Code.NOT_CT,
            f"The image has {components} values per voxel; one (HU) was expected. Give the CT "
            "itself.",
        )
    if dimensions > 3:
        return ImageRefused(
            Code.SEVERAL_PHASES,
            f"The image has {dimensions} dimensions; three were expected. Give one phase.",
        )
    if dimensions < 3 or slices < 2:
        return ImageRefused(
            Code.TOO_FEW_SLICES, "The image has one slice; a volume needs two. Give all slices."
        )
    return None
