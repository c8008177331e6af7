"""The journal's contract over every store that keeps it: the chain, seals, and what an audit finds."""

import datetime

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from sepa.model.broken import BrokenPromise
from sepa.model.chain import Flaw
from sepa.model.fee import Charge, Fee
from sepa.model.journal import Recall, Withheld
from sepa.model.payment import Unpaid
from sepa.model.verdict import transaction_key
from sepa.store.journal import Journal
from sepa.store.sql import open_journal
from sepa.store.sql.aside import Aside
from sepa.store.sql.batch import keys_of
from sepa.store.sql.chain import Chain, digests_of, link_digest
from sepa.store.tables import CHAIN, metadata, told
from tests.store.conftest import Store
from tests.store.lines import (
    DAY,
    EVENING,
    LATER,
    NEXT_DAY,
    SECOND,
    WINDOW,
    accepted,
    decide,
    decision,
    delivery,
    finding,
    judge,
    key_of,
    move,
    paying,
    publication,
    verdict,
)


def a_day(journal: Journal) -> str:
    """A line in nearly every table, and orders that moved in every way."""
    journal.works_by(lambda: "5" * 64)
    file_key = key_of("a")
    judge(
        journal,
        verdict(file_key, 1),
        verdict(file_key, 2),
        verdict(file_key, 3, "held"),
        verdict(file_key, 4, "rejected"),
        verdict(file_key, 5),
        verdict(file_key, 6, booking_date=NEXT_DAY),
        verdict(file_key, 7, block=2),
        blocks=(1, 2),
        refused_blocks=(2,),
    )
    journal.deliver(delivery(id="delivery-2", received_at=LATER, signature="6" * 64))
    decide(journal, move(transaction_key(file_key, 3), "rejected", findings=(finding("PPL-01"),)))
    first, second, third = list(journal.due(WINDOW, DAY))
    poor = Unpaid(third, "pending-funds", finding("FUN-01", "AM04"))
    journal.seal(paying([first, second], [poor]), by="desk")
    journal.begin_emission("BULK-1", LATER)
    back = Recall(transaction_key(file_key, 2), "BULK-1", "CUST", "d-2", LATER, "Eva")
    journal.decide(decision("d-2", act="recall"), [], report=None, recalls=[back])
    fee = Charge(third.key, "SK1", Fee("retry", 100, "2026"), DAY, "FND-07", file_key, "judged", LATER)
    gone = Withheld(file_key, "judged", "rejected", "SK1", "III.1(8)", LATER)
    journal.published([publication(), fee, gone], settles="BULK-1")
    journal.seal_day(DAY, EVENING)
    return file_key


def places(flaws: list[Flaw]) -> list[tuple[str, str]]:
    return [(flaw.place, flaw.what) for flaw in flaws]


def test_what_was_written_holds(journal: Journal) -> None:
    assert journal.audit() == []
    a_day(journal)
    assert journal.audit() == []
    assert journal.head() == 9
    assert journal.snapshots() == ["5" * 64]


def test_what_writes_nothing_is_no_link(journal: Journal) -> None:
    accepted(journal)
    before, position = journal.head(), journal.position()
    journal.deliver(delivery())
    with journal.judging(key_of("a")) as sealing:
        assert sealing is None
    journal.published([])
    assert journal.head() == before
    assert journal.position() == position


def test_whatever_is_written_moves_the_position(journal: Journal) -> None:
    positions = [journal.position()]
    for name in ("a", "b"):
        journal.deliver(delivery(name))
        positions.append(journal.position())
    accepted(journal)
    assert len({*positions, journal.position()}) == 4


def test_what_an_exception_undid_is_no_link(journal: Journal) -> None:
    journal.deliver(delivery())
    bad = replace(verdict(key_of("a"), 2), amount_cents=None)
    with pytest.raises(BrokenPromise), journal.judging(key_of("a")) as sealing:
        sealing.add([verdict(key_of("a")), bad])  # type: ignore[union-attr]
    assert journal.head() == 1
    accepted(journal)
    assert journal.audit() == []


def test_verdicts_that_were_taken_back_are_in_no_link(journal: Journal) -> None:
    from tests.store.lines import close, file_verdict

    journal.deliver(delivery())
    with journal.judging(key_of("a")) as sealing:
        assert sealing is not None
        sealing.add([verdict(key_of("a"))])
        sealing.discard()
        close(sealing, file_verdict(0, ()))
    assert journal.audit() == []
    link = journal.link(2)
    assert link is not None
    assert "orders" not in {each.of for each in link.written}


