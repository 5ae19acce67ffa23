"""What made a result: versions and digests; no host, no path, no name, no date."""

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version

from ctocalc.study.result import InputDigest, Provenance
from ctocalc.study.settings import Request

PACKAGES = ("numpy", "scipy", "numba", "SimpleITK", "pydicom", "scikit-image")


def provenance(request: Request, inputs: tuple[InputDigest, ...]) -> Provenance:
    """Return what is needed to make the same result again."""
    settings = asdict(request.settings)
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return Provenance(
        version=version("ctocalc"),
        settings=settings,
        settings_digest=hashlib.sha256(canonical.encode()).hexdigest(),
        inputs=inputs,
        packages={name: version(name) for name in PACKAGES},
    )
