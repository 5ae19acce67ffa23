"""Provenance: enough to make a result again, and nothing that tells who, where or when."""

import getpass
import json
import re
import socket
from dataclasses import asdict, fields, replace
from typing import Any

from ctocalc.study.provenance import PACKAGES, provenance
from ctocalc.study.result import InputDigest
from ctocalc.study.settings import AnalysisSettings, Request

INPUTS = (InputDigest(role="series", sha256="ab" * 32),)


def digest(settings: AnalysisSettings, **others: Any) -> str:
    return provenance(Request(settings=settings, **others), INPUTS).settings_digest


def changed(value: object) -> Any:
    """Return another value of the same type, not equal to ``value``."""
    if isinstance(value, bool):
        return not value
    if value is None:
        return 1.25
    if isinstance(value, int | float):
        return value + 1
    raise AssertionError(f"a setting of type {type(value)} is not covered by this test")


def test_every_single_setting_changes_the_digest() -> None:
    plain = AnalysisSettings()
    seen = {digest(plain)}
    count = 1
    for stage in fields(plain):
        part: Any = getattr(plain, stage.name)
        for each in fields(part):
            other: Any = replace(part, **{each.name: changed(getattr(part, each.name))})
            seen.add(digest(replace(plain, **{stage.name: other})))
            count += 1
    assert len(seen) == count > 20


def test_what_is_no_setting_does_not_change_the_digest() -> None:
    plain = digest(AnalysisSettings())
    assert digest(AnalysisSettings()) == plain
    assert digest(AnalysisSettings(), case_id="another", target_lesion={"LAD": 2}) == plain
    assert provenance(Request(), ()).settings_digest == plain


def test_settings_and_inputs_are_kept_in_full() -> None:
    made = provenance(Request(), INPUTS)
    assert made.settings == asdict(AnalysisSettings())
    assert made.inputs == INPUTS
    assert set(made.packages) == set(PACKAGES)
    assert re.fullmatch(r"[0-9a-f]{64}", made.settings_digest)
    assert made.version


def test_no_path_no_host_no_date() -> None:
    request = Request(case_id="case-7")
    text = json.dumps(asdict(provenance(request, INPUTS)))
    assert "/" not in text
    assert "\\" not in text
    assert not re.search(r"\b(19|20)\d\d-?[01]\d-?[0-3]\d\b", text)
    assert socket.gethostname() not in text
    assert f'"{getpass.getuser()}"' not in text
    assert "case-7" not in text


def test_two_runs_are_equal() -> None:
    assert provenance(Request(), INPUTS) == provenance(Request(), INPUTS)
