"""A large file judged in shares by several workers: the same journal as in one stream, whatever happens in between."""

import datetime
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sepa.model.journal import FileRow
from sepa.pipeline import judge as judging
from sepa.pipeline import parts as parts_of
from sepa.pipeline import spread
from sepa.pipeline.audit import audit
from sepa.pipeline.chunks import ChunkedFile
from sepa.pipeline.home import Home
from sepa.pipeline.judge import judge
from sepa.pipeline.parts import Parts
from sepa.pipeline.spread import Share, judge_share, shares
from sepa.store.journal import Sealing
from sepa.wire.chunks import Chunk
from tests.pipeline.house import House
from tests.pipeline.test_chunks import (
    BANK_B1,
    collection_files,
    delivered,
    desk_of,
    judged,
    limited_house,
    streamed,
    transfer_files,
)
from tools.sample_bank import A1, TRADER, order, transfers

AT = "2026-04-02T10:00"


@pytest.fixture(scope="module")
def home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with limited_house(empty_home, tmp_path_factory.mktemp("spread")).open() as opened:
        yield opened


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def at(chunk_bytes: int) -> None:
        monkeypatch.setattr(judging, "CHUNK_BYTES", chunk_bytes)
        monkeypatch.setattr(spread, "CHUNK_BYTES", chunk_bytes)

    monkeypatch.setenv("SEPA_WORKERS", "1")
    return at


def file_of(home: Home, key: str) -> FileRow:
    file = home.journal.file(key)
    assert file is not None
    return file


def sealed(home: Home, key: str) -> Any:
    """What the sealing writes, of which nothing stays."""
    desk, file = desk_of(home, key), file_of(home, key)

    def by(sealing: Sealing) -> Any:
        with home.archived(key).open("rb") as source:
            verdict = judging._judge_chunks(home, source, desk, file, sealing)
        assert verdict is not None
        return verdict

    return judged(home, key, by)


def parts_in(home: Home, key: str) -> list[Path]:
    """The parts of a file; the plan lies among them under a name that is asked for."""
    terms = home.terms(file_of(home, key).received_at)
    plan = parts_of._plan_name(terms.intake, spread.CHUNK_BYTES)
    return sorted(path for path in (home.parts / key).glob("*") if path.name != plan)


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@settings(max_examples=30)
@given(
    content=transfer_files() | collection_files(),
    chunk_bytes=st.integers(1, 4000),
    share_bytes=st.integers(1, 9000),
    partner=st.sampled_from(["stavebniny", "mzdy"]),
    data=st.data(),
)
def test_shares_change_nothing_whatever_becomes_of_them(
    home: Home, content: str, chunk_bytes: int, share_bytes: int, partner: str, data: st.DataObject
) -> None:
    """Judged out of order, twice, not at all; parts lost, parts damaged."""
    key = delivered(home, partner if "pain.001" in content else "vzorova-banka", content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "CHUNK_BYTES", chunk_bytes)
        patch.setattr(spread, "CHUNK_BYTES", chunk_bytes)
        patch.setenv("SEPA_WORKERS", "1")
        planned = shares(home, [key], min(share_bytes, len(content.encode()) - 1))
        assert planned[0].first == 0
        assert [each.first for each in planned[1:]] == [each.end for each in planned[:-1]]
        for share in data.draw(st.lists(st.sampled_from(planned), max_size=2 * len(planned))):
            assert judge_share(home, share) == share.end - share.first
        left = parts_in(home, key)
        if left:
            for path in data.draw(st.lists(st.sampled_from(left), unique=True)):
                data.draw(st.sampled_from([damaged, Path.unlink]))(path)
        assert sealed(home, key) == streamed(home, key)
        shutil.rmtree(home.parts / key)


def equal_orders(message: str, numbers: range, debtor: str = TRADER) -> str:
    """Orders that are alike in all but their file: each number one order."""
    each = [order(f"E{n}", f"{n}.00", f"Dodávateľ {n}", BANK_B1, bic=None) for n in numbers]
    return transfers(message, debtor, each)


def clock(house: House) -> datetime.datetime:
    return house.at(AT)


def drop_two(house: House) -> tuple[str, str]:
    """Two files of one sender, of which ten orders are alike. Their keys; the first came first."""
    first = house.drop("stavebniny", "first.xml", equal_orders("M-1", range(1, 31)))
    second = house.drop("stavebniny", "second.xml", equal_orders("M-2", range(21, 51)))
    house.claim()
    return first, second


