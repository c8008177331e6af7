"""Statements carried out by the driver itself: what comes back, what goes wrong, and which moment is seen."""

import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from sepa.store.sql.kept import Kept, add_row, is_one_of, many
from sepa.store.tables import blocks, message_ids, orders
from tests.store.conftest import Store
from tests.store.lines import DAY, delivery, judge, key_of, verdict

SECRET = "SK3112000000198742637541"
_STATES = Kept(
    lambda dialect: (
        sa.select(orders.c.key, orders.c.booking_date)
        .where(is_one_of(orders.c.state, "states", dialect), orders.c.amount_cents > sa.bindparam("above"))
        .order_by(orders.c.key)
    )
)


@pytest.fixture
def judged(store: Store) -> Any:
    journal = store.open()
    judge(journal, *(verdict(key_of("a"), number) for number in (1, 2, 3)))
    return journal


def test_rows_are_as_sqlalchemy_gives_them(judged: Any) -> None:
    both = sa.select(orders.c.booking_date, blocks.c.batch_booking).join(
        blocks, blocks.c.file_key == orders.c.file_key
    )
    with judged.writing() as connection:
        connection.execute(sa.update(blocks).values(batch_booking=True))
        (row, *_) = rows = Kept(both).rows(connection)
        assert rows == [tuple(each) for each in connection.execute(both)]
        assert (type(row[0]), type(row[1])) == (datetime.date, bool)


def test_blanks_are_filled_anew_each_time(judged: Any) -> None:
    with judged.reading() as connection:

        def found(above: int, *states: str) -> list[Any]:
            return _STATES.rows(connection, states=many(states, connection.dialect), above=above)

        assert [day for _, day in found(9_999, "waiting", "held")] == [DAY] * 3
        assert (found(10_000, "waiting"), found(0, "held"), found(0)) == ([], [], [])
        assert _STATES.value(connection, states=many(["held"], connection.dialect), above=0) is None


def test_pieces_are_all_the_rows(judged: Any) -> None:
    with judged.reading() as connection:
        asked = {"states": many(["waiting"], connection.dialect), "above": 0}
        pieces = list(_STATES.pieces(connection, 2, **asked))
        assert [len(piece) for piece in pieces] == [2, 1]
        assert [tuple(row) for piece in pieces for row in piece] == _STATES.rows(connection, **asked)


def test_a_key_that_is_there(judged: Any) -> None:
    line = {"partner": "partner", "message_id": "MSG-a", "file_key": key_of("a")}
    with judged.writing() as connection:
        assert not add_row(connection, message_ids, line, unless_there=True)
        assert add_row(connection, message_ids, line | {"message_id": "MSG-b"}, unless_there=True)


def test_a_fault_tells_no_value(judged: Any) -> None:
    line = {"partner": "partner", "message_id": "MSG-a", "file_key": SECRET}
    with pytest.raises(sa.exc.IntegrityError) as fault, judged.writing() as connection:
        add_row(connection, message_ids, line, unless_there=False)
    assert SECRET not in str(fault.value)
    assert "MSG-a" not in str(fault.value)
    assert "MSG-a" not in str(fault.value.orig)


def test_inside_one_moment_nothing_new_is_seen(store: Store) -> None:
    journal, other = store.open(), store.open()
    with journal.at_one_moment():
        assert journal.unjudged() == []
        other.deliver(delivery("a"))
        journal.deliver(delivery("b"))
        assert journal.unjudged() == []
        with journal.together():
            assert len(journal.unjudged()) == 2
    assert len(journal.unjudged()) == 2
