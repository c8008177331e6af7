"""Sheets that are drawn, and forks that do such work: the same bytes and the same faults as without them."""

import ctypes
import datetime
import fcntl
import gc
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.orders import order_texts
from bench.people import BANKS as BENCH
from sepa.model.broken import BrokenPromise
from sepa.model.message import Piece, Transaction
from sepa.model.payment import Bulk, Payment, Posting
from sepa.model.sheet import Sheet, sheet_of
from sepa.pipeline.beside import beside, collected_later, forks_for, in_turns, workers_wanted
from sepa.store.journal import Journal
from sepa.store.profiles import load_profile
from sepa.store.sql import open_journal
from sepa.store.sql.connection import LITTLE_KILOBYTES
from sepa.wire import pacs008, read
from sepa.wire.drawing import Banks, DrawnSheet, Ground, draw
from sepa.wire.emitted import schema_folder
from sepa.wire.glance import all_seen

AT = datetime.datetime(2026, 4, 2, 8, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 4, 2)
BANKS = Banks(
    bic="OTPVSKBX",
    country="SK",
    code="5200",
    participants={f"{each.country}/{each.code}": each.bic for each in BENCH},
)
ORDERS = 100


@pytest.fixture(scope="module")
def transactions(tmp_path_factory: pytest.TempPathFactory) -> list[Transaction]:
    file = tmp_path_factory.mktemp("many") / "orders.xml"
    file.write_text("".join(order_texts("pain.001.001.09", ORDERS, 40)), "utf-8")
    with file.open("rb") as source:
        pieces = read(source, offered=("pain.001.001.09",), size_bytes_max=1 << 30)
        return [each for piece in pieces if isinstance(piece, Piece) for each in piece.transactions]


class Mallinfo(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    )  # fmt: skip


def apart() -> int:
    """Bytes in blocks that go back to the system when they are freed."""
    told = ctypes.CDLL(None).mallinfo2
    told.restype = Mallinfo
    return int(told().hblkhd)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="another C library than glibc")
def test_large_blocks_go_back_to_the_system(tmp_path: Path) -> None:
    def kept() -> Iterator[bytes]:
        bytearray(24 << 20)  # once such a block was freed, smaller ones would no longer lie apart
        before, block = apart(), bytearray(20 << 20)
        assert block is not None
        yield str(apart() - before >= 20 << 20).encode()

    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    with beside(journal, kept) as pieces:
        assert [*pieces] == [b"True"]
    assert [*kept()] == [b"True"]
    journal.close()


def test_who_reads_on_remembers_little(tmp_path: Path) -> None:
    def cache() -> Iterator[bytes]:
        with journal.reading() as connection:
            yield str(connection.exec_driver_sql("PRAGMA cache_size").scalar()).encode()

    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    (here,) = cache()
    with beside(journal, cache) as pieces:
        assert [*pieces] == [str(-LITTLE_KILOBYTES).encode()] != [here]
    journal.close()


def sheets(transactions: list[Transaction], size: int) -> list[Sheet]:
    payments = [_payment(each) for each in transactions]
    texts = [msgspec.json.encode(each) for each in transactions]
    return [
        msgspec.structs.replace(
            sheet_of(part, (side for each in part for side in _both(each))),
            transactions=tuple(texts[start : start + size]),
        )
        for start, part in (
            (start, payments[start : start + size]) for start in range(0, len(payments), size)
        )
    ]


def _payment(order: Transaction) -> Payment:
    key = f"{'a' * 24}-{order.position}"
    ibans = order.debtor_account.iban or "", order.creditor_account.iban or ""
    facts: dict[str, Any] = {
        "kind": "credit-transfer",
        "route": "clearing",
        "batch_booking": order.block == 2,
    }
    return Payment(
        key=key, file_key="a" * 64, position=order.position, block=order.block, partner="p",
        amount_cents=100 + order.position, debtor_iban=ibans[0], creditor_iban=ibans[1], received_at=AT,
        booking_date=DAY, settlement_date=DAY, **facts,
    )  # fmt: skip


def _both(payment: Payment) -> list[Posting]:
    return [
        Posting(payment.key, account, side, payment.amount_cents, DAY, DAY)
        for account, side in ((payment.debtor_iban, "debit"), ("CLEARING:SCT", "credit"))
    ]


OPENING = pacs008.opening(
    Bulk("A", "pacs.008", AT, DAY, tuple(f"{number}" for number in range(ORDERS)), 15_050),
    load_profile("otp-sk"),
    AT,
)
GROUND = Ground("pacs.008", BANKS, batch_unless_said=False, opening=OPENING)


def drawn(given: list[Sheet]) -> list[DrawnSheet]:
    return [draw(GROUND, sheet, schema_folder()) for sheet in given]


def test_the_size_of_a_sheet_makes_no_difference(transactions: list[Transaction]) -> None:
    few, many = (drawn(sheets(transactions, size)) for size in (3, ORDERS))
    assert b"".join(each.message.text for each in few) == many[0].message.text
    assert b"".join(each.bookings.text for each in few) == many[0].bookings.text
    assert sum(each.bookings.debit_cents for each in few) == many[0].bookings.debit_cents
    assert all_seen(each.seen for each in few) == all_seen(each.seen for each in many) is not None


