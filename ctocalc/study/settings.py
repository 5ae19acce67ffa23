"""Settings of a whole analysis: the stages' own settings, composed."""

from dataclasses import dataclass, field

from ctocalc.lesion.measures import LesionSettings
from ctocalc.study.calls import Call
from ctocalc.study.clinical import ClinicalSheet
from ctocalc.vessel.calcium import CalciumSettings
from ctocalc.vessel.channel import ChannelSettings
from ctocalc.vessel.look import LumenSettings
from ctocalc.vessel.occlusion import OcclusionSettings
from ctocalc.vessel.outlines import Outline, OutlineSettings
from ctocalc.vessel.passage import PassageSettings
from ctocalc.vessel.plugs import PlugSettings
from ctocalc.vessel.tissue import TissueSettings
from ctocalc.vessel.wall import WallSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisSettings:
    """How the measured axis is found from a given line, and how it is sampled."""

    station_mm: float = 0.5
    stiffness_mm6: float = 20.0
    recentrings: int = 2
    recentre_limit_mm: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSettings:
    """What the scan is taken for, where its header does not say or misleads.

    ``hu_per_mgcc`` overrides the table by kVp (good to about 10 % by scanner and body).
    """

    hu_per_mgcc: float | None = None
    no_contrast_below_hu: float = 150.0
    low_contrast_below_hu: float = 250.0
    noise_high_above_hu: float = 45.0
    thick_above_mm: float = 1.0
    coarse_above_mm: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSettings:
    """Every setting that changes a number; its digest stands in the result."""

    image: ImageSettings = field(default_factory=ImageSettings)
    axis: AxisSettings = field(default_factory=AxisSettings)
    lumen: LumenSettings = field(default_factory=LumenSettings)
    tissue: TissueSettings = field(default_factory=TissueSettings)
    plug: PlugSettings = field(default_factory=PlugSettings)
    channel: ChannelSettings = field(default_factory=ChannelSettings)
    occlusion: OcclusionSettings = field(default_factory=OcclusionSettings)
    passage: PassageSettings = field(default_factory=PassageSettings)
    wall: WallSettings = field(default_factory=WallSettings)
    calcium: CalciumSettings = field(default_factory=CalciumSettings)
    lesion: LesionSettings = field(default_factory=LesionSettings)
    outline: OutlineSettings = field(default_factory=OutlineSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one case was asked for, beside its image and lines.

    ``caps_mm`` overrides the occlusions of a vessel by hand (entry, exit along the axis);
    ``target_lesion`` counts from 1, proximal first; ``whole_tree`` says that the lines given are
    all the branches there are; ``outlines``: what a reader drew, ``calls``: what a reader called of
    each lesion, by vessel.  No caps at all, ``()``, are a reader who sees no occlusion.
    """

    case_id: str = "case"
    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    clinical: ClinicalSheet = field(default_factory=ClinicalSheet)
    caps_mm: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    target_lesion: dict[str, int] = field(default_factory=dict)
    whole_tree: bool = False
    outlines: dict[str, tuple[Outline, ...]] = field(default_factory=dict)
    calls: dict[str, dict[int, dict[str, Call]]] = field(default_factory=dict)
