"""The one way we write a text into XML and the one way we let libxml2 read a customer's bytes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypedDict

from lxml import etree

_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})

_search_escaped: Final = re.compile('[&<>"\r]').search


class _Options(TypedDict):
    resolve_entities: bool
    load_dtd: bool
    dtd_validation: bool
    attribute_defaults: bool
    no_network: bool
    huge_tree: bool
    recover: bool
    collect_ids: bool


# Nothing is fetched, expanded or looked up; libxml2 keeps its limits (256 levels, 10 million characters a
# text).
_CLOSED: Final = _Options(
    resolve_entities=False,
    load_dtd=False,
    dtd_validation=False,
    attribute_defaults=False,
    no_network=True,
    huge_tree=False,
    recover=False,
    collect_ids=False,
)


def escape(text: str) -> str:
    """Return `text` as it may stand between tags or between double quotes. A carriage return stays itself."""
    return text.translate(_ESCAPES) if _search_escaped(text) is not None else text


def attributes(values: Mapping[str, str]) -> str:
    """Return `values` as they stand in an opening tag, each with a space before it."""
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items())


class _Nothing(etree.Resolver):
    """Whatever a document wants fetched is empty: without identifications, libxml2 asks for document types all the
    same."""

    def resolve(self, *asked: Any) -> Any:  # its address, its public name, and the context
        return self.resolve_string("", asked[-1], base_url=None)


_NOTHING: Final = _Nothing()


def piece_parser(*, drop_blanks: bool) -> etree.XMLParser:
    """A parser for one small document in memory. `drop_blanks` leaves out the line breaks between tags."""
    parser = etree.XMLParser(remove_blank_text=drop_blanks, **_CLOSED)
    parser.resolvers.add(_NOTHING)
    return parser


def stream_parser(event: Literal["start", "end"], tags: tuple[str, ...] | None = None) -> etree.XMLPullParser:
    """A parser that is fed bytes and forgets comments, CDATA marks and processing instructions on its way.

    Its events are the starts or the ends of elements named in `tags`, or of all.
    """
    parser = etree.XMLPullParser(
        (event,), tag=tags, remove_comments=True, remove_pis=True, strip_cdata=True, **_CLOSED
    )
    parser.resolvers.add(_NOTHING)
    return parser


def elements(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    """The elements that a stream parser has met since it was last asked."""
    for _, element in parser.read_events():
        if isinstance(element, etree._Element):
            yield element


def line_of(element: etree._Element) -> int:
    """The line of the file on which an element begins; 0 for one that came from no file."""
    line: Any = element.sourceline
    return int(line or 0)


def complaints(log: Any) -> list[etree._LogEntry]:
    """The entries of one of lxml's error logs, oldest first."""
    return list(log)


def local_name(tag: str) -> str:
    """The name in a tag such as lxml gives it, without its namespace."""
    return tag.rpartition("}")[2]
