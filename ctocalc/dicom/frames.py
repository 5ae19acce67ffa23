"""Frames of multi-frame objects: the functional groups of each, as if it were a file of its own.

Enhanced CT and Legacy Converted Enhanced CT keep position, spacing, rescale and phase in functional
groups, one set for all frames and one per frame (DICOM PS3.3 A.38, A.70, C.7.6.16).
"""

import pydicom

from ctocalc.dicom import tags

Raw = dict[int, bytes]
MOST_FRAMES = 20_000

# The macros that are read; another one may use an element for something else (second X-ray tubes
# have their own voltage).
_MACROS = (
    0x00189118, 0x00189314, 0x00189325, 0x00189329, 0x00209111, 0x00209113, 0x00209116,
    0x00209170, 0x00209171, 0x00209310, 0x00289110, 0x00289145,
)  # fmt: skip
_FRAME_TYPE, _FRAME_ACQUISITION = 0x00089007, 0x00209156
# What single slices say in other elements: frame type, acquisition number of a frame.
_RENAMED = {_FRAME_TYPE: tags.NAMED["image_type"], _FRAME_ACQUISITION: tags.ACQUISITION}
# What holds for one frame only: with several frames the object's own words are not believed.
_OF_ONE_FRAME = frozenset({tags.POSITION, tags.INSTANCE_NUMBER, tags.NAMED["orientation"]})


def frames_of(dataset: pydicom.Dataset, raw: Raw, *, little: bool) -> tuple[Raw, ...]:
    """Return the raw elements of every frame; the object's own where it has one frame.

    Raises
    ------
    ValueError
        When there are not as many functional groups as frames, or too many frames.
    """
    count = int(dataset.get("NumberOfFrames") or 1)
    if tags.FRAME_GROUPS not in dataset:
        return (raw,) if count == 1 else ({k: v for k, v in raw.items() if k not in _OF_ONE_FRAME},)
    per_frame = dataset[tags.FRAME_GROUPS].value
    if not 1 <= count <= MOST_FRAMES or len(per_frame) != count:
        raise ValueError("the functional groups do not match the number of frames")
    own = {tag: value for tag, value in raw.items() if tag not in _OF_ONE_FRAME}
    if tags.SHARED_GROUPS in dataset and len(dataset[tags.SHARED_GROUPS].value):
        own |= _groups(dataset[tags.SHARED_GROUPS].value[0], little=little)
    return tuple(
        own | _groups(group, little=little) | {tags.INSTANCE_NUMBER: str(n).encode()}
        for n, group in enumerate(per_frame, 1)
    )


def binary_or_text(dataset: pydicom.Dataset, tag: int, *, little: bool) -> bytes:
    """Return the raw bytes of an element, binary ones as little endian; b"1" for a sequence."""
    if tag in tags.SEQUENCES:
        return b"1" if dataset[tag].value else b""
    element = dataset.get_item(tag)
    value = getattr(element, "value", None)
    if not isinstance(value, bytes):  # already converted by pydicom
        many = value if isinstance(value, pydicom.multival.MultiValue) else [value]
        return "\\".join(str(v) for v in many if v is not None).encode("latin-1", "replace")
    return value if little or tag not in tags.BINARY else value[::-1]


def _groups(group: pydicom.Dataset, *, little: bool) -> Raw:
    found: Raw = {}
    for macro in _MACROS:
        if macro not in group or not len(group[macro].value):
            continue
        item = group[macro].value[0]
        for tag in item.keys() & tags.WANTED:
            found[tag] = binary_or_text(item, tag, little=little)
        for tag in item.keys() & _RENAMED.keys():
            value = item[tag].value
            words = value if isinstance(value, pydicom.multival.MultiValue) else [value]
            found[_RENAMED[tag]] = "\\".join(str(v) for v in words).encode("latin-1", "replace")
    return found
