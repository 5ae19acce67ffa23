"""One suite of cases: what every method reached, as text, as a short table and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.bars import MORE_ROWS, ROWS, Row, reached, stats
from benchmarks.cases import Quality
from benchmarks.sheet import Plain, Sheet

METHODS = ("program", "naive", "oracle")
# Measures of calcium alone: the oracle was given the rest.
OF_ORACLE = {
    "fraction calcified", "fraction none", "max fraction", "half", "arc", "volume", "mass",
    "item calcification", "item calcification_half", "item full_moon", "item arc_180_where_half",
}  # fmt: skip
HEAD = (
    f"{'measure':<46}{'n':>6}{'bias':>8}{'SD':>8}{'limits of agreement':>20}{'MAE':>8}{'p90':>8}"
    f"  {'reached':<20}{'bar':<28}{'met':<12}{'naive':<20}{'oracle':<20}{'inside':>7}"
)


class Suite:
    """Everything measured at one quality."""

    def __init__(self, quality: Quality, title: str) -> None:
        self.quality, self.title = quality, title
        self.sheets = {name: Sheet() for name in (*METHODS, "repeats")}
        self.failures: list[str] = []

    def take(self, found: Mapping[str, Plain], failures: Sequence[str]) -> None:
        """Add one case."""
        self.failures += failures
        for name, plain in found.items():
            self.sheets[name].merge(plain)

    def cases(self, method: str) -> int:
        """How many cases a method was run on."""
        return int(self.sheets[method].shares["cases"][1])

    def reached(self, method: str, row: Row) -> list[float | None]:
        """Return what a method reached of every bar of a row."""
        if method == "oracle" and row.key not in OF_ORACLE:
            return [None] * len(row.bars)
        sheet, cases = self.sheets[method], self.cases(method)
        return [reached(sheet, row, statistic, cases) for statistic, *_ in row.bars]

    def limits(self, row: Row) -> list[float]:
        """Return the bars of a row at this quality."""
        return [a if self.quality == "standard" else b for _, a, b in row.bars]

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Return every row with the sheet it is read from."""
        repeats = self.sheets["repeats"]
        yield from (("program", row) for row in ROWS)
        for row in MORE_ROWS:
            again = row.key in repeats.errors or row.key in repeats.shares
            if again or " by " not in row.key:
                yield ("repeats" if again else "program"), row

    def lines(self) -> list[str]:
        """Return the table as text."""
        out = [f"{self.title}; cases {self.cases('program')}, failures {len(self.failures)}", HEAD]
        out += [self._line(source, row) for source, row in self.rows()]
        out.append(f"{'95 % interval of':<46}{'n':>6}{'inside %':>10}{'without one':>13}")
        for name, (inside, of, without) in sorted(self.sheets["program"].inside.items()):
            share = f"{100 * inside / of:.1f}" if of else "-"
            out.append(f"{name:<46}{of:>6.0f}{share:>10}{without:>13.0f}")
        graded = [met for _, row in self.rows() if row in ROWS for met in self.met("program", row)]
        told = [met for met in graded if met is not None]
        out.append(f"bars met: {sum(told)} of {len(told)}; nothing to grade: "
                   f"{len(graded) - len(told)}")  # fmt: skip
        return out + self.failures

    def met(self, source: str, row: Row) -> list[bool | None]:
        """Whether each bar of a row is met; None where there is nothing to grade."""
        pairs = zip(self.reached(source, row), self.limits(row), strict=True)
        return [None if value is None else value <= limit for value, limit in pairs]

    def _line(self, source: str, row: Row) -> str:
        sheet = self.sheets[source]
        text = f"{row.label:<46}"
        found = None if row.counted else stats(sheet.errors.get(row.key, []))
        if row.counted:
            n = sheet.shares.get(row.key, [0.0, 0.0])[1] or self.cases(source)
            text += f"{n:>6.0f}{'':>52}"
        elif found is None:
            text += f"{0:>6}{'':>52}"
        else:
            limits = f"{_short(found.limits[0])} to {_short(found.limits[1])}"
            text += f"{found.n:>6}{_short(found.bias):>8}{_short(found.sd):>8}{limits:>20}"
            text += f"{_short(found.mae):>8}{_short(found.p90):>8}"
        names = [bar[0] for bar in row.bars]
        bars = " ".join(f"{name} {limit:g}" for name, limit in zip(names, self.limits(row),
                                                                   strict=True))  # fmt: skip
        met = " ".join({None: "-", True: "yes", False: "NO"}[one] for one in self.met(source, row))
        naive_, oracle_ = (
            " ".join(_short(v) for v in self.reached(method, row)) if source == "program" else ""
            for method in ("naive", "oracle")
        )
        mine = " ".join(_short(v) for v in self.reached(source, row))
        inside, of, _ = sheet.inside.get(row.interval, [0.0, 0.0, 0.0])
        share = f"{100 * inside / of:.0f} %" if of else ""
        return f"{text}  {mine:<20}{bars:<28}{met:<12}{naive_:<20}{oracle_:<20}{share:>7}".rstrip()

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON."""
        rows = [
            {
                "measure": row.label, "bars": {bar[0]: limit for bar, limit in
                                               zip(row.bars, self.limits(row), strict=True)},
                "met": self.met(source, row),
                **{name: self.reached(name, row) for name in (source, "naive", "oracle")},
            }
            for source, row in self.rows()
        ]  # fmt: skip
        sheets = {name: sheet.plain() for name, sheet in self.sheets.items()}
        return {"title": self.title, "rows": rows, "sheets": sheets, "failures": self.failures}


def _short(number: float | None) -> str:
    if number is None:
        return "-"
    return f"{number:.3f}" if abs(number) < 1 else f"{number:.2f}"


def markdown(suites: Sequence[Suite]) -> list[str]:
    """Return the short table: what each quality reached, its bar, the naive method, the oracle."""
    head, rule = "| measure |", "| --- |"
    for suite in suites:
        head += f" {suite.quality} | bar | naive | oracle |"
        rule += " --- |" * 4
    out = [head, rule]
    for row in ROWS:
        line = f"| {row.label}{_statistics(row)} |"
        for suite in suites:
            met = suite.met("program", row)
            mine = [
                f"**{_short(value)}**" if ok is False else _short(value)
                for value, ok in zip(suite.reached("program", row), met, strict=True)
            ]
            limits = "; ".join(f"{limit:g}" for limit in suite.limits(row))
            others = ("; ".join(_short(v) for v in suite.reached(m, row)) for m in METHODS[1:])
            line += f" {'; '.join(mine)} | {limits} | " + " | ".join(others) + " |"
        out.append(line)
    return out


def _statistics(row: Row) -> str:
    """Return which statistics a row's numbers are, where they are not plain shares."""
    names = {"mae": "MAE", "bias": "bias", "mean": "mean", "p90": "90th percentile", "sd": "SD"}
    own = [names[statistic] for statistic, *_ in row.bars if statistic in names]
    return f": {'; '.join(own)}" if own else ""
