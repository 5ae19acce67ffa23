"""The fields of lesions, plaques and vessels: names, units, meanings, ranges."""

from ctocalc.files.columns import Field
from ctocalc.quantity import Unit

MM, MM3, DEG, MG = Unit.MM, Unit.MM3, Unit.DEG, Unit.MG
FRACTION, SCORE, HU = Unit.FRACTION, Unit.SCORE, Unit.HU

INTERVAL = (
    Field(
        name="start_mm", shape="plain", unit=MM, low=0,
        doc="Arc length of the start along the measured axis, 0 at the point nearest to the "
        "first given point.",
    ),
    Field(name="end_mm", shape="plain", unit=MM, low=0, doc="Arc length of the end."),
)  # fmt: skip

ENDS = (
    *INTERVAL,
    Field(name="start_lps_mm", shape="point", unit=MM, doc="Entry (0.5 mm lumen), LPS."),
    Field(name="end_lps_mm", shape="point", unit=MM, doc="Exit (0.5 mm lumen), LPS."),
)

STUMPS = (
    Field(name="proximal_stump", shape="stump", doc="Shape of the proximal cap: blunt, tapered, "
          "none (flush at a branch or the ostium); empty: not seen."),
    Field(name="distal_stump", shape="stump", doc="Shape of the distal cap, likewise."),
)  # fmt: skip

LENGTH = Field(
    name="length_mm", unit=MM, low=0,
    doc="From entry to exit along the measured axis, islands of contrast included.",
)  # fmt: skip

OCCLUSION = (
    *ENDS,
    LENGTH,
    *STUMPS,
)

CALCIUM_AMOUNT = (
    Field(
        name="calcium_volume_mm3", unit=MM3, low=0,
        doc="Volume of the calcium (blur undone), from start to end.",
    ),
    Field(
        name="calcium_mass_mg", unit=MG, low=0,
        doc="Mass as hydroxyapatite; good to about 10 % where HU per mg/cc is from the table.",
    ),
)  # fmt: skip

AGATSTON = (
    Field(name="agatston", unit=SCORE, low=0, doc="Agatston score; told on non-contrast CT only."),
    Field(
        name="cta_calcium_score", unit=SCORE, low=0,
        doc="The same sum on contrast CT, with its own threshold: no Agatston score.",
    ),
)  # fmt: skip

REGION = (
    *INTERVAL,
    Field(
        name="max_calcium_fraction", shape="maximum", unit=FRACTION, low=0, high=1,
        doc="Largest calcium area / outer-wall area of the region, 1 mm running mean.",
    ),
    Field(
        name="max_calcium_arc_deg", shape="maximum", unit=DEG, low=0, high=360,
        doc="Largest union of calcium arcs at a station of the region.",
    ),
    *CALCIUM_AMOUNT,
)  # fmt: skip

REGIONS = ("proximal_cap", "proximal_third", "middle_third", "distal_third", "distal_cap")

PROTOCOL = (
    Field(
        name="max_calcium_fraction", shape="maximum", unit=FRACTION, low=0, high=1,
        doc="Largest share of the outer-wall area above the protocol's threshold among occluded "
        "stations, 1 mm running mean, blooming included.",
    ),
    Field(
        name="max_calcium_area_mm2", shape="maximum", unit=Unit.MM2, low=0,
        doc="Largest area above the protocol's threshold at an occluded station.",
    ),
)  # fmt: skip

# What each threshold is; blur is left in, so each is right for one density and thickness only.
PROTOCOL_MEANINGS = {
    "hu_130": "130 HU or more",
    "hu_350": "350 HU or more",
    "hu_600": "600 HU or more",
    "lumen_2sd": "the local lumen + 2 SD of the noise or more",
    "lumen_3sd": "the local lumen + 3 SD of the noise or more",
    "half_maximum": "half-way from plaque to the local peak or more",
}

LESION_HEAD = (
    Field(
        name="lesion", shape="plain", kind="integer", low=1,
        doc="Number of the lesion in its vessel, from 1, proximal first.",
    ),
    Field(name="target", shape="plain", kind="boolean", doc="The lesion that is asked about."),
    Field(
        name="occluded", shape="plain", kind="boolean",
        doc="Total interruption of contrast; false: subtotal, not scored.",
    ),
    Field(
        name="segment", shape="plain", kind="string", nullable=True,
        doc="Segment of the vessel that the entry lies in: proximal, mid, distal; empty where it "
        "cannot be told.",
    ),
    Field(
        name="segment_reason", shape="plain", kind="string", nullable=True,
        doc="By which rule the segment was told, or why it cannot be.",
    ),
    Field(
        name="ostial", shape="presence", unit=MM,
        doc="The entry lies within 3 mm (setting) of the vessel's ostium.",
    ),
    Field(
        name="truncated", shape="plain", kind="boolean",
        doc="The lesion reaches an end of the given line: its length is a lower bound.",
    ),
    *ENDS,
)  # fmt: skip


def _bends(name: str, where: str) -> tuple[Field, ...]:
    return (
        Field(
            name=f"largest_bend_{name}_deg", shape="maximum", unit=DEG, low=0, high=180,
            doc=f"Largest rotation of the tangent within 15 mm along {where}.",
        ),
        Field(
            name=f"second_bend_{name}_deg", shape="maximum", unit=DEG, low=0, high=180,
            doc=f"The next largest along {where}, no part of the axis counted twice; 0: none.",
        ),
        Field(
            name=f"bends_{name}", shape="count",
            doc=f"Bends of at least 30 degrees (setting) along {where}.",
        ),
    )  # fmt: skip


