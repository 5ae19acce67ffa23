"""A cluster of this machine, started once for the tests of a file."""

from collections.abc import Iterator
from typing import Any

import pytest

from ctocalc.batch.cluster import local_workers


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with local_workers(2) as client:
        yield client
