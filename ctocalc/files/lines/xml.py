"""XML without its dangers: no document types, no entities, bounded depth and number of elements."""

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ctocalc.files.lines.line import refused

MOST_ELEMENTS = 300_000
DEEPEST = 64


class _Bounded(TreeBuilder):
    """A tree builder that stops at more elements than a line needs."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._count += 1
        self._depth += 1
        if self._count > MOST_ELEMENTS or self._depth > DEEPEST:
            raise refused("The XML has more elements, or deeper ones, than a centerline needs")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(data: bytes) -> Element:
    """Return the root element of a whole document.

    Raises
    ------
    CenterlineRefused
        When it is not well formed, has a document type (entities live there) or is too large.
    """
    builder = _Bounded()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
        root = builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        raise refused("The XML is not well formed; save the file again") from error
    return root


def _no_doctype(*_: object) -> NoReturn:
    raise refused("The XML has a document type, which a centerline does not need; remove it")
