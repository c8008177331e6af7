"""The bank's terms by their own examples, wherever no other test plays one out: rule, example, expected end.

Three tables: what is decided at the door, what a settlement window does, and both in a row.
"""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from sepa.decide import Desk, Judging
from sepa.model.message import AccountId, Mandate, Party, PaymentType, Remittance
from sepa.model.payment import Payment
from sepa.model.rates import Deal
from sepa.model.reference import Account, Block, Participant, Reference
from sepa.model.verdict import Verdict
from sepa.schedule import windows_of
from tests import build
from tests.build import (
    A1,
    A2,
    A3,
    A4,
    A6,
    ABROAD,
    B1,
    BIC_OF,
    C1,
    C2,
    C3,
    OTP,
    SEPA_2026,
    Built,
    collection,
    consent,
    instant,
    profile,
    reference,
    routing,
    transfer,
)
from tests.test_decide import judge, on
from tests.test_settle import collected, fate, on_us, payment, run, tables

DAY = datetime.date
ROUTING = routing()
DOLLARS = "SK7252000000002000145356"
HUNGARIAN = "HU42117730161111101800000000"


def row(
    rule: str,
    example: str,
    built: Built,
    outcome: str,
    code: str | None = None,
    *,
    booked: str | None = None,
    **desk: Any,
) -> Any:
    """One example at the door. `booked` is the debit day; `desk` holds bank, tables and the receipt instant."""
    return pytest.param(built, desk, outcome, code, booked, id=f"{rule} {example}")


def kind(**changes: str) -> PaymentType:
    return PaymentType(**({"service_level": "SEPA"} | changes))


def one_off(**changes: Any) -> Reference:
    return reference(consents={A1: (consent(one_off=True, periodicity=None, **changes),)})


def sequence(name: str) -> PaymentType:
    return kind(local_instrument="CORE", sequence_type=name)


def lodged(**changes: Any) -> Reference:
    return reference(consents={A1: (consent(**changes),)})


def due(day: str, **changes: Any) -> Built:
    return collection(block={"requested_date": day}, **changes)


def reaching(bic: str, country: str, code: str) -> Reference:
    banks = build.participants() | {(country, code): Participant(bic, country, code, "Bank")}
    return reference(participants=banks)


USD = {"currency": "USD"}
OTHER_DOLLARS = Account(DOLLARS, "o-2", "Peter Kovac", currency="USD", balance_cents=100_000)
WITH_OTHER_DOLLARS = reference(accounts=build.accounts() | {DOLLARS: OTHER_DOLLARS})
NO_AUSTRIA = reference(
    participants={key: bank for key, bank in build.participants().items() if key[0] != "AT"}
)
TO_C1 = {"creditor_iban": C1, "creditor_bic": BIC_OF["AT"]}
TO_C2 = {"creditor_iban": C2, "creditor_bic": BIC_OF["CH"]}
TO_C3 = {"creditor_iban": C3, "creditor_bic": BIC_OF["SM"]}
TO_NORWAY = {"creditor_account": AccountId(other="93860111947"), "creditor_bic": "DNBANOKK",
             "payment_type": kind(service_level="URGP")}  # fmt: skip
TO_AMERICA = {
    "creditor_account": AccountId(other="021000021-12345"),
    "creditor_bic": "CHASUS33",
    "currency": "USD",
}
OPENED = {"product": "dynamic", "opened_on": DAY(2026, 4, 1)}
DYNAMIC = tables((A6, OPENED))
ASKED = tables((A6, {"withdrawal_requested_on": DAY(2026, 3, 2)}))
TO_GROUP = ABROAD | {"creditor_iban": HUNGARIAN, "creditor_bic": "OTPVHUHB", "currency": "USD"}
BY_FILE = routing(non_sepa__priority_domestic={"file_allowed": True})
DEAL = {"extras": ("XchgRateInf",)}
AGREED = reference(deals={A1: (Deal(A1, "USD", DAY(2026, 4, 9)),)})
CAPTURED = {"creditor_account": AccountId(other="19-8742637541/1200")}