LESION_MEASURES = (
    Field(
        name="gap_mm", shape="list", unit=MM,
        doc="Lengths of contrast between one occlusion and the next, proximal first.",
    ),
    LENGTH,
    Field(name="length_tip_mm", unit=MM, low=0, doc="Likewise between the tips (0.16 mm lumen)."),
    Field(name="length_1mm_mm", unit=MM, low=0, doc="Likewise between the 1.0 mm points."),
    Field(
        name="bend_deg", shape="maximum", unit=DEG, low=0, high=180,
        doc="Largest rotation of the tangent between two points at most 15 mm apart (3D).",
    ),
    Field(
        name="bend_chord_deg", shape="maximum", unit=DEG, low=0, high=180,
        doc="Largest angle between two neighbouring 10 mm chords (3D).",
    ),
    *_bends("proximal", "the vessel proximal to the entry"),
    *_bends("vessel", "the whole measured vessel"),
    Field(
        name="max_calcium_fraction", shape="maximum", unit=FRACTION, low=0, high=1,
        doc="Largest calcium area / outer-wall area among occluded stations, 1 mm running mean, "
        "blur undone.",
    ),
    Field(
        name="max_calcium_fraction_station", shape="maximum", unit=FRACTION, low=0, high=1,
        doc="The same of a single station.",
    ),
    Field(
        name="max_calcium_fraction_apparent", shape="maximum", unit=FRACTION, low=0, high=1,
        doc="The same as it looks: share at or above the apparent threshold, blooming included.",
    ),
    Field(
        name="max_calcium_arc_deg", shape="maximum", unit=DEG, low=0, high=360,
        doc="Largest union of calcium arcs at an occluded station; a lone peak that rests on where "
        "the wall's centre lies is lowered to the median of three stations.",
    ),
    Field(
        name="max_calcium_arc_largest_deg", shape="maximum", unit=DEG, low=0, high=360,
        doc="Longest single calcium arc at an occluded station; lone peaks as in the union.",
    ),
    Field(
        name="max_arc_where_half_calcified_deg", shape="maximum", unit=DEG, low=0, high=360,
        doc="Longest single arc among occluded stations at least half calcified; 0 if none is.",
    ),
    Field(
        name="full_moon", shape="presence", unit=FRACTION, low=0, high=1,
        doc="Calcium closes the circle and fills a whole section.",
    ),
    Field(name="calcification", shape="presence", unit=MG, doc="Any calcium (at least 0.4 mg)."),
    Field(
        name="multiple_occlusions", shape="presence", unit=Unit.COUNT,
        doc="Two or more total interruptions, at least 5 mm of contrast between them.",
    ),
    Field(
        name="channel", shape="presence", unit=MM, low=0,
        doc="Contrast runs through the occlusion; value: the diameter of a round lumen of that "
        "contrast. No: none of 0.3 mm (setting) or more. Untold: counted as total.",
    ),
    *CALCIUM_AMOUNT,
    *AGATSTON,
    Field(name="calcium_length_mm", unit=MM, low=0, doc="Length of all stretches with calcium."),
    Field(name="calcium_longest_mm", unit=MM, low=0, doc="Longest single stretch with calcium."),
    Field(
        name="calcium_share_of_length", unit=FRACTION, low=0, high=1,
        doc="Share of the length, entry to exit, whose sections hold calcium.",
    ),
    Field(
        name="max_calcium_thickness_mm", shape="maximum", unit=MM, low=0,
        doc="Largest radial thickness of calcium among occluded stations, 1 mm running mean.",
    ),
    Field(
        name="longest_arc_over_270_mm", unit=MM, low=0,
        doc="Longest stretch whose single calcium arc is more than 270 degrees.",
    ),
    Field(
        name="wall_diameter_at_calcium_mm", shape="maximum", unit=MM, low=0,
        doc="Diameter of the outer wall where the calcium fraction is largest.",
    ),
)  # fmt: skip

LESION_TAIL = (
    *STUMPS,
    Field(
        name="proximal_side_branch", shape="presence", unit=MM,
        doc="A side branch arises at the proximal cap: its mouth is within 3 mm (setting) of it.",
    ),
    Field(
        name="remodelling_largest", shape="maximum", unit=FRACTION, low=0,
        doc="Largest wall diameter in the occlusion / mean of 5-10 mm before the entry.",
    ),
    Field(
        name="remodelling_smallest", shape="maximum", unit=FRACTION, low=0,
        doc="Smallest of that ratio; 0.5 or less is collapse.",
    ),
    Field(
        name="side_branches", shape="count",
        doc="Lines given that leave this vessel; empty: none was given.",
    ),
)  # fmt: skip

VESSEL_CALCIUM = (
    Field(
        name="volume_mm3", unit=MM3, low=0,
        doc="Calcium volume of the whole measured artery, the aortic root and neighbours excluded.",
    ),
    Field(name="mass_mg", unit=MG, low=0, doc="Calcium mass of the whole measured artery."),
    *AGATSTON,
    Field(
        name="score_threshold_hu", shape="plain", unit=HU, nullable=True,
        doc="Lowest HU that the score counted.",
    ),
)  # fmt: skip

PLAQUE = (
    *INTERVAL,
    Field(name="volume_mm3", unit=MM3, low=0, doc="Volume of the plaque."),
    Field(name="mass_mg", unit=MG, low=0, doc="Mass of the plaque."),
    Field(name="peak_hu", unit=HU, doc="Brightest voxel of the plaque."),
)
