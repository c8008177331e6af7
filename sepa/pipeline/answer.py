"""The answer to a file, drawn sheet by sheet: lines of its status report, what its letters tell, and what that costs.

Every order is read once for all three. One sheet needs nothing of another, so that several may be drawn at once; put
together in their order they are the same files however many hands drew them.
"""

import datetime
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import groupby, islice
from operator import attrgetter

import msgspec

from sepa.model.fee import Charge
from sepa.model.journal import BlockRow, FileRow, OrderRow, ReportDue, block_key
from sepa.model.notice import Notice, NoticeItem, Occasion
from sepa.model.report import DrawnStatuses
from sepa.pipeline.beside import forks_for, in_turns
from sepa.pipeline.charges import Charges, Pack, Packed, charge_of, packed
from sepa.pipeline.gathering import SHOWN, Post, Run
from sepa.pipeline.home import Home
from sepa.pipeline.letterheads import Letterheads, Price, account_of
from sepa.pipeline.notices import OCCASIONS, OWED, item_of, item_of_block
from sepa.pipeline.status import REMARKABLE, Reporting, refused_whole
from sepa.tell.enclosure import Lines

SHEET_ORDERS = 1000

BlockLines = tuple[int, DrawnStatuses]
"""Lines of a status report, and the position of the block in which they stand."""


class AnswerSheet(msgspec.Struct, frozen=True):
    """What some orders of a file add to its answer."""

    statuses: list[BlockLines]
    runs: list[Run]
    charges: Packed


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(AnswerSheet).decode


class _Letter:
    """What is known of a letter while its orders come. Without a `head` none is written, though it may be owed."""

    def __init__(self, is_owed: bool, head: Notice | None, price: Price | None) -> None:
        self.is_owed, self.head, self.price = is_owed, head, price
        self.told = 0
        self.lines: Lines | None = None


class Telling:
    """Tells orders to their letters. Everything that it must know of the orders before is how many there were.

    A transfer's notice is addressed to the account's owner; a collection's, and that of an account we do not know
    or that the sender may not dispose of, to the partner who delivered it. A block refused as a whole is told once,
    not once for each order.
    """

    def __init__(
        self,
        heads: Letterheads,
        blocks: dict[int, BlockRow],
        whole: Collection[int],
        due: ReportDue,
        states: Collection[str],
        at: datetime.datetime,
    ) -> None:
        self._heads, self._blocks, self._whole, self._due, self._at = heads, blocks, whole, due, at
        self._states = states
        self._as_judged = due.occasion == "judged"
        self._last_whole = 0
        self._letters: dict[tuple[Occasion, str], _Letter] = {}
        self._day = heads.issued_at.date()

    def tell(self, orders: list[OrderRow]) -> tuple[list[Run], list[Charge]]:
        """What the letters say of orders, and what that costs; of orders that ask for none, nothing."""
        runs: list[Run] = []
        charges: list[Charge] = []
        for order in orders:
            became = order.outcome if self._as_judged else order.state
            if became in self._states:
                self._tell(order, became, runs, charges)
        return runs, charges

    def _tell(self, order: OrderRow, became: str, runs: list[Run], charges: list[Charge]) -> None:
        iban, whole = account_of(order), order.block in self._whole
        if whole and order.block == self._last_whole:
            return
        self._last_whole = order.block if whole else self._last_whole
        occasion: Occasion = "rejected" if whole else OCCASIONS[became]
        letter = self._letters.get((occasion, iban)) or self._letter(occasion, iban)
        if not letter.is_owed:
            return
        if not runs or runs[-1].occasion != occasion or runs[-1].account != iban:
            runs.append(Run(occasion, iban, [], []))
        if letter.head is None:
            return
        item = self._item(order, letter.price, whole)
        if item.fee is not None:
            charges.append(charge_of(item, iban, self._day, self._due, self._at))
        letter.told += 1
        if letter.told <= SHOWN:
            runs[-1].items.append(item)
            return
        if letter.lines is None:
            letter.lines = Lines(letter.head, self._heads.words)
        runs[-1].lines.append(letter.lines.of(item))

    def _letter(self, occasion: Occasion, iban: str) -> _Letter:
        is_owed = self._heads.is_owed(occasion, iban)
        head = self._heads.head(occasion, iban) if is_owed else None
        letter = _Letter(is_owed, head, self._heads.price(occasion, iban))
        self._letters[occasion, iban] = letter
        return letter

    def _item(self, order: OrderRow, price: Price | None, whole: bool) -> NoticeItem:
        block = self._blocks[order.block]
        key = block_key(order.key, block.position) if whole else order.key
        findings = block.findings if whole else order.findings
        fee = price(key, findings) if price is not None and order.kind == "credit-transfer" else None
        return item_of_block(block, order, fee) if whole else item_of(order, block, fee)


