"""What was sent is forgotten when its period is over, and not before; every sum still holds (PDP-02)."""

import datetime
from typing import Any

import pytest

from sepa.pipeline.purge import Purged, PurgeRefused, purge
from sepa.pipeline.reprocess import NotFound
from tests.pipeline.house import DAY, House
from tools.sample_bank import A2, B1, TRADER, order, transfers

TEN_YEARS_ON = "2036-06-01T10:00"
FIRST_OF_JUNE = datetime.date(2026, 6, 1)


def forget(
    house: House, before: datetime.date = FIRST_OF_JUNE, instant: str = TEN_YEARS_ON, **what: Any
) -> Purged:
    with house.open() as home:
        asked = {"by": "Eva", "reason": "ten years", "really": True} | what
        return purge(home, before, at=house.at(instant), **asked)


@pytest.fixture
def kept(house: House) -> tuple[str, str]:
    """Files of one paid and one refused order, and of one that still waits; by a bank that keeps ten years."""
    house.set_profile(records={"transaction_years": 10})
    ended = [order("E-PAID", "10.00", "Oceliareň", A2), order("E-BAD", "1.00", "Nikto", B1[:-1] + "0")]
    one = house.drop("stavebniny", "a.xml", transfers("M-1", TRADER, ended))
    ahead = [order("E-WAITS", "5.00", "Oceliareň", B1)]
    other = house.drop("stavebniny", "b.xml", transfers("M-2", TRADER, ahead, due="2026-12-01"))
    house.run()
    assert sorted(house.states(one)) == ["E-BAD", "E-PAID"]
    assert house.states(other) == {"E-WAITS": "waiting"}
    return one, other


def test_without_a_period_nothing_is_purged(house: House) -> None:
    """PDP-02: the purge refuses to run with null."""
    with pytest.raises(PurgeRefused, match="transaction_years is null"):
        forget(house)


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        pytest.param(datetime.date(2026, 6, 1), False, id="ten years to the day"),
        pytest.param(datetime.date(2026, 6, 2), True, id="a day less"),
    ],
)
def test_nothing_goes_within_the_period(
    house: House, kept: tuple[str, str], before: datetime.date, refused: bool
) -> None:
    if not refused:
        assert forget(house, before).files == kept[:1]
        return
    with pytest.raises(PurgeRefused, match="kept for 10 years: nothing from 2026-06-01 on"):
        forget(house, before)


def test_it_only_tells_until_it_is_told_to(house: House, kept: tuple[str, str]) -> None:
    digest, there = house.digest(), house.bytes_of()
    assert forget(house, really=False) == Purged(kept[:1], 2, False)
    assert (house.digest(), house.bytes_of()) == (digest, there)


def test_texts_and_bytes_go_and_every_sum_still_holds(house: House, kept: tuple[str, str]) -> None:
    ended, waiting = kept
    before = house.prove(DAY, TEN_YEARS_ON)
    said = [(each.key, each.state, each.amount_cents, each.booking_date) for each in house.orders(ended)]
    assert forget(house) == Purged((ended,), 2, True)
    with house.open() as home:
        assert not home.archived(ended).exists()
        assert home.archived(waiting).exists()
        (decision,) = home.journal.decisions(ended)
        assert (decision.act, decision.by, decision.reason) == ("purge", "Eva", "ten years")
        assert home.journal.faults() == []
    for each in house.orders(ended):
        told = repr(each)
        assert not [
            word for word in ("Oceliareň", "Nikto", "E-PAID", "E-BAD", A2, B1[:-1], TRADER) if word in told
        ]
    assert [
        (each.key, each.state, each.amount_cents, each.booking_date) for each in house.orders(ended)
    ] == said
    after = house.prove(DAY, TEN_YEARS_ON)
    assert after.faults == before.faults == ()
    assert after.figures == before.figures
    assert forget(house).files == ()
    assert house.states(waiting) == {"E-WAITS": "waiting"}


def test_what_moved_later_is_kept_from_then_on(house: House, kept: tuple[str, str]) -> None:
    house.reprocess("report-again", "2026-05-31T23:00", key=kept[0])
    assert forget(house, datetime.date(2026, 5, 31)).files == ()
    assert forget(house, FIRST_OF_JUNE).files == kept[:1]


def test_a_purged_file_is_not_judged_again(house: House, kept: tuple[str, str]) -> None:
    forget(house)
    with pytest.raises(NotFound, match="no longer kept"):
        house.reprocess("judge-again", TEN_YEARS_ON, key=kept[0])
    house.reprocess("report-again", TEN_YEARS_ON, key=kept[0])
    assert house.status_report(kept[0], "decision:").group == "PART"


@pytest.mark.parametrize("missing", ["by", "reason"])
def test_a_purge_needs_a_name_and_a_reason(house: House, kept: tuple[str, str], missing: str) -> None:
    with pytest.raises(ValueError, match="a name and a reason"):
        forget(house, **{missing: " "})