AT_THE_DOOR = [
    row("SC-02", "in dollars, refused", transfer(**USD), "rejected", "AM03"),
    row("SC-02", "in dollars, routed", transfer(**USD, **ABROAD), "routed", "AM03", bank=ROUTING),
    row("SC-04", "A1 to C3 by the first list", on("2015-04-02", **TO_C3), "rejected", "AG06",
        received="2015-04-02T10:00"),
    row("SC-04", "A1 to C3 by today's list", transfer(**TO_C3), "accepted"),
    row("SC-05", "C1 at a bank that is in no directory", transfer(**TO_C1), "rejected", "CNOR",
        tables=NO_AUSTRIA),
    row("SC-06", "A1 to B1 at 10:00", transfer(), "accepted", booked="2026-04-02"),
    row("SC-06", "A1 to C1 at 10:00", transfer(**TO_C1), "accepted", booked="2026-04-02"),
    row("SC-07", "one order from A3 at 14:00", transfer(debtor_iban=A3), "accepted",
        received="2026-04-02T14:00"),
    row("SC-10", "A1 opened Wed 8, asked for Tue 7 April", on("2026-04-07"), "rejected", "AC01",
        tables=tables((A1, {"opened_on": DAY(2026, 4, 8)}))),
    row("SC-12", "collection from A4", collection(debtor_iban=A4), "not-executed", "AG01"),
    row("SC-12", "collection from A3", collection(debtor_iban=A3), "not-executed", "AC10"),
    row("CT-01", "no IBAN of the payee", transfer(creditor_account=AccountId()), "rejected", "AC03"),
    row("CT-01", "no amount", transfer(amount=None, currency=None), "rejected", "AM12"),
    row("CT-02", "in Czech crowns", transfer(currency="CZK"), "rejected", "AM03"),
    row("CT-04", "no reference and no message", transfer(end_to_end_id="NOTPROVIDED"), "accepted"),
    row("CT-05", "payee not named", transfer(creditor=Party()), "accepted"),
    row("CT-05", "payee not named where a name is needed", transfer(creditor=Party()), "rejected", "BE22",
        bank=profile(orders__creditor_name_mandatory=True)),
    row("CT-07", "check digits wrong, never mended", transfer(creditor_iban="SK32" + B1[4:]), "rejected",
        "AC03"),
    row("CT-12", "DEBT, refused", transfer(charge_bearer="DEBT"), "rejected", "BE19"),
    row("CT-12", "DEBT, routed", transfer(**ABROAD, charge_bearer="DEBT"), "routed", "BE19", bank=ROUTING),
    row("CT-12", "no charge bearer", transfer(charge_bearer=None), "accepted"),
    row("CT-13", "141 characters", transfer(remittance=Remittance(unstructured=("x" * 141,))), "rejected",
        "RR07"),
    row("IDN-01", "B1 of 23 characters", transfer(creditor_iban=B1[:-1]), "rejected", "AC03"),
    row("IDN-02", "TATRSKB", transfer(creditor_bic="TATRSKB"), "rejected", "RC01"),
    row("IDN-03", "A1 to B1 without a BIC", transfer(), "accepted"),
    row("IDN-04", "A1 to C1 without a BIC, terms", transfer(creditor_iban=C1), "rejected", "RC07"),
    row("IDN-04", "A1 to C1 without a BIC, today", transfer(creditor_iban=C1), "accepted", bank=SEPA_2026),
    row("IDN-04", "A1 to C2 without a BIC, terms", transfer(creditor_iban=C2), "rejected", "RC07"),
    row("IDN-04", "A1 to C2 without a BIC, today", transfer(creditor_iban=C2), "rejected", "RC07",
        bank=SEPA_2026),
    row("IDN-05", "BBAN on Tue 2 February 2016", on("2016-02-02", **CAPTURED), "rejected", "AC01",
        received="2016-02-02T10:00"),
    row("IDN-09", "blanks in the IBAN", transfer(creditor_iban="SK31 1200 0000 1987 4263 7541"), "rejected",
        "AC03"),
    row("IDN-11", "another business code", collection(creditor_identifier="SK36ABC70000000007"), "accepted"),
    row("IDN-11", "wrong check digits", collection(creditor_identifier="SK37ZZZ70000000007"), "not-executed",
        "CH11"),
    row("IDN-13", "urgent to Norway without an IBAN", transfer(**TO_NORWAY), "rejected", "AC03"),
    row("IDN-13", "urgent to Norway without an IBAN, where we route", transfer(**TO_NORWAY), "rejected", "AC03",
        bank=ROUTING),
    row("SYM-05", "INV-7 alone", transfer(end_to_end_id="INV-7"), "accepted"),
    row("SYM-08", "symbols and a message",
        transfer(end_to_end_id="/VS1/SS/KS", remittance=Remittance(unstructured=("rent April",))),
        "accepted"),
    row("CUT-05", "URGP at 15:00:01", transfer(payment_type=kind(service_level="URGP")), "rejected", "FF04",
        received="2026-04-02T15:00:01"),
    row("CUT-06", "A3 to another dollar account at 20:00",
        transfer(debtor_iban=A3, creditor_iban=DOLLARS, **USD), "routed", "AM03",
        bank=ROUTING, tables=WITH_OTHER_DOLLARS, received="2026-04-02T20:00"),
    row("CUT-08", "A1 to A3 at 15:00:01", transfer(creditor_iban=A3), "rolled", "DT06", booked="2026-04-07",
        received="2026-04-02T15:00:01"),
    row("CUT-11", "a file at 23:10", on("2026-04-09"), "rolled", "DT06", booked="2026-04-10",
        received="2026-04-09T23:10"),
    row("ACC-01", "A1 closed Wed 8, dated Thu 9 April", on("2026-04-09"), "rejected", "AC05",
        tables=tables((A1, {"closed_on": DAY(2026, 4, 8)}))),
    row("ACC-01", "A1 to closed A2", transfer(creditor_iban=A2), "rejected", "AC07",
        tables=tables((A2, {"closed_on": DAY(2026, 4, 1)}))),
    row("ACC-02", "A1 to A6 on Thu 14 May", on("2026-05-14", creditor_iban=A6), "rejected", "AG01"),
    row("ACC-02", "A1 to A6 on Fri 15 May", on("2026-05-15", creditor_iban=A6), "accepted"),
    row("ACC-04", "A6 to B1", on("2026-05-15", debtor_iban=A6), "rejected", "AG01"),
    row("ACC-03", "opened Wed 1, on Fri 10 April", on("2026-04-10", creditor_iban=A6), "accepted",
        tables=tables((A6, {"opened_on": DAY(2026, 4, 1)}))),
    row("ACC-03", "opened Wed 1, on Mon 13 April", on("2026-04-13", creditor_iban=A6), "rejected", "AG01",
        tables=tables((A6, {"opened_on": DAY(2026, 4, 1)}))),
    row("ACC-03", "renewed Sat 11, on Mon 13 April", on("2026-04-13", creditor_iban=A6), "accepted",
        tables=tables((A6, {"renewal_day": DAY(2026, 4, 11)}))),
    row("ACC-04", "asked Mon 2 March, on Wed 1 April", on("2026-04-01", debtor_iban=A6, creditor_iban=A1),
        "rejected", "AG01", tables=ASKED, received="2026-04-01T10:00"),
    row("ACC-04", "asked Mon 2 March, on Thu 2 April", transfer(debtor_iban=A6, creditor_iban=A1), "accepted",
        tables=ASKED),
    row("ACC-06", "TWIN to B1", transfer(debtor_iban=A6), "rejected", "AG01",
        tables=tables((A6, {"product": "twin"}))),
    row("ACC-07", "the first of EUR 399.99", transfer(creditor_iban=A6, amount="399.99"), "rejected", "AM06",
        tables=DYNAMIC),
    row("ACC-07", "the first of EUR 400.00", transfer(creditor_iban=A6, amount="400.00"), "accepted",
        tables=DYNAMIC),
    row("ACC-07", "the second the next day", on("2026-04-07", creditor_iban=A6, amount="400.00"), "rejected",
        "AG01", tables=tables((A6, {**OPENED, "balance_cents": 40_000})), received="2026-04-07T10:00"),
    row("ACC-05", "A4 to B1", transfer(debtor_iban=A4), "rejected", "AG01"),
    row("ACC-11", "told on Thu 9, the agent's order of Fri 10 April", on("2026-04-10"), "rejected", "AC06",
        tables=tables((A1, {"owner_died_on": DAY(2026, 4, 9)})), received="2026-04-10T10:00"),
    row("ACC-13", "closes Sun 10, dated Mon 11 May", on("2026-05-11"), "rejected", "AC05",
        tables=tables((A1, {"closed_on": DAY(2026, 5, 10)}))),
    row("DD-01", "due Mon 13, delivered Thu 2, lodged Wed 1 April",
        collection(payment_type=sequence("OOFF")), "accepted", tables=one_off(lodged_on=DAY(2026, 4, 1))),
    row("DD-01", "due Mon 13, delivered Thu 2, lodged Thu 2 April",
        collection(payment_type=sequence("OOFF")), "not-executed", "SL01",
        tables=one_off(lodged_on=DAY(2026, 4, 2))),
    row("DD-03", "lodged Thu 2, delivered Tue 7 April", due("2026-04-09"), "accepted",
        tables=lodged(lodged_on=DAY(2026, 4, 2)), received="2026-04-07T10:00"),
    row("DD-04", "EUR 50.00 of EUR 50.00", collection(), "accepted", tables=lodged(limit_cents=5_000)),
    row("DD-04", "EUR 50.01 of EUR 50.00", collection(amount="50.01"), "not-executed", "SL14",
        tables=lodged(limit_cents=5_000)),
    row("DD-05", "one-off consent, RCUR", collection(), "not-executed", "AG02", tables=one_off()),
    row("DD-05", "monthly, Thu 9 and Thu 30 April", due("2026-04-30"), "not-executed", "SL13",
        tables=lodged(last_collected_on=DAY(2026, 4, 9))),
    row("DD-05", "monthly, Thu 9 April and Mon 4 May", due("2026-05-04"), "accepted",
        tables=lodged(last_collected_on=DAY(2026, 4, 9))),
    row("DD-06", "MND-2026-002", collection(mandate=Mandate("MND-2026-002", "2025-06-02")), "not-executed",
        "MD01"),
    row("DD-07", "cancelled Wed 8, due Wed 8 April", due("2026-04-08"), "accepted",
        tables=lodged(cancelled_on=DAY(2026, 4, 8))),
    row("DD-07", "cancelled Wed 8, due Thu 9 April", due("2026-04-09"), "not-executed", "MD01",
        tables=lodged(cancelled_on=DAY(2026, 4, 8))),
    row("DD-13", "B2B from A1", collection(payment_type=kind(local_instrument="B2B", sequence_type="RCUR")),
        "not-executed", "AC13"),
    row("DD-15", "account ended Thu 9, due Fri 10 April", due("2026-04-10"), "not-executed", "AC04",
        tables=tables((A1, {"closed_on": DAY(2026, 4, 9)}))),
    row("DD-16", "all collections blocked", collection(), "not-executed", "SL01",
        tables=tables((A1, {"collections_blocked": True}))),
    row("NSP-01", "A1 to C1, URGP, refused", transfer(**TO_C1, payment_type=kind(service_level="URGP")),
        "rejected", "FF04"),
    row("NSP-01", "A1 to C1, URGP, routed", transfer(**(TO_C1 | ABROAD), payment_type=kind(service_level="URGP")),
        "routed", "FF04", bank=ROUTING),
    row("NSP-02", "A1 to B1, URGP", transfer(payment_type=kind(service_level="URGP")), "rejected", "FF04"),
    row("NSP-03", "A3 to another dollar account",
        transfer(debtor_iban=A3, creditor_iban=DOLLARS, amount="50.00", **USD), "rejected", "AM03",
        tables=WITH_OTHER_DOLLARS),
    row("NSP-05", "A1 to A3, dated tomorrow", on("2026-04-07", creditor_iban=A3, amount="10.00"), "rejected",
        "DT04"),
    row("NSP-06", "a bank of the EEA in no directory, routed", transfer(**(TO_C1 | ABROAD)), "routed", "CNOR",
        bank=ROUTING, tables=NO_AUSTRIA),
    row("NSP-07", "dollars to the USA, routed", transfer(**(ABROAD | TO_AMERICA)), "routed", "AM03", bank=ROUTING),
    row("NSP-08", "EUR to Hungary, no express", transfer(creditor_iban=HUNGARIAN, creditor_bic="OTPVHUHB"),
        "accepted", tables=reaching("OTPVHUHB", "HU", "117")),
    row("NSP-13", "A1 to C1, CRED, refused", transfer(**TO_C1, charge_bearer="CRED"), "rejected", "BE19"),
    row("NSP-13", "A1 to C1, CRED, routed", transfer(**(TO_C1 | ABROAD), charge_bearer="CRED"), "routed", "BE19",
        bank=ROUTING),
    row("CUT-05", "URGP at 15:00:00, where a file may ask for it", transfer(payment_type=kind(service_level="URGP")),
        "routed", "FF04", bank=BY_FILE, received="2026-04-02T15:00", booked="2026-04-02"),
    row("CUT-05", "URGP at 15:00:01, routed for the next day", transfer(payment_type=kind(service_level="URGP")),
        "routed", "FF04", bank=BY_FILE, received="2026-04-02T15:00:01", booked="2026-04-07"),
    row("CUT-06", "A3 to another dollar account at 21:00:01",
        transfer(debtor_iban=A3, creditor_iban=DOLLARS, **USD), "routed", "AM03",
        bank=ROUTING, tables=WITH_OTHER_DOLLARS, received="2026-04-02T21:00:01", booked="2026-04-07"),
    row("CUT-09", "dollars within the group at 11:00:00", transfer(**TO_GROUP), "routed", "AM03", bank=ROUTING,
        received="2026-04-02T11:00", booked="2026-04-02"),
    row("CUT-09", "dollars within the group at 11:00:01", transfer(**TO_GROUP), "routed", "AM03", bank=ROUTING,
        received="2026-04-02T11:00:01", booked="2026-04-07"),
    row("CUT-10", "dollars at 13:30:00", transfer(**(ABROAD | TO_AMERICA)), "routed", "AM03", bank=ROUTING,
        received="2026-04-02T13:30", booked="2026-04-02"),
    row("CUT-10", "dollars at 13:45", transfer(**(ABROAD | TO_AMERICA)), "routed", "AM03", bank=ROUTING,
        received="2026-04-02T13:45", booked="2026-04-07"),
    row("CUT-10", "dollars under a deal at 13:45", transfer(**(ABROAD | TO_AMERICA), **DEAL), "routed", "AM03",
        bank=ROUTING, received="2026-04-02T13:45", booked="2026-04-02"),
    row("NSP-12", "dollars under a deal, due and sent Thu 9 April 14:29",
        on("2026-04-09", **(ABROAD | TO_AMERICA), **DEAL), "routed", "AM03",
        bank=ROUTING, received="2026-04-09T14:29", booked="2026-04-09"),
    row("NSP-12", "dollars under a deal due Thu 9, sent Fri 10 April",
        on("2026-04-09", **(ABROAD | TO_AMERICA), **DEAL), "rejected", "CH04",
        bank=ROUTING, received="2026-04-10T10:00"),
    row("NSP-12", "dollars under a deal of Thu 9, due and sent Thu 9 April 14:29",
        on("2026-04-09", **(ABROAD | TO_AMERICA), **DEAL), "routed", "AM03",
        bank=ROUTING, received="2026-04-09T14:29", booked="2026-04-09", tables=AGREED),
    row("NSP-12", "dollars under a deal of Thu 9, sent Fri 10 April",
        on("2026-04-10", **(ABROAD | TO_AMERICA), **DEAL), "rejected", "DT01",
        bank=ROUTING, received="2026-04-10T10:00", tables=AGREED),
    row("NSP-12", "dollars under a deal of Thu 9, for Thu 9, sent Fri 10 April",
        on("2026-04-09", **(ABROAD | TO_AMERICA), **DEAL), "rejected", "DT01",
        bank=ROUTING, received="2026-04-10T10:00", tables=AGREED),
    row("NSP-02", "A1 to B1, URGP, with a channel but on its form only",
        transfer(payment_type=kind(service_level="URGP")), "rejected", "FF04", bank=ROUTING),
    row("NSP-05", "A1 to A3, dated tomorrow, where it is handed over",
        on("2026-04-07", creditor_iban=A3, amount="10.00"), "rejected", "DT04", bank=ROUTING),
    row("NSP-05", "A1 to A3, dated today, where it is handed over",
        transfer(creditor_iban=A3, amount="10.00"), "routed", "AC11", bank=ROUTING, booked="2026-04-02"),
    row("NSP-06", "a bank of the EEA in no directory, no channel for it", transfer(**(TO_C1 | ABROAD)),
        "rejected", "AG03", bank=routing("standard"), tables=NO_AUSTRIA),
    row("NSP-09", "dollars, no address of the payee",
        transfer(**(ABROAD | TO_AMERICA | {"creditor": Party(name="Acme")})), "rejected", "BE04", bank=ROUTING),
    row("NSP-10", "sent Wed 1, due Fri 10 April", on("2026-04-10", **(ABROAD | TO_AMERICA)), "routed", "AM03",
        bank=ROUTING, received="2026-04-01T10:00", booked="2026-04-10"),
    row("NSP-10", "sent Wed 1, due Mon 13 April", on("2026-04-13", **(ABROAD | TO_AMERICA)), "rejected", "CH03",
        bank=ROUTING, received="2026-04-01T10:00"),
    row("LIA-06", "sent 20:58, arrived 21:03", transfer(), "rolled", "DT06", booked="2026-04-07",
        received="2026-04-02T21:03"),
    row("LIA-07", "a valid IBAN of somebody else", transfer(creditor_iban=A2, creditor=Party(name="Someone")),
        "accepted"),
    row("SLO-07", "INST", transfer(payment_type=kind(local_instrument="INST")), "rejected", "AG03"),
]  # fmt: skip


