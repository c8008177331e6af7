"""Whole verdicts: the lines of the bank's terms, and what holds for every message."""

import datetime
import random
from collections.abc import Collection, Set
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sepa.decide import Desk, Judging, none_seen, refuse_unreadable, refused_blocks
from sepa.model.finding import Unreadable
from sepa.model.message import AccountId, PaymentType, Piece
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.verdict import FileVerdict, Verdict
from sepa.rules.duplicates import fingerprint
from sepa.scheme.phrase import Phrase
from sepa.scheme.reasons import is_permitted
from tests import build
from tests.build import (
    A1,
    A2,
    A3,
    ABROAD,
    B1,
    BIC_OF,
    C1,
    OTP,
    SEPA_2026,
    Built,
    collection,
    consent,
    profile,
    routing,
    transfer,
)

KEY = "0123456789abcdef" * 4


def desk(bank: Profile = OTP, tables: Reference | None = None, received: str = "2026-04-02T10:00:00") -> Desk:
    tables = tables or build.reference()
    return Desk(bank, tables, build.instant(received, bank), build.PARTNER, "partner")


def judge(*parts: Built, seen: Any = none_seen, **at: Any) -> Any:
    judging = Judging(desk(**at), KEY)
    judging.head(parts[0].head)
    verdicts = [verdict for part in parts for verdict in judging.piece(part.piece, seen)]
    return verdicts, judging.close()


def told(verdict: Verdict) -> tuple[str, set[tuple[str, str]]]:
    """Outcome and the findings that do more than warn, as rule and code."""
    return verdict.outcome, {(found.rule, found.code) for found in verdict.findings if found.effect != "warn"}


def told_of_file(verdict: FileVerdict) -> tuple[str, set[tuple[str, str]], set[tuple[str, str]]]:
    """Status and the findings that do more than warn, of the message and of its blocks."""
    blocks = {(f.rule, f.code) for block in verdict.blocks for f in block.findings if f.effect != "warn"}
    return verdict.status, {(f.rule, f.code) for f in verdict.findings if f.effect != "warn"}, blocks


def on(day: str, **changes: Any) -> Built:
    return transfer(block={"requested_date": day}, **changes)


def test_the_standard_order_is_accepted_as_it_stands() -> None:
    (verdict,), file = judge(transfer())
    day = datetime.date(2026, 4, 2)
    assert (verdict.outcome, verdict.findings, verdict.route) == ("accepted", (), "clearing")
    assert (verdict.received_on, verdict.booking_date, verdict.settlement_date) == (day, day, day)
    assert (verdict.key, verdict.amount_cents) == (f"{KEY[:24]}-1", 10_000)
    assert (file.status, file.findings, file.not_judged) == ("ACCP", (), ())
    assert (file.count, file.sum_text, file.message_id, file.message_name) == (
        1,
        "100.00",
        "MSG-1",
        "pain.001.001.09",
    )
    assert (file.blocks[0].status, file.blocks[0].findings) == ("ACCP", ())


def test_the_standard_collection_is_accepted_as_it_stands() -> None:
    (verdict,), file = judge(collection())
    assert (verdict.outcome, verdict.findings, verdict.route) == ("accepted", (), "on-us")
    assert verdict.booking_date == datetime.date(2026, 4, 13)
    assert file.status == "ACCP"


_ACCEPTED: set[tuple[str, str]] = set()


