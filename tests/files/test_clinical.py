"""Clinical facts: an answer lands in its field, not given stays not given, nonsense is named."""

from dataclasses import fields
from pathlib import Path

import pytest

from ctocalc.errors import Code, SettingsRefused
from ctocalc.files.clinical import Given, clinical_sheet, read_clinical
from ctocalc.scores.facts import Answer
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.questions import FACTS

GOOD = {
    "prior_attempt": ("no", Answer.NO),
    "duration_months": ("14.5", 14.5),
    "in_stent": ("YES", Answer.YES),
    "graft_on_vessel": ("unknown", Answer.UNKNOWN),
    "age": ("71", 71.0),
    "sex": ("Female", "female"),
    "prior_cabg": ("yes", Answer.YES),
    "prior_mi": ("no", Answer.NO),
    "lvef": ("45", 45.0),
    "rentrop": ("2", 2),
    "collaterals": ("no", Answer.NO),
    "cap_ambiguity": ("yes", Answer.YES),
    "tortuosity": ("moderate", "moderate"),
    "calcification_grade": ("severe", "severe"),
}
BAD = {
    "prior_attempt": ("maybe", "missing", ""),
    "duration_months": ("-1", "nan", "long", "inf", "14 months"),
    "in_stent": ("1",),
    "graft_on_vessel": ("missing",),
    "age": ("unknown", "-3", "200"),
    "sex": ("f",),
    "prior_cabg": ("0",),
    "prior_mi": ("x",),
    "lvef": ("101", "nan"),
    "rentrop": ("4", "1.5", "-1"),
    "collaterals": ("some",),
    "cap_ambiguity": ("",),
    "tortuosity": ("very",),
    "calcification_grade": ("5",),
}


def test_every_fact_can_be_given_and_only_once() -> None:
    assert sorted(fact.field for fact in FACTS) == sorted(f.name for f in fields(ClinicalFacts))
    assert {fact.name for fact in FACTS} == set(GOOD) == set(BAD)


@pytest.mark.parametrize("name", GOOD)
def test_an_answer_lands_in_its_field_and_nowhere_else(name: str) -> None:
    text, value = GOOD[name]
    sheet = clinical_sheet([Given(name=name, text=text)])
    field = next(fact.field for fact in FACTS if fact.name == name)
    empty = ClinicalFacts()
    for each in fields(ClinicalFacts):
        told = getattr(sheet.patient, each.name)
        assert told == (value if each.name == field else getattr(empty, each.name))
    assert sheet.by_vessel == {}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in BAD for text in BAD[name]])
def test_nonsense_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsRefused, match=f"^{name} is .*expected") as refused:
        clinical_sheet([Given(name=name, text=text)])
    assert refused.value.code is Code.SETTINGS_INVALID


def test_nothing_given_is_nothing_known() -> None:
    assert clinical_sheet([]).of("LAD") == ClinicalFacts()


def test_unknown_months_are_an_answer_not_a_number() -> None:
    sheet = clinical_sheet([Given(name="duration_months", text="Unknown")])
    assert sheet.patient.duration_months == "unknown"


def test_a_vessel_has_its_own_answer_and_shares_the_rest() -> None:
    sheet = clinical_sheet([
        Given(name="prior_attempt", text="yes", vessel="LAD"),
        Given(name="prior_attempt", text="no"),
        Given(name="age", text="60"),
    ])  # fmt: skip
    assert sheet.of("LAD").prior_attempt is Answer.YES, "the vessel's own word counts more"
    assert sheet.of("RCA").prior_attempt is Answer.NO
    assert sheet.of("LAD").age_years == 60.0


def test_a_later_answer_replaces_an_earlier_one() -> None:
    given = [Given(name="lvef", text="30"), Given(name="lvef", text="55")]
    assert clinical_sheet(given).patient.lvef_percent == 55.0


def test_a_fact_of_the_patient_is_refused_for_a_vessel() -> None:
    with pytest.raises(SettingsRefused, match="age belongs to the patient"):
        clinical_sheet([Given(name="age", text="60", vessel="LAD")])


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "clinical.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_holds_the_patient_and_the_vessels(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'age = 71\nprior_cabg = false\nduration_months = "unknown"\n'
        '[lad]\nprior_attempt = true\nduration_months = 14\n[cx]\nrentrop = 1\n',
    )  # fmt: skip
    sheet = clinical_sheet(read_clinical(path))
    assert sheet.patient.prior_cabg is Answer.NO
    assert set(sheet.by_vessel) == {"LAD", "LCX"}
    assert sheet.of("LAD").duration_months == 14.0
    assert sheet.of("LCX").duration_months == "unknown"
    assert sheet.of("LCX").rentrop == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agee = 71", "agee is not known"),
        ("[LAD]\nstump = 1", "stump is not known"),
        ("[LAD.more]\nage = 1", "more is not known"),
        ("age = [71]", "age is"),
        ("age = 2024-01-01", "expected years"),
        ("age = ", "not valid TOML"),
        ("age = 71\nage = 72", "not valid TOML"),
    ],
)
def test_a_faulty_file_is_refused_with_the_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsRefused, match=said):
        read_clinical(write(tmp_path, text))


def test_a_missing_file_is_refused_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="The clinical file cannot be read") as refused:
        read_clinical(tmp_path / "Smith_John.toml")
    assert "Smith" not in str(refused.value)
    (tmp_path / "latin.toml").write_bytes(b"sex = '\xe9'")
    with pytest.raises(SettingsRefused, match="UTF-8"):
        read_clinical(tmp_path / "latin.toml")
