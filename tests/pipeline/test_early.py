"""Which version of the bank's terms judges a file: that of the day it came, and none before the first."""

import pytest

from sepa.pipeline.judge import TermsNotInForce, judge
from tests.pipeline.house import THURSDAY, House
from tools.sample_bank import GOOD

A = "stavebniny"


@pytest.mark.parametrize(
    ("received", "judged"),
    [
        pytest.param("2014-12-31T10:00", False, id="GOV-03 Wed 31 December 2014"),
        pytest.param("2015-01-01T00:00", True, id="GOV-03 the first day"),
    ],
)
def test_gov_03_nothing_is_judged_before_the_terms(house: House, received: str, judged: bool) -> None:
    key = house.drop(A, "good.xml", GOOD)
    house.claim(received)
    with house.open() as home:
        if judged:
            assert judge(home, key, at=house.at(received)).judged
            return
        with pytest.raises(TermsNotInForce, match=r"received on 2014-12-31, .* 2015-01-01"):
            judge(home, key, at=house.at(received))
        file = home.journal.file(key)
    assert file is not None
    assert not file.judged


def test_nothing_is_judged_again_by_terms_that_came_later(house: House) -> None:
    key = house.drop(A, "a.xml", GOOD)
    house.run(THURSDAY)
    house.set_profile(profile={"effective_from": "2026-05-01"})
    with pytest.raises(TermsNotInForce, match=r"received on 2026-04-02, .* 2026-05-01"):
        house.reprocess("judge-again", key=key)


@pytest.mark.parametrize(
    ("received", "booked"),
    [
        pytest.param("2026-06-30T20:30", "2026-06-30", id="GOV-01 the last day of the old cut-off"),
        pytest.param("2026-07-01T20:00", "2026-07-01", id="GOV-01 the new cut-off to the second"),
        pytest.param("2026-07-01T20:30", "2026-07-02", id="GOV-01 late by the new cut-off"),
    ],
)
def test_gov_01_the_version_of_the_day_of_receipt_judges(house: House, received: str, booked: str) -> None:
    house.set_profile(
        "profile-2026-07.yaml",
        profile={"version": "2026-07", "announced_on": "2026-05-01", "effective_from": "2026-07-01"},
        cutoffs={"sct": {"eur_account": "20:00:00"}},
    )
    house.set_profile()
    key = house.drop(A, "a.xml", GOOD.replace("2026-04-02", received[:10]))
    house.claim(received)
    with house.open() as home:  # a judgement that is put off to a later day goes by the day of receipt
        judge(home, key, at=house.at("2026-07-03T09:00"))
        orders = list(home.journal.orders(key))
    assert {str(order.booking_date) for order in orders} == {booked}


def test_gov_01_a_window_goes_by_the_terms_of_its_day(house: House) -> None:
    """Terms that book in one sum from July on change nothing in a bulk of June, written whenever."""
    house.set_profile(
        "profile-2026-07.yaml", profile={"effective_from": "2026-07-01"}, batch={"booking_default": "batch"}
    )
    house.set_profile()
    with house.open() as home:
        assert home.terms(house.at("2026-06-30T23:59:59")).batch.booking_default == "single"
        assert home.terms(house.at("2026-07-01T00:00")).batch.booking_default == "batch"