@pytest.mark.parametrize(
    ("built", "received", "outcome", "codes", "booked"),
    [
        pytest.param(
            on("2026-04-03"),
            "2026-04-02T10:00",
            "rolled",
            {("DAT-08", "DT06")},
            "2026-04-07",
            id="DAT-08 Good Friday",
        ),
        pytest.param(
            on("2026-04-11"),
            "2026-04-02T10:00",
            "rolled",
            {("DAT-08", "DT06")},
            "2026-04-13",
            id="DAT-08 Saturday",
        ),
        pytest.param(
            on("2026-12-24"),
            "2026-04-02T10:00",
            "rolled",
            {("DAT-08", "DT06")},
            "2026-12-28",
            id="DAT-08 Slovak rest day",
        ),
        pytest.param(
            on("2026-04-15"), "2026-04-02T10:00", "accepted", _ACCEPTED, "2026-04-15", id="DAT-02 later day"
        ),
        pytest.param(
            on("2026-04-02"), "2026-04-02T21:00:00", "accepted", _ACCEPTED, "2026-04-02", id="CUT-02 21:00:00"
        ),
        pytest.param(
            on("2026-04-02"),
            "2026-04-02T21:00:01",
            "rolled",
            {("DAT-09", "DT06")},
            "2026-04-07",
            id="CUT-02 21:00:01",
        ),
        pytest.param(
            on("2026-12-23"),
            "2026-12-23T22:00",
            "rolled",
            {("DAT-09", "DT06")},
            "2026-12-28",
            id="CUT-04 late before Christmas",
        ),
        pytest.param(
            on("2026-04-02"),
            "2026-04-02T19:00:00+00:00",
            "accepted",
            _ACCEPTED,
            "2026-04-02",
            id="CUT-12 summer time",
        ),
        pytest.param(
            on("2026-01-08"),
            "2026-01-08T20:00:01+00:00",
            "rolled",
            {("DAT-09", "DT06")},
            "2026-01-09",
            id="CUT-12 winter time",
        ),
        pytest.param(
            on("2027-04-02"),
            "2026-04-02T10:00",
            "accepted",
            _ACCEPTED,
            "2027-04-02",
            id="DAT-03 a year ahead",
        ),
        pytest.param(
            on("2026-04-02", debtor_iban=A3),
            "2026-04-02T11:00",
            "accepted",
            _ACCEPTED,
            "2026-04-02",
            id="DAT-04 today",
        ),
        pytest.param(
            on("2026-04-07", debtor_iban=A3),
            "2026-04-02T11:00",
            "rejected",
            {("DAT-04", "DT04")},
            None,
            id="DAT-04 later day",
        ),
        pytest.param(
            on("2026-04-07", creditor_iban=A3),
            "2026-04-02T11:00",
            "rejected",
            {("DAT-04", "DT04")},
            None,
            id="NSP-05 A1→A3 later day",
        ),
        pytest.param(
            on("2026-04-02", debtor_iban=A3),
            "2026-04-02T15:00:00",
            "accepted",
            _ACCEPTED,
            "2026-04-02",
            id="CUT-03 15:00:00",
        ),
        pytest.param(
            on("2026-04-02", debtor_iban=A3),
            "2026-04-02T15:00:01",
            "rolled",
            {("DAT-09", "DT06")},
            "2026-04-07",
            id="CUT-03 15:00:01",
        ),
    ],
)
def test_dates_of_transfers(
    built: Built, received: str, outcome: str, codes: set[tuple[str, str]], booked: str | None
) -> None:
    (verdict,), _ = judge(built, received=received)
    assert told(verdict) == (outcome, codes)
    assert verdict.booking_date == (datetime.date.fromisoformat(booked) if booked else None)


@pytest.mark.parametrize(
    ("built", "bank", "received", "rule"),
    [
        pytest.param(on("2026-04-01"), OTP, "2026-04-02T10:00", ("DAT-03", "CH04"), id="DAT-03 yesterday"),
        pytest.param(
            on("2027-04-03"), OTP, "2026-04-02T10:00", ("DAT-03", "CH03"), id="DAT-03 a year and a day"
        ),
        pytest.param(
            on("2026-04-02"),
            profile(cutoffs__late_action="reject"),
            "2026-04-02T21:30",
            ("DAT-09", "TM01"),
            id="DAT-09 reject",
        ),
        pytest.param(
            transfer(block={"requested_date": None}), OTP, "2026-04-02T10:00", ("CT-03", "DT01"), id="CT-03"
        ),
        pytest.param(
            transfer(block={"method": "CHK"}), OTP, "2026-04-02T10:00", ("SC-01", "AG03"), id="SC-01 CHK"
        ),
    ],
)
def test_faults_of_a_block_refuse_the_block(
    built: Built, bank: Profile, received: str, rule: tuple[str, str]
) -> None:
    (verdict,), file = judge(built, bank=bank, received=received)
    assert told(verdict) == ("rejected", set())
    assert told_of_file(file) == ("RJCT", set(), {rule})
    assert refused_blocks(file) == {1}


