"""A file judged in chunks: the same verdicts and the same journal, whatever the chunks and however many workers."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.orders import OWN_ACCOUNT, write_orders
from sepa.decide import Opening
from sepa.decide import chunk as chunk_of
from sepa.model.finding import Unreadable
from sepa.model.verdict import FileVerdict
from sepa.pipeline import judge as judging
from sepa.pipeline.beside import collected_later, workers_wanted
from sepa.pipeline.chunks import ChunkedFile, alone, crew, judge_chunks
from sepa.pipeline.desk import desk_for, judge_stream, together
from sepa.pipeline.home import Home
from sepa.pipeline.judge import judge
from sepa.scheme.phrase import Phrase
from sepa.store.journal import Sealing
from sepa.store.sql.chain import chain_of
from sepa.store.tables import orders as lines
from sepa.wire.chunks import Chunk
from sepa.wire.read import plan
from tests.build import transfer
from tests.pipeline.house import House
from tools.sample_bank import A1, A2, TRADER, collection, collections, order, transfers

Outcome = tuple[FileVerdict, list[Any]]
BANK_B1 = "SK3112000000198742637541"


class Undone(Exception):
    """Nothing that was judged here stays."""


def limited_house(empty_home: Path, folder: Path) -> House:
    """The sample bank, at which one sender may order EUR 600 a day."""
    root = folder / "home"
    shutil.copytree(empty_home, root)
    house = House(root)
    for partner in ("stavebniny", "mzdy"):
        house.change_partner(partner, accounts=["*"])
    limits = "partner,valid_from,per_order,per_day\nstavebniny,2026-04-01T08:00:00+02:00,,600.00\n"
    (root / "reference" / "limits.csv").write_text(limits, "utf-8")
    return house


@pytest.fixture(scope="module")
def home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with limited_house(empty_home, tmp_path_factory.mktemp("chunks")).open() as opened:
        yield opened


def judged(home: Home, key: str, by: Callable[[Sealing], FileVerdict]) -> Outcome:
    """The verdict on a file and its lines of the journal, of which none stays."""
    found: list[Outcome] = []
    try:
        with home.journal.judging(key) as sealing:
            assert sealing is not None
            verdict = by(sealing)
            connection: sa.Connection = sealing._connection  # type: ignore[attr-defined]
            written = list(connection.execute(sa.select(lines).order_by(lines.c.position)))
            found.append((verdict, [*written, *chained(connection)]))
            raise Undone
    except Undone:
        return found[0]


def chained(connection: sa.Connection) -> Iterator[Any]:
    """What the journal's chain holds of it."""
    yield from chain_of(connection)._lines(1)


def streamed(home: Home, key: str) -> Outcome:
    desk = desk_of(home, key)

    def by(sealing: Sealing) -> FileVerdict:
        with home.archived(key).open("rb") as source:
            return judge_stream(
                source,
                desk,
                key,
                add=lambda _, verdicts: sealing.add(verdicts),
                discard=sealing.discard,
                seen=sealing.seen,
                unread=lambda _: (),
                ordered=sealing.ordered,
            )

    return judged(home, key, by)


def in_chunks(home: Home, key: str, chunk_bytes: int, workers: int = 1) -> tuple[Outcome, int]:
    """The same in chunks; and how many chunks there were."""
    desk, path = desk_of(home, key), home.archived(key)
    intake = desk.profile.intake
    with path.open("rb") as source:
        planned = plan(
            source, offered=intake.messages, size_bytes_max=intake.size_bytes_max, chunk_bytes=chunk_bytes
        )
    assert planned is not None
    file = ChunkedFile(path, planned.head, desk, key)

    def by(sealing: Sealing) -> FileVerdict:
        write = partial(judge_chunks, file, planned, sealing=sealing, journal=home.journal)
        if workers == 1:
            return write(alone(partial(file.judge, journal=home.journal, seen=sealing.seen)))
        with crew(workers, file, home.journal) as in_turn:
            return write(in_turn)

    return judged(home, key, by), len(planned.chunks)


def desk_of(home: Home, key: str) -> Any:
    file = home.journal.file(key)
    assert file is not None
    return desk_for(
        home.terms(file.received_at), home.reference(), file.received_at, file.partner, home.archived(key)
    )


def delivered(home: Home, partner: str, content: str) -> str:
    house = House(home.root)
    key = house.drop(partner, "orders.xml", content)
    house.claim()
    return key


IDS = st.sampled_from(["A", "B", "C", "NOTPROVIDED"]) | st.integers(1, 60).map(lambda number: f"E{number}")
AMOUNTS = st.sampled_from(["0.01", "49.99", "50.00", "120.00", "300.00", "300.01", "1e2"])


