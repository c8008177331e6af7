"""From rows of text to the model's records, with what a block says for all filled in."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import accumulate, count, islice
from operator import attrgetter
from typing import Any, Final

from lxml import etree

from sepa.model.message import (
    AccountId,
    Agent,
    GroupHeader,
    MessageHead,
    Party,
    PaymentInformation,
    PaymentType,
    Piece,
    Transaction,
)
from sepa.wire.caught import TYPES_KEPT, Order, Typed, caught_orders, typed
from sepa.wire.fields import table
from sepa.wire.rows import SEPARATORS, field_reader, reader
from sepa.wire.stylesheet import head_stylesheet, stylesheet

_NOBODY: Final = Party()
_NOWHERE: Final = AccountId()
_NO_AGENT: Final = Agent()

Build = Callable[[list[str], PaymentInformation, Iterable[int]], list[Transaction]]


def message_head(document: etree._Element, name: str, separators: str = SEPARATORS) -> MessageHead:
    """Read the GroupHeader out of a document that the schema found valid."""
    row = str(head_stylesheet(name, separators)(document))
    values = dict(
        zip(table(name).group_header, reader(table(name).group_header, separators)(row), strict=True)
    )
    values["initiating_party"] = values["initiating_party"] or _NOBODY
    return MessageHead(name, table(name).kind, GroupHeader(**values))


class Builder:
    """Builds the Pieces of one file, document by document, and counts blocks and transactions as it goes.

    `transactions` and `blocks` are how many came before.
    """

    def __init__(self, name: str, *, transactions: int = 0, blocks: int = 0) -> None:
        self.name = name
        self.block: PaymentInformation | None = None
        self.transactions = transactions
        self._blocks = blocks

    def pieces(
        self,
        document: etree._Element | None,
        *,
        continued: bool,
        separators: str = SEPARATORS,
        usual: Sequence[Sequence[Order]] = (),
    ) -> list[Piece]:
        """Return one Piece for each block of `document`, in order.

        `continued` says that the first block is the one the document before it ended in: its head is the
        same, so the same PaymentInformation is used again. `usual` are orders that were left out of the document,
        those before its first order, those behind the first, and so on. Without a document all are of the open block.
        """
        runs = iter(usual)
        before = next(runs, ())
        if document is None:
            return [self._piece(self.block, [], [before], separators)] if self.block is not None else []
        text = str(stylesheet(self.name, separators)(document))
        pieces = []
        for rows in text.split(separators[0])[:-1]:
            head, *orders = rows.split(separators[1])[:-1]
            block = self.block if continued and self.block is not None else self._next_block(head, separators)
            continued = False
            pieces.append(self._piece(block, orders, [before, *islice(runs, len(orders))], separators))
            before = ()
        return pieces

    def _piece(
        self, block: PaymentInformation, rows: list[str], runs: list[Sequence[Order]], separators: str
    ) -> Piece:
        first, build = self.transactions + 1, _builders(self.name, separators)[1]
        usual = [order for run in runs for order in run]
        self.transactions += len(rows) + len(usual)
        if not usual:
            return Piece(block, tuple(build(rows, block, count(first))))
        behind = accumulate(len(run) + 1 for run in runs[:-1])
        unusual_at = [first - 1 + place for place in behind]
        usual_at = sorted(set(range(first, self.transactions + 1)).difference(unusual_at))
        built = caught_orders(self.name)(usual, block, usual_at)
        if rows:
            built += build(rows, block, unusual_at)
            built.sort(key=attrgetter("position"))
        return Piece(block, tuple(built))

    def _next_block(self, row: str, separators: str) -> PaymentInformation:
        fields = table(self.name).block
        values: dict[str, Any] = dict(zip(fields, _builders(self.name, separators)[0](row), strict=True))
        values["party"] = values["party"] or _NOBODY
        values["account"] = values["account"] or _NOWHERE
        values["agent"] = values["agent"] or _NO_AGENT
        self._blocks += 1
        self.block = PaymentInformation(position=self._blocks, **values)
        return self.block


@cache
def _builders(name: str, separators: str) -> tuple[Callable[[str], list[Any]], Build]:
    places = table(name)
    orders = _credit_transfers if places.kind == "credit-transfer" else _collections
    return reader(places.block, separators), orders(name, separators)


class _PaymentTypes(dict[str, Typed]):
    """The few payment types of one block's orders, by their text: the type that counts and the levels that
    say it."""

    def __init__(self, block: PaymentType | None, read: Callable[[str], PaymentType | None]) -> None:
        super().__init__()
        self._block = block
        self._read = read

    def __missing__(self, text: str) -> Typed:
        found = typed(self._read(text), self._block)
        if len(self) < TYPES_KEPT:
            self[text] = found
        return found


def _credit_transfers(name: str, separators: str) -> Build:
    fields = table(name).transaction
    read = {field: field_reader(place, separators) for field, place in fields.items()}
    party, account, agent = read["creditor"], read["creditor_account"], read["creditor_agent"]
    remittance, extras, column = read["remittance"], read["extras"], separators[2]

    def build(rows: list[str], block: PaymentInformation, positions: Iterable[int]) -> list[Transaction]:
        types = _PaymentTypes(block.payment_type, read["payment_type"])
        built = []
        for row, position in zip(rows, positions, strict=False):
            (
                end_to_end_id, amount, currency, creditor, creditor_account, creditor_agent, instruction_id,
                type_text, charge_bearer, ultimate_debtor, ultimate_creditor, purpose, remittance_text,
                foreign,
            ) = row.split(column)  # fmt: skip
            payment_type, levels = types[type_text]
            built.append(
                Transaction(
                    position,
                    block.position,
                    end_to_end_id,
                    amount or None,
                    currency or None,
                    block.party,
                    block.account,
                    block.agent,
                    party(creditor) or _NOBODY,
                    account(creditor_account) or _NOWHERE,
                    agent(creditor_agent) or _NO_AGENT,
                    instruction_id or None,
                    payment_type,
                    levels,
                    charge_bearer or block.charge_bearer,
                    party(ultimate_debtor) or block.ultimate,
                    party(ultimate_creditor),
                    purpose or None,
                    remittance(remittance_text),
                    None,
                    None,
                    None,
                    extras(foreign),
                )
            )
        return built

    return build


def _collections(name: str, separators: str) -> Build:
    fields = table(name).transaction
    read = {field: field_reader(place, separators) for field, place in fields.items()}
    party, account, agent = read["debtor"], read["debtor_account"], read["debtor_agent"]
    remittance, extras, mandate, column = read["remittance"], read["extras"], read["mandate"], separators[2]

    def build(rows: list[str], block: PaymentInformation, positions: Iterable[int]) -> list[Transaction]:
        types = _PaymentTypes(block.payment_type, read["payment_type"])
        built = []
        for row, position in zip(rows, positions, strict=False):
            (
                end_to_end_id, amount, currency, debtor, debtor_account, debtor_agent, instruction_id,
                type_text, charge_bearer, ultimate_debtor, ultimate_creditor, purpose, remittance_text,
                mandate_text, identifier, identifier_scheme, foreign,
            ) = row.split(column)  # fmt: skip
            payment_type, levels = types[type_text]
            own = bool(identifier)
            built.append(
                Transaction(
                    position,
                    block.position,
                    end_to_end_id,
                    amount or None,
                    currency or None,
                    party(debtor) or _NOBODY,
                    account(debtor_account) or _NOWHERE,
                    agent(debtor_agent) or _NO_AGENT,
                    block.party,
                    block.account,
                    block.agent,
                    instruction_id or None,
                    payment_type,
                    levels,
                    charge_bearer or block.charge_bearer,
                    party(ultimate_debtor),
                    party(ultimate_creditor) or block.ultimate,
                    purpose or None,
                    remittance(remittance_text),
                    mandate(mandate_text),
                    identifier if own else block.creditor_identifier,
                    (identifier_scheme or None) if own else block.creditor_identifier_scheme,
                    extras(foreign),
                )
            )
        return built

    return build