@pytest.mark.parametrize(("built", "desk", "outcome", "code", "booked"), AT_THE_DOOR)
def test_at_the_door(
    built: Built, desk: dict[str, Any], outcome: str, code: str | None, booked: str | None
) -> None:
    (verdict,), file = judge(built, **desk)
    assert verdict.outcome == outcome
    found = codes(verdict, file)
    assert code in found if code else not found
    if booked is not None:
        assert verdict.booking_date == DAY.fromisoformat(booked)


def codes(verdict: Verdict, file: Any) -> set[str]:
    """Codes of all that refuses, holds, routes or moves the order, said of it or of its block."""
    found = (*verdict.findings, *(each for block in file.blocks for each in block.findings))
    return {each.code for each in found if each.effect != "warn"}


# --- more than one order, or one fact of the verdict ---


@pytest.mark.parametrize(
    ("built", "route", "abroad"),
    [
        pytest.param(transfer(end_to_end_id="/VS1/SS/KS"), "clearing", False, id="SC-03 A1 to B1"),
        pytest.param(transfer(**TO_C1, end_to_end_id="/VS1/SS/KS"), "clearing", True, id="SC-03 A1 to C1"),
        pytest.param(transfer(creditor_iban=A2, end_to_end_id="/VS1/SS/KS"), "on-us", False, id="SC-03 A1 to A2"),
    ],
)  # fmt: skip
def test_domestic_or_abroad(built: Built, route: str, abroad: bool) -> None:
    (verdict,), _ = judge(built)
    assert verdict.route == route
    assert ("SYM-04" in {found.rule for found in verdict.findings}) is abroad


