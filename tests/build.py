"""One sound message per scheme as model records; a test changes the one thing it is about."""

import datetime
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from sepa.model.finding import Findings
from sepa.model.message import (
    AccountId,
    Address,
    Agent,
    GroupHeader,
    Mandate,
    MessageHead,
    Party,
    PaymentInformation,
    PaymentType,
    Piece,
    Transaction,
)
from sepa.model.profile import Profile
from sepa.model.reference import Account, Consent, Participant, Partner, Reference
from sepa.model.screening import Lists
from sepa.model.verdict import Dating
from sepa.rules.rule import Case, Rule
from sepa.scheme.money import amount_text, cents

A1 = "SK6552000000000005566783"
A2 = "SK9152000000002000145305"
A3 = "SK6952000000002000145313"
A4 = "SK4752000000002000145321"
A5 = "SK9452000000002000145348"
A6 = "SK5152000000001234567899"
B1 = "SK3112000000198742637541"
C1 = "AT611904300234573201"
C2 = "CH9300762011623852957"
C3 = "SM86U0322509800000000270100"
CI1 = "SK36ZZZ70000000007"
M1 = "MND-2026-001"

OWN_BIC = "OTPVSKBX"
BIC_OF = {"SK": "TATRSKBX", "AT": "OPSKATWW", "CH": "UBSWCHZH80A", "SM": "CSSMSMSM"}

_PROFILES = Path(__file__).resolve().parents[1] / "sepa" / "profiles"


def profile(name: str = "otp-sk", **changes: Any) -> Profile:
    """A profile of the repository; `changes` name dotted paths with `__`: `batch__max_transactions=3`."""
    settings = _settings(name)
    for path, value in changes.items():
        *sections, key = path.split("__")
        target = settings
        for section in sections:
            target = target[section]
        target[key] = value
    return msgspec.convert(settings, Profile)


@functools.cache
def _text(name: str) -> str:
    return (_PROFILES / f"{name}.yaml").read_text("utf-8")


def _settings(name: str) -> dict[str, Any]:
    own: dict[str, Any] = yaml.safe_load(_text(name))
    base = own.pop("extends", None)
    return _overlaid(_settings(base), own) if base else own


