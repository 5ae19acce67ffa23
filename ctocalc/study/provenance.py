"""What made a result: versions and digests; no host, no path, no name, no date."""

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version

from ctocalc.study.result import InputDigest, Provenance
from ctocalc.study.settings import AnalysisSettings, Request

PACKAGES = ("numpy", "scipy", "numba", "SimpleITK", "pydicom", "scikit-image")


def provenance(request: Request, inputs: tuple[InputDigest, ...]) -> Provenance:
    """Return what is needed to make the same result again."""
    return Provenance(
        version=version("ctocalc"),
        settings=asdict(request.settings),
        settings_digest=settings_digest(request.settings),
        inputs=inputs,
        packages={name: version(name) for name in PACKAGES},
    )


def settings_digest(settings: AnalysisSettings) -> str:
    """Return the SHA-256 of all settings."""
    canonical = json.dumps(asdict(settings), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