def test_sc_07_two_orders_of_a_block_from_a3_are_both_refused() -> None:
    verdicts, file = judge(transfer({"end_to_end_id": "E-1"}, {"end_to_end_id": "E-2"}, debtor_iban=A3))
    assert [verdict.outcome for verdict in verdicts] == ["rejected", "rejected"]
    assert {found.code for found in file.blocks[0].findings} == {"AC10"}


@pytest.mark.parametrize(
    ("offered", "status"), [pytest.param(False, "RJCT", id="SC-08"), pytest.param(True, "ACCP", id="SC-08 offered")]
)  # fmt: skip
def test_sc_08_collections_for_a1(offered: bool, status: str) -> None:
    bank = profile(scope__sdd_creditor_side=offered)
    consents = {A2: (consent(debtor_iban=A2),)}
    built = collection(creditor_iban=A1, debtor_iban=A2)
    verdicts, file = judge(built, bank=bank, tables=reference(consents=consents))
    assert file.status == status
    assert ("AG03" in codes(verdicts[0], file)) is not offered


def test_ct_09_the_block_of_a1_stands_and_that_of_a2_does_not() -> None:
    agreed = msgspec.structs.replace(build.PARTNER, accounts=(A1,))
    first = transfer(end_to_end_id="E-1")
    second = transfer(end_to_end_id="E-2", debtor_iban=A2, block={"position": 2, "id": "PMT-2"})
    whole = msgspec.structs.replace(
        first.head,
        group_header=msgspec.structs.replace(
            first.head.group_header, number_of_transactions="2", control_sum="200.00"
        ),
    )
    judging = Judging(Desk(OTP, reference(), instant(), agreed, agreed.id), "0" * 64)
    judging.head(whole)
    verdicts = [verdict for part in (first, second) for verdict in judging.piece(part.piece)]
    file = judging.close()
    assert [verdict.outcome for verdict in verdicts] == ["accepted", "rejected"]
    assert {found.code for found in file.blocks[1].findings} == {"DS0H"}


