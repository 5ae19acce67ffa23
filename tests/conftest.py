"""Fixtures of every room: where the real files and the synthetic cases lie."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files that do not travel with the repository; required where CI says so."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        reason = "the real files of shared/data, beside the checkout, are absent"
        if os.environ.get("CTOCALC_REQUIRE_SHARED") == "1":
            pytest.fail(reason + " and CTOCALC_REQUIRE_SHARED=1 requires them")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def synthetic() -> Path:
    """Return the folder of the committed synthetic cases."""
    return ROOT / "data" / "synthetic"
