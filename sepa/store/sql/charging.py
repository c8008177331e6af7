"""What was told to the core system as an event that costs a fee."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from sepa.model.fee import Charge, ChargeLines, Fee
from sepa.model.journal import Event
from sepa.scheme.money import amount_text
from sepa.store.sql.chain import with_digests
from sepa.store.sql.connection import Connected, pour_once, slices
from sepa.store.sql.rows import day_text, instant_of, instant_text
from sepa.store.tables import charges, history, orders

_AT_ONCE = 1000
_packed = msgspec.msgpack.Decoder(tuple[bytes, list[tuple[Any, ...]]])


class Charging(Connected):
    """The journal's part for fees; see `sepa.store.journal.Journal`."""

    def been(self, file_key: str, states: Collection[str]) -> Mapping[str, datetime.datetime]:
        line = history.c
        wanted = (
            sa.select(line.key, sa.func.min(line.at))
            .join(orders, orders.c.key == line.key)
            .where(orders.c.file_key == file_key, line.step < orders.c.step, line.state.in_(sorted(states)))
            .group_by(line.key)
        )
        with self.reading() as connection:
            return {key: instant_of(at) for key, at in connection.execute(wanted)}

    def charge_lines(self, charges: Sequence[Charge]) -> ChargeLines:
        return ChargeLines(with_digests(map(_line, charges)))

    def charges(self, day: datetime.date) -> list[Charge]:
        line = charges.c
        wanted = sa.select(charges).where(line.charged_on == day).order_by(line.key, line.event)
        with self.reading() as connection:
            return [_charge(row) for row in connection.execute(wanted).mappings()]


def note_charges(connection: sa.Connection, told: Iterable[Charge]) -> None:
    """Write charges down; an event costs once for an order, whatever is told again."""
    for part in slices(told, _AT_ONCE):
        pour_once(connection, charges, _COLUMNS, list(map(_line, part)))


def note_charge_lines(connection: sa.Connection, lines: ChargeLines) -> None:
    """The same of charges that are packed."""
    digests, rows = _packed.decode(lines.packed)
    pour_once(connection, charges, _COLUMNS, rows, digests)


_COLUMNS = (
    "key", "event", "account", "cents", "prices", "charged_on", "rule", "subject", "occasion", "at",
)  # fmt: skip


def _line(charge: Charge) -> tuple[Any, ...]:
    fee = charge.fee
    return (
        charge.key, fee.event, charge.account, fee.cents, fee.prices, day_text(charge.charged_on), charge.rule,
        charge.subject, charge.occasion, instant_text(charge.at),
    )  # fmt: skip


def charges_told(connection: sa.Connection, keys: Collection[str]) -> Iterator[Event]:
    """What these keys cost, as lines of a story."""
    line = charges.c
    wanted = sa.select(charges).where(line.key.in_(sorted(keys))).order_by(line.at, line.key, line.event)
    for charge in map(_charge, connection.execute(wanted).mappings()):
        fee = charge.fee
        amount = "by the price list" if fee.cents is None else f"{amount_text(fee.cents)} EUR"
        facts = {
            "event": fee.event,
            "amount": amount,
            "prices": fee.prices,
            "charged_on": str(charge.charged_on),
            "rule": charge.rule,
        }
        yield Event(at=charge.at, what="fee", by="desk", cause=charge.occasion, detail=facts)


def _charge(row: sa.RowMapping) -> Charge:
    told = {name: row[name] for name in ("key", "account", "charged_on", "rule", "subject", "occasion")}
    return Charge(**told, fee=Fee(row["event"], row["cents"], row["prices"]), at=instant_of(row["at"]))