@st.composite
def transfer_files(draw: st.DrawFn) -> str:
    """Blocks of several accounts; ids that repeat, amounts that come to the limit of the day, faults."""
    numbers = iter(range(1000))

    def one() -> str:
        to = draw(st.sampled_from([BANK_B1, A1, A2, "SK0000000000000000000000"]))
        return order(draw(IDS), draw(AMOUNTS), f"Dodávateľ {next(numbers)}", to, bic=None)

    blocks = [
        (draw(st.sampled_from([TRADER, A2])), [one() for _ in range(draw(st.integers(1, 12)))])
        for _ in range(draw(st.integers(1, 5)))
    ]
    (account, first), *more = blocks
    count = draw(st.sampled_from([None, None, None, 7]))
    declared = draw(st.sampled_from(["one", "same"]))
    text = transfers(
        f"M-{draw(st.integers(0, 10**9))}", account, [each.replace("1e2", "12.00") for each in first],
        blocks=[(debtor, [each.replace("1e2", "1.005") for each in rest]) for debtor, rest in more],
        count=count,
    )  # fmt: skip
    return text if declared == "one" else text.replace("-2</PmtInfId>", "-1</PmtInfId>")


@st.composite
def collection_files(draw: st.DrawFn) -> str:
    """Collections under consents that may be used once, or once a month."""
    mandates = st.sampled_from([(A2, "MND-2026-001"), (A2, "ONCE-5"), (A2, "NONE"), (BANK_B1, "M-1")])

    def one() -> str:
        debtor, mandate = draw(mandates)
        bic = "TATRSKBX" if debtor == BANK_B1 else "OTPVSKBX"
        return collection(
            draw(IDS), draw(st.sampled_from(["10.00", "75.00", "130.00"])), debtor, mandate, bic=bic
        )

    blocks = [
        (kind, due, [one() for _ in range(draw(st.integers(1, 10)))])
        for kind in draw(st.lists(st.sampled_from(["RCUR", "OOFF"]), min_size=1, max_size=3))
        for due in [draw(st.sampled_from(["2026-04-13", "2026-04-14", "2026-05-13"]))]
    ]
    return collections(f"M-{draw(st.integers(0, 10**9))}", blocks)


@settings(max_examples=40)
@given(
    content=transfer_files(),
    chunk_bytes=st.integers(1, 4000),
    remembered=st.sampled_from([12, 20, 100_000]),
    partner=st.sampled_from(["stavebniny", "mzdy"]),
)
def test_chunks_of_transfers_change_nothing(
    home: Home, content: str, chunk_bytes: int, remembered: int, partner: str
) -> None:
    key = delivered(home, partner, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunk_of, "REMEMBERED_IDS", remembered)
        assert in_chunks(home, key, chunk_bytes)[0] == streamed(home, key)


@settings(max_examples=40)
@given(content=collection_files(), chunk_bytes=st.integers(1, 4000))
def test_chunks_of_collections_change_nothing(home: Home, content: str, chunk_bytes: int) -> None:
    key = delivered(home, "vzorova-banka", content)
    assert in_chunks(home, key, chunk_bytes)[0] == streamed(home, key)


@pytest.fixture
def large(house: House, tmp_path: Path) -> str:
    """A file of 900 orders, some of them bad, lying in the journal; its key."""
    house.change_partner("mzdy", accounts=["*"])
    house.set_account(A1, balance="900000.00")
    path = tmp_path / "large.xml"
    write_orders(path, "pain.001.001.09", 900, orders_per_block=400, faults=0.1)
    key = house.drop("mzdy", "large.xml", path.read_bytes().replace(OWN_ACCOUNT.encode(), A1.encode()))
    house.claim()
    return key


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_change_nothing(house: House, large: str, workers: int) -> None:
    with house.open() as home:
        found, chunks = in_chunks(home, large, 50_000, workers)
        assert chunks > 10
        assert found == streamed(home, large)
        assert {line.outcome for line in found[1] if hasattr(line, "outcome")} == {"accepted", "rejected"}


def test_the_desk_itself_judges_a_large_file_in_chunks(
    house: House, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Chunk] = []
    cut = judging.judge_chunks

    def noted(file: Any, planned: Any, in_turn: Any, **how: Any) -> FileVerdict:
        seen.extend(planned.chunks)
        return cut(file, planned, in_turn, **how)

    monkeypatch.setattr(judging, "judge_chunks", noted)
    monkeypatch.setattr(judging, "WORTH_BYTES", 1)
    monkeypatch.setattr(judging, "CHUNK_BYTES", 100_000)
    monkeypatch.setenv("SEPA_WORKERS", "2")
    with house.open() as home:
        assert judge(home, large, at=house.at("2026-04-02T10:00")).count == 900
    assert len(seen) > 3


