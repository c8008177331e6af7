"""A CSV table of the bank, read strictly: a header that is known, and no cell that could be misread.

Each distinct text is read once, column by column: a column of dates has few, and a large table stays quick.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from sepa.scheme.letters import shortened
from sepa.store.cells import Unfit


class ReferenceFault(Exception):
    """A file of the reference folder cannot be used. `line` counts from 1; 0 means the file as a whole."""

    def __init__(self, file: str, line: int, column: str, found: str, expected: str) -> None:
        super().__init__(file, line, column, found, expected)
        self.file, self.line, self.column = file, line, column
        self.found, self.expected = found, expected

    def __str__(self) -> str:
        column = self.column and f"column {shortened(self.column)}"
        place = [self.file, f"line {self.line}" if self.line else "", column]
        return f"{', '.join(filter(None, place))}: found {shortened(self.found)!r}, expected {self.expected}"


class Column(msgspec.Struct, frozen=True):
    """One column: its name in the header, the field it fills, and how a text that is not empty is read.

    `empty` is what an empty cell or a column left out means; REQUIRED makes either a fault.
    """

    name: str
    field: str
    read: Callable[[str], Any]
    empty: Any = None


REQUIRED = msgspec.NODEFAULT


class Table(msgspec.Struct, frozen=True):
    """A file as columns of equal length: field name → values. `names` are the columns' names by field."""

    file: str
    content: bytes
    columns: dict[str, list[Any]]
    names: dict[str, str]

    def records(self, kind: Callable[..., Any], fields: Iterable[str]) -> list[Any]:
        """One `kind` a row, from `fields` in the order `kind` takes them."""
        return list(map(kind, *(self.columns[field] for field in fields)))

    def fault(self, row: int, field: str, found: str, expected: str) -> ReferenceFault:
        """What is wrong with the `field` of a row, counted from 0."""
        line = _lines(self.content)[row + 1]
        return ReferenceFault(self.file, line, self.names[field], found, expected)

    def refuse_doubles(self, *fields: str) -> None:
        """A ReferenceFault at the first row whose `fields` together have stood in an earlier one."""
        keys = list(zip(*(self.columns[field] for field in fields), strict=True))
        if len(set(keys)) == len(keys):
            return
        first = {key: row for row, key in reversed(list(enumerate(keys)))}
        double = next(row for row, key in enumerate(keys) if first[key] != row)
        line = _lines(self.content)[first[keys[double]] + 1]
        found = " ".join(str(each) for each in keys[double] if each is not None)
        raise self.fault(double, fields[-1], found, f"each once; line {line} has it already")


def read_table(file: str, content: bytes, columns: Sequence[Column]) -> Table:
    """Read a file with a header row into columns of values; every column of `columns` is filled."""
    header, cells = _cells(file, content)
    known = [column.name for column in columns]
    for name in header:
        if name not in known or header.count(name) > 1:
            raise ReferenceFault(file, 1, name, name, "each once, of " + ", ".join(known))
    table = Table(file, content, {}, {column.field: column.name for column in columns})
    for column in columns:
        if column.name in header:
            texts = cells[header.index(column.name) :: len(header)]
            table.columns[column.field] = _values(table, column, texts)
        elif column.empty is REQUIRED:
            raise ReferenceFault(file, 1, column.name, ",".join(header), f"a column {column.name}")
        else:
            table.columns[column.field] = [column.empty] * (len(cells) // len(header))
    return table


def _cells(file: str, content: bytes) -> tuple[list[str], list[str]]:
    """The header, and all cells below it in one list, row after row. Blank lines do not count."""
    try:
        reader = _reader(content)
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise ReferenceFault(file, line, "", repr(content[fault.start : fault.end]), "UTF-8 text") from fault
    cells: list[str] = []
    try:
        header: list[str] = next(filter(None, reader), [])
        width = len(header)
        for row in reader:
            if len(row) == width:
                cells += row
            elif row:
                expected = f"{width}, as in the header"
                raise ReferenceFault(file, reader.line_num, "", f"{len(row)} cells", expected)
    except csv.Error as fault:
        raise ReferenceFault(file, reader.line_num, "", str(fault), "cells parted by commas") from fault
    if not header:
        raise ReferenceFault(file, 0, "", "an empty file", "a header row")
    return header, cells


def _lines(content: bytes) -> list[int]:
    """The line each row ends on, the header's first. Read again: it matters only when something is wrong."""
    reader = _reader(content)
    return [reader.line_num for row in reader if row]


def _reader(content: bytes) -> Any:
    return csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)


def _values(table: Table, column: Column, texts: Sequence[str]) -> list[Any]:
    meaning: dict[str, Any] = {}
    distinct = dict.fromkeys(texts)
    found = ""
    try:
        if found in distinct:
            if column.empty is REQUIRED:
                raise Unfit("a value")
            meaning[found] = column.empty
            del distinct[found]
        read = column.read
        for found in distinct:
            meaning[found] = read(found)
    except Unfit as unfit:
        raise table.fault(texts.index(found), column.field, found, str(unfit)) from unfit
    return list(map(meaning.__getitem__, texts))