def judge_shares(home: Home, key: str) -> int:
    return sum(judge_share(home, share) for share in shares(home, [key], 2000))


def taken(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the sealings said of their parts."""
    return [record.getMessage().partition(": ")[2] for record in caplog.records]


@pytest.mark.parametrize("limit", [None, "1000.00"], ids=["no limit", "a limit of the day"])
@pytest.mark.parametrize("both", [False, True], ids=["one spread", "both spread"])
def test_of_two_files_of_equal_orders_the_later_sealed_knows_the_earlier(
    house: House, tmp_path: Path, cut: Any, caplog: pytest.LogCaptureFixture, both: bool, limit: str | None
) -> None:
    """Both are judged before either is sealed; then the second is sealed first."""
    caplog.set_level(logging.INFO)
    cut(700)
    if limit is not None:
        lines = f"partner,valid_from,per_order,per_day\nstavebniny,2026-04-01T08:00:00+02:00,,{limit}\n"
        (house.root / "reference" / "limits.csv").write_text(lines, "utf-8")
    first, second = drop_two(house)
    plainly = House(Path(shutil.copytree(house.root, tmp_path / "plainly")))
    with plainly.open() as home:
        for key in (second, first):
            judge(home, key, at=clock(house))
        expected = home.journal.digest()
        outcomes = [row.outcome for row in home.journal.orders(first)]
    if limit is None:
        assert outcomes == ["accepted"] * 20 + ["held"] * 10
    else:
        assert "rejected" in outcomes[:20]
    with house.open() as home:
        chunks = judge_shares(home, first)
        if both:
            judge_shares(home, second)
        for key in (second, first):
            judge(home, key, at=clock(house))
        assert home.journal.digest() == expected
        assert not list(home.parts.iterdir())
    told = taken(caplog)[-1]
    assert chunks > 6
    if limit is None:
        again = int(told.split(", ")[1].split()[0])
        assert 0 < again < chunks  # only those with the orders that both have
        assert told == f"{chunks - again} parts taken, {again} judged again, 0 that were not there"


def test_while_nothing_is_written_the_journal_is_not_asked_again(
    house: House, cut: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    cut(700)
    key, _ = drop_two(house)
    with house.open() as home:
        chunks = judge_shares(home, key)
        monkeypatch.setattr(
            "sepa.store.sql.judging.FileSealing.seen", lambda *_: pytest.fail("asked although nothing moved")
        )
        judge(home, key, at=clock(house))
    assert taken(caplog) == [f"{chunks} parts taken, 0 judged again, 0 that were not there"]


def change_table(house: House, _: pytest.MonkeyPatch) -> None:
    house.set_account(TRADER, closed_on="2026-04-01")


def change_code(_: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_of, "code_digest", lambda: "another release")


def change_terms(house: House, _: pytest.MonkeyPatch) -> None:
    (house.root / "reference" / "profile.yaml").write_text("extends: otp-sk\nbatch:\n  max_transactions: 5\n")


@pytest.mark.parametrize("change", [change_table, change_code, change_terms])
def test_a_part_of_another_snapshot_code_or_terms_is_not_trusted(
    house: House,
    tmp_path: Path,
    cut: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[House, pytest.MonkeyPatch], None],
) -> None:
    caplog.set_level(logging.INFO)
    cut(700)
    key, _ = drop_two(house)
    with house.open() as home:
        assert judge_shares(home, key) > 6
    change(house, monkeypatch)
    plainly = House(Path(shutil.copytree(house.root, tmp_path / "plainly")))
    shutil.rmtree(plainly.root / "archive" / "parts")
    digests = []
    for each in (plainly, house):
        with each.open() as home:
            judge(home, key, at=clock(house))
            digests.append(home.journal.digest())
            assert not (home.parts / key).exists()
    assert digests[0] == digests[1]
    assert taken(caplog) == []


def test_a_plan_with_other_chunks_is_not_trusted(
    house: House, tmp_path: Path, cut: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    cut(700)
    key, _ = drop_two(house)
    plainly = House(Path(shutil.copytree(house.root, tmp_path / "plainly")))
    with plainly.open() as home:
        judge(home, key, at=clock(house))
        expected = home.journal.digest()
    with house.open() as home:
        judge_shares(home, key)
        cut(900)
        judge(home, key, at=clock(house))
        assert home.journal.digest() == expected
    assert taken(caplog) == []


def test_uses_of_consents_are_of_the_name_where_collections_ask_for_them(house: House) -> None:
    """A window that books collections in between makes parts of collections stale, and those of transfers not."""
    key, _ = drop_two(house)
    chunk = Chunk(0, 1, b"", b"", 1, 1, 1, False)
    with house.open() as home:
        desk, archived = desk_of(home, key), home.archived(key)
        with archived.open("rb") as source:
            planned = parts_of.plan_of(home, key, source, desk.profile.intake, 2000)
        assert planned is not None
        used = msgspec.structs.replace(desk.reference, consent_uses={"C1": (datetime.date(2026, 4, 1),)})
        later = msgspec.structs.replace(desk, reference=used)
        names = {}
        for kind in ("credit-transfer", "collection"):
            head = msgspec.structs.replace(planned.head, kind=kind)
            for each in (desk, later):
                parts = Parts(home, ChunkedFile(archived, head, each, key))
                names[kind, each is later] = parts._name_with(spread.Opening())(chunk)
    assert names["credit-transfer", False] == names["credit-transfer", True]
    assert names["collection", False] != names["collection", True]


def test_a_share_of_a_sealed_file_leaves_nothing(house: House, cut: Any) -> None:
    cut(700)
    key, _ = drop_two(house)
    with house.open() as home:
        (*_, last) = shares(home, [key], 2000)
        judge(home, key, at=clock(house))
        assert judge_share(home, last) == 0
        assert not (home.parts / key).exists()
        assert shares(home, [key], 2000) == []


def test_a_share_that_is_late_by_a_moment_cleans_up_behind_itself(
    house: House, cut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is sealed while the share is being judged."""
    cut(700)
    key, _ = drop_two(house)
    with house.open() as home:
        (*_, last) = shares(home, [key], 2000)
        whole = Parts.judge

        def late(self: Parts, *given: Any) -> bool:
            if not file_of(home, key).judged:
                judge(home, key, at=clock(house))
            return whole(self, *given)

        monkeypatch.setattr(Parts, "judge", late)
        assert judge_share(home, last) > 0
        assert not (home.parts / key).exists()


def test_what_was_left_of_judged_files_is_removed_by_the_next_plan(house: House, cut: Any) -> None:
    cut(700)
    first, second = drop_two(house)
    with house.open() as home:
        judge_shares(home, first)
        kept = Path(shutil.copytree(home.parts / first, house.root / "kept"))
        judge(home, first, at=clock(house))
        shutil.move(kept, home.parts / first)
        assert shares(home, [second], 2000)
        assert [path.name for path in home.parts.iterdir()] == [second]
        shutil.rmtree(home.parts / second)
        (home.parts / first).mkdir()
        judge(home, first, at=clock(house))
        assert not (home.parts / first).exists()


def test_parts_that_wait_are_no_flaw(house: House, cut: Any) -> None:
    cut(700)
    key, _ = drop_two(house)
    with house.open() as home:
        judge_shares(home, key)
        assert audit(home).flaws == ()


def test_only_what_is_large_and_plain_is_spread(house: House, cut: Any) -> None:
    cut(700)
    large = equal_orders("M-1", range(1, 31))
    key = house.drop("stavebniny", "large.xml", large)
    odd = house.drop("stavebniny", "odd.xml", "<!-- odd -->" + equal_orders("M-2", range(1, 31)))
    house.claim()
    with house.open() as home:
        size = len(large.encode())
        assert shares(home, [key], size) == []
        assert shares(home, [odd], 2000) == []
        assert {each.file_key for each in shares(home, [odd, key], size - 1)} == {key}


def test_a_file_without_end_is_spread_over_no_more_tasks_than_airflow_maps() -> None:
    found = spread._shares_of("key", 2_500, spread.CHUNK_BYTES)
    assert len(found) <= spread.MOST_SHARES
    assert found[-1] == Share("key", found[-1].first, 2_500)


def test_a_chunk_in_doubt_leaves_no_part_and_the_file_is_judged_whole(house: House, cut: Any) -> None:
    cut(700)
    whole = equal_orders("M-1", range(1, 31), debtor=A1).encode()
    place = whole.rindex(b"<EndToEndId>")
    key = house.drop("stavebniny", "broken.xml", whole[:place] + b"<Wrong/>" + whole[place:])
    house.claim()
    with house.open() as home:
        planned = shares(home, [key], 2000)
        assert [judge_share(home, share) for share in planned[-1:]] == [0]
        verdict = judge(home, key, at=clock(house))
        assert (verdict.status, verdict.findings[0].code) == ("RJCT", "FF01")
        assert list(home.journal.orders(key)) == []
        assert not (home.parts / key).exists()
