"""Names of coronary vessels as the commands accept them."""

VESSELS = ("RCA", "LAD", "LCX", "LM", "D1", "D2", "OM1", "OM2", "RI", "PDA", "PLB", "AM", "S1")

_SPELLINGS = {"CX": "LCX", "LMCA": "LM", "LMS": "LM", "RIM": "RI", "RAMUS": "RI", "PDL": "PLB"}


def vessel_name(text: str) -> str | None:
    """Return the standard name of a vessel, or None when ``text`` is none; any case."""
    upper = text.strip().upper().replace("-", "").replace("_", "")
    upper = _SPELLINGS.get(upper, upper)
    return upper if upper in VESSELS else None
