"""The names of facts and items as a cardiologist says them; machine names stay in tables."""

_UNITS = ("_mm3", "_mm2", "_mm", "_deg", "_mg", "_percent", "_months", "_years")
# What a name without underscores and unit would not say.
_TERMS = {
    "adr": "antegrade dissection and re-entry",
    "arc_where_half_calcified_deg": "calcium arc where half of the section is calcified",
    "bend_over_45": "bend over 45 degrees",
    "blunt_stump_exit": "blunt stump at the exit",
    "calcification_any": "any calcium",
    "calcification_moderate": "moderate or severe calcification by a reader",
    "calcification_seen": "calcification by a reader",
    "calcification_severe": "severe calcification by a reader",
    "calcium_longest_mm": "longest stretch of calcium",
    "calcium_share_of_length": "calcified share of the length",
    "cap_ambiguity": "ambiguous proximal cap",
    "distal_landing_diseased": "diseased distal landing zone",
    "female": "female sex",
    "graft_on_vessel": "graft on the vessel",
    "interventional_collaterals": "collaterals fit for intervention",
    "largest_arc_deg": "largest calcium arc",
    "largest_bend_proximal_deg": "largest bend before the entry",
    "largest_bend_vessel_deg": "largest bend of the vessel",
    "lvef": "LVEF",
    "lvef_percent": "LVEF",
    "no_collaterals": "no collaterals fit for intervention",
    "non_lad": "vessel other than the LAD",
    "ostial": "ostial occlusion",
    "prior_cabg": "prior CABG",
    "prior_mi": "prior MI",
    "rentrop": "Rentrop grade",
    "retrograde": "retrograde approach",
    "second_bend_proximal_deg": "second bend before the entry",
    "second_bend_vessel_deg": "second bend of the vessel",
    "stretch_over_270_mm": "stretch with an arc over 270 degrees",
    "tortuosity_grade_moderate": "moderate or severe tortuosity by a reader",
    "tortuosity_grade_severe": "severe tortuosity by a reader",
    "tortuosity_seen": "tortuosity by a reader",
}


def term(name: str) -> str:
    """Return a name of a fact, an item or a measure as words, without its unit."""
    if name in _TERMS:
        return _TERMS[name]
    unit = next((unit for unit in _UNITS if name.endswith(unit)), "")
    return name.removesuffix(unit).replace("_", " ")
