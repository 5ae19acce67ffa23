"""The log of a batch: one line per case, whoever did it."""

import json
from pathlib import Path

import pytest

from ctocalc.batch.orders import Outcome
from ctocalc.batch.runner import Started
from ctocalc.cli.batch_progress import Log


@pytest.mark.parametrize("as_json", [False, True])
def test_what_another_run_did_is_not_logged_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    log = Log(tmp_path / "batch.log", as_json=as_json)
    log.take(Started(case_id="a"))
    log.take(Outcome(case_id="a", status="ok", attempts=1))
    log.take(Outcome(case_id="b", status="ok", attempts=1, done_before=True))
    (line,) = (tmp_path / "batch.log").read_text().splitlines()
    assert '"a"' in line if as_json else "\ta\t" in line
    told = [json.loads(one)["case_id"] for one in capsys.readouterr().out.splitlines()]
    assert told == (["a", "b"] if as_json else [])