def sequence(kind: str, day: str) -> Built:
    type_ = PaymentType(service_level="SEPA", local_instrument="CORE", sequence_type=kind)
    return collection(payment_type=type_, block={"requested_date": day})


ANY = profile(direct_debit__consent_required=False)
ONE_OFF = build.reference(consents={A1: (consent(one_off=True, periodicity=None),)})


@pytest.mark.parametrize(
    ("built", "bank", "received", "outcome", "codes"),
    [
        pytest.param(
            sequence("OOFF", "2026-04-13"),
            OTP,
            "2026-04-02T10:00",
            "accepted",
            _ACCEPTED,
            id="DDL-01 in time",
        ),
        pytest.param(
            sequence("OOFF", "2026-04-13"),
            OTP,
            "2026-04-07T10:00",
            "not-executed",
            {("DDL-01", "TM01")},
            id="DDL-01 late",
        ),
        pytest.param(
            sequence("OOFF", "2026-04-13"),
            SEPA_2026,
            "2026-04-10T10:00",
            "accepted",
            _ACCEPTED,
            id="DDL-01 scheme of today",
        ),
        pytest.param(
            sequence("RCUR", "2026-04-13"),
            OTP,
            "2026-04-09T10:00",
            "accepted",
            _ACCEPTED,
            id="DDL-02 in time",
        ),
        pytest.param(
            sequence("RCUR", "2026-04-13"),
            OTP,
            "2026-04-10T10:00",
            "not-executed",
            {("DDL-02", "TM01")},
            id="DDL-02 late",
        ),
        pytest.param(
            sequence("RCUR", "2026-04-08"),
            OTP,
            "2026-04-02T10:00",
            "accepted",
            _ACCEPTED,
            id="DDL-02 over Easter",
        ),
        pytest.param(
            sequence("OOFF", "2026-04-13"),
            profile(direct_debit__late_action="execute"),
            "2026-04-07T10:00",
            "accepted",
            _ACCEPTED,
            id="DDL-03 execute",
        ),
        pytest.param(
            sequence("RCUR", "2026-04-03"),
            OTP,
            "2026-03-27T10:00",
            "rolled",
            {("DDL-06", "CH19")},
            id="DDL-06 Good Friday",
        ),
    ],
)
def test_dates_of_collections(
    built: Built, bank: Profile, received: str, outcome: str, codes: set[tuple[str, str]]
) -> None:
    tables = ONE_OFF if built.transaction.payment_type.sequence_type == "OOFF" else None
    (verdict,), _ = judge(built, bank=bank, received=received, tables=tables)
    assert told(verdict) == (outcome, codes)


def test_ddl_05_a_late_collection_for_another_bank_is_shifted() -> None:
    bank = profile(direct_debit__creditor_late_action="shift")
    built = collection(debtor_iban=B1, creditor_iban=C1, block={"requested_date": "2026-04-10"})
    (verdict,), _ = judge(built, bank=bank, received="2026-04-09T10:00")
    assert told(verdict) == ("rolled", {("DDL-05", "CH19")})
    assert verdict.settlement_date == datetime.date(2026, 4, 13)
    (refused,), _ = judge(built, received="2026-04-09T10:00")
    assert told(refused) == ("rejected", {("DDL-02", "TM01")})


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        pytest.param({"currency": "CZK"}, {("CT-02", "AM03")}, id="DD-09 currency"),
        pytest.param({"amount": "100.01"}, {("DD-04", "SL14")}, id="DD-04 over the limit"),
    ],
)
def test_a_collection_refused_on_an_account_of_ours_is_not_executed(
    changes: dict[str, Any], codes: set[tuple[str, str]]
) -> None:
    (verdict,), file = judge(collection(**changes))
    assert told(verdict) == ("not-executed", codes)
    assert (verdict.route, verdict.booking_date, file.status) == (None, None, "RJCT")
    assert refused_blocks(file) == frozenset()


