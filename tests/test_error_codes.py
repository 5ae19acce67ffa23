"""The published names: error codes, exit codes, the README that documents them."""

import pickle
import re
from pathlib import Path

from ctocalc import errors
from ctocalc.cli.exit_codes import Exit
from ctocalc.errors import Code, InputRefused

README = Path(__file__).resolve().parents[1] / "README.md"

REFUSALS = [
    "NO_IMAGES",
    "SEVERAL_SERIES",
    "SEVERAL_PHASES",
    "NOT_CT",
    "SLICE_MISSING",
    "SLICE_DUPLICATE",
    "SPACING_IRREGULAR",
    "ORIENTATION_MIXED",
    "GEOMETRY_MISSING",
    "TOO_FEW_SLICES",
    "PIXELS_UNDECODABLE",
    "TRUNCATED",
    "CENTERLINE_UNREADABLE",
    "CENTERLINE_OUTSIDE_IMAGE",
    "CENTERLINE_FRAME_IMPLAUSIBLE",
    "CENTERLINE_TOO_SHORT",
    "SETTINGS_INVALID",
    "MANIFEST_INVALID",
    "REVIEW_INVALID",
    "RESULT_UNREADABLE",
]
WARNINGS = [
    "GANTRY_TILT",
    "SLICES_THICK",
    "SLICES_APART",
    "VOXELS_COARSE",
    "NOISE_HIGH",
    "NO_CONTRAST",
    "CONTRAST_LOW",
    "KVP_UNKNOWN",
    "KERNEL_SHARP",
    "CENTERLINE_OFF_CENTRE",
    "CENTERLINE_SPARSE",
    "CENTERLINE_DIRECTION",
    "CENTERLINE_IN_AORTA",
    "CENTERLINE_SHARED",
    "VESSEL_UNNAMED",
    "READER_CAPS",
    "READER_REVIEW",
    "REVIEW_OTHER_RESULT",
    "READER_OUTLINES",
    "OCCLUSION_AT_END_OF_LINE",
    "END_OF_LINE_TOO_THIN",
    "LUMEN_IN_CALCIUM",
    "MOTION",
    "STEP_ARTEFACT",
    "METAL_SUSPECTED",
    "SPECTRAL_IMAGE",
    "LOSSY_COMPRESSION",
    "IDENTITY_PRESENT",
    "FILES_SET_ASIDE",
]
EXITS = {
    "DONE": 0,
    "FAULT": 1,
    "USAGE": 2,
    "REFUSED": 3,
    "SOME_FAILED": 4,
    "OUTPUT_FAILED": 5,
    "INTERRUPTED": 130,
}


def test_codes_are_the_published_ones() -> None:
    assert sorted(Code) == sorted(REFUSALS + WARNINGS)
    assert all(code.name == code.value for code in Code)


def test_exit_codes_are_the_published_ones_and_the_readme_says_each() -> None:
    assert {code.name: code.value for code in Exit} == EXITS
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", README.read_text(encoding="utf-8"), re.M))
    assert set(rows) == {str(code.value) for code in Exit}


def test_the_readme_names_every_refusal() -> None:
    text = README.read_text(encoding="utf-8")
    assert [code for code in REFUSALS if f"`{code}`" not in text] == []


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = set(re.findall(r"\b[A-Z]\w+(?:Error|Refused|Failed)\b", errors.__doc__ or ""))
    real = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert drawn == real


def test_a_refusal_survives_the_way_between_processes() -> None:
    refused = InputRefused(Code.SLICE_MISSING, "Slice 7 is missing.")
    again = pickle.loads(pickle.dumps(refused))
    assert (type(again), again.code, str(again)) == (InputRefused, refused.code, str(refused))
