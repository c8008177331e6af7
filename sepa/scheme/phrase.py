"""A sentence with blanks, kept apart from its values so that it can be said in any language."""

from collections.abc import Mapping

import msgspec


class Phrase(msgspec.Struct, frozen=True):
    """`text` is an English sentence and the key into every catalogue; `{name}` marks a blank.

    `values` fills the blanks. A value is data (an account number, a date), never a sentence.
    """

    text: str
    values: dict[str, str] = {}

    def __str__(self) -> str:
        return fill(self.text, self.values)


def numbered(count: int, one: str) -> str:
    """`1 order`, `2 orders`: for the English sentences that operators read; `one` makes its plural with an s."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put `values` into the blanks of `text`; a blank without a value is a KeyError, never left standing."""
    return text.format_map(values) if values or "{" in text else text
