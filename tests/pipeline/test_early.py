"""A file that came before the bank's terms were in force."""

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