def test_an_order_without_its_postings_is_not_drawn(transactions: list[Transaction]) -> None:
    first, *_ = sheets(transactions, 30)
    with pytest.raises(BrokenPromise, match="has no posting in its turn"):
        drawn([msgspec.structs.replace(first, postings=())])


# --- forks ---


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    yield journal
    journal.close()


def test_pieces_come_in_turns_until_the_last_stream_ends(journal: Journal) -> None:
    works = [lambda: [b"a1", b"a2", b"a3"], lambda: [b"b1"], lambda: [b"c1", b"c2"]]
    with in_turns(journal, works) as pieces:
        assert list(pieces) == [b"a1", b"b1", b"c1", b"a2", b"c2", b"a3"]


def test_a_fork_reads_the_journal_through_a_connection_of_its_own(journal: Journal) -> None:
    with journal.reading() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("SELECT 1").all()
        with beside(journal, lambda: [journal.digest().encode()]) as pieces:
            assert list(pieces) == [journal.digest().encode()]


@pytest.fixture(params=["piped", "laid down"])
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path if request.param == "laid down" else None


def test_who_lays_pieces_down_waits_for_nobody(journal: Journal, tmp_path: Path) -> None:
    """All of it is made, much more than a pipe holds, before the first piece is taken; and no file is left."""
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)

    def work() -> Iterator[bytes]:
        yield from (bytes([number]) * 200_000 for number in range(20))
        there.send("made")

    before = sorted(tmp_path.iterdir())
    with beside(journal, work, spool=tmp_path) as pieces:
        assert here.poll(60)
        assert sorted(tmp_path.iterdir()) == before
        assert list(pieces) == [bytes([number]) * 200_000 for number in range(20)]


def test_a_pipe_holds_a_sheet_where_the_system_allows_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def never(_: int, what: int, size: int) -> int:
        asked.append((what, size))
        raise PermissionError("no more than 64 KiB here")

    monkeypatch.setattr("sepa.pipeline.beside.fcntl.fcntl", never)
    with beside(journal, lambda: [b"1" * 200_000, b"2"]) as pieces:
        assert list(map(len, pieces)) == [200_000, 1]
    assert asked == [(fcntl.F_SETPIPE_SZ, 1 << 20)]


class Told(Exception):
    """Cannot travel: it wants two words and keeps one."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param(ValueError("not yet due"), ValueError, id="as it was"),
        pytest.param(BrokenPromise("ours"), BrokenPromise, id="a broken promise"),
        pytest.param(Told("o", "urs"), BrokenPromise, id="one that cannot travel"),
    ],
)
def test_what_fails_beside_fails_here_in_its_turn(
    journal: Journal, fault: Exception, told: type[Exception], spool: Path | None
) -> None:
    def work() -> Iterator[bytes]:
        yield b"before"
        raise fault

    with beside(journal, work, spool=spool) as pieces:
        assert next(pieces) == b"before"
        with pytest.raises(told, match=str(fault)):
            next(pieces)


def test_a_fork_that_is_gone_is_a_broken_promise(journal: Journal, spool: Path | None) -> None:
    def work() -> Iterator[bytes]:
        yield b"before"
        os.kill(os.getpid(), signal.SIGKILL)

    with beside(journal, work, spool=spool) as pieces, pytest.raises(BrokenPromise, match="is gone"):
        list(pieces)


def test_no_fork_outlives_its_work(journal: Journal) -> None:
    def work() -> Iterator[bytes]:
        while True:
            yield str(os.getpid()).encode()

    with beside(journal, work) as pieces:
        fork = int(next(pieces))
    with pytest.raises(ProcessLookupError):
        os.kill(fork, 0)


def test_memory_is_not_looked_through_meanwhile() -> None:
    with collected_later(), collected_later():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("cores", "orders", "forks"),
    [(2, 4_999, 0), (2, 5_000, 2), (1, 5_000, 0), (64, 5_000, 4)],
)
def test_few_orders_are_drawn_without_help(
    cores: int, orders: int, forks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(cores))
    assert forks_for(orders) == forks


def test_one_worker_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPA_WORKERS", "1")
    assert forks_for(5_000) == 0


def _tell_forks(out: Any) -> None:
    out.send((workers_wanted(), forks_for(5_000)))


def test_a_process_that_may_have_no_children_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery runs its tasks in such processes; whatever is wished for."""
    monkeypatch.setenv("SEPA_WORKERS", "2")
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_tell_forks, args=(there,), daemon=True)
    child.start()
    assert here.recv() == (1, 0)
    child.join()


def test_a_fork_that_cannot_begin_says_why(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Any) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("multiprocessing.context.ForkProcess.start", refused)
    with pytest.raises(OSError, match="no more processes"), beside(journal, lambda: [b"1"]):
        raise AssertionError
    assert gc.get_freeze_count() == 0