class Drawing:
    """Draws a sheet for the status report, for the letters, or for both."""

    def __init__(self, reporting: Reporting | None, telling: Telling | None, pack: Pack) -> None:
        self._reporting, self._telling, self._pack = reporting, telling, pack

    def __call__(self, orders: list[OrderRow]) -> AnswerSheet:
        statuses: list[BlockLines] = []
        runs: list[Run] = []
        charges: list[Charge] = []
        if self._reporting is not None:
            for block, rows in groupby(orders, key=attrgetter("block")):
                drawn = self._reporting(block, list(rows))
                if drawn is not None:
                    statuses.append((block, drawn))
        if self._telling is not None:
            runs, charges = self._telling.tell(orders)
        return AnswerSheet(statuses, runs, packed(charges, self._pack))


class Answer:
    """What the orders of one file add to its report and its letters, each order read once where that is enough.

    As judged, the letters hear of the orders while the report is written; later a report tells all as it stands, and
    letters only what the occasion moved, so orders are read for each.
    """

    def __init__(
        self,
        home: Home,
        file: FileRow,
        due: ReportDue,
        at: datetime.datetime,
        heads: Letterheads,
        post: Post,
        charges: Charges,
        until: ExitStack,
    ) -> None:
        self._home, self._file, self._due = home, file, due
        self._pack = home.journal.charge_lines
        self._post, self._charges, self._until = post, charges, until
        self._as_judged = due.occasion == "judged"
        self._states = (*OWED, *home.terms(due.at).notices.also)
        blocks = {block.position: block for block in home.journal.blocks(file.key)}
        self._whole = {each.position for each in blocks.values() if refused_whole(each)}
        told_whole = self._whole if self._as_judged else frozenset[int]()
        self._telling = Telling(heads, blocks, told_whole, due, self._states, at)
        self._sheets: Iterator[AnswerSheet] | None = None

    def statuses(self, reporting: Reporting, told: int) -> Iterator[BlockLines]:
        """Lines of the status report, in the order of the file; about so many orders are `told` in it."""
        if self._as_judged:
            yield from self._heard(self._begun(reporting, told))
            return
        orders = self._home.journal.orders(self._file.key, states=REMARKABLE)
        for sheet in sheets(orders, Drawing(reporting, None, self._pack)):
            yield from sheet.statuses

    def tell_letters(self) -> None:
        """Let the letters hear of all orders of which they did not yet."""
        if self._as_judged:
            left = self._sheets if self._sheets is not None else self._begun(None, self._file.count or 0)
        else:
            orders = self._home.journal.orders(self._file.key, states=self._states, cause=self._due.occasion)
            left = sheets(orders, Drawing(None, self._telling, self._pack))
        for _ in self._heard(left):
            pass

    def _begun(self, reporting: Reporting | None, told: int) -> Iterator[AnswerSheet]:
        self._sheets = self._until.enter_context(
            judged_sheets(
                self._home,
                self._file,
                Drawing(reporting, self._telling, self._pack),
                states={*REMARKABLE, *self._states},
                told=told,
                shared=not self._whole,
            )
        )
        return self._sheets

    def _heard(self, sheets: Iterator[AnswerSheet]) -> Iterator[BlockLines]:
        for sheet in sheets:
            for run in sheet.runs:
                self._post.add(run)
            self._charges.take(sheet.charges)
            yield from sheet.statuses


@contextmanager
def judged_sheets(
    home: Home, file: FileRow, draw: Drawing, *, states: Collection[str], told: int, shared: bool
) -> Iterator[Iterator[AnswerSheet]]:
    """The sheets of a file as it was judged, of orders with these outcomes, in their order.

    Where so many are `told` and they may be `shared`, several processes draw them: what was judged does not change
    meanwhile.
    """
    forks = forks_for(told) if shared else 0
    if not forks:
        yield sheets(home.journal.orders(file.key, states=states, as_judged=True), draw)
        return

    def share(number: int) -> Iterator[bytes]:
        for first in range(1 + number * SHEET_ORDERS, (file.count or 0) + 1, forks * SHEET_ORDERS):
            positions = (first, first + SHEET_ORDERS - 1)
            orders = home.journal.orders(file.key, states=states, as_judged=True, positions=positions)
            yield _encode(draw(list(orders)))

    with in_turns(home.journal, [partial(share, number) for number in range(forks)]) as pieces:
        yield map(_decode, pieces)


def sheets(orders: Iterator[OrderRow], draw: Drawing) -> Iterator[AnswerSheet]:
    """The sheets of `orders`, drawn here."""
    while some := list(islice(orders, SHEET_ORDERS)):
        yield draw(some)
