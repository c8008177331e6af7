"""Small documents copied out of a tree that is still growing, and what has been dealt with taken off it."""

import copy
from typing import Any

from lxml import etree

from sepa.wire.xml import line_of, local_name


def document_of(
    block: etree._Element, children: list[etree._Element], *, open_end: bool
) -> tuple[etree._Element, dict[etree._Element, etree._Element]]:
    """Copy a block with some of its children, and all that stands before it, into a document of its own.

    Return it with the origin of each copy. With `open_end` the text behind the last child is not known yet.
    """
    body = block.getparent()
    top = body.getparent() if body is not None else None
    if body is None or top is None:
        raise ValueError("a block stands in a Document")
    origin: dict[etree._Element, etree._Element] = {}

    def shell(element: etree._Element) -> etree._Element:
        made = _shell(element)
        origin[made] = element
        return made

    def full(element: etree._Element) -> etree._Element:
        made = copy.deepcopy(element)
        made.tail = element.tail
        origin[made] = element
        return made

    document, inner, last = shell(top), shell(body), shell(block)
    document.append(inner)
    inner.extend(full(before) for before in reversed(list(block.itersiblings(preceding=True))))
    inner.append(last)
    last.extend(full(child) for child in children)
    if open_end and len(last):
        last[-1].tail = None
    return document, origin


def _shell(element: etree._Element) -> etree._Element:
    """A copy without children. What lxml has no name for (a namespace that is no URI) loses its namespace."""
    declared: Any = element.nsmap
    namespaces: Any = {prefix: uri for prefix, uri in declared.items() if _can_set("a", {"p": uri})}
    made = etree.Element(element.tag, nsmap=namespaces)
    made.text = element.text
    for name, value in element.attrib.items():
        made.set(name if _can_set(str(name)) else local_name(str(name)).replace(":", "_"), value)
    return made


def _can_set(name: str, namespaces: dict[str, str] | None = None) -> bool:
    try:
        etree.Element("a", {name: ""}, nsmap=namespaces)
    except ValueError:
        return False
    return True


def forget_earlier_blocks(block: etree._Element, block_tag: str) -> tuple[int, str] | None:
    """Take the blocks before `block` off the tree. Return line and words of a text that follows one."""
    body = block.getparent()
    for earlier in list(block.itersiblings(block_tag, preceding=True)):
        if (earlier.tail or "").strip():
            return line_of(earlier), str(earlier.tail).strip()[:80]
        if body is not None:
            body.remove(earlier)
    return None


def element_at(document: etree._Element, path: str | None) -> etree._Element:
    """The element that libxml2 names by `path`; the document itself if it names none."""
    prefixes = {str(prefix): space for prefix, space in document.nsmap.items() if prefix}
    try:
        found = document.getroottree().xpath(path, namespaces=prefixes) if path else []
    except etree.XPathError:  # The path names a prefix that the file never declared.
        found = []
    first = found[0] if isinstance(found, list) and found else document
    return first if isinstance(first, etree._Element) else document
