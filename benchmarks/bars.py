"""The rows of the table: every measure with what it must reach at standard and at hard quality."""

from dataclasses import dataclass

import numpy as np

from benchmarks.sheet import Sheet

Bars = tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measure: ``bars`` are (statistic, standard, hard); none is a row for information.

    ``key`` names its errors ("mae", "bias", "mean", "p90", "sd") or its share ("share", in %, or
    "rate" per case); ``interval`` its intervals.
    """

    label: str
    key: str
    bars: Bars = ()
    interval: str = ""

    @property
    def counted(self) -> bool:
        """Whether it is a share rather than errors."""
        return bool(self.bars) and self.bars[0][0] in ("share", "rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """``limits``: 95 % limits of agreement, bias - 1.96 SD to bias + 1.96 SD."""

    n: int
    bias: float
    sd: float
    limits: tuple[float, float]
    mae: float
    p90: float

    def of(self, name: str) -> float:
        """Return a statistic by its name in a bar."""
        return {
            "mae": self.mae,
            "bias": abs(self.bias),
            "mean": self.bias,
            "p90": self.p90,
            "sd": self.sd,
        }[name]


def stats(errors: list[float]) -> Stats | None:
    """Return the statistics of signed errors, None without any."""
    if not errors:
        return None
    e = np.asarray(errors)
    bias, sd = float(e.mean()), float(e.std(ddof=1)) if len(e) > 1 else 0.0
    return Stats(
        n=len(e), bias=bias, sd=sd, limits=(bias - 1.96 * sd, bias + 1.96 * sd),
        mae=float(np.abs(e).mean()), p90=float(np.percentile(np.abs(e), 90)),
    )  # fmt: skip


def reached(sheet: Sheet, row: Row, statistic: str, cases: int) -> float | None:
    """Return what was reached of one bar, None where there is nothing to grade."""
    if row.counted:
        wrong, of = sheet.shares.get(row.key, (0.0, 0.0))
        if statistic == "rate":
            return wrong / cases if cases and row.key in sheet.shares else None
        return 100.0 * wrong / of if of else None
    found = stats(sheet.errors.get(row.key, []))
    return None if found is None else found.of(statistic)


def _item(label: str, key: str, standard: float, hard: float) -> Row:
    return Row(
        label=f"item wrong: {label}, %", key=f"item {key}", bars=(("share", standard, hard),)
    )


ROWS = (
    Row(label="total occlusions missed, %", key="missed", bars=(("share", 2, 8),)),
    Row(label="false occlusions per case", key="false", bars=(("rate", 0.05, 0.15),)),
    Row(label="entry, blunt, mm", key="entry blunt", bars=(("mae", 0.4, 0.8),)),
    Row(label="entry, tapered, mm", key="entry tapered", bars=(("mae", 0.8, 1.3),)),
    Row(label="exit, blunt, mm", key="exit blunt", bars=(("mae", 0.45, 1.0),)),
    Row(label="exit, tapered, mm", key="exit tapered", bars=(("mae", 0.9, 1.5),)),
    Row(label="entry, mm", key="entry", bars=(("bias", 0.3, 0.5),)),
    Row(label="exit, mm", key="exit", bars=(("bias", 0.3, 0.6),)),
    Row(label="length, mm", key="length", interval="length",
        bars=(("mae", 1.2, 2.2), ("bias", 0.5, 1.0), ("p90", 2.5, 5.0))),
    Row(label="stump called wrongly, %", key="stump", bars=(("share", 6, 12),)),
    Row(label="bend, degrees", key="bend", bars=(("mae", 2.5, 3.5),), interval="bend"),
    Row(label="plane tilt, degrees", key="tilt", bars=(("p90", 4, 6),)),
    Row(label="centre offset, body, mm", key="centre body", bars=(("mean", 0.15, 0.22),)),
    Row(label="centre offset, calcified, mm", key="centre calcified",
        bars=(("mean", 0.20, 0.28),)),
    Row(label="vessel area, body beside fat, %", key="wall body fat", bars=(("mae", 5, 10),),
        interval="vessel area of a section, body"),
    Row(label="vessel area, body beside muscle, %", key="wall body muscle",
        bars=(("mae", 7.5, 10),), interval="vessel area of a section, body"),
    Row(label="vessel area, calcified, %", key="wall calcified", bars=(("mae", 7, 11),),
        interval="vessel area of a section, calcified"),
    Row(label="vessel area, patent, %", key="wall patent", bars=(("mae", 6, 8),),
        interval="vessel area of a section, patent"),
    Row(label="patent lumen area > 1.5 mm2, %", key="lumen",
        bars=(("mae", 8, 12), ("bias", 5, 7)), interval="lumen area of a section"),
    Row(label="fraction, calcified", key="fraction calcified", interval="fraction of a section",
        bars=(("mae", 0.045, 0.075), ("bias", 0.025, 0.05), ("p90", 0.11, 0.17))),
    Row(label="fraction where there is none", key="fraction none", bars=(("mae", 0.005, 0.01),),
        interval="fraction where there is none"),
    Row(label="maximal fraction of the lesion", key="max fraction", bars=(("mae", 0.05, 0.08),),
        interval="maximal fraction"),
    Row(label="section wrongly >= or < 50 %, %", key="half", bars=(("share", 3, 6),)),
    Row(label="arc, degrees", key="arc", bars=(("mae", 13, 22), ("bias", 8, 12)),
        interval="arc of a section"),
    Row(label="calcium volume, %", key="volume", bars=(("mae", 12, 18), ("bias", 8, 10)),
        interval="volume"),
    Row(label="calcium mass, %", key="mass", bars=(("mae", 10, 15),), interval="mass"),
    _item("any occlusion", "any_occlusion", 2, 5),
    _item("several occlusions", "multiple_occlusions", 3, 8),
    _item("length >= 15", "length_15", 3, 6),
    _item("length >= 20", "length_20", 3, 6),
    _item("bend > 45", "bending", 3, 6),
    _item("any calcium", "calcification", 3, 5),
    _item(">= 50 % of a section", "calcification_half", 3, 6),
    _item("blunt stump", "blunt_stump", 6, 12),
    _item("full moon", "full_moon", 6, 10),
    _item("arc >= 180 with >= 50 %", "arc_180_where_half", 6, 12),
    Row(label="items not decided, %", key="undecided", bars=(("share", 4, 12),)),
)  # fmt: skip

# The lines of branches, and the repeats of the same case.
MORE_ROWS = (
    Row(label="main line: false occlusions per case", key="false main",
        bars=(("rate", 0.05, 0.15),)),
    Row(label="branch: false occlusions per case", key="false branch",
        bars=(("rate", 0.05, 0.15),)),
    Row(label="branch: plane tilt, degrees", key="tilt, branch", bars=(("p90", 4, 6),)),
    Row(label="branch: vessel area, patent, %", key="wall patent, branch", bars=(("mae", 6, 8),)),
    Row(label="branch: lumen area > 1.5 mm2, %", key="lumen, branch",
        bars=(("mae", 8, 12), ("bias", 5, 7))),
    Row(label="noise or grid: maximal fraction", key="fraction by noise",
        bars=(("sd", 0.02, 0.02),)),
    Row(label="noise or grid: blunt entry, mm", key="blunt entry by noise",
        bars=(("sd", 0.2, 0.2),)),
    Row(label="noise or grid: number of lesions changed, %", key="lesions changed by noise",
        bars=(("share", 0, 0),)),
    Row(label="resampled: number of lesions changed, %", key="lesions changed by resampling",
        bars=(("share", 0, 0),)),
    Row(label="resampled: items changed, %", key="item changed by resampling",
        bars=(("share", 0, 0),)),
    Row(label="reversed: number of lesions changed, %", key="lesions changed by reversing",
        bars=(("share", 0, 0),)),
    Row(label="reversed: items changed, %", key="item changed by reversing",
        bars=(("share", 0, 0),)),
    Row(label="reversed: length, mm", key="length by reversing"),
    Row(label="reversed: maximal fraction", key="fraction by reversing"),
    Row(label="reversed: entry from exit, mm", key="entry by reversing"),
)  # fmt: skip
