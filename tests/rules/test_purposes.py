"""Purposes by their lists: PUR-01, PUR-02."""

from collections.abc import Callable

import pytest

from sepa.model.message import PaymentType
from sepa.rules import purposes
from sepa.rules.segments import BUSINESS
from sepa.scheme.purposes import CATEGORY_PURPOSES, PURPOSES
from tests.build import Built, case, collection, judged, transfer

CATEGORY = ("PUR-01", "FF06", "payment_type.category_purpose", "warn")
PURPOSE = ("PUR-02", "FF07", "purpose", "warn")


@pytest.mark.parametrize("built", [transfer, collection])
@pytest.mark.parametrize(
    ("code", "told"),
    [
        pytest.param(None, False, id="none"),
        pytest.param("SALA", False, id="salary"),
        pytest.param("SALR", True, id="no such code"),
        pytest.param("sala", True, id="small letters"),
        pytest.param("GDDS", True, id="a purpose that is no category"),
        pytest.param("!SALR", False, id="agreed between banks"),
    ],
)
def test_category_purpose_on_block_and_order(
    built: Callable[..., Built], code: str | None, told: bool
) -> None:
    asked = PaymentType(service_level="SEPA", category_purpose=code)
    expected = {CATEGORY} if told else set()
    on_block = built(payment_type=asked, block={"payment_type": asked})
    assert judged(purposes.block_category, on_block) == expected
    assert judged(purposes.category, on_block) == set()
    on_order = built(payment_type=asked, payment_type_at="transaction", block={"payment_type": None})
    assert judged(purposes.block_category, on_order) == set()
    assert judged(purposes.category, on_order) == expected


def test_an_order_that_takes_its_category_from_the_block_is_not_told_again() -> None:
    asked = PaymentType(service_level="SEPA", category_purpose="SALR")
    both = transfer(payment_type=asked, payment_type_at="both", block={"payment_type": asked})
    assert judged(purposes.category, both) == set()
    other = transfer(payment_type=asked, payment_type_at="both", block={"payment_type": PaymentType()})
    assert judged(purposes.category, other) == {CATEGORY}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        pytest.param(None, False, id="none"),
        pytest.param("GDDS", False, id="goods"),
        pytest.param("RRCT", False, id="transfer back"),
        pytest.param("RRTP", False, id="request to pay"),
        pytest.param("GOOD", True, id="no such code"),
        pytest.param("DIVI", True, id="a category that is no purpose"),
    ],
)
def test_purpose(code: str | None, told: bool) -> None:
    assert judged(purposes.purpose, transfer(purpose=code)) == ({PURPOSE} if told else set())
    assert judged(purposes.purpose, collection(purpose=code)) == ({PURPOSE} if told else set())


def test_a_purpose_of_the_senders_own_is_left_out() -> None:
    built = transfer(purpose="!Rent")
    (finding,) = purposes.purpose.check(built.transaction, case(built))
    assert (finding.found, finding.effect) == ("Rent", "warn")
    assert "leave" in finding.message.text


def test_the_lists_hold_codes_of_four() -> None:
    for codes in (PURPOSES, CATEGORY_PURPOSES):
        assert all(len(code) == 4 and code.isascii() and code.isupper() for code in codes)
    assert {"SALA", "PENS", "SUPP", "TAXS"} <= CATEGORY_PURPOSES
    assert BUSINESS <= CATEGORY_PURPOSES
