"""What every field of a result means: one list that tables, sidecars and the schema share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ctocalc.lesion.lesion import Point, Presence, Stump
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.profile import ColumnSpec

Cell = str | int | float | bool | None
Kind = Literal["string", "integer", "number", "boolean"]
Shape = Literal["plain", "point", "count", "list", "measured", "maximum", "presence", "stump"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    doc: str
    unit: Unit | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a result.

    ``shape`` says how it is nested in ``result.json`` and into which columns it unfolds; "maximum"
    is a measured value that was found at a place, "list" several of them, whose values a table
    joins; "count" are records, of which a table gives the number.  ``kind`` and ``nullable``
    matter for "plain".
    """

    name: str
    doc: str
    shape: Shape = "measured"
    kind: Kind = "number"
    unit: Unit | None = None
    low: float | None = None
    high: float | None = None
    nullable: bool = False

    def columns(self, prefix: str = "") -> tuple[Column, ...]:
        """Return the columns of the field, ``prefix`` before every name."""
        name = prefix + self.name
        match self.shape:
            case "plain":
                return (self._column(name, self.kind, self.doc),)
            case "count" | "list":
                kind: Kind = "integer" if self.shape == "count" else "string"
                return (Column(name=name, kind=kind, doc=self.doc, unit=self.unit, low=0),)
            case "point":
                stem = name.removesuffix("lps_mm")
                return tuple(self._column(f"{stem}{a}_lps_mm", "number", self.doc) for a in "xyz")
            case "measured" | "maximum":
                return self._measured(name)
            case "presence":
                return (
                    Column(name=name, kind="boolean", doc=self.doc),
                    self._column(f"{name}_value", "number", "The value it was decided on."),
                    *_why(name),
                )
            case "stump":
                taper = Field(name="_taper_mm", doc=TAPER, unit=Unit.MM, low=0)
                return (
                    Column(name=name, kind="string", doc=self.doc),
                    *taper.columns(name),
                    Column(name=f"{name}_p_blunt", kind="number", doc=P_BLUNT, low=0, high=1),
                    *_why(name),
                )

    def _column(self, name: str, kind: Kind, doc: str) -> Column:
        return Column(
            name=name, kind=kind, doc=doc, unit=self.unit, low=self.low, high=self.high
        )  # fmt: skip

    def _measured(self, name: str) -> tuple[Column, ...]:
        at = Column(
            name=f"{name}_at_mm", kind="number", unit=Unit.MM, low=0,
            doc="Arc length of the station where it was found.",
        )  # fmt: skip
        return (
            self._column(name, "number", self.doc),
            self._column(f"{name}_low", "number", "Lower end of its 95 % interval."),
            self._column(f"{name}_high", "number", "Upper end of its 95 % interval; empty: open."),
            *((at,) if self.shape == "maximum" else ()),
            Column(name=f"{name}_reason", kind="string", doc="Why it cannot be told, or a remark."),
        )

    def cells(self, value: Any) -> tuple[Cell, ...]:
        """Return the cells of a value, one per column; None gives empty cells."""
        if value is None:
            return (None,) * len(self.columns())
        return _CELLS[self.shape](value)


TAPER = "From the last full lumen to the tip."
P_BLUNT = "Probability that the cap is blunt."


def _why(name: str) -> tuple[Column, ...]:
    return (
        Column(name=f"{name}_borderline", kind="boolean", doc="The other answer is about as near."),
        Column(name=f"{name}_reason", kind="string", doc="Why it cannot be told, or a remark."),
    )


def _measured_cells(m: Measured) -> tuple[Cell, ...]:
    return (m.value, m.low, m.high, m.reason)


def _maximum_cells(m: Measured) -> tuple[Cell, ...]:
    return (m.value, m.low, m.high, m.at_mm, m.reason)


def _list_cells(values: tuple[Measured, ...]) -> tuple[Cell, ...]:
    return ("; ".join("?" if m.value is None else repr(m.value) for m in values) or None,)


def _point_cells(point: Point) -> tuple[Cell, ...]:
    return point


def _presence_cells(p: Presence) -> tuple[Cell, ...]:
    return (p.present, p.value.value if p.value else None, p.borderline, p.reason)


def _stump_cells(s: Stump) -> tuple[Cell, ...]:
    call = None if s.call is None else s.call.value
    return (call, *_measured_cells(s.taper_mm), s.p_blunt, s.borderline, s.reason)


_CELLS: dict[Shape, Callable[[Any], tuple[Cell, ...]]] = {
    "plain": lambda value: (value,),
    "count": lambda values: (len(values),),
    "list": _list_cells,
    "point": _point_cells,
    "measured": _measured_cells,
    "maximum": _maximum_cells,
    "presence": _presence_cells,
    "stump": _stump_cells,
}


def from_specs(specs: Iterable[ColumnSpec]) -> tuple[Column, ...]:
    """Return the columns of a profile."""
    return tuple(
        Column(name=s.name, kind="number", unit=s.unit, doc=s.doc, low=s.low, high=s.high)
        for s in specs
    )