def test_dd_04_two_of_eur_40_under_a_limit_of_eur_50() -> None:
    built = collection({"end_to_end_id": "E-1"}, {"end_to_end_id": "E-2"}, amount="40.00")
    verdicts, _ = judge(built, tables=lodged(limit_cents=5_000, periodicity=None))
    assert [verdict.outcome for verdict in verdicts] == ["accepted", "accepted"]


def test_dat_05_receipt_is_the_due_date_and_the_payees_bank_has_it_the_next_day() -> None:
    (verdict,), _ = judge(on("2026-04-15"))
    assert verdict.received_on == DAY(2026, 4, 15)
    assert verdict.settlement_date <= DAY(2026, 4, 16)


# --- in a settlement window ---


def window(
    rule: str,
    example: str,
    order: Payment,
    expected: str,
    *,
    at: str = "2026-04-02T21:15",
    facts: dict[str, Any] | None = None,
    account: str = A1,
    **settings: Any,
) -> Any:
    """One payment in one window; `facts` change the account it is about. The last window of the day decides."""
    return pytest.param(order, at, account, facts or {}, settings, expected, id=f"{rule} {example}")


def of(cents: int, **changes: Any) -> Payment:
    return payment(amount_cents=cents, **changes)


def dated(day: int, order: Callable[..., Payment] = payment, month: int = 4, **changes: Any) -> Payment:
    return order(booking_date=DAY(2026, month, day), settlement_date=DAY(2026, month, day), **changes)


