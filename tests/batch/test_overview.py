"""The page of a batch is written with its tables, and agrees with them."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.batch.batches import batch

pytestmark = pytest.mark.slow  # a cluster


def test_the_page_lists_the_batch_and_its_rows_lead_to_the_cases(
    client: Any, tmp_path: Path
) -> None:
    made = batch(tmp_path, ["a", "b", "c"])
    made.run(client)
    (made.out / "b" / "report.html").write_text("drawn later")
    made.run(client)
    text = (made.out / "cohort.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.S)
    assert found is not None
    rows = json.loads(found[1])["rows"]
    with (made.out / "cases.tsv").open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file, delimiter="\t"))
    assert list(dict.fromkeys(row[0] for row in rows)) == [case["case_id"] for case in cases]
    assert {row[0] for row in rows if row[4]} == {"b"}
    with (made.out / "lesions.tsv").open(encoding="utf-8") as file:
        lesions = list(csv.DictReader(file, delimiter="\t"))
    assert [row[5][0] for row in rows if row[2]] == [
        round(float(lesion["length_mm"]), 4) for lesion in lesions
    ]
    assert "site" not in text
