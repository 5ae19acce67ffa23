"""What a phantom is made of: a recipe in millimetres, degrees and Hounsfield units.

Every position ``*_mm`` along a vessel is arc length on its axis from the first point of the given
line; every clock angle follows the frame of :mod:`ctocalc.phantom.path`.
"""

from dataclasses import dataclass, field

HU_PER_MGCC = {70: 2.20, 80: 1.95, 100: 1.58, 120: 1.32, 140: 1.17}
"""HU per mg/cm3 of hydroxyapatite by tube voltage: the physics that the phantoms assume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """A bend of ``angle_deg`` spread over ``length_mm`` as a raised cosine of curvature."""

    at_mm: float
    angle_deg: float
    length_mm: float
    towards_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """An axis by prescribed curvature; ``wander_per_mm`` adds a slow non-planar curvature."""

    length_mm: float
    start_lps_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction_lps: tuple[float, float, float] = (0.3, -0.4, -0.87)
    bends: tuple[Bend, ...] = ()
    wander_per_mm: float = 0.0
    wander_deg: float = 0.0
    wander_deg_per_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The end of the lumen at an occlusion: full lumen ``length_mm`` before the apex.

    ``tapered``: a cone with ``exponent``; else a rounded end.
    """

    tapered: bool
    length_mm: float
    exponent: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """No lumen (or a channel of ``channel_mm`` diameter) between two apices."""

    start_mm: float
    end_mm: float
    proximal: Cap
    distal: Cap
    lumen_hu_after: float
    channel_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remodelling:
    """The wall's diameter times ``factor`` between the two ends, with smooth ramps."""

    start_mm: float
    end_mm: float
    factor: float
    ramp_mm: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """The lumen's diameter times ``factor`` at ``at_mm``, a raised cosine of that length."""

    at_mm: float
    length_mm: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """Annular calcium ``rim_mm`` inside the wall; an arc of 360 is a ring."""

    start_mm: float
    end_mm: float
    angle_deg: float
    arc_deg: float
    thickness_mm: float
    density_mgcc: float
    rim_mm: float = 0.08
    twist_deg_per_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodule:
    """An ellipsoid; its centre lies at ``depth`` (0 axis, 1 wall) of the radius."""

    at_mm: float
    angle_deg: float
    depth: float
    along_mm: float
    radial_mm: float
    across_mm: float
    density_mgcc: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moon:
    """Calcium that fills ``fill`` of the wall's radius, shifted by ``offset`` of that radius."""

    start_mm: float
    end_mm: float
    density_mgcc: float
    fill: float = 0.99
    offset: float = 0.0
    angle_deg: float = 0.0


Piece = Sector | Nodule | Moon


@dataclass(frozen=True, slots=True, kw_only=True)
class Stent:
    """A mesh of metal struts on a tube at ``share`` of the wall's radius, two crossing helices."""

    start_mm: float
    end_mm: float
    share: float = 0.8
    strut_mm: float = 0.14
    struts: int = 6
    pitch_mm: float = 9.0
    hu: float = 30000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rod:
    """A metal rod with round ends beside the first vessel: a clip's leg, a lead, a wire.

    It follows the vessel's axis at ``distance_mm`` on the clock, and is no calcium of the truth.
    """

    start_mm: float
    end_mm: float
    angle_deg: float
    distance_mm: float
    diameter_mm: float
    hu: float = 15000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vessel:
    """One artery: axis, outer wall, lumen, calcium."""

    name: str
    path: Path
    diameter_start_mm: float
    diameter_end_mm: float
    wall_mm: float = 0.35
    ellipse: float = 0.0
    ellipse_deg: float = 0.0
    eccentricity: float = 0.0
    eccentricity_deg: float = 0.0
    lumen_hu: float = 400.0
    lumen_hu_per_mm: float = -0.4
    plaque_hu: float = 55.0
    interruptions: tuple[Interruption, ...] = ()
    narrowings: tuple[Narrowing, ...] = ()
    remodelling: tuple[Remodelling, ...] = ()
    calcium: tuple[Piece, ...] = ()
    stents: tuple[Stent, ...] = ()
    parent: str | None = None
    parent_at_mm: float = 0.0
    parent_angle_deg: float = 0.0
    take_off_deg: float = 60.0
    given: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Vein:
    """A tube beside the first vessel."""

    start_mm: float
    end_mm: float
    angle_deg: float
    distance_mm: float
    diameter_mm: float
    hu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chamber:
    """A contrast-filled ellipsoid whose surface passes ``gap_mm`` from the axis at ``at_mm``."""

    at_mm: float
    angle_deg: float
    gap_mm: float
    semi_axes_mm: tuple[float, float, float]
    hu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies about the vessels; ``embedding_mm``: how deep the axis lies in the myocardium."""

    myocardium_hu: float = 110.0
    fat_hu: float = -90.0
    blood_hu: float = 400.0
    myocardium_deg: float = 180.0
    embedding_mm: float = -1.5
    myocardium_mm: float = 9.0
    fat_mm: float = 9.0
    texture_hu: float = 8.0
    vein: Vein | None = None
    chambers: tuple[Chamber, ...] = ()
    aorta_mm: float | None = None
    rods: tuple[Rod, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """The heart moved in the slices while those within ``slab_mm`` about a station were taken.

    ``doubled``: it was seen at both ends of the way only, else everywhere on it (smeared).  The
    way is ``way_mm`` in the middle of the slab and less towards its ends (cosine), and symmetric
    about the true place.
    """

    at_mm: float
    slab_mm: float
    way_mm: float
    towards_deg: float
    doubled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Two table positions that do not match: every slice above a station's lies ``shift_mm`` off.

    ``towards_deg`` turns from the rows' to the columns' direction; the given line follows.
    """

    at_mm: float
    shift_mm: float
    towards_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How it is imaged.

    ``psf_fwhm_mm`` and ``psf_fwhm_z_mm`` are the whole system's Gaussian (voxel aperture included)
    along the grid's own axes; ``rotation_deg`` turns the grid against the patient about x, y, z.
    """

    kvp: int = 120
    spacing_kji_mm: tuple[float, float, float] = (0.5, 0.4, 0.4)
    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    psf_fwhm_mm: float = 0.66
    psf_fwhm_z_mm: float = 0.75
    noise_hu: float = 24.0
    motion_mm: float = 0.0
    slab_motion: Motion | None = None
    step: Step | None = None
    contrast: bool = True
    margin_mm: float = 13.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLine:
    """How far the line that a user gives is from the axis."""

    jitter_mm: float = 0.12
    correlation_mm: float = 2.5
    spacing_mm: float = 0.5
    lumen_centred: float = 0.0
    with_radius: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSpec:
    """A whole phantom; ``texture_seed`` fixes the soft texture of the tissue, not the noise."""

    name: str
    summary: str
    vessels: tuple[Vessel, ...]
    surroundings: Surroundings = field(default_factory=Surroundings)
    scan: Scan = field(default_factory=Scan)
    line: GivenLine = field(default_factory=GivenLine)
    texture_seed: int = 1
