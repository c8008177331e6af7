"""Which messages exist, which of them we can read, and the official schema of each.

Source: ISO 20022 catalogue and archive of messages (names and versions); schemas as published, out of the
sepaxml package.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from lxml import etree

ISO_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
READABLE: Final = ("pain.001.001.03", "pain.001.001.09", "pain.008.001.02", "pain.008.001.08")

# Newest version of each message; the oldest is always 01. Variants 002 and 003 are those of the German banks.
_NEWEST: Final = {
    "pain.001.001": 13, "pain.001.002": 3, "pain.001.003": 3, "pain.002.001": 15, "pain.002.002": 3,
    "pain.002.003": 3, "pain.007.001": 13, "pain.008.001": 12, "pain.008.002": 2, "pain.008.003": 2,
    "pain.009.001": 8, "pain.010.001": 8, "pain.011.001": 8, "pain.012.001": 8, "pain.013.001": 12,
    "pain.014.001": 12, "pain.017.001": 5, "pain.018.001": 5, "pacs.002.001": 16, "pacs.003.001": 12,
    "pacs.004.001": 15, "pacs.007.001": 14, "pacs.008.001": 14, "pacs.009.001": 13, "pacs.010.001": 7,
    "pacs.028.001": 7, "pacs.029.001": 3, "camt.026.001": 11, "camt.027.001": 11, "camt.029.001": 14,
    "camt.052.001": 14, "camt.053.001": 14, "camt.054.001": 14, "camt.055.001": 13, "camt.056.001": 12,
    "camt.057.001": 9, "camt.060.001": 8, "camt.086.001": 6, "camt.087.001": 10, "acmt.022.001": 5,
    "acmt.023.001": 5, "acmt.024.001": 5,
}  # fmt: skip


def is_known(name: str) -> bool:
    """Tell whether `name` (such as pain.001.001.09) is a message that was ever published."""
    message, _, version = name.rpartition(".")
    return (
        len(version) == 2
        and version.isascii()
        and version.isdigit()
        and 1 <= int(version) <= _NEWEST.get(message, 0)
    )


def namespace(name: str) -> str:
    """Return the XML namespace of a message."""
    return ISO_NAMESPACE + name


@cache
def schema_of(name: str) -> etree.XMLSchema:
    """Return the compiled schema of a readable message, once per process. Any other name is a KeyError."""
    if name not in READABLE:
        raise KeyError(name)
    text = files("sepaxml").joinpath("schemas", f"{name}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True)))
