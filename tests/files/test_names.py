"""Of a file's name only anatomy is shown."""

import pytest

from ctocalc.files.names import name_of

KEPT = {
    "lad": "LAD", "case7_RCA_v2": "RCA", "DOE_JOHN_LAD": "LAD", "LAD.mrk": "LAD",
    "rca-and-lad": "rca-and-lad", "left main stem": "left_main_stem", "line01": "line01",
    "Centerline.mrk": "Centerline", "side_branch-2": "side_branch-2", "lv branch": None,
    "plv": "plv", "mid segment 7": "mid_segment_7",
}  # fmt: skip
HIDDEN = (
    "DOE_JOHN", "doe", "17", "line_24_12_63", "line_1963", "line 24121963", "vessel_of_doe",
    "LADoe", "line,1", "lineDOE", "näher", "line_٣٤٥", "", "J.D.", "case", "branch(1)",
)  # fmt: skip


@pytest.mark.parametrize(("stem", "name"), KEPT.items())
def test_words_of_anatomy_are_kept(stem: str, name: str | None) -> None:
    assert name_of(stem, vessel=None, label=None) == name


@pytest.mark.parametrize("stem", HIDDEN)
def test_anything_else_is_not_shown(stem: str) -> None:
    assert name_of(stem, vessel=None, label=None) is None
    assert name_of(stem, vessel="cx", label=None) == "LCX"
    assert name_of(stem, vessel=None, label="rca") == "RCA"


def test_what_the_user_typed_is_his_own_word() -> None:
    assert name_of("lad", vessel="neo/vessel", label=None) == "neo_vessel"
