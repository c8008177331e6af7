"""A file judged in chunks: what a chunk is judged upon, and what it adds to the file.

Some verdicts depend on earlier orders of the same file: an EndToEndId that stands there twice, a consent that an
earlier collection used, the limit of a day that earlier orders used up. A chunk is judged as if nothing of that kind
came before it, and tells what it looked at. Where an earlier chunk turns out to have touched just that, the chunk is
judged once more upon what really came before. So the verdicts are those of one stream, whatever the chunks.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import msgspec

from sepa.model.finding import Findings
from sepa.model.message import PaymentInformation
from sepa.rules.totals import Tally

REMEMBERED_IDS = 100_000
"""Among so many orders a repeated EndToEndId is noticed, so that memory stays bounded in any file."""

Days = tuple[datetime.date, ...]


class Opening(msgspec.Struct, frozen=True):
    """What the orders before a chunk leave to it.

    `ids` and `earlier_ids` are those of the file's EndToEndIds that the chunk holds as well; `ids_count` is how
    many distinct ones the file has had since the older were put aside. `ordered_cents` is what counts towards the
    sender's limit of the day, in this file and in others.
    """

    first_local_instrument: str | None = None
    ordered_cents: int = 0
    uses: Mapping[str, Days] = {}
    ids: frozenset[str] = frozenset()
    earlier_ids: frozenset[str] = frozenset()
    ids_count: int = 0


class BlockPart(msgspec.Struct, frozen=True):
    """What a chunk found of one block: `refused` are orders refused for themselves, `pending` those that wait."""

    information: PaymentInformation
    findings: Findings
    found: Tally
    refused: int
    pending: int


class Part(msgspec.Struct, frozen=True):
    """What a chunk adds to its file, and what its verdicts rest on.

    `ids` are its EndToEndIds in their order, each once; `consulted` the consents that its orders asked for, `uses`
    those that they used, with all their booking dates; `counted_cents` count towards the limit of the day, of which
    `day_limit_cents` is the lowest that a block has, and `reached_cents` what the order that came nearest to it, or
    went beyond, would have made of them, were it refused for something else or not.
    """

    blocks: tuple[BlockPart, ...]
    ids: tuple[str, ...]
    consulted: frozenset[str]
    uses: Mapping[str, Days]
    counted_cents: int
    day_limit_cents: int | None
    reached_cents: int
    first_local_instrument: str | None


class Uses(dict[str, Days]):
    """Consents used by earlier orders of the file. Remembers which were asked for."""

    def __init__(self, uses: Mapping[str, Days]) -> None:
        super().__init__(uses)
        self.consulted: set[str] = set()

    def get(self, consent: str, default: Days = ()) -> Days:  # type: ignore[override]  # narrower on purpose
        self.consulted.add(consent)
        return super().get(consent, default)


class Recent:
    """The EndToEndIds of the last 100,000 to 200,000 orders that had one of their own."""

    def __init__(self, opening: Opening, *, of_chunk: bool) -> None:
        self.noted: dict[str, None] = {}
        """All ids in their order, each once; of a chunk only, since those of a file have no bound."""
        self._noting = of_chunk
        self._ids = set(opening.ids)
        self._earlier = opening.earlier_ids or frozenset[str]()
        self._count = opening.ids_count

    def repeats(self, id: str) -> bool:
        """Whether the id came before; from now on it did."""
        if id == "NOTPROVIDED":
            return False
        if self._noting:
            self.noted.setdefault(id)
        if id in self._ids or id in self._earlier:
            return True
        self._ids.add(id)
        self._count += 1
        if self._count > REMEMBERED_IDS:
            self._put_aside()
        return False

    def know_none_of(self, ids: Iterable[str]) -> bool:
        return self._ids.isdisjoint(ids) and self._earlier.isdisjoint(ids)

    def met_by(self, ids: Iterable[str]) -> tuple[frozenset[str], frozenset[str], int]:
        """Those of `ids` that came before, newer and older, and the count that goes with them."""
        return frozenset(self._ids.intersection(ids)), self._earlier.intersection(ids), self._count

    def add(self, ids: Iterable[str]) -> None:
        """Remember ids of a chunk, in their order, as `repeats` would have one by one."""
        rest: Iterator[str] = iter(ids)
        while more := list(islice(rest, REMEMBERED_IDS + 1 - self._count)):
            new = [id for id in more if id not in self._ids and id not in self._earlier]
            self._ids.update(new)
            self._count += len(new)
            if self._count > REMEMBERED_IDS:
                self._put_aside()

    def _put_aside(self) -> None:
        self._earlier, self._ids, self._count = frozenset(self._ids), set(), 0