def test_a_chunk_in_doubt_sends_the_whole_file_down_the_slow_road(
    house: House, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One order that the schema refuses stands far behind; nothing of the file may stay."""
    path = house.root / "inbox" / "mzdy" / "broken.xml"
    with house.open() as home:
        whole = home.archived(large).read_bytes()
    place = whole.rindex(b"<EndToEndId>")
    path.write_bytes(whole[:place] + b"<Wrong/>" + whole[place:])
    house.claim("2026-04-02T10:05")
    monkeypatch.setattr(judging, "WORTH_BYTES", 1)
    monkeypatch.setattr(judging, "CHUNK_BYTES", 100_000)
    monkeypatch.setenv("SEPA_WORKERS", "2")
    with house.open() as home:
        (key,) = [each for each in home.journal.unjudged() if each != large]
        verdict = judge(home, key, at=house.at("2026-04-02T10:05"))
        assert (verdict.status, verdict.findings[0].code) == ("RJCT", "FF01")
        assert list(home.journal.orders(key)) == []


def test_pieces_of_single_orders_are_taken_together() -> None:
    built = transfer()
    broken = Unreadable("not-xml", "line 1", "", Phrase("an XML document"))
    found = list(together([built.head, *[built.piece] * 600, broken]))
    assert [len(each) if isinstance(each, list) else each for each in found] == [
        built.head,
        250,
        250,
        100,
        broken,
    ]
    assert [len(each) for each in together(iter([built.piece] * 251))] == [250, 1]


def test_a_judged_chunk_leaves_nothing_behind(home: Home) -> None:
    """A worker looks for no cycles: what a chunk left in one would stay until the file is judged."""
    orders = [order(f"E{number}", "1.00", f"Dodávateľ {number}", BANK_B1) for number in range(20)]
    key = delivered(home, "mzdy", transfers("LEFT", TRADER, orders))
    with home.archived(key).open("rb") as source:
        intake = desk_of(home, key).profile.intake
        planned = plan(
            source, offered=intake.messages, size_bytes_max=intake.size_bytes_max, chunk_bytes=1000
        )
    assert planned is not None
    assert len(planned.chunks) > 3
    file = ChunkedFile(home.archived(key), planned.head, desk_of(home, key), key)
    judge_one = partial(
        file.judge, opening=Opening(), journal=home.journal, seen=partial(home.journal.seen, key)
    )
    judge_one(planned.chunks[0])  # what is made once, is made
    with collected_later():
        gc.collect()
        gc.freeze()  # what others left behind is theirs
        try:
            for chunk in planned.chunks[1:]:
                judge_one(chunk)
            assert gc.collect() == 0
        finally:
            gc.unfreeze()


@pytest.mark.parametrize("told", ["0", "two", "-1", "²"])
def test_a_number_of_workers_that_is_none_is_said(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPA_WORKERS", told)
    with pytest.raises(ValueError, match="SEPA_WORKERS"):
        workers_wanted()


def test_without_a_word_every_core_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEPA_WORKERS", raising=False)
    assert workers_wanted() == len(os.sched_getaffinity(0))


def test_small_files_are_cut_as_well(home: Home) -> None:
    """Else the properties above would say nothing: what they cut is small."""
    each = [order(f"E{number}", "1.00", f"Dodávateľ {number}", BANK_B1, bic=None) for number in range(12)]
    key = delivered(home, "mzdy", transfers("M-CUT", TRADER, each))
    assert in_chunks(home, key, 1)[1] == 11  # the first two lie together, behind the head


def test_an_order_refused_for_something_else_is_told_of_the_limit_too(home: Home) -> None:
    """It counts towards no limit itself; whether it would have passed is asked of what came before it."""
    given = [("E1", "1.00", BANK_B1), ("E2", "400.00", BANK_B1), ("E3", "300.00", "SK0000000000000000000000")]
    each = [order(id, amount, "Dodávateľ", to, bic=None) for id, amount, to in given]
    key = delivered(home, "stavebniny", transfers("M-OVER", TRADER, each))
    found, chunks = in_chunks(home, key, 1)
    assert chunks == 2
    assert found == streamed(home, key)
    assert ["EB-04" in line.findings for line in found[1][:3]] == [False, False, True]