BLOCKED_450 = (Block(instant("2026-04-01T09:00"), 45_000),)
WHOLE = (Block(instant("2026-04-08T11:00")),)
ALL_OF_500 = (Block(instant("2026-04-01T09:00"), 50_000),)
UNSETTLED = "unsettled FND-01 AM04"
OVERDRAWN = {"balance_cents": -5_000, "overdraft_cents": 20_000}

IN_A_WINDOW = [
    window("FND-01", "EUR 99.99 for EUR 100.00", payment(), UNSETTLED, facts={"balance_cents": 9_999}),
    window("FND-01", "EUR 100.00 for EUR 100.00", payment(), "paid", facts={"balance_cents": 10_000}),
    window("FND-02", "minimum EUR 20.00, EUR 80.00 of EUR 100.00", of(8_000), "paid",
           facts={"balance_cents": 10_000, "minimum_balance_cents": 2_000}),
    window("FND-02", "minimum EUR 20.00, EUR 80.01 of EUR 100.00", of(8_001), UNSETTLED,
           facts={"balance_cents": 10_000, "minimum_balance_cents": 2_000}),
    window("FND-03", "EUR -50.00, limit EUR 200.00, EUR 150.00", of(15_000), "paid", facts=OVERDRAWN),
    window("FND-03 FND-15", "EUR -50.00, limit EUR 200.00, EUR 150.01", of(15_001), UNSETTLED,
           facts=OVERDRAWN),
    window("FND-04", "EUR 450.00 of EUR 500.00 blocked, EUR 60.00", of(6_000), UNSETTLED,
           facts={"balance_cents": 50_000, "blocks": BLOCKED_450}),
    window("FND-04", "EUR 450.00 of EUR 500.00 blocked, EUR 50.00", of(5_000), "paid",
           facts={"balance_cents": 50_000, "blocks": BLOCKED_450}),
    window("FND-05", "EUR 10.00, limit EUR 300.00, enforcement, EUR 50.00", of(5_000), UNSETTLED,
           facts={"balance_cents": 1_000, "overdraft_cents": 30_000, "enforcement": True}),
    window("FND-06", "limit gone on the due date", of(5_000), UNSETTLED,
           facts={"balance_cents": 0, "overdraft_cents": 0}),
    window("FND-06", "limit EUR 300.00 still there", of(5_000), "paid",
           facts={"balance_cents": 0, "overdraft_cents": 30_000}),
    window("FND-07", "n=0, Thu 2 April", payment(), UNSETTLED, facts={"balance_cents": 0}),
    window("FND-07", "n=4, ends on Easter Monday", payment(), UNSETTLED,
           facts={"balance_cents": 0, "retry_days": 4}),
    window("FND-07", "n=5, cover on Tue 7 April", payment(), "paid", at="2026-04-07T08:30",
           facts={"retry_days": 5}),
    window("FND-08", "no cover in the first run", payment(), "pending-funds FND-01 AM04",
           at="2026-04-02T08:30", facts={"balance_cents": 0}),
    window("FND-08", "cover in the last run", payment(), "paid"),
    window("FND-09 DD-10", "EUR 49.99 for EUR 50.00, agreement to retry", collected(),
           "not-executed FND-01 AM04", at="2026-04-02T08:30",
           facts={"balance_cents": 4_999, "retry_days": 5}),
    window("FND-13", "EUR 100.00, held EUR 30.00, EUR 80.00", of(8_000), UNSETTLED,
           facts={"balance_cents": 10_000, "card_holds_cents": 3_000}),
    window("NSP-15", "withdrawal of EUR 5,000.00 announced", of(10_000), UNSETTLED,
           facts={"balance_cents": 500_000, "blocks": (Block(instant("2026-04-01T09:00"), 500_000),)}),
    window("ACC-09", "order of 10:30, block of 11:00", dated(8), "paid", at="2026-04-08T10:30",
           facts={"blocks": WHOLE}),
    window("ACC-09", "due Thu 9 April", dated(9), "rejected ACC-09 AC06", at="2026-04-09T08:30",
           facts={"blocks": WHOLE}),
    window("ACC-10", "learned Thu 9, due Tue 14 April", dated(14), "rejected ACC-10 AC06",
           at="2026-04-14T08:30", facts={"owner_died_on": DAY(2026, 4, 9)}),
    window("ACC-10", "learned Thu 9, collection due Fri 10 April", dated(10, collected),
           "not-executed ACC-10 MD07", at="2026-04-10T08:30", facts={"owner_died_on": DAY(2026, 4, 9)}),
    window("ACC-12 HLD-07", "enforcement over all of it, EUR 10.00", of(1_000), UNSETTLED,
           facts={"balance_cents": 50_000, "blocks": ALL_OF_500, "enforcement": True}),
    window("SLO-05 ACC-01", "closed between judging and posting", payment(), "rejected ACC-01 AC05",
           facts={"closed_on": DAY(2026, 4, 2)}),
    window("EXE-09", "1.0900 at booking, USD 109.00", payment(debtor_iban=A3), "paid",
           account=A3, facts={"balance_cents": 10_900}, rates={"USD": 1_090_000}),
    window("EXE-09", "1.0900 at booking, USD 108.99", payment(debtor_iban=A3), UNSETTLED,
           account=A3, facts={"balance_cents": 10_899}, rates={"USD": 1_090_000}),
]  # fmt: skip


