"""Lists that the bank screens every order against, in a form in which a name is found at once."""

import datetime
from typing import Literal

import msgspec

ListKind = Literal["sanction", "unusual"]
Action = Literal["pass", "hold", "refuse"]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One line of a list. It means a party of an order that fits everything the line says.

    `name` is in the form of `sepa.scheme.name_key`. `exposed` asks for an account of ours whose owner is
    politically exposed; `amount_from_cents` for an order of that amount or more. Days are included. `action`
    None means what the profile says; `pass` spares a party that a wider line means, too.
    """

    list: str
    edition: str
    kind: ListKind
    name: str | None = None
    iban: str | None = None
    bic: str | None = None
    country: str | None = None
    exposed: bool = False
    amount_from_cents: int | None = None
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    action: Action | None = None

    def counts_on(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


Index = dict[str, tuple[Entry, ...]]


class Lists(msgspec.Struct, frozen=True):
    """All lines of the table, each under what it is found by: its name, else IBAN, bank, country, exposure.

    `bics` is keyed by the first eight characters. `digest` is that of the table, `versions` names its lists,
    `turns` are the days, in order, from which other lines count than the day before. `words` are all that stand in
    `names`.
    """

    names: Index = {}
    ibans: Index = {}
    bics: Index = {}
    countries: Index = {}
    exposed: tuple[Entry, ...] = ()
    digest: str = ""
    versions: tuple[str, ...] = ()
    turns: tuple[datetime.date, ...] = ()
    words: frozenset[str] = frozenset()

    def as_on(self, day: datetime.date) -> str:
        """What was asked on `day`, to be written down: equal texts mean equal answers. Lists with their versions."""
        named = ", ".join(self.versions) or "no lists"
        return f"{named} [{self.digest[:12]}.{sum(turn <= day for turn in self.turns)}]"


def lists_of(entries: tuple[Entry, ...], digest: str) -> Lists:
    """Sort the lines of the table into the places where they are found."""
    names: dict[str, list[Entry]] = {}
    ibans: dict[str, list[Entry]] = {}
    bics: dict[str, list[Entry]] = {}
    countries: dict[str, list[Entry]] = {}
    exposed = []
    turns: set[datetime.date] = set()
    for entry in entries:
        if entry.name is not None:
            names.setdefault(entry.name, []).append(entry)
        elif entry.iban is not None:
            ibans.setdefault(entry.iban, []).append(entry)
        elif entry.bic is not None:
            bics.setdefault(entry.bic[:8], []).append(entry)
        elif entry.country is not None:
            countries.setdefault(entry.country, []).append(entry)
        elif entry.exposed:
            exposed.append(entry)
        if entry.valid_from is not None:
            turns.add(entry.valid_from)
        if entry.valid_until is not None and entry.valid_until < datetime.date.max:
            turns.add(entry.valid_until + datetime.timedelta(days=1))
    return Lists(
        names=_fixed(names),
        ibans=_fixed(ibans),
        bics=_fixed(bics),
        countries=_fixed(countries),
        exposed=tuple(exposed),
        digest=digest,
        versions=tuple(sorted({f"{entry.list} {entry.edition}" for entry in entries})),
        turns=tuple(sorted(turns)),
        words=frozenset(word for name in names for word in name.split()),
    )


def _fixed(index: dict[str, list[Entry]]) -> Index:
    return {key: tuple(found) for key, found in index.items()}
