"""The rows of text that a stylesheet writes, and how they become values again.

    blocks   end in SEPARATORS[0]
    rows     end in SEPARATORS[1]; a block's first row is its PaymentInformation, the others are Transactions
    columns  are parted by SEPARATORS[2]; inside a column records nest by SEPARATORS[3], [4], [5]

A list ends each of its items with the separator of its level, so no item and one empty item differ. Whoever
writes rows must know that no text holds a separator (`separators_free_of`).
"""

from collections.abc import Callable
from typing import Any, Final

from sepa.model.message import Address, Identification, Party, Remittance, StructuredReference
from sepa.wire.fields import Field, Flag, Group, Identified, Presence, Texts

Read = Callable[[str], Any]

# DEL and the five C1 controls that no Windows code page fills. XML allows them, no text has a use for them,
# and a Python string that holds them is still one byte a character.
SEPARATORS: Final = "\x7f\x81\x8d\x8f\x90\x9d"
COLUMN: Final = 2
"""The separator that parts columns; deeper levels follow it."""


def separators_free_of(text: str) -> str:
    """Return six separators that `text` does not hold: the usual ones, else six letters of no alphabet.

    There are 900,000 candidates, more than fit into 3 MB of text; beyond that it is a ValueError.
    """
    if not any(separator in text for separator in SEPARATORS):
        return SEPARATORS
    used = set(text)
    free = (
        chr(point)
        for point in range(0x20000, 0x10FFFE)
        if point & 0xFFFE != 0xFFFE and chr(point) not in used
    )
    chosen = "".join(sign for sign, _ in zip(free, SEPARATORS, strict=False))
    if len(chosen) < len(SEPARATORS):
        raise ValueError("the text uses every character there is")
    return chosen


def reader(fields: dict[str, Field], separators: str = SEPARATORS) -> Callable[[str], list[Any]]:
    """Return the function that turns one row into the list of its values, in the order of `fields`."""
    reads = [_reader(field, separators, COLUMN + 1) for field in fields.values()]
    column = separators[COLUMN]

    def read_row(row: str) -> list[Any]:
        return [read(text) for read, text in zip(reads, row.split(column), strict=True)]

    return read_row


def field_reader(field: Field, separators: str) -> Read:
    """Return the function that turns one column's text into its value; an empty text is None or no item."""
    return _reader(field, separators, COLUMN + 1)


def _text(text: str) -> str | None:
    return text or None


def _flag(text: str) -> bool | None:
    return text in ("true", "1") if text else None


def _reader(field: Field, separators: str, level: int) -> Read:
    match field:
        case Group() if field.record is Address:
            return _address(field, separators[level], separators[level + 1])
        case Group() if field.record is Party:
            return _party(field, separators, level)
        case Group() if field.record is Remittance:
            return _remittance(separators[level], separators[level + 1], separators[level + 2])
        case Group():
            return _record(field, separators, level)
        case Identified():
            return _identification(separators[level])
        case Texts() | Presence():
            return _texts(separators[level])
        case Flag():
            return _flag
        case _:
            return _text


def _texts(mark: str) -> Read:
    def read(text: str) -> tuple[str, ...]:
        return tuple(text.split(mark)[:-1]) if text else ()

    return read


def _record(group: Group, separators: str, level: int) -> Read:
    reads = [_reader(field, separators, level + 1) for field in group.fields.values()]
    mark, record = separators[level], group.record
    if all(read is _text for read in reads):
        return lambda text: record(*[part or None for part in text.split(mark)]) if text else None
    return lambda text: (
        record(*[read(part) for read, part in zip(reads, text.split(mark), strict=True)]) if text else None
    )


def _party(group: Group, separators: str, level: int) -> Read:
    mark = separators[level]
    address = _reader(group.fields["address"], separators, level + 1)
    identification = _identification(separators[level + 1])

    def read(text: str) -> Party | None:
        if not text:
            return None
        name, place, identity = text.split(mark)
        return Party(name or None, address(place), identification(identity))

    return read


def _address(group: Group, mark: str, part_mark: str) -> Read:
    """An address is written child by child, name and text; children that no field stands for are left out."""
    *places, lines = group.fields.values()
    index = {place.path: number for number, place in enumerate(places)}

    def read(text: str) -> Address | None:
        if not text:
            return None
        values: list[Any] = [None] * len(places)
        free: list[str] = []
        for child in text.split(mark)[1:-1]:
            name, _, value = child.partition(part_mark)
            if name in index:
                values[index[name]] = value or None
            elif name == lines.path:
                free.append(value)
        values.append(tuple(free))
        return Address(*values)

    return read


def _identification(mark: str) -> Read:
    def read(text: str) -> Identification | None:
        if not text:
            return None
        form, value, scheme, issuer = text.split(mark)
        return Identification(form, value, scheme or None, issuer or None)  # type: ignore[arg-type]

    return read


def _remittance(mark: str, item_mark: str, part_mark: str) -> Read:
    def reference(text: str) -> StructuredReference:
        value, kind, issuer, sizes, other = text.split(part_mark)
        return StructuredReference(
            value or None, kind or None, issuer or None, sum(map(int, sizes.split())), bool(other)
        )

    def read(text: str) -> Remittance | None:
        if not text:
            return None
        free, structured = text.split(mark)
        return Remittance(
            tuple(free.split(item_mark)[:-1]),
            tuple(reference(item) for item in structured.split(item_mark)[:-1]),
        )

    return read
