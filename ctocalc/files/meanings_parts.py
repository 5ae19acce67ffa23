"""The fields of what a lesion holds lists of, and of what lies beside it."""

from ctocalc.files.columns import Field
from ctocalc.files.meanings import INTERVAL
from ctocalc.quantity import Unit

MM, DEG = Unit.MM, Unit.DEG

BEND = (
    Field(name="at_mm", shape="plain", unit=MM, low=0, doc="Middle of the bend."),
    *INTERVAL,
    Field(name="angle_deg", shape="maximum", unit=DEG, low=0, high=180, doc="Its rotation."),
)

SIDE_BRANCH = (
    Field(name="vessel", shape="plain", kind="string", doc="The line that leaves this vessel."),
    Field(
        name="place", shape="plain", kind="string",
        doc="Seen from the lesion: proximal, at the cap, inside, distal.",
    ),
    *INTERVAL,
    Field(
        name="distance_to_entry_mm", unit=MM, low=0,
        doc="From the mouth's nearest edge to the entry; 0 where the entry lies within it.",
    ),
    Field(name="distance_to_exit_mm", unit=MM, low=0, doc="Likewise to the exit."),
    Field(name="diameter_mm", unit=MM, low=0, doc="The branch's lumen, 1 to 6 mm from its mouth."),
    Field(
        name="take_off_deg", unit=DEG, low=0, high=180,
        doc="Angle between the vessel's course and the branch's first 3 mm.",
    ),
)  # fmt: skip

LANDING = (
    *INTERVAL,
    Field(name="mean_diameter_mm", unit=MM, low=0, doc="Mean lumen diameter beyond the cap."),
    Field(
        name="min_diameter_mm", shape="maximum", unit=MM, low=0,
        doc="Smallest lumen diameter beyond the cap, 1 mm running mean.",
    ),
    Field(
        name="reference_diameter_mm", unit=MM, low=0,
        doc="What four fifths of the first 20 mm beyond the cap do not pass.",
    ),
    Field(
        name="largest_stenosis_percent", shape="maximum", unit=Unit.PERCENT, low=0, high=100,
        doc="Largest loss of diameter against that reference.",
    ),
    Field(
        name="diseased", shape="presence", unit=MM,
        doc="Mean diameter below 2 mm or a stenosis of more than 50 % (settings).",
    ),
    Field(name="calcium_free_mm", unit=MM, low=0, doc="Length without calcium all around."),
    Field(name="calcium_free", shape="count", doc="Stretches without calcium all around."),
    Field(
        name="calcium_free_sectors", shape="count",
        doc="Sectors of the clock without calcium all along the zone.",
    ),
    Field(
        name="reason", shape="plain", kind="string", nullable=True,
        doc="Why the zone is not told, or not as a whole.",
    ),
)  # fmt: skip

VIEW = (
    Field(
        name="lao_rao_deg", shape="plain", unit=DEG, low=-90, high=90, nullable=True,
        doc="C-arm angle: LAO positive, RAO negative.",
    ),
    Field(
        name="cran_caud_deg", shape="plain", unit=DEG, low=-90, high=90, nullable=True,
        doc="C-arm angle: cranial positive, caudal negative.",
    ),
    Field(
        name="foreshortening", unit=Unit.FRACTION, low=0, high=1,
        doc="Share of the lesion's course, entry to exit, that the view does not show; geometry "
        "only: breathing, beat, table and overlapping vessels are not considered.",
    ),
)  # fmt: skip
# What the views of a lesion are called, and what their columns begin with.
VIEWS = {
    "single": "optimal_view_",
    "biplane_first": "biplane_first_",
    "biplane_second": "biplane_second_",
}
BIPLANE = (
    Field(
        name="biplane_apart_deg", shape="plain", unit=DEG, low=0, high=90, nullable=True,
        doc="Angle between the beams of the two biplane views.",
    ),
)  # fmt: skip

CROSSING = {
    "proximal_cap_seen": "The proximal cap lies on the line.",
    "proximal_cap_blunt": "It is blunt, or leaves no stump.",
    "proximal_cap_flush": "It is flush with a branch or the ostium.",
    "side_branch_at_cap": "A branch given arises at it.",
    "ostial": "The entry lies at the vessel's ostium.",
    "length_20_mm": "The length is 20 mm or more.",
    "distal_landing_diseased": "The first 10 mm after the exit are diseased.",
    "distal_cap_blunt": "The distal cap is blunt.",
    "heavy_calcium": "A section of the occlusion is at least half calcified (corrected).",
    "bend_over_45_deg": "The occlusion bends by more than 45 degrees.",
    "myocardial_side": "Not measured: always null.",
}

LIKELIHOOD = {
    "length_5_5_mm": "The length is 5.5 mm or more.",
    "length_9_mm": "The length is 9 mm or more.",
    "length_15_mm": "The length is 15 mm or more.",
    "attenuation_rises_distally": "Not measured: always null.",
}