@pytest.mark.parametrize(("order", "at", "account", "facts", "settings", "expected"), IN_A_WINDOW)
def test_in_a_window(
    order: Payment, at: str, account: str, facts: dict[str, Any], settings: dict[str, Any], expected: str
) -> None:
    settlement = run(order, at=at, known=tables((account, facts)), **settings)
    assert fate(settlement) == {1: expected}


@pytest.mark.parametrize(
    ("cancelled", "delivered", "expected"),
    [
        pytest.param(DAY(2026, 4, 2), "2026-03-26", "not-executed DD-07 MD01", id="DD-08 cancelled Thu 2 April"),
        pytest.param(DAY(2026, 4, 7), "2026-03-26", "paid", id="DD-08 cancelled Tue 7 April"),
    ],
)  # fmt: skip
def test_dd_08_a_collection_due_tue_7_april(cancelled: DAY, delivered: str, expected: str) -> None:
    (verdict,), _ = judge(due("2026-04-07"), received=f"{delivered}T10:00")
    assert verdict.outcome == "accepted"
    known = lodged(cancelled_on=cancelled)
    assert fate(run(dated(7, collected), at="2026-04-07T08:30", known=known)) == {1: expected}


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        pytest.param((), "paid", id="DD-11 the first"),
        pytest.param((DAY(2026, 4, 13),), "not-executed DD-11 SL01", id="DD-11 the second"),
    ],
)
def test_dd_11_a_one_off_consent(used: tuple[DAY, ...], expected: str) -> None:
    known = one_off()
    known = msgspec.structs.replace(known, consent_uses={"consent-1": used})
    order = dated(14, collected, sequence_type="OOFF")
    assert fate(run(order, at="2026-04-14T08:30", known=known)) == {1: expected}