def test_lines_packed_elsewhere_hold_as_if_they_were_added(journal: Journal) -> None:
    """A worker packs and digests lines: what it hands over is what the journal itself would have written."""
    from tests.store.lines import close, file_verdict

    verdicts = [verdict(key_of("a"), number, block=number) for number in range(1, 1503)]
    journal.deliver(delivery())
    with journal.judging(key_of("a")) as sealing:
        assert sealing is not None
        for first in range(0, 1502, 400):
            sealing.add_lines(journal.order_lines(key_of("a"), verdicts[first : first + 400]))
        close(sealing, file_verdict(1502, blocks=range(1, 1503)))
    assert journal.audit() == []
    link = journal.link(2)
    assert link is not None
    assert [len(each.keys) for each in link.written if each.of == "orders"] == [1000, 502]
    assert [len(each.keys) for each in link.written if each.of == "blocks"] == [1000, 502]
    assert [order.position for order in journal.orders(key_of("a"))] == list(range(1, 1503))


def test_many_orders_are_written_in_batches(journal: Journal) -> None:
    file_key = accepted(journal, 2500)
    link = journal.link(2)
    assert link is not None
    of_orders = [each for each in link.written if each.of == "orders"]
    assert [len(each.keys) for each in of_orders] == [1000, 1000, 500]
    assert journal.audit() == []
    assert journal.lines(of_orders[0])[0][0] == transaction_key(file_key, 1)  # type: ignore[index]


def test_a_seal_is_given_once_for_an_instant(journal: Journal) -> None:
    accepted(journal)
    seal = journal.seal_day(DAY, EVENING)
    assert (seal.link, seal.day, seal.at) == (2, DAY, EVENING)
    accepted(journal, 1, "b")
    assert journal.seal_day(DAY, EVENING) == seal
    later = journal.seal_day(DAY, EVENING + SECOND)
    assert later.link == 5
    assert journal.seals() == [seal, later]
    assert journal.link(2).digest == seal.digest  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("statement", "place", "what"),
    [
        pytest.param("UPDATE files SET name = 'other.xml'", f"files {key_of('a')}", "changed", id="file"),
        pytest.param("UPDATE deliveries SET signature = 'x' WHERE id = 'delivery-2'",
                     "deliveries delivery-2", "changed", id="signature"),
        pytest.param("DELETE FROM publications", "publications clearing/out/a.xml", "removed", id="removed"),
        pytest.param("INSERT INTO told VALUES ('x', 'y')", "told x y", "added", id="added"),
        pytest.param("UPDATE postings SET line = line + 10", "postings BULK-1 1", "removed", id="renumbered"),
        pytest.param("UPDATE decisions SET reason = 'none' WHERE id = 'd-1'", "decisions d-1", "changed", id="why"),
        pytest.param("UPDATE links SET digest = 'x' WHERE number = 3", "link 3", "changed", id="digest"),
        pytest.param("UPDATE links SET snapshot = NULL WHERE number = 3", "link 3", "changed", id="snapshot"),
        pytest.param("UPDATE links SET number = 99 WHERE number = 3", "link 3", "removed", id="link-moved"),
        pytest.param("DELETE FROM links WHERE number = 9", "link 9", "removed", id="last-link"),
        pytest.param("DELETE FROM chained WHERE link = 3", "link 3", "changed", id="link-emptied"),
        pytest.param("UPDATE chained SET \"columns\" = 'key' WHERE link = 1 AND place = 0", "link 1", "changed",
                     id="columns"),
        pytest.param("UPDATE seals SET link = 1", f"seal of {DAY}", "broken", id="seal"),
        pytest.param("DELETE FROM seals", f"seals {DAY} {EVENING.isoformat()}", "removed", id="seal-removed"),
    ],
)  # fmt: skip
def test_tampering_is_named(store: Store, statement: str, place: str, what: str) -> None:
    journal = store.open()
    a_day(journal)
    store.tamper(statement)
    assert (place, what) in places(journal.audit())


@pytest.mark.parametrize(
    ("statement", "place", "what"),
    [
        pytest.param("UPDATE transactions SET \"transaction\" = '{}' WHERE number = 2", "orders {}-2", "changed",
                     id="text"),
        pytest.param("UPDATE transactions SET number = 99 WHERE number = 2", "orders {}-2", "changed", id="moved"),
        pytest.param("UPDATE transactions SET number = 99 WHERE number = 2", "transactions 99", "added", id="moved-to"),
        pytest.param("DELETE FROM transactions WHERE number = 7", "orders {}-7", "changed", id="removed"),
        pytest.param("INSERT INTO transactions VALUES (99, 'x')", "transactions 99", "added", id="added"),
        pytest.param("UPDATE orders SET number = 3 WHERE number = 2", "orders {}-2", "changed", id="another's"),
        pytest.param("UPDATE orders SET number = 3 WHERE number = 2", "transactions 2", "added", id="nobody's"),
    ],
)  # fmt: skip
def test_what_was_sent_is_held_by_its_order(store: Store, statement: str, place: str, what: str) -> None:
    journal = store.open()
    begin = a_day(journal)[:24]
    store.tamper(statement.replace("'{}'", "'x'"))
    assert (place.format(begin), what) in places(journal.audit())