def test_a_collection_refused_elsewhere_or_with_its_block_is_rejected() -> None:
    (elsewhere,), _ = judge(collection(debtor_iban=B1, creditor_iban=C1, amount="0.00"))
    assert told(elsewhere) == ("rejected", {("SCH-07", "AM01")})
    (blocked,), _ = judge(collection(amount="0.00", block={"method": "TRF"}))
    assert blocked.outcome == "rejected"


def test_one_off_consent_is_used_up_within_a_file() -> None:
    type_ = PaymentType(service_level="SEPA", local_instrument="CORE", sequence_type="OOFF")
    twice = collection({"end_to_end_id": "E-1"}, {"end_to_end_id": "E-2"}, payment_type=type_)
    verdicts, file = judge(twice, tables=ONE_OFF)
    assert [verdict.outcome for verdict in verdicts] == ["accepted", "not-executed"]
    assert file.status == "PART"


def test_rej_07_bad_orders_do_not_stop_the_others() -> None:
    orders = [
        {"end_to_end_id": f"E-{n}"} | ({"creditor_iban": B1[:-1]} if n in (7, 50, 99) else {})
        for n in range(100)
    ]
    verdicts, file = judge(transfer(*orders))
    refused = [verdict.transaction.position for verdict in verdicts if verdict.outcome == "rejected"]
    assert refused == [8, 51, 100]
    assert all(told(verdicts[position - 1]) == ("rejected", {("IDN-01", "AC03")}) for position in refused)
    assert (file.status, file.blocks[0].status, file.count, file.sum_text) == (
        "PART",
        "PART",
        100,
        "10000.00",
    )


def test_ct_06_all_reasons_are_told() -> None:
    (verdict,), _ = judge(transfer(amount="0.00", creditor_iban=B1[:-1]))
    assert told(verdict) == ("rejected", {("SCH-07", "AM01"), ("IDN-01", "AC03")})


def test_bat_01_domestic_and_foreign_orders_go_together_on_the_same_day() -> None:
    verdicts, file = judge(
        transfer(
            {"end_to_end_id": "E-1"},
            {"end_to_end_id": "E-2", "creditor_iban": C1, "creditor_bic": BIC_OF["AT"]},
        )
    )
    assert [verdict.outcome for verdict in verdicts] == ["accepted", "accepted"]
    assert len({verdict.booking_date for verdict in verdicts}) == 1
    assert file.status == "ACCP"


def test_idn_12_a_payee_of_ours_is_booked_inside() -> None:
    (verdict,), _ = judge(transfer(creditor_iban=A2))
    assert (verdict.outcome, verdict.route) == ("accepted", "on-us")


@pytest.mark.parametrize(
    ("head", "block", "message", "in_block", "refused"),
    [
        pytest.param(
            {"control_sum": "100.01"}, {}, {("BAT-03", "AM10")}, set(), {1}, id="BAT-03 CtrlSum off by a cent"
        ),
        pytest.param({"number_of_transactions": "2"}, {}, {("BAT-03", "AM18")}, set(), {1}, id="NbOfTxs"),
        pytest.param(
            {}, {"control_sum": "99.99"}, set(), {("BAT-03", "AM10")}, {1}, id="CtrlSum of the block"
        ),
        pytest.param(
            {"control_sum": None}, {"control_sum": None}, set(), set(), set(), id="no sums: a remark"
        ),
    ],
)
def test_totals_overrule_at_the_end(
    head: dict[str, Any],
    block: dict[str, Any],
    message: set[tuple[str, str]],
    in_block: set[tuple[str, str]],
    refused: set[int],
) -> None:
    (verdict,), file = judge(transfer(head=head, block=block))
    assert verdict.outcome == "accepted"
    assert told_of_file(file) == ("RJCT" if refused else "ACCP", message, in_block)
    assert refused_blocks(file) == refused


