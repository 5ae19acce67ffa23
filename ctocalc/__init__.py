"""Measure chronic total occlusions on coronary CT and score them; research use only.

The public API; a name is loaded when it is first used, so importing the package is light::

    reading    open_series, read_series, read_centerlines
    one case   analyse, write_case, Request, AnalysisSettings, ClinicalSheet, ClinicalFacts
    values     Volume, VoxelGrid, Centerline, CaseResult, Lesion, Measured, Unit, Notice
    scores     system, evaluate, Facts, Fact, Answer, Basis, Score
    errors     CtocalcError, InputRefused, Code

``__version__`` is the installed version.  Everything else may change without notice.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctocalc.dicom.read import open_series
    from ctocalc.dicom.read import read as read_series
    from ctocalc.errors import Code, CtocalcError, InputRefused, Notice
    from ctocalc.files.centerlines import read_centerlines
    from ctocalc.files.results import write_case
    from ctocalc.geometry.grid import VoxelGrid
    from ctocalc.image.volume import Volume
    from ctocalc.lesion.lesion import Lesion
    from ctocalc.quantity import Measured, Unit
    from ctocalc.scores.facts import Answer, Fact, Facts
    from ctocalc.scores.registry import system
    from ctocalc.scores.system import Basis, Score, evaluate
    from ctocalc.study.analyse import analyse
    from ctocalc.study.clinical import ClinicalFacts, ClinicalSheet
    from ctocalc.study.result import CaseResult
    from ctocalc.study.settings import AnalysisSettings, Request
    from ctocalc.vessel.centerline import Centerline

    __version__: str

__all__ = [
    "AnalysisSettings", "Answer", "Basis", "CaseResult", "Centerline", "ClinicalFacts",
    "ClinicalSheet", "Code", "CtocalcError", "Fact", "Facts", "InputRefused", "Lesion", "Measured",
    "Notice", "Request", "Score", "Unit", "Volume", "VoxelGrid", "__version__", "analyse",
    "evaluate", "open_series", "read_centerlines", "read_series", "system", "write_case",
]  # fmt: skip

_HOMES = {
    "dicom.read": ("open_series", "read"),
    "errors": ("Code", "CtocalcError", "InputRefused", "Notice"),
    "files.centerlines": ("read_centerlines",),
    "files.results": ("write_case",),
    "geometry.grid": ("VoxelGrid",),
    "image.volume": ("Volume",),
    "lesion.lesion": ("Lesion",),
    "quantity": ("Measured", "Unit"),
    "scores.facts": ("Answer", "Fact", "Facts"),
    "scores.registry": ("system",),
    "scores.system": ("Basis", "Score", "evaluate"),
    "study.analyse": ("analyse",),
    "study.clinical": ("ClinicalFacts", "ClinicalSheet"),
    "study.result": ("CaseResult",),
    "study.settings": ("AnalysisSettings", "Request"),
    "vessel.centerline": ("Centerline",),
}
_RENAMED = {"read": "read_series"}
_HOME_OF = {
    _RENAMED.get(name, name): (home, name) for home, names in _HOMES.items() for name in names
}


if not TYPE_CHECKING:  # a checker then knows the names above, and no other

    def __getattr__(name: str) -> object:
        """Load a public name on first use (PEP 562)."""
        if name == "__version__":
            return version("ctocalc")
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home, its_name = _HOME_OF[name]
        found: object = getattr(import_module(f"{__name__}.{home}"), its_name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