@pytest.mark.parametrize(
    "column", [each.name for each in metadata.tables["orders"].columns if each.name != "key"]
)
@pytest.mark.parametrize("number", [1, 3, 6])
def test_no_value_of_an_order_can_be_changed(store: Store, column: str, number: int) -> None:
    """Of one that moved, of one whose judgement stands in its history, of one that never moved."""
    journal = store.open()
    key = transaction_key(a_day(journal), number)
    kind = metadata.tables["orders"].columns[column].type.python_type
    other = {int: "77", str: "'x'", datetime.date: "'2026-05-05'"}[kind]
    store.tamper(f'UPDATE orders SET "{column}" = {other} WHERE key = {key!r}')
    assert any(key in flaw.sentence for flaw in journal.audit())


def test_a_purge_is_lawful_and_nothing_else_is(store: Store) -> None:
    journal = store.open()
    file_key = judge(journal, verdict(key_of("a"), 1, "rejected"), verdict(key_of("a"), 2, "rejected"))
    for due in journal.reports_due():
        journal.published([], settles=due)
    journal.purge(decision("d-9", file_key, "purge", EVENING))
    assert journal.audit() == []
    (gone,) = journal.purges()
    assert (gone.file_key, gone.by, gone.at) == (file_key, "Eva", EVENING)
    store.tamper(f"UPDATE orders SET amount_cents = 1 WHERE key = '{transaction_key(file_key, 2)}'")
    assert places(journal.audit())[0] == (f"orders {transaction_key(file_key, 2)}", "changed")


def test_every_store_keeps_the_same_chain(stores: list[Store]) -> None:
    heads = []
    for store in stores:
        journal = store.open()
        a_day(journal)
        link = journal.link(journal.head())
        assert link is not None
        heads.append(link.digest)
    assert heads[0] == heads[1]


def test_a_journal_from_before_the_chain_is_chained_as_it_stands(new_url: str) -> None:
    journal = open_journal(new_url)
    a_day(journal)
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        for name in reversed(CHAIN):
            connection.execute(sa.delete(metadata.tables[name]))
        connection.execute(sa.text("DROP TABLE chained"))
        connection.execute(sa.text("DROP TABLE links"))
        connection.execute(sa.text("DROP TABLE seals"))
        connection.execute(sa.text("DROP TABLE window_kinds"))
        connection.execute(sa.text("DROP INDEX ix_files_sha256"))
        in_one_row(connection)
        for table, column in (
            ("deliveries", "signature"),
            ("blocks", "category_purpose"),
            ("files", "sha256"),
        ):
            connection.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0011'"))
    engine.dispose()
    journal.close()
    again = open_journal(new_url)
    assert (again.head(), again.audit()) == (1, [])
    accepted(again, 2, "later")
    assert (again.head(), again.audit()) == (3, [])
    again.close()


def in_one_row(connection: sa.Connection) -> None:
    """Orders in the form of 0015: each with what was sent in its own row. The chain was the same."""
    texts = 'SELECT t."transaction" FROM transactions t WHERE t.number = orders.number'
    for wording in (
        "ALTER TABLE orders ADD COLUMN \"transaction\" TEXT NOT NULL DEFAULT ''",
        f'UPDATE orders SET "transaction" = ({texts})',
        "ALTER TABLE orders DROP COLUMN number",
        "DROP TABLE transactions",
        "UPDATE alembic_version SET version_num = '0015'",
    ):
        connection.execute(sa.text(wording))


def test_orders_whose_texts_stood_in_their_rows_are_what_they_were(new_url: str) -> None:
    journal = open_journal(new_url)
    file_key = a_day(journal)
    told, (seal,) = list(journal.orders(file_key)), journal.seals()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        in_one_row(connection)
    engine.dispose()
    journal.close()
    again = open_journal(new_url)
    assert (again.head(), again.audit(), again.seals()) == (9, [], [seal])
    assert list(again.orders(file_key)) == told
    accepted(again, 2, "later")
    due = list(again.due(LATER, NEXT_DAY))
    assert again.seal(paying(due, id="BULK-9", window=LATER), by="desk")
    assert [key for sheet in again.bulk_sheets("BULK-9") for key in sheet.keys] == [each.key for each in due]
    assert len(due) > 2
    assert (again.faults(), again.audit()) == ([], [])
    again.close()


def test_a_link_hangs_on_the_one_before() -> None:
    assert link_digest("a" * 64, 2, None, []) != link_digest("b" * 64, 2, None, [])


def test_what_a_chain_holds_does_not_grow_with_what_was_written() -> None:
    aside = Aside()
    chain = Chain(aside)
    lines = [("file", f"{number:08d}") for number in range(100_000)]
    chain.note(told, ("subject", "occasion"), lines)
    assert sum(len(batch.keys) + len(batch.digests) for batch in chain._batches) == 0
    assert aside._file._rolled, "the batches are in memory"
    written = list(chain._lines(7))
    assert [key for line in written for key in keys_of(line["keys"])] == [list(line) for line in lines]
    assert b"".join(line["digests"] for line in written) == digests_of(lines)
    assert [line["place"] for line in written] == list(range(100))
    aside.close()
