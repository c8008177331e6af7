"""What costs a fee: FEE-03 and FEE-04, and the price list of the day it is charged (FEE-01, GOV-02)."""

import datetime

import msgspec
import pytest

from sepa.model.fee import Fee
from sepa.model.finding import Finding, Findings
from sepa.model.verdict import Outcome
from sepa.rules import RULES
from sepa.rules.fees import fee_for, price_of, retry_fee
from sepa.scheme.phrase import Phrase
from tests.build import A1, OTP, accounts, profile

THURSDAY = datetime.date(2026, 4, 2)
TUESDAY = datetime.date(2026, 4, 7)
PRICES = {
    "edition": "2026-01",
    "valid_from": "2026-01-01",
    "rejection": 100,
    "retry": 20,
    "unsettled_notice": 50,
    "order_copy": 300,
    "recall": 1500,
}
PRICED = profile(
    prices=[PRICES, PRICES | {"edition": "2026-05", "valid_from": "2026-05-01", "rejection": 120}]
)


def reason(code: str, blames: str, effect: str = "reject") -> Finding:
    words = Phrase("words")
    return Finding("X-1", "x", code, "s", "e", "f", words, words, words, effect, blames)  # type: ignore[arg-type]


CLIENT, BANK, OTHER = (reason("AC03", "client"), reason("FF10", "bank"), reason("CNOR", "other"))
REJECTION = Fee("rejection", 100, "2026-01")


@pytest.mark.parametrize(
    ("outcome", "findings", "expected"),
    [
        pytest.param("rejected", (CLIENT,), REJECTION, id="FEE-03 AC03, the client"),
        pytest.param("rejected", (BANK,), None, id="FEE-03 FF10, the bank"),
        pytest.param("rejected", (OTHER,), None, id="FEE-03 payee bank not registered"),
        pytest.param("rejected", (CLIENT, BANK), None, id="not the client alone"),
        pytest.param(
            "rejected", (CLIENT, reason("NARR", "bank", "warn")), REJECTION, id="a remark is no reason"
        ),
        pytest.param("rejected", (reason("NARR", "client", "warn"),), None, id="no reason of its own"),
        pytest.param(
            "unsettled", (CLIENT,), Fee("unsettled-notice", 50, "2026-01"), id="FEE-04 one notice fee"
        ),
        pytest.param("not-executed", (CLIENT,), None, id="a collection"),
        pytest.param("accepted", (), None, id="accepted"),
    ],
)
def test_what_a_notice_costs(outcome: Outcome, findings: Findings, expected: Fee | None) -> None:
    assert fee_for(outcome, findings, PRICED, on=THURSDAY) == expected


def test_a_bank_may_charge_no_rejection() -> None:
    free = profile(fees__rejection__when="never")
    assert fee_for("rejected", (CLIENT,), free, on=THURSDAY) is None


def test_a_second_refusal_of_the_same_order_is_free() -> None:
    assert fee_for("rejected", (CLIENT,), PRICED, on=THURSDAY, again=True) is None
    assert fee_for("unsettled", (CLIENT,), PRICED, on=THURSDAY, again=True) is not None


@pytest.mark.parametrize(
    ("retry_days", "lacked_on", "expected"),
    [
        pytest.param(5, THURSDAY, Fee("retry", 20, "2026-01"), id="FEE-04 paid on a later day"),
        pytest.param(5, TUESDAY, None, id="FND-08 tried again on the same day"),
        pytest.param(0, THURSDAY, None, id="no agreement: the bank was late"),
    ],
)
def test_trying_again_costs_on_a_later_day_and_by_agreement(
    retry_days: int, lacked_on: datetime.date, expected: Fee | None
) -> None:
    agreed = msgspec.structs.replace(accounts()[A1], retry_days=retry_days)
    assert retry_fee(agreed, lacked_on, PRICED, on=TUESDAY) == expected
    assert retry_fee(agreed, lacked_on, profile(fees__retry__per="agreement"), on=TUESDAY) is None


def test_an_amount_the_list_leaves_open_is_no_free_notice() -> None:
    assert fee_for("rejected", (CLIENT,), OTP, on=THURSDAY) == Fee("rejection", None, "2015-01-01")


@pytest.mark.parametrize(
    ("day", "cents"),
    [
        pytest.param(datetime.date(2026, 4, 30), 100, id="the last day of the old list"),
        pytest.param(datetime.date(2026, 5, 1), 120, id="the first day of the new one"),
        pytest.param(datetime.date(2026, 5, 4), 120, id="FEE-01 order of Thu 30 April, billed Mon 4 May"),
        pytest.param(datetime.date(2025, 1, 1), 100, id="before any list"),
    ],
)
def test_the_price_is_that_of_the_day_it_is_charged(day: datetime.date, cents: int) -> None:
    assert price_of("rejection", PRICED, on=day).cents == cents


def test_every_event_has_its_price() -> None:
    events = ("rejection", "retry", "unsettled-notice", "order-copy", "recall")
    assert [price_of(event, PRICED, on=THURSDAY).cents for event in events] == [100, 20, 50, 300, 1500]


def test_a_new_price_list_leaves_the_version_of_the_terms_alone() -> None:
    assert PRICED.profile == OTP.profile
    assert msgspec.structs.replace(PRICED, prices=OTP.prices) == OTP


def test_nobody_pays_for_a_payees_bank_that_takes_no_part() -> None:
    assert {rule.blames for rule in RULES if rule.id == "SC-05"} == {"other"}
