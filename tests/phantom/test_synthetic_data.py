"""The committed cases: whole, as their formulas say, and telling nothing about a machine."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from pydicom import dcmread

from ctocalc.phantom.cases import NAMES

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "build_synthetic.py"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_synthetic", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_file_has_its_digest_and_all_fit_in_60_mb(build: ModuleType, synthetic: Path) -> None:
    assert build.faults(synthetic) == []


def test_a_changed_a_missing_and_a_strange_file_are_named(
    build: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("one")
    (tmp_path / "b").write_text("two")
    lines = [f"{digest}  {name}\n" for name, digest in build.digests(tmp_path).items()]
    (tmp_path / "SHA256SUMS").write_text("".join(lines))
    assert build.faults(tmp_path) == []
    (tmp_path / "a").write_text("another")
    (tmp_path / "b").unlink()
    (tmp_path / "c").write_text("three")
    assert build.faults(tmp_path) == [
        "b is missing", "c is not listed", "a has another digest"
    ]  # fmt: skip


def test_rendering_here_gives_the_committed_image(build: ModuleType, synthetic: Path) -> None:
    assert build.largest_difference_hu(build.UNCOMPRESSED, synthetic) <= 1


def test_every_named_case_is_there_and_covers_the_hard_edges(synthetic: Path) -> None:
    truths = {
        name: json.loads((synthetic / name / "truth.json").read_text("utf-8")) for name in NAMES
    }
    lesions = [
        lesion
        for truth in truths.values()
        for vessel in truth["vessels"]
        for lesion in vessel["lesions"]
    ]
    items = [lesion["items"] for lesion in lesions if lesion["occluded"]]
    for name in items[0]:
        # Diseased landing zones and ostial occlusions are phantoms made on demand.
        always = {"any_occlusion": True, "distal_landing_diseased": False, "ostial": False}
        wanted = {always[name]} if name in always else {True, False}
        assert {one[name]["present"] for one in items if one[name]["gradable"]} == wanted, name
    assert any(not vessel["lesions"] for t in truths.values() for vessel in t["vessels"])
    assert any(not truth["image"]["contrast"] for truth in truths.values())
    assert any(lesion["occlusions"][0]["islands"] for lesion in lesions)
    assert any(not lesion["occluded"] for lesion in lesions)
    jcto = ("blunt_stump", "calcification", "bending", "length_20")
    assert {min(3, sum(one[n]["present"] for n in jcto)) for one in items} == {0, 1, 2, 3}


def test_headers_are_anonymous_and_undated(synthetic: Path) -> None:
    for name in NAMES:
        header = dcmread(next((synthetic / name / "dicom").iterdir()), stop_before_pixels=True)
        assert header.PatientIdentityRemoved == "YES"
        assert str(header.PatientID) == name
        assert not header.StudyDate