def test_fnd_16_the_first_is_paid_and_a_rerun_chooses_alike() -> None:
    first, second = of(8_000), of(5_000, number=2)
    known = tables((A1, {"balance_cents": 10_000}))
    for given in ([first, second], [second, first]):
        assert fate(run(*given, at="2026-04-02T21:15", known=known)) == {1: "paid", 2: UNSETTLED}


def test_dat_02_no_money_at_intake_and_enough_on_the_due_date() -> None:
    (verdict,), _ = judge(on("2026-04-15"), tables=tables((A1, {"balance_cents": 0})))
    assert (verdict.outcome, verdict.booking_date) == ("accepted", DAY(2026, 4, 15))
    settlement = run(dated(15), at="2026-04-15T08:30", known=tables((A1, {"balance_cents": 50_000})))
    assert fate(settlement) == {1: "paid"}
    assert {posting.booking_date for posting in settlement.postings} == {DAY(2026, 4, 15)}


def test_fnd_07_a_debit_on_tue_7_april_reaches_the_payees_bank_by_wed_8() -> None:
    settlement = run(payment(), at="2026-04-07T21:15", known=tables((A1, {"retry_days": 5})))
    assert {posting.booking_date for posting in settlement.postings} == {DAY(2026, 4, 7)}
    assert [bulk.settlement_date for bulk in settlement.bulks] == [DAY(2026, 4, 8)]


@pytest.mark.parametrize(
    "sent",
    [pytest.param("10:05", id="EXE-08 a file at 10:05"), pytest.param("20:55", id="CUT-07 NSP-04 at 20:55")],
)
def test_an_on_us_order_is_booked_in_the_next_window_of_the_day(sent: str) -> None:
    (verdict,), _ = judge(transfer(creditor_iban=A2), received=f"2026-04-02T{sent}")
    after = [each for each in windows_of(DAY(2026, 4, 2), OTP) if f"{each:%H:%M}" > sent]
    settlement = run(on_us(booking_date=verdict.booking_date), at=after[0].replace(tzinfo=None).isoformat())
    assert {posting.booking_date for posting in settlement.postings} == {DAY(2026, 4, 2)}
    assert [bulk.settlement_date for bulk in settlement.bulks] == [DAY(2026, 4, 2)]
