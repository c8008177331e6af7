"""Limits of electronic banking: EB-03, SLO-04."""

from typing import Any

import pytest
from msgspec.structs import replace

from sepa.decide.judging import Desk, Judging
from sepa.model.limit import Allowance, Limit
from sepa.model.profile import Limits, Profile
from sepa.model.verdict import Verdict
from sepa.rules import limits
from tests.build import A1, A2, OTP, PARTNER, Built, collection, instant, profile, reference, transfer

OLD, NEW = instant("2026-04-01T08:00"), instant("2026-04-02T10:00")
NOTHING_AT_ALL = profile(ebanking__limit__bank_maximum_cents=0)
TEN_THOUSAND = profile(ebanking__limit__bank_maximum_cents=1_000_000)


def line(per_order: int | None = None, per_day: int | None = None, **more: Any) -> Limit:
    settings: dict[str, Any] = {"partner": PARTNER.id, "valid_from": OLD} | more
    return Limit(**settings, per_order_cents=per_order, per_day_cents=per_day)


def judged(
    built: Built, *lines: Limit, at: str = "2026-04-02T10:00", bank: Profile = OTP, partner: bool = True
) -> list[Verdict]:
    tables = replace(reference(), limits={PARTNER.id: lines})
    desk = Desk(bank, tables, instant(at), PARTNER if partner else None, PARTNER.id if partner else None)
    judging = Judging(desk, "0" * 64)
    judging.head(built.head)
    return judging.piece(built.piece)


def told(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(each.rule, each.code, str(each.expected)) for each in verdict.findings]


REFUSED = [("EB-03", "AM14", "at most 1000.00")]


@pytest.mark.parametrize(
    ("amount", "lines", "bank", "expected"),
    [
        pytest.param("1000.01", (line(100_000),), TEN_THOUSAND, REFUSED, id="EB-03 bank 10,000 client 1,000"),
        pytest.param("1000.00", (line(100_000),), TEN_THOUSAND, [], id="EB-03 at the client's limit"),
        pytest.param(
            "10000.01",
            (line(2_000_000),),
            TEN_THOUSAND,
            [("EB-03", "AM14", "at most 10000.00")],
            id="EB-03 a client may not raise the bank's",
        ),
        pytest.param("10000.00", (line(2_000_000),), TEN_THOUSAND, [], id="EB-03 at the bank's maximum"),
        pytest.param("10000.01", (), TEN_THOUSAND, [("EB-03", "AM14", "at most 10000.00")], id="EB-03 bank alone"),
        pytest.param("0.01", (), NOTHING_AT_ALL, [("EB-03", "AM14", "at most 0.00")], id="EB-03 nothing"),
        pytest.param("1000.01", (line(100_000),), OTP, REFUSED, id="EB-03 the bank names no maximum"),
        pytest.param("999999.99", (line(),), OTP, [], id="EB-03 a line without limits"),
        pytest.param("1000.01", (line(100_000, account=A1),), OTP, REFUSED, id="EB-03 of this account"),
        pytest.param("1000.01", (line(100_000, account=A2),), OTP, [], id="EB-03 of another account"),
        pytest.param(
            "1000.01",
            (line(100_000, account=A1), line(500_000), line(700_000, device="file")),
            OTP,
            REFUSED,
            id="EB-03 the lowest of account, sender and device",
        ),
    ],
)  # fmt: skip
def test_an_order_within_its_limits(
    amount: str, lines: tuple[Limit, ...], bank: Profile, expected: list[tuple[str, str, str]]
) -> None:
    (verdict,) = judged(transfer(amount=amount), *lines, bank=bank)
    assert told(verdict) == expected
    assert verdict.outcome == ("rejected" if expected else "accepted")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-04-02T09:55", REFUSED, id="SLO-04 limit raised 10:00, file authorised 09:55"),
        pytest.param("2026-04-02T09:59:59", REFUSED, id="SLO-04 the second before"),
        pytest.param("2026-04-02T10:00", [], id="SLO-04 at 10:00"),
        pytest.param("2026-03-31T10:00", [], id="SLO-04 before the first limit"),
    ],
)
def test_the_limit_in_force_at_receipt_counts(at: str, expected: list[tuple[str, str, str]]) -> None:
    raised = (line(100_000), line(500_000, valid_from=NEW))
    (verdict,) = judged(transfer(amount="1000.01"), *raised, at=at)
    assert [each for each in told(verdict) if each[0] == "EB-03"] == expected


def test_where_limits_have_no_versions_the_newest_counts_at_once() -> None:
    terms = Limits(versioned=False)
    raised = (line(100_000), line(500_000, valid_from=NEW))
    assert limits.allowance_for(raised, A1, OLD, terms) == Allowance(500_000, None)


def test_where_a_client_may_have_any_limit_it_takes_the_place_of_the_banks() -> None:
    terms = Limits(bank_maximum_cents=1_000_000, client_may="any")
    assert limits.allowance_for((line(2_000_000),), A1, OLD, terms) == Allowance(2_000_000, None)
    assert limits.allowance_for((line(),), A1, OLD, terms) == Allowance(1_000_000, None)


def test_an_account_in_small_letters_has_the_same_limit() -> None:
    own = (line(100_000, account=A1),)
    assert limits.allowance_for(own, A1.lower(), OLD, Limits()) == Allowance(100_000, None)
    assert limits.allowance_for(own, None, OLD, Limits()) is None


def test_limits_are_of_transfers_and_of_a_known_sender() -> None:
    (collected,) = judged(collection(amount="1000.01"), line(100_000), bank=TEN_THOUSAND)
    (unknown,) = judged(transfer(amount="1000.01"), line(100_000), partner=False)
    assert "EB-03" not in {each[0] for each in told(collected)}
    assert told(unknown) == []


def test_the_remedy_names_what_is_allowed() -> None:
    (verdict,) = judged(transfer(amount="1000.01"), line(100_000))
    (found,) = verdict.findings
    assert (found.element, found.found) == ("amount", "1000.01")
    assert "1000.00" in str(found.message)
    assert str(found.remedy).startswith("Order at most 1000.00 at a time")


def test_without_limits_an_order_costs_no_question() -> None:
    built = transfer()
    assert limits.allowance_for((), A1, OLD, OTP.ebanking.limit) is None
    (verdict,) = judged(built)
    assert verdict.outcome == "accepted"
