"""LZ4 blocks, as VTK writes them: the published block format, read with a bound.

https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: sequences of literals and copies of
what was already unpacked.
"""

LEAST_COPY = 4


def unpack_block(data: bytes, size: int) -> bytes:
    """Return the ``size`` bytes of a block.

    Raises
    ------
    ValueError
        When the block is damaged or does not hold exactly ``size`` bytes.
    """
    out = bytearray()
    at = 0
    while at < len(data):
        token = data[at]
        literals, at = _length(data, at + 1, token >> 4)
        out += data[at : at + literals]
        at += literals
        if at >= len(data) or len(out) > size:
            break
        back = int.from_bytes(data[at : at + 2], "little")
        copied, at = _length(data, at + 2, token & 15)
        copied += LEAST_COPY
        if not 0 < back <= len(out) or len(out) + copied > size:
            raise ValueError("a copy reaches outside the block")
        start = len(out) - back
        piece = out[start : start + copied]
        # A copy that overlaps itself repeats.
        out += piece if len(piece) == copied else (piece * (copied // back + 1))[:copied]
    if at != len(data) or len(out) != size:
        raise ValueError("the block does not have its length")
    return bytes(out)


def _length(data: bytes, at: int, nibble: int) -> tuple[int, int]:
    """Return a length and where the next field starts: 15 goes on in the bytes that follow."""
    length = nibble
    more = nibble == 15
    while more:
        if at >= len(data):
            raise ValueError("the block is cut off")
        length += data[at]
        more = data[at] == 255
        at += 1
    return length, at