def second(built: Built, **changes: Any) -> Built:
    """The same block once more, as the second block of the message."""
    block = msgspec.structs.replace(built.block, position=2, **changes)
    orders = tuple(
        msgspec.structs.replace(
            each, block=2, position=each.position + len(built.transactions), end_to_end_id="E2E-2"
        )
        for each in built.transactions
    )
    return Built(built.head, block, orders)


def test_a_repeated_payment_information_id_refuses_the_second_block_only() -> None:
    first = transfer(head={"number_of_transactions": "2", "control_sum": "200.00"})
    _, file = judge(first, second(first))
    assert told_of_file(file) == ("PART", set(), {("TOT-03", "DU02")})
    assert refused_blocks(file) == {2}
    assert [block.status for block in file.blocks] == ["ACCP", "RJCT"]
    _, sound = judge(first, second(first, id="PMT-2"))
    assert told_of_file(sound) == ("ACCP", set(), set())


def test_bat_04_twins_of_an_earlier_message_are_held() -> None:
    built = transfer({"end_to_end_id": "E-1"}, {"end_to_end_id": "E-2"})
    earlier = {fingerprint(built.transactions[1], "2026-04-02")}

    def seen(fingerprints: Collection[str]) -> Set[str]:
        return earlier & set(fingerprints)

    verdicts, file = judge(built, seen=seen)
    assert [told(verdict) for verdict in verdicts] == [("accepted", set()), ("held", {("BAT-04", "AM05")})]
    assert verdicts[1].booking_date == datetime.date(2026, 4, 2)
    assert file.status == "PDNG"


def test_equal_orders_of_one_file_are_meant() -> None:
    verdicts, file = judge(transfer({}, {}))
    assert [told(verdict) for verdict in verdicts] == [("accepted", set())] * 2
    assert [found.rule for found in verdicts[1].findings] == ["DUP-01"]
    assert file.status == "ACCP"


def test_not_provided_may_repeat() -> None:
    verdicts, _ = judge(transfer({}, {}, end_to_end_id="NOTPROVIDED"))
    assert [verdict.findings for verdict in verdicts] == [(), ()]


def test_refusing_goes_before_holding_and_routing() -> None:
    bank, dollars = routing(), {"currency": "USD"} | ABROAD
    (routed,), file = judge(transfer(**dollars), bank=bank)
    assert (told(routed), routed.route, file.status) == (("routed", {("CT-02", "AM03")}), "standard", "PDNG")
    (held,), _ = judge(transfer(**dollars), bank=bank, seen=frozenset)
    assert (held.outcome, held.route) == ("held", "standard")
    (refused,), _ = judge(transfer(**(dollars | {"amount": "0.00"})), bank=bank, seen=frozenset)
    assert refused.outcome == "rejected"


def test_a_missing_table_is_named_and_never_passes_in_silence() -> None:
    bare = Reference()
    _, file = judge(transfer(), tables=bare)
    assert {"SC-05", "ACC-01", "FIL-09"} <= set(file.not_judged)
    _, collected = judge(collection(), tables=bare)
    assert {"SC-05", "DD-01"} <= set(collected.not_judged)


def test_an_unreadable_file_is_refused_with_what_could_be_read() -> None:
    broken = Unreadable("truncated", "line 3", "", Phrase("a whole file"), "MSG-1", "pain.001.001.09")
    verdict = refuse_unreadable(broken, desk())
    assert told_of_file(verdict) == ("RJCT", {("CT-07", "FF01")}, set())
    assert (verdict.head, verdict.message_id, verdict.message_name) == (None, "MSG-1", "pain.001.001.09")
    assert refused_blocks(verdict) == frozenset()


