"""``ctocalc analyze`` from paths to files: what it prints, writes, refuses and returns."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ctocalc.cli.main import main
from ctocalc.files.results import DRAWN
from ctocalc.files.schema import result_schema
from ctocalc.scores.registry import SYSTEMS
from tests.tube_scan import ENTRY_MM, EXIT_MM, write_line, write_scan

Run = Callable[..., tuple[int, str, str]]
WARNING = re.compile(r"[A-Z_]+: \S.*\.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Smith^John")
    write_scan(folder)
    write_line(folder / "lad.csv")
    write_line(folder / "far.csv", shift_mm=500)
    write_line(folder / "lad_ras.csv", sign=-1)
    return folder


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``analyze`` inside the folder of the scan, as a shell would."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["ctocalc", "analyze", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capfd.readouterr()
        return int(leaving.value.code or 0), out, err

    return call


@pytest.fixture
def result(run: Run) -> Callable[..., Any]:
    def call(*arguments: str | Path) -> Any:
        code, out, err = run("scan.mha", "--json", *arguments)
        assert code == 0, err
        return json.loads(out)

    return call


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_case_is_measured_scored_written_and_told(run: Run, tmp_path: Path) -> None:
    code, out, err = run("scan.mha", "--centerline", "lad.csv", "--out", tmp_path, "--case-id", "a")
    assert code == 0, err
    record = json.loads((tmp_path / "a" / "result.json").read_text())
    assert not list(Draft202012Validator(result_schema()).iter_errors(record))
    (lad,) = record["vessels"]
    (lesion,) = lad["lesions"]
    assert lad["vessel"] == "LAD" and lesion["occluded"] is True
    assert abs(lesion["start_mm"] - ENTRY_MM) < 1.5 and abs(lesion["end_mm"] - EXIT_MM) < 1.5
    assert {score["system"] for score in lad["scores"]} == {each.name for each in SYSTEMS}
    for words in ("LAD: ", "lesion 1 (target): total occlusion", "J-CTO (Morino", "Research use"):
        assert words in out
    assert out.splitlines()[-1] == f"Results: {tmp_path / 'a'}"
    assert all(WARNING.fullmatch(line) for line in err.splitlines())
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_json_is_the_result_and_nothing_else(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("scan.mha", "--centerline", "lad.csv", "--out", tmp_path, "--json")
    assert code == 0
    assert out == (tmp_path / "case" / "result.json").read_text()


def test_the_same_input_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for name, more in (("one", ()), ("two", ()), ("bare", ("--no-report",))):
        assert run("scan.mha", "--centerline", "lad.csv", "--out", tmp_path / name, *more)[0] == 0
    one, two, bare = (contents(tmp_path / name / "case") for name in ("one", "two", "bare"))
    assert one == two
    assert len(bare) == 11
    assert {name: one[name] for name in bare} == bare
    assert {"figures/LAD_along.png", "figures/LAD_lesion1_views.png"} <= one.keys() - bare.keys()
    assert {name.split("/")[0] for name in one.keys() - bare.keys()} == DRAWN - {"blind.html"}


def test_nothing_of_a_path_reaches_the_files(run: Run, tmp_path: Path, folder: Path) -> None:
    arguments = (folder / "scan.mha", "--centerline", folder / "lad.csv", "--out", tmp_path)
    assert run(*arguments)[0] == 0
    for name, data in contents(tmp_path / "case").items():
        assert b"Smith" not in data and bytes(folder) not in data, name


def test_declaring_the_frame_changes_no_number(result: Callable[..., Any]) -> None:
    found = result("--centerline", "lad.csv")
    declared = result("--centerline", "lad.csv", "--frame", "lps")
    assert found["vessels"] == declared["vessels"]


def test_a_line_in_ras_is_refused_with_the_remedy_and_read_when_declared(
    run: Run, result: Callable[..., Any]
) -> None:
    code, out, err = run("scan.mha", "--centerline", "lad_ras.csv", "--json")
    assert (code, out) == (3, "")
    assert err.startswith("CENTERLINE_OUTSIDE_IMAGE: LAD: ") and "--frame ras" in err
    right, turned = (
        result("--centerline", name, *frame)["vessels"][0]
        for name, frame in (("lad.csv", ()), ("lad_ras.csv", ("--frame", "ras")))
    )
    assert right["lesions"] == turned["lesions"]


def test_one_refused_line_of_two_fails_alone(run: Run, tmp_path: Path) -> None:
    lines = ("--centerline", "far.csv:RCA", "--centerline", "lad.csv")
    code, out, err = run("scan.mha", *lines, "--out", tmp_path)
    assert code == 4
    assert "CENTERLINE_OUTSIDE_IMAGE: RCA: 41 of 41 points lie outside the image" in err
    assert "RCA: refused (CENTERLINE_OUTSIDE_IMAGE)" in out
    record = json.loads((tmp_path / "case" / "result.json").read_text())
    assert not list(Draft202012Validator(result_schema()).iter_errors(record))
    assert record["status"] == "ok"
    assert [(v["vessel"], v["status"]) for v in record["vessels"]] == [
        ("RCA", "refused"), ("LAD", "ok"),
    ]  # fmt: skip


def test_a_refused_line_changes_no_number_of_the_others(
    run: Run, result: Callable[..., Any]
) -> None:
    alone = result("--centerline", "lad.csv")
    both = run("scan.mha", "--json", "--centerline", "lad.csv", "--centerline", "gone.csv")[1]
    assert json.loads(both)["vessels"][0] == alone["vessels"][0]


def test_when_every_line_is_refused_each_reason_is_said_and_nothing_written(
    run: Run, tmp_path: Path
) -> None:
    lines = ("--centerline", "far.csv:RCA", "--centerline", "gone.csv:LAD")
    code, out, err = run("scan.mha", *lines, "--out", tmp_path / "new")
    assert (code, out) == (3, "")
    said = err.splitlines()
    assert sorted(line.split(":")[0] for line in said) == [
        "CENTERLINE_OUTSIDE_IMAGE", "CENTERLINE_UNREADABLE",
    ]  # fmt: skip
    assert not (tmp_path / "new").exists()


def test_a_volume_of_another_vessel_name(result: Callable[..., Any], folder: Path) -> None:
    write_line(folder / "C:odd name:.csv")
    for arguments, name in (
        (("--centerline", "C:odd name:.csv"), "line_1"),
        (("--centerline", "C:odd name:.csv:RCA"), "RCA"),
        (("--centerline", "C:odd name:.csv", "--vessel", "cx"), "LCX"),
        (("--centerline", "lad.csv:RCA", "--vessel", "LM"), "RCA"),
    ):
        assert [vessel["vessel"] for vessel in result(*arguments)["vessels"]] == [name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone", "--centerline", "lad.csv"), "NO_IMAGES: The path given as SERIES"),
        ((".", "--centerline", "lad.csv"), "NO_IMAGES: "),
        (("scan.mha", "--centerline", "gone_LAD.csv"), "CENTERLINE_UNREADABLE: LAD: "),
        (("scan.mha", "--centerline", "lad.csv", "--settings", "gone"), "SETTINGS_INVALID: "),
        (("scan.mha", "--centerline", "lad.csv", "--clinical", "lad.csv"), "SETTINGS_INVALID: "),
    ],
)
def test_refused_inputs(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments, "--out", tmp_path / "out")
    assert (code, out) == (3, "")
    assert err.startswith(said) and len(err.splitlines()) == 1
    assert "Smith" not in err and "gone" not in err
    assert not (tmp_path / "out").exists()


LAD = ("--centerline", "lad.csv")
TWO = (*LAD, "--centerline", "far.csv:RCA")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*LAD,), "--out"),
        ((*LAD, "--json", "--case-id", "a/b"), "--case-id"),
        ((*LAD, "--json", "--case-id", ".."), "--case-id"),
        ((*LAD, *LAD, "--json"), "2 centerlines are named LAD"),
        ((*TWO, "--vessel", "RCA", "--json"), "one --vessel per --centerline"),
        ((*LAD, "--prior-attempt", "RCA=yes", "--json"), "RCA is no vessel of this case"),
        ((*LAD, "--prior-attempt", "perhaps", "--json"), "expected yes, no or unknown"),
        ((*LAD, "--prior-attempt", "no", "--prior-attempt", "yes", "--json"), "given twice"),
        ((*LAD, "--age", "LAD=60", "--json"), "belongs to the patient"),
        ((*LAD, "--frame", "mni", "--json"), "--frame"),
        ((*TWO, "--cap", "10,20", "--json"), "--cap needs the vessel"),
        ((*LAD, "--cap", "20,10", "--json"), "entry before exit"),
        ((*LAD, "--cap", "10", "--json"), "entry before exit"),
        ((*LAD, "--cap", "5,15", "--cap", "12,20", "--json"), "overlap"),
        ((*LAD, "--cap", "30,70", "--json"), "70 mm lies beyond the end of LAD"),
        ((*LAD, "--target-lesion", "0", "--json"), "a number from 1"),
        ((*LAD, "--target-lesion", "1", "--target-lesion", "LAD=2", "--json"), "more than once"),
        ((*LAD, "--target-lesion", "7", "--json"), "1 lesions were found"),
        (("--json",), "--centerline"),
    ],
)
def test_wrong_use(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run("scan.mha", *arguments)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())


def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    code, out, err = run("scan.mha", *LAD, "--out", tmp_path / "out")
    assert (code, out) == (5, "")
    assert "OUTPUT_FAILED: The results could not be written" in err
    assert str(tmp_path) not in err


def item(record: Any, system: str, name: str) -> Any:
    scores = [s for s in record["vessels"][0]["scores"] if s["system"] == system]
    return next(i for i in scores[0]["items"] if i["item"] == name)


def test_what_is_given_counts_and_the_option_goes_before_the_file(
    result: Callable[..., Any], tmp_path: Path
) -> None:
    clinical = tmp_path / "clinical.toml"
    clinical.write_text('duration_months = "unknown"\n[LAD]\nprior_attempt = "no"\n')
    bare = item(result(*LAD), "jcto", "prior_attempt")
    assert (bare["present"], bare["source"]) == (None, "not given")
    in_file = result(*LAD, "--clinical", clinical)
    assert item(in_file, "jcto", "prior_attempt")["present"] is False
    assert item(in_file, "kcct", "duration")["points"] == 1
    for option in ("yes", "LAD=yes"):
        typed = result(*LAD, "--clinical", clinical, "--prior-attempt", option)
        assert item(typed, "jcto", "prior_attempt")["present"] is True
        assert item(typed, "kcct", "duration")["points"] == 1


def test_a_clinical_file_may_name_other_vessels_but_no_nonsense(
    run: Run, result: Callable[..., Any], tmp_path: Path
) -> None:
    clinical = tmp_path / "clinical.toml"
    clinical.write_text('[RCA]\nprior_attempt = "yes"\n')
    assert item(result(*LAD, "--clinical", clinical), "jcto", "prior_attempt")["present"] is None
    clinical.write_text('[LADD]\nprior_attempt = "yes"\n')
    code, _, err = run("scan.mha", *LAD, "--json", "--clinical", clinical)
    assert code == 3 and "LADD, which is no vessel" in err


def test_caps_by_hand_and_settings_reach_the_result(
    result: Callable[..., Any], tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[axis]\nstation_mm = 1.0\n")
    plain = result(*LAD)
    found = result(*LAD, "--cap", "15,24", "--settings", settings)
    (lesion,) = found["vessels"][0]["lesions"]
    assert (lesion["start_mm"], lesion["end_mm"]) == (15.0, 24.0)
    (notice,) = [each for each in found["quality"] if each["code"] == "READER_CAPS"]
    (seen,) = plain["vessels"][0]["lesions"]
    told = [float(word) for word in notice["message"].split() if word.replace(".", "").isdigit()]
    assert told[:2] == pytest.approx([seen["start_mm"], seen["end_mm"]], abs=0.6)
    assert not [each for each in plain["quality"] if each["code"] == "READER_CAPS"]
    assert item(found, "jcto", "length")["source"] == "reader"
    assert item(found, "jcto", "bending")["source"] == "image"
    # What a reader says reaches the scores that take nothing from the image.
    assert item(found, "wcto", "length")["present"] is False
    assert item(plain, "wcto", "length")["present"] is None
    assert found["provenance"]["settings"]["axis"]["station_mm"] == 1.0
    assert found["provenance"]["settings_digest"] != plain["provenance"]["settings_digest"]


def test_in_a_stent_no_calcium_of_the_lesion_is_told(result: Callable[..., Any]) -> None:
    plain, stented = result(*LAD), result(*LAD, "--in-stent", "yes")
    (before,), (after,) = (each["vessels"][0]["lesions"] for each in (plain, stented))
    assert before["max_calcium_fraction"]["value"] is not None
    for name in ("max_calcium_fraction", "calcium_mass_mg", "max_calcium_arc_deg"):
        assert after[name]["value"] is None
        assert "stent" in after[name]["reason"]
    assert after["full_moon"]["present"] is None
    assert after["crossing_facts"]["heavy_calcium"]["present"] is None
    assert after["length_mm"] == before["length_mm"]
    score = item(stented, "jcto_ct", "calcification")
    assert (score["points"], score["points_low"], score["points_high"]) == (None, 0, 1)
    assert "stent" in score["reason"]
    for answer in ("no", "unknown"):
        (vessel,) = result(*LAD, "--in-stent", answer)["vessels"]
        assert vessel["clinical"].pop("in_stent") == answer
        assert vessel == plain["vessels"][0] | {"clinical": vessel["clinical"]}


def test_help_answers_without_anything_heavy() -> None:
    code = (
        "import sys; from ctocalc.cli.main import main; sys.argv = ['ctocalc', 'analyze', '-h']\n"
        "try: main()\n"
        "except SystemExit: print([m for m in ('numpy', 'scipy', 'numba', 'pydicom', 'SimpleITK', "
        "'pydantic') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == "[]"
    assert "--centerline" in done.stdout


def test_a_branch_line_is_followed_but_is_no_vessel_of_the_result(
    result: Callable[..., Any], folder: Path
) -> None:
    steps = [f"{31.0 + 0.7 * s},{-42.0},{88.0 - 0.7 * s}" for s in range(12)]
    (folder / "d1.csv").write_text("\n".join(["x,y,z", *steps]) + "\n")
    record = result("--centerline", "lad.csv", "--branch", "d1.csv:D1", "--frame", "lps")
    (vessel,) = record["vessels"]
    (lesion,) = vessel["lesions"]
    (branch,) = lesion["side_branches"]
    assert branch["vessel"] == "D1"
    assert lesion["proximal_side_branch"]["present"] is True
    assert [one["role"] for one in record["provenance"]["inputs"]] == [
        "series", "centerline LAD", "branch D1"
    ]  # fmt: skip


def test_the_whole_tree_without_a_branch_has_no_side_branch(result: Callable[..., Any]) -> None:
    told = [
        result("--centerline", "lad.csv", *more)["vessels"][0]["lesions"][0]
        for more in ((), ("--whole-tree",))
    ]
    assert [one["proximal_side_branch"]["present"] for one in told] == [None, False]
    assert [one["side_branches"] for one in told] == [None, []]


def test_a_branch_that_cannot_be_used_refuses_the_case(run: Run, tmp_path: Path) -> None:
    code, _, err = run(
        "scan.mha", "--centerline", "lad.csv", "--branch", "far.csv:D1", "--out", tmp_path / "x"
    )
    assert code == 3
    assert "CENTERLINE_OUTSIDE_IMAGE: D1" in err
    assert not (tmp_path / "x").exists()


def test_a_branch_named_like_a_vessel_is_an_error_of_use(run: Run, tmp_path: Path) -> None:
    code, _, err = run(
        "scan.mha", "--centerline", "lad.csv", "--branch", "lad.csv", "--out", tmp_path / "x"
    )
    assert code == 2
    assert "LAD" in err
