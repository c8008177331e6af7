"""Limits of electronic banking: EB-03, EB-04, SLO-04."""

import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from sepa.decide.judging import Desk, Judging
from sepa.model.limit import Allowance, Limit
from sepa.model.profile import Limits, Profile
from sepa.model.verdict import FileVerdict, Verdict
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


def judged_after(
    ordered_cents: int, built: Built, *lines: Limit, at: str = "2026-04-02T10:00", bank: Profile = OTP
) -> tuple[list[Verdict], FileVerdict, list[str]]:
    """Judge a file after others of the day; also what was said of the file, and the days that were asked for."""
    asked = []

    def ordered(day: datetime.date) -> int:
        asked.append(day.isoformat())
        return ordered_cents

    tables = replace(reference(), limits={PARTNER.id: lines})
    judging = Judging(Desk(bank, tables, instant(at), PARTNER, PARTNER.id), "0" * 64, ordered)
    judging.head(built.head)
    verdicts = judging.piece(built.piece)
    return verdicts, judging.close(), asked


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


A_DAY = line(per_day=100_000)


def orders(*amounts: str) -> Built:
    return transfer(*({"amount": each, "end_to_end_id": f"E2E-{each}-{n}"} for n, each in enumerate(amounts)))


@pytest.mark.parametrize(
    ("before", "amounts", "expected"),
    [
        pytest.param(0, ("600.00", "400.00"), [None, None], id="EB-04 at the limit"),
        pytest.param(0, ("600.00", "400.01"), [None, "at most 400.00"], id="EB-04 a cent above"),
        pytest.param(60_000, ("600.00",), ["at most 400.00"], id="EB-04 600 and 600 of 1,000"),
        pytest.param(60_000, ("400.00",), [None], id="EB-04 600 and 400 of 1,000"),
        pytest.param(
            0, ("600.00", "600.00", "400.00"), [None, "at most 400.00", None], id="EB-04 what is refused does not count"
        ),
        pytest.param(150_000, ("0.01",), ["at most 0.00"], id="EB-04 the limit was lowered since"),
    ],
)  # fmt: skip
def test_orders_of_a_day_count_in_their_order(
    before: int, amounts: tuple[str, ...], expected: list[str | None]
) -> None:
    verdicts, _, asked = judged_after(before, orders(*amounts), A_DAY)
    said = [next((text for rule, _, text in told(each) if rule == "EB-04"), None) for each in verdicts]
    assert said == expected
    assert [each.outcome == "rejected" for each in verdicts] == [text is not None for text in expected]
    assert asked == ["2026-04-02"]


def test_held_orders_count_and_refused_ones_do_not() -> None:
    bank = profile(four_eyes__from_cents=60_000)
    built = transfer(
        {"amount": "600.00", "end_to_end_id": "HELD"},
        {"amount": "300.00", "creditor_iban": "SK00", "end_to_end_id": "REFUSED"},
        {"amount": "400.00", "end_to_end_id": "LAST"},
        {"amount": "0.01", "end_to_end_id": "CENT"},
    )
    verdicts, _, _ = judged_after(0, built, A_DAY, bank=bank)
    assert [each.outcome for each in verdicts] == ["held", "rejected", "accepted", "rejected"]
    assert ("EB-04", "AM14", "at most 0.00") in told(verdicts[3])


def test_a_later_day_counts_on_the_day_the_order_comes() -> None:
    built = transfer(
        {"end_to_end_id": "1"},
        {"end_to_end_id": "2"},
        amount="600.00",
        block={"requested_date": "2026-04-11"},
    )
    verdicts, _, asked = judged_after(0, built, A_DAY)
    assert [each.outcome for each in verdicts] == ["rolled", "rejected"]
    assert asked == ["2026-04-02"]


def test_the_sentence_names_day_sum_limit_and_what_is_left() -> None:
    ((verdict,), _, _) = judged_after(60_000, orders("600.00"), A_DAY)
    (found,) = verdict.findings
    assert (
        str(found.message)
        == "With this order your orders of 2026-04-02 come to 1200.00; 1000.00 are allowed."
    )
    assert str(found.remedy).startswith("Order at most 400.00 more for this day")


@pytest.mark.parametrize(
    ("at", "day", "expected"),
    [
        pytest.param("2026-04-09T20:00", "banking_date", "2026-04-09", id="EB-04 Thu 20:00"),
        pytest.param("2026-04-09T21:00", "banking_date", "2026-04-09", id="EB-04 at the cut-off"),
        pytest.param("2026-04-09T21:00:01", "banking_date", "2026-04-10", id="EB-04 after the cut-off"),
        pytest.param("2026-04-10T00:30", "banking_date", "2026-04-10", id="EB-04 midnight changes nothing"),
        pytest.param("2026-04-11T20:00", "banking_date", "2026-04-13", id="EB-04 Sat 20:00"),
        pytest.param(
            "2026-04-12T00:30", "banking_date", "2026-04-13", id="EB-04 Sun 00:30, the same banking day"
        ),
        pytest.param("2026-04-11T20:00", "calendar_date", "2026-04-11", id="EB-04 Sat by the calendar"),
        pytest.param("2026-04-12T00:30", "calendar_date", "2026-04-12", id="EB-04 Sun by the calendar"),
    ],
)
def test_the_day_towards_whose_limit_an_order_counts(at: str, day: str, expected: str) -> None:
    bank = profile(ebanking__limit__day=day)
    _, verdict, asked = judged_after(0, transfer(), A_DAY, at=at, bank=bank)
    assert asked == [expected]
    assert verdict.counts_on == datetime.date.fromisoformat(expected)


def test_every_file_of_transfers_counts_and_only_a_limit_of_the_day_asks() -> None:
    _, verdict, asked = judged_after(0, transfer(), line(100_000))
    assert (verdict.counts_on, asked) == (datetime.date(2026, 4, 2), [])
    assert judged_after(0, collection())[1].counts_on is None


def test_without_a_journal_a_file_is_judged_alone_and_the_rule_is_named() -> None:
    def alone(*lines: Limit) -> FileVerdict:
        built = orders("600.00", "400.01")
        tables = replace(reference(), limits={PARTNER.id: lines})
        judging = Judging(Desk(OTP, tables, instant("2026-04-02T10:00"), PARTNER, PARTNER.id), "0" * 64)
        judging.head(built.head)
        assert [each.outcome for each in judging.piece(built.piece)] == [
            "accepted",
            "rejected" if lines else "accepted",
        ]
        return judging.close()

    assert alone(A_DAY).not_judged == ("EB-04",)
    assert alone().not_judged == ()
    assert judged_after(0, orders("600.00"), A_DAY)[1].not_judged == ()


def test_a_counter_has_no_sender_whose_day_it_could_be() -> None:
    built = transfer()
    judging = Judging(Desk(OTP, reference(), instant("2026-04-02T10:00")), "0" * 64)
    judging.head(built.head)
    judging.piece(built.piece)
    assert judging.close().counts_on is None