def test_the_head_comes_first() -> None:
    with pytest.raises(ValueError, match="head"):
        Judging(desk(), KEY).piece(transfer().piece)


_orders = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "amount": st.sampled_from([None, "0.00", "1.00", "10.005", "999999999999"]),
            "currency": st.sampled_from(["EUR", "USD"]),
            "creditor_account": st.sampled_from(
                [AccountId(iban) for iban in (A2, A3, B1, C1, B1[:-1], None)]
            ),
            "charge_bearer": st.sampled_from([None, "SLEV", "SHAR", "DEBT"]),
            "payment_type": st.sampled_from([PaymentType(), PaymentType(service_level="URGP")]),
        },
    ),
    min_size=1,
    max_size=12,
)


def numbered(orders: list[dict[str, Any]]) -> Built:
    return transfer(*({"end_to_end_id": f"E-{n}"} | order for n, order in enumerate(orders)))


def test_many_blocks_ask_the_journal_once_and_the_calendar_seldom() -> None:
    days = [datetime.date(2026, 4, 2) + datetime.timedelta(days=number) for number in range(150)]
    first, *others = [on(f"{day}").piece for day in [days[0], *days]]
    pieces = [
        Piece(msgspec.structs.replace(each.payment_information, position=number), each.transactions)
        for number, each in enumerate([first, *others], 1)
    ]
    judging, asked = Judging(desk(), KEY), []

    def seen(prints: Collection[str]) -> Set[str]:
        asked.append(len(prints))
        return frozenset()

    judging.head(on("2026-04-02").head)
    one_by_one = Judging(desk(), KEY)
    one_by_one.head(on("2026-04-02").head)
    assert judging.pieces(pieces, seen) == [one_by_one.piece(piece) for piece in pieces]
    assert asked == [len(pieces)]
    assert 0 < len(judging._calendar) <= 100
    assert judging.close() == one_by_one.close()


@settings(max_examples=60, deadline=None)
@given(_orders, st.lists(st.integers(0, 12), max_size=4))
def test_cutting_into_pieces_changes_nothing(orders: list[dict[str, Any]], cuts: list[int]) -> None:
    built = numbered(orders)
    whole, file = judge(built)
    edges = sorted({0, len(orders), *(cut for cut in cuts if cut < len(orders))})
    judging = Judging(desk(), KEY)
    judging.head(built.head)
    verdicts: list[Verdict] = []
    for start, end in pairwise(edges):
        verdicts += judging.piece(Piece(built.block, built.transactions[start:end]))
    assert verdicts == whole
    assert judging.close() == file


@settings(max_examples=60, deadline=None)
@given(_orders, st.randoms(use_true_random=False))
def test_the_order_of_transactions_changes_no_verdict(
    orders: list[dict[str, Any]], dice: random.Random
) -> None:
    built = numbered(orders)
    shuffled = list(built.transactions)
    dice.shuffle(shuffled)
    straight, file = judge(built)
    mixed, other = judge(Built(built.head, built.block, tuple(shuffled)))
    assert {verdict.key: verdict for verdict in mixed} == {verdict.key: verdict for verdict in straight}
    assert other == file


@settings(max_examples=60, deadline=None)
@given(_orders)
def test_every_transaction_has_one_verdict_and_every_refusal_a_permitted_reason(
    orders: list[dict[str, Any]],
) -> None:
    built = numbered(orders)
    verdicts, file = judge(built)
    assert [verdict.transaction for verdict in verdicts] == list(built.transactions)
    assert file.count == len(orders)
    for verdict in verdicts:
        assert all(is_permitted(found.code, "pain.002") for found in verdict.findings)
        refusing = [found for found in verdict.findings if found.effect == "reject"]
        assert bool(refusing) == (verdict.outcome == "rejected")
        for found in refusing:
            assert "{" not in f"{found.message}{found.remedy}{found.expected}"
