"""Names of coronary vessels as the commands accept them, and the artery each belongs to."""

VESSELS = ("RCA", "LAD", "LCX", "LM", "D1", "D2", "OM1", "OM2", "RI", "PDA", "PLB", "AM", "S1")

_SPELLINGS = {"CX": "LCX", "LMCA": "LM", "LMS": "LM", "RIM": "RI", "RAMUS": "RI", "PDL": "PLB"}
# The arteries a vessel may belong to: whose the posterior ones are, dominance decides.
_ARTERIES: dict[str, tuple[str, ...]] = {
    "LAD": ("LAD",), "D1": ("LAD",), "D2": ("LAD",), "S1": ("LAD",),
    "LCX": ("LCX",), "OM1": ("LCX",), "OM2": ("LCX",),
    "RCA": ("RCA",), "AM": ("RCA",),
    "PDA": ("RCA", "LCX"), "PLB": ("RCA", "LCX"),
    "LM": (), "RI": (),
}  # fmt: skip


def vessel_name(text: str) -> str | None:
    """Return the standard name of a vessel, or None when ``text`` is none; any case."""
    upper = text.strip().upper().replace("-", "").replace("_", "")
    upper = _SPELLINGS.get(upper, upper)
    return upper if upper in VESSELS else None


def belongs_to(vessel: str, artery: str) -> bool | None:
    """Return whether a vessel is an artery (LAD, LCX, RCA) or a branch of it.

    None where it cannot be told: the name is no vessel's, or dominance decides.  Counting a
    branch for its artery is ours (U): the scores name the three arteries only.
    """
    arteries = _ARTERIES.get(vessel_name(vessel) or "")
    if arteries is None or (artery in arteries and len(arteries) > 1):
        return None
    return artery in arteries
