"""A tree whose lines share their trunk gives what the same vessels give as files of their own."""

from pathlib import Path

import numpy as np
import pytest

from ctocalc.cli.case import analyze_case
from ctocalc.cli.case_options import CaseOptions, LineOption
from ctocalc.errors import Code
from ctocalc.files.centerlines import read_centerlines
from ctocalc.lesion.lesion import Lesion
from ctocalc.study.result import CaseResult
from tests.files.lines.writers import markups


def lesions(result: CaseResult) -> list[Lesion]:
    return list(next(vessel for vessel in result.vessels if vessel.vessel == "LAD").lesions)


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
    assert lesions(both) == lesions(apart)
    assert [(n.code, n.vessel) for n in both.quality] == [(Code.CENTERLINE_SHARED, "D1")]
