"""Damaged files: bytes flipped, cut, doubled and joined, and numbers that lie about sizes."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

LIES = (b"-1", b"0", b"4294967295", b"18446744073709551615", b"99999999999999999999", b"1e308",
        b"nan", b"-inf", b"1e-308", b"0x10", b"1_000", b"", b"4000000", b"[", b"{", b"<", b'"',
        b"&#x0;", b"&lol;", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\n\n")  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")


def mutants(seeds: Sequence[bytes], count: int, *, start: int = 0) -> Iterator[bytes]:
    """Damage the seeds in turn; the same number gives the same damage."""
    for n in range(start, start + count):
        rng = np.random.default_rng([6, n])
        data = seeds[n % len(seeds)]
        for _ in range(int(rng.integers(1, 3))):
            data = _damaged(data, seeds, rng)
        yield data


def _damaged(data: bytes, seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    at, to = sorted(rng.integers(0, len(data) + 1, 2).tolist())
    kind = rng.integers(7)
    if kind == 0:
        flipped = bytearray(data)
        for place in rng.integers(0, max(len(data), 1), rng.integers(1, 9))[: len(data)]:
            flipped[place] ^= 1 << int(rng.integers(8))
        return bytes(flipped)
    if kind == 1:
        return data[:to]
    if kind == 2:
        return data[:at] + data[to:]
    if kind == 3:
        return data[:to] + data[at:]
    if kind == 4:
        other = seeds[int(rng.integers(len(seeds)))]
        return data[:at] + other[int(rng.integers(len(other))) :]
    lie = LIES[int(rng.integers(len(LIES)))]
    if kind == 5:
        return data[:at] + lie * int(rng.choice([1, 1, 400])) + data[at:]
    places = [found.span() for found in _NUMBER.finditer(data)]
    if not places:
        return data
    # Sizes stand near the begin: they are hit as often as all that follows.
    early = places[: min(20, len(places))]
    chosen = early if rng.integers(2) else places
    low, high = chosen[int(rng.integers(len(chosen)))]
    return data[:low] + lie + data[high:]
