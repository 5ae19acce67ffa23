"""Settings files: what is in them counts, the rest keeps its default, every fault names its key."""

import tomllib
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from ctocalc.errors import Code, SettingsRefused
from ctocalc.files.settings import read_settings, settings_from
from ctocalc.study.settings import AnalysisSettings

DEFAULT = AnalysisSettings()


def from_text(text: str) -> AnalysisSettings:
    return settings_from(tomllib.loads(text))


def test_an_empty_file_changes_nothing() -> None:
    assert from_text("") == DEFAULT
    assert from_text("[axis]\n[lumen]\n") == DEFAULT


def test_what_the_file_says_counts_and_the_rest_stays() -> None:
    settings = from_text("[axis]\nstation_mm = 0.25\nrecentrings = 1\n[image]\nhu_per_mgcc = 1\n")
    assert settings.axis == replace(DEFAULT.axis, station_mm=0.25, recentrings=1)
    assert settings.image == replace(DEFAULT.image, hu_per_mgcc=1.0)
    assert isinstance(settings.image.hu_per_mgcc, float), "a whole number is a number"
    assert settings.lesion == DEFAULT.lesion


def test_every_default_can_be_written_out_and_read_back() -> None:
    assert settings_from(asdict(DEFAULT)) == DEFAULT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[axis]\nstation = 0.5", r"axis\.station is not known; did you mean station_mm\?"),
        ("[axes]\nstation_mm = 0.5", r"axes is not known; did you mean axis\?"),
        ("station_mm = 0.5", "station_mm is not known"),
        ("[image]\nfoo = 1", r"image\.foo is not known\. There are hu_per_mgcc, "),
        ("[axis.more]\nx = 1", r"axis\.more is not known"),
        ("axis = 3", "axis is not valid"),
        ('[axis]\nstation_mm = "0.5"', r"axis\.station_mm is not valid: .*number"),
        ("[axis]\nstation_mm = true", r"axis\.station_mm is not valid"),
        ("[axis]\nrecentrings = 1.5", r"axis\.recentrings is not valid"),
        ("[axis]\nrecentrings = -1", r"axis\.recentrings is -1; expected a number of 0 or more"),
        ("[axis]\nstation_mm = 0", r"axis\.station_mm is 0; expected a number above 0"),
        ("[axis]\nstation_mm = -0.5", r"axis\.station_mm is -0\.5; expected a number above 0"),
        ("[axis]\nstation_mm = nan", "finite"),
        ("[image]\nnoise_high_above_hu = inf", "finite"),
        ("[lesion]\nfull_moon_fraction = 1.5", "from 0 to 1"),
        ("[axis]\nstation_mm = [0.5]", r"axis\.station_mm is not valid"),
        ("[axis]\nstation_mm = 2024-01-01", r"date or time"),
    ],
)
def test_a_fault_is_refused_by_its_key(text: str, said: str) -> None:
    with pytest.raises(SettingsRefused, match=said) as refused:
        from_text(text)
    assert refused.value.code is Code.SETTINGS_INVALID


def test_files_are_read_and_faulty_ones_refused_without_their_path(tmp_path: Path) -> None:
    path = tmp_path / "Smith.toml"
    with pytest.raises(SettingsRefused, match="cannot be read") as refused:
        read_settings(path)
    assert "Smith" not in str(refused.value)
    path.write_text("[axis\n", encoding="utf-8")
    with pytest.raises(SettingsRefused, match="not valid TOML"):
        read_settings(path)
    path.write_text("\ufeff[axis]\nstation_mm = 1.0\n", encoding="utf-8")
    assert read_settings(path).axis.station_mm == 1.0, "a byte order mark does no harm"
