"""Orders that are paid as they stand: made ready wherever a window is decided, proved where they are written.

Nothing changes of such an order but its state and its step, so its own row goes on telling its judgement.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from sepa.model.broken import BrokenPromise
from sepa.model.journal import MOVES, State, window_cause
from sepa.model.payment import Bulk, Payment
from sepa.model.verdict import KEY_DIGEST_CHARS
from sepa.store.journal import Overtaken
from sepa.store.sql.chain import chain_of, digests_of
from sepa.store.sql.connection import among, pour, raw_rows, slices
from sepa.store.sql.kept import add_told
from sepa.store.sql.moves import LINE
from sepa.store.sql.read_back import Line
from sepa.store.sql.rows import EMPTY, day_text, instant_text, json_text
from sepa.store.sql.sheets import day_of
from sepa.store.tables import history, orders, reports_due


class Stood(NamedTuple):
    """How orders without findings stand before they are paid."""

    state: State
    step: int
    outcome: str
    route: str
    booking_date: datetime.date
    settlement_date: datetime.date


class StoodAlike(msgspec.Struct, frozen=True, array_like=True):
    """Orders that stood alike: the cents of each by its key, and their files.

    `digests` are those of their new lines of history, in the same order, by the `cause` that is told there.
    """

    stood: Stood
    cause: str
    files: tuple[str, ...]
    cents: dict[str, int]
    digests: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[StoodAlike]).decode
_order = orders.c
_READY = sa.select(
    _order.key, _order.file_key, _order.amount_cents, *(_order[name] for name in Stood._fields)
).where(_order.state.in_([state for state in MOVES if "paid" in MOVES[state]]), _order.findings == EMPTY)
PLAIN = sa.and_(
    _order.state == "waiting", _order.step == 0, _order.outcome == "accepted", _order.findings == EMPTY
)
"""An order of which nothing was found and that never moved, as most are: its Payment tells how it stands."""


def ready(
    connection: sa.Connection,
    keys: Sequence[str],
    at: datetime.datetime,
    by: str,
    causes: dict[str, str],
) -> list[StoodAlike]:
    """Those of `keys` that may be paid and of which nothing was found, in that order; `causes` as in `learn_causes`."""
    found = {
        row[0]: row for row in raw_rows(connection, _READY.where(among(_order.key, keys, connection.dialect)))
    }
    stood = [(*row[:7], day_of(row[7]), day_of(row[8])) for key in keys if (row := found.get(key))]
    return _alike(connection, stood, at, by, causes)


def packed_plain(
    connection: sa.Connection, payments: Iterable[Payment], at: datetime.datetime, by: str
) -> bytes:
    """As `ready`, of payments that are PLAIN and so need no reading, for `unpack`."""
    stood = [
        (
            each.key, each.file_key, each.amount_cents,
            "waiting", 0, "accepted", each.route, each.booking_date, each.settlement_date,
        )
        for each in payments
    ]  # fmt: skip
    return _encode(_alike(connection, stood, at, by, {}))


def _alike(
    connection: sa.Connection,
    orders: Collection[Line],
    at: datetime.datetime,
    by: str,
    causes: dict[str, str],
) -> list[StoodAlike]:
    """Lines of key, file, cents and what Stood names."""
    learn_causes(connection, at, {each[1] for each in orders}, causes)
    alike: dict[Line, tuple[dict[str, int], set[str]]] = {}
    for key, file_key, amount_cents, *stood in orders:
        cents, files = alike.setdefault((*stood, causes[file_key]), ({}, set()))
        cents[key] = amount_cents
        files.add(file_key)
    made = []
    for (*same, cause), (cents, files) in alike.items():
        each = StoodAlike(Stood(*same), cause, tuple(sorted(files)), cents, b"")
        made.append(msgspec.structs.replace(each, digests=digests_of(_lines(each, instant_text(at), by))))
    return made


def unpack(packed: bytes) -> list[StoodAlike]:
    """What `packed_plain` packed."""
    return _decode(packed)


def pay(connection: sa.Connection, told: StoodAlike, at: datetime.datetime, by: str) -> None:
    """Move these orders to paid, and write their lines of history with the digests that came along.

    Overtaken unless every one of them stands just as is told, to the cent.
    """
    if "paid" not in MOVES[told.stood.state]:
        raise BrokenPromise(f"orders cannot go from {told.stood.state} to paid")
    if {key[:KEY_DIGEST_CHARS] for key in told.cents} != {key[:KEY_DIGEST_CHARS] for key in told.files}:
        raise BrokenPromise("the files that are told are not those of the orders")
    moved = connection.execute(_moved(told, connection.dialect)).rowcount
    if moved != len(told.cents):
        raise Overtaken(f"{len(told.cents) - moved} orders do not stand as is told")
    try:
        _write(connection, told, instant_text(at), by)
    except sa.exc.IntegrityError as twice:
        raise Overtaken("an order was moved at the same time") from twice


def _moved(told: StoodAlike, dialect: sa.Dialect) -> sa.Update:
    each = _each(told.cents, dialect).c
    return (
        sa.update(orders)
        .values(state="paid", step=told.stood.step + 1)
        .where(
            _order.key == each.key,
            _order.amount_cents == each.value,
            _order.findings == EMPTY,
            *(_order[name] == value for name, value in told.stood._asdict().items()),
        )
    )


def _each(cents: dict[str, int], dialect: sa.Dialect) -> sa.TableValuedAlias:
    """A row for each: `key` and `value`."""
    if dialect.name == "sqlite":
        return sa.func.json_each(json_text(cents)).table_valued("key", "value")
    keys = sa.literal([*cents], postgresql.ARRAY(sa.Text))
    values = sa.literal([*cents.values()], postgresql.ARRAY(sa.BigInteger))
    return sa.func.unnest(keys, values).table_valued("key", "value").render_derived()


def _becomes(told: StoodAlike, at: str, by: str) -> dict[str, Any]:
    """What all their new lines of history say."""
    stood = told.stood
    return {
        "state": "paid",
        "step": stood.step + 1,
        "outcome": stood.outcome,
        "route": stood.route,
        "booking_date": day_text(stood.booking_date),
        "settlement_date": day_text(stood.settlement_date),
        "findings": EMPTY,
        "at": at,
        "by": by,
        "cause": told.cause,
    }


def _lines(told: StoodAlike, at: str, by: str) -> list[Line]:
    same = tuple(_becomes(told, at, by).values())
    before, after = same[:_CENTS], same[_CENTS:]
    return [(key, *before, cents, *after) for key, cents in told.cents.items()]


_CENTS = LINE.index("amount_cents") - 1
_TOLD = dict.fromkeys(LINE, "?") | {"key": "key", "amount_cents": "value"}


def _write(connection: sa.Connection, told: StoodAlike, at: str, by: str) -> None:
    if connection.dialect.name != "sqlite":
        pour(connection, history, LINE, _lines(told, at, by), told.digests)
        return
    becomes = _becomes(told, at, by)
    keys = [(key, becomes["step"]) for key in told.cents]
    chain_of(connection).note_keys(history, LINE, keys, told.digests)
    add_told(connection, history, _TOLD, json_text(told.cents), tuple(becomes.values()))


def learn_causes(
    connection: sa.Connection, at: datetime.datetime, file_keys: Collection[str], causes: dict[str, str]
) -> None:
    """Put into `causes` what is not there yet: for each file the occasion of its report, the cause of the moves.

    A window that touches a file once more, because an order was released after it, is a new occasion
    (`window:<instant>#2`): the first report may have left already.
    """
    first = window_cause(at)
    for part in slices(sorted(set(file_keys) - causes.keys())):
        earlier = sa.select(reports_due.c.file_key).where(
            among(reports_due.c.file_key, part, connection.dialect),
            sa.or_(reports_due.c.occasion == first, reports_due.c.occasion.startswith(f"{first}#")),
        )
        told = Counter(connection.scalars(earlier))
        for key in part:
            causes[key] = f"{first}#{told[key] + 1}" if told[key] else first


class Told:
    """What has left or was paid for one bulk so far: which orders, in their order, and how much it was."""

    def __init__(self) -> None:
        self._members, self._cents = hashlib.sha256(), 0

    def add(self, keys: Sequence[str], cents: Mapping[str, int]) -> None:
        self._members.update(_told(keys))
        self._cents += sum([cents[key] for key in keys])

    def prove(self, bulk: Bulk) -> None:
        """BrokenPromise unless the bulk has just these orders, and says what they come to."""
        members = hashlib.sha256()
        for keys in slices(bulk.keys):
            members.update(_told(keys))
        if members.digest() != self._members.digest():
            raise BrokenPromise(f"bulk {bulk.id} has other orders than were paid for it")
        if self._cents != bulk.sum_cents:
            raise BrokenPromise(f"bulk {bulk.id} says {bulk.sum_cents} cents, its orders are {self._cents}")


def _told(keys: Iterable[str]) -> bytes:
    return "".join([f"{key}\n" for key in keys]).encode()
