"""A tree whose lines share their trunk gives what the same vessels give as files of their own."""

from pathlib import Path

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.errors import Code
from ctocalc.files.centerlines import read_centerlines
from ctocalc.lesion.lesion import Lesion
from ctocalc.study.result import CaseResult
from tests.files.lines.writers import markups


def lesions(result: CaseResult) -> list[Lesion]:
    return list(next(vessel for vessel in result.vessels if vessel.vessel == "LAD").lesions)


def length_mm(points: Floats) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


@pytest.mark.slow
def test_a_tree_is_measured_as_its_vessels_are(synthetic: Path, tmp_path: Path) -> None:
    case = synthetic / "oblique-branch"
    lad, d1 = (case / "centerlines" / f"{name}.csv" for name in ("LAD", "D1"))
    main, branch = (read_centerlines(path).points_lps_mm for path in (lad, d1))
    fork = int(np.argmin(np.linalg.norm(main - branch[0], axis=1)))
    tree = tmp_path / "tree.mrk.json"
    with_trunk = np.concatenate([main[: fork - 1], branch])
    tree.write_bytes(markups(("LAD", main), ("D1", with_trunk)))
    apart = analyze_case(
        CaseOptions(
            series=case / "dicom",
            lines=(LineOption(path=lad),),
            branches=(LineOption(path=d1),),
        )
    )
    one = analyze_case(
        CaseOptions(series=case / "dicom", lines=(LineOption(path=tree, label="LAD"),))
    )
    assert lesions(one) == lesions(apart)
    both = analyze_case(
        CaseOptions(
            series=case / "dicom",
            lines=(
                LineOption(path=tree, label="LAD"),
                LineOption(path=tree, label="D1"),
            ),
        )
    )
    # The scan's blur is read along both lines, so the last digits differ.
    (one_lesion,), (other,) = lesions(both), lesions(apart)
    assert one_lesion.start_mm == pytest.approx(other.start_mm, abs=0.05)
    assert one_lesion.length_mm.value == pytest.approx(other.length_mm.value, abs=0.1)
    branched = next(vessel for vessel in both.vessels if vessel.vessel == "D1")
    # A raw line is longer than its course.
    assert branched.length_mm == pytest.approx(length_mm(with_trunk), rel=0.15)
    assert branched.profile is not None
    told = branched.profile.wall_source != "shared"
    trunk = length_mm(main[: fork - 1])
    assert branched.profile.frames.arclength_mm[told][0] == pytest.approx(trunk, abs=3.0)
    assert [(n.code, n.vessel) for n in both.quality] == [(Code.CENTERLINE_SHARED, "D1")]