def _overlaid(base: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        base[key] = _overlaid(base[key], value) if both else value
    return base


FAMILIES = (
    "priority_domestic", "on_us_foreign_currency", "on_us_conversion", "regulated", "urgent_regulated",
    "standard", "urgent", "otp_express",
)  # fmt: skip


def routing(*families: str, **changes: Any) -> Profile:
    """The terms with a channel for each of `families`, or for all."""
    named: Any = {family: "foreign-desk" if family in (families or FAMILIES) else None for family in FAMILIES}
    return profile(non_sepa__action="route", non_sepa__routes=named, **changes)


ABROAD: dict[str, Any] = {
    "creditor": Party(name="Energia", address=Address(country="AT", town_name="Wien")),
    "creditor_bic": "OPSKATWW",
}
"""What a foreign payment names besides (NSP-09)."""
OTP = profile("otp-sk")
SEPA_2026 = profile("sepa-2026")


class Built(msgspec.Struct, frozen=True):
    """A message of one block. `piece` is that block whole."""

    head: MessageHead
    block: PaymentInformation
    transactions: tuple[Transaction, ...]

    @property
    def transaction(self) -> Transaction:
        return self.transactions[0]

    @property
    def piece(self) -> Piece:
        return Piece(self.block, self.transactions)


def transfer(
    *orders: Mapping[str, Any],
    head: Mapping[str, Any] | None = None,
    block: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Built:
    """The standard order of the bank's terms: A1 to B1, EUR 100.00, on Thu 2026-04-02.

    `changes` go to every order, each of `orders` to one more order, `head` to the GroupHeader, `block` to
    the PaymentInformation. Short words: `debtor_iban`, `creditor_iban`, `debtor_bic`, `creditor_bic`.
    """
    debtor, debtor_account = Party(name="Jana Novakova"), AccountId(iban=A1)
    standard = Transaction(
        position=1,
        block=1,
        end_to_end_id="E2E-1",
        amount="100.00",
        currency="EUR",
        debtor=debtor,
        debtor_account=debtor_account,
        debtor_agent=Agent(bic=OWN_BIC),
        creditor=Party(name="Energia Bratislava"),
        creditor_account=AccountId(iban=B1),
        creditor_agent=Agent(),
        payment_type=PaymentType(service_level="SEPA"),
        payment_type_at="block",
        charge_bearer="SLEV",
    )
    return _message("credit-transfer", "pain.001.001.09", "TRF", standard, orders, head, block, changes)


def collection(
    *orders: Mapping[str, Any],
    head: Mapping[str, Any] | None = None,
    block: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Built:
    """A collection by B1 from A1, EUR 50.00, RCUR, Core, on Mon 2026-04-13; changes as in `transfer`."""
    standard = Transaction(
        position=1,
        block=1,
        end_to_end_id="E2E-1",
        amount="50.00",
        currency="EUR",
        debtor=Party(name="Jana Novakova"),
        debtor_account=AccountId(iban=A1),
        debtor_agent=Agent(bic=OWN_BIC),
        creditor=Party(name="Energia Bratislava"),
        creditor_account=AccountId(iban=B1),
        creditor_agent=Agent(bic="TATRSKBX"),
        payment_type=PaymentType(service_level="SEPA", local_instrument="CORE", sequence_type="RCUR"),
        payment_type_at="block",
        charge_bearer="SLEV",
        mandate=Mandate(mandate_id=M1, signed_on="2025-06-02"),
        creditor_identifier=CI1,
        creditor_identifier_scheme="!SEPA",
    )
    return _message("collection", "pain.008.001.08", "DD", standard, orders, head, block, changes)


def _message(
    kind: Any,
    name: str,
    method: str,
    standard: Transaction,
    orders: tuple[Mapping[str, Any], ...],
    head: Mapping[str, Any] | None,
    block: Mapping[str, Any] | None,
    changes: Mapping[str, Any],
) -> Built:
    standard = _changed(standard, changes)
    transactions = tuple(
        msgspec.structs.replace(_changed(standard, order), position=number)
        for number, order in enumerate(orders or ({},), start=1)
    )
    own = "debtor" if kind == "credit-transfer" else "creditor"
    count, total = str(len(transactions)), _total(transactions)
    header = {"message_id": "MSG-1", "created": "2026-04-02T09:00:00", "number_of_transactions": count}
    header |= {"control_sum": total, "initiating_party": Party(name="Partner")} | dict(head or {})
    settings: dict[str, Any] = {
        "position": 1,
        "id": "PMT-1",
        "method": method,
        "requested_date": "2026-04-02" if kind == "credit-transfer" else "2026-04-13",
        "party": getattr(standard, own),
        "account": getattr(standard, f"{own}_account"),
        "agent": getattr(standard, f"{own}_agent"),
        "number_of_transactions": count,
        "control_sum": total,
        "payment_type": standard.payment_type,
        "charge_bearer": standard.charge_bearer,
    }
    if kind == "collection":
        settings["creditor_identifier"] = standard.creditor_identifier
        settings["creditor_identifier_scheme"] = standard.creditor_identifier_scheme
    information = PaymentInformation(**(settings | dict(block or {})))
    transactions = tuple(msgspec.structs.replace(each, block=information.position) for each in transactions)
    return Built(MessageHead(name, kind, GroupHeader(**header)), information, transactions)


def _changed(transaction: Transaction, changes: Mapping[str, Any]) -> Transaction:
    changes = dict(changes)
    for side in ("debtor", "creditor"):
        if f"{side}_iban" in changes:
            changes[f"{side}_account"] = AccountId(iban=changes.pop(f"{side}_iban"))
        if f"{side}_bic" in changes:
            changes[f"{side}_agent"] = Agent(bic=changes.pop(f"{side}_bic"))
    return msgspec.structs.replace(transaction, **changes) if changes else transaction


def _total(transactions: tuple[Transaction, ...]) -> str:
    amounts = (cents(each.amount or "0") for each in transactions)
    return amount_text(sum(amount for amount in amounts if amount is not None))


def accounts() -> dict[str, Account]:
    """The bank's own accounts of the fixtures."""
    owned = (
        Account(A1, "o-1", "Jana Novakova", balance_cents=100_000),
        Account(A2, "o-2", "Peter Kovac", balance_cents=100_000),
        Account(A3, "o-1", "Jana Novakova", currency="USD", balance_cents=100_000),
        Account(A4, "o-1", "Jana Novakova", product="savings", opened_on=datetime.date(2014, 5, 5)),
        Account(A5, "o-1", "Jana Novakova", product="savings", opened_on=datetime.date(2013, 12, 2)),
        Account(A6, "o-1", "Jana Novakova", product="term-deposit", renewal_day=datetime.date(2026, 5, 15)),
    )
    return {account.iban: account for account in owned}


def participants() -> dict[tuple[str, str], Participant]:
    """Banks that can be reached: ours and those of the fixtures B1, C1, C2 and C3."""
    banks = (
        Participant(OWN_BIC, "SK", "5200", "Our bank"),
        Participant("TATRSKBX", "SK", "1200", "Bank of B1"),
        Participant("OPSKATWW", "AT", "19043", "Bank of C1"),
        Participant("UBSWCHZH80A", "CH", "00762", "Bank of C2"),
        Participant("CSSMSMSM", "SM", "03225", "Bank of C3"),
    )
    return {(bank.country, bank.national_code): bank for bank in banks}


def consent(**changes: Any) -> Consent:
    """A monthly consent of A1 to CI1 under M1, up to EUR 100.00."""
    facts: dict[str, Any] = {
        "id": "consent-1",
        "debtor_iban": A1,
        "creditor_identifier": CI1,
        "mandate_id": M1,
        "one_off": False,
        "periodicity": "monthly",
        "limit_cents": 10_000,
        "lodged_on": datetime.date(2025, 6, 2),
    }
    return Consent(**(facts | changes))


PARTNER = Partner("partner", "Partner", accounts=("*",), bic="TATRSKBX")


def reference(**changes: Any) -> Reference:
    """A reference snapshot with every table; a change to None takes a table away."""
    tables: dict[str, Any] = {
        "digest": "0" * 64,
        "accounts": accounts(),
        "consents": {A1: (consent(),)},
        "participants": participants(),
        "partners": {"partner": PARTNER},
        "screening": Lists(),
    }
    return Reference(**(tables | changes))


def instant(text: str = "2026-04-02T10:00:00", bank: Profile = OTP) -> datetime.datetime:
    """An instant, given without an offset in the bank's local time."""
    told = datetime.datetime.fromisoformat(text)
    zone = ZoneInfo(bank.bank.timezone)
    return told.astimezone(zone) if told.tzinfo else told.replace(tzinfo=zone)


def dating(booking: str = "2026-04-02", settlement: str | None = None) -> Dating:
    """Days of an order that nothing moved."""
    day = datetime.date.fromisoformat(booking)
    settled = datetime.date.fromisoformat(settlement or booking)
    return Dating(submitted_on=day, received_on=day, booking_date=day, settlement_date=settled)


def case(
    built: Built | None = None,
    *,
    bank: Profile = OTP,
    tables: Reference | None = None,
    received: str = "2026-04-02T10:00:00",
    days: Dating | None = None,
    **changes: Any,
) -> Case:
    """All a rule may look at besides its subject, for the block of `built`."""
    built = built or transfer()
    facts: dict[str, Any] = {
        "profile": bank,
        "reference": tables or reference(),
        "received_at": instant(received, bank),
        "head": built.head,
        "partner": PARTNER,
        "block": built.block,
        "dating": days or dating("2026-04-02" if built.head.kind == "credit-transfer" else "2026-04-13"),
    }
    return Case(**(facts | changes))


def said(findings: Findings) -> set[tuple[str, str, str, str]]:
    """What findings say, without prose: rule, code, element and effect."""
    return {(found.rule, found.code, found.element, found.effect) for found in findings}


def judged(rule: Rule, built: Built, **settings: Any) -> set[tuple[str, str, str, str]]:
    """What one rule says of the order, or of the block, of `built`."""
    subject = built.block if rule.subject == "payment-information" else built.transaction
    return said(rule.check(subject, case(built, **settings)))
