"""Whether SEPA reaches the other side: its country, its bank, and the BIC some countries still need."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Kind, Transaction
from sepa.model.profile import countries_on
from sepa.model.reference import Participant, bank_of, is_ours
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.countries import collections_reach
from sepa.scheme.iban import iban_country, iban_fault


def _day(case: Case) -> datetime.date:
    """The day that decides about reach: the settlement date, or the receipt day while there is none."""
    day: datetime.date = case.dating.settlement_date if case.dating is not None else case.received_at.date()
    return day


def _other_side(transaction: Transaction, case: Case) -> tuple[str | None, str]:
    if case.head.kind == "credit-transfer":
        return transaction.creditor_account.iban, "creditor_account.iban"
    return transaction.debtor_account.iban, "debtor_account.iban"


def _reached(subject: Transaction, case: Case) -> bool:
    """No right IBAN, or one of a country that SEPA reaches, at a bank that takes part or at ours."""
    iban, _ = _other_side(subject, case)
    if iban is None or iban_fault(iban) is not None:
        return True
    scope, country, day, kind = case.profile.scope, iban_country(iban), _day(case), case.head.kind
    if kind == "collection" and not collections_reach(country, day):
        return False
    if country != case.profile.bank.country and country not in countries_on(scope.sepa_countries, day):
        return False
    if not scope.participant_check:
        return True
    member = bank_of(iban, case.reference)
    return takes_part(member, kind, subject.payment_type.local_instrument, day) or is_ours(
        iban, case.profile.bank, case.reference
    )


@rule(
    "IDN-04",
    subject="transaction",
    source="otp-sk V.2.1(20), II BIC",
    codes=("RC07",),
    message="A payment to {country} needs the BIC of the payee's bank.",
    remedy="Ask the payee for the BIC of its bank and fill it in.",
    parameters=("identifiers.cross_border_bic", "scope.eea_countries"),
    kinds=("credit-transfer",),
)
def cross_border_bic(subject: Transaction, case: Case) -> Findings:
    """A payment to another country names the BIC of the payee's bank where the terms ask for it."""
    iban = subject.creditor_account.iban
    asked = case.profile.identifiers.cross_border_bic
    if iban is None or subject.creditor_agent.bic is not None or asked == "optional":
        return NOTHING
    country = iban_country(iban)
    if country == case.profile.bank.country or iban_fault(iban) is not None:
        return NOTHING
    if asked == "required_outside_eea" and country in countries_on(
        case.profile.scope.eea_countries, _day(case)
    ):
        return NOTHING
    return (
        cross_border_bic.finding("RC07", "creditor_agent.bic", None, "the BIC of the bank", country=country),
    )


@rule(
    "SC-04",
    subject="transaction",
    source="otp-sk II SEPA; EPC409-09",
    codes=("AG05", "AG06"),
    message="SEPA does not reach the country of the account, {country}, on {day}.",
    remedy="Order the payment as a foreign payment, through the channel made for it.",
    parameters=("scope.sepa_countries", "non_sepa.action"),
    quiet_if=_reached,
)
def sepa_country(subject: Transaction, case: Case) -> Findings:
    """Both accounts are kept in countries that SEPA reaches on the settlement date."""
    iban, element = _other_side(subject, case)
    if iban is None:
        return NOTHING
    country = iban_country(iban)
    if country == case.profile.bank.country or iban_fault(iban) is not None:
        return NOTHING
    day = _day(case)
    if country in countries_on(case.profile.scope.sepa_countries, day):
        return NOTHING
    return (
        sepa_country.finding(
            "AG06" if case.head.kind == "credit-transfer" else "AG05",
            element,
            iban,
            "an account in a SEPA country",
            effect=case.profile.non_sepa.action if case.head.kind == "credit-transfer" else "reject",
            country=country,
            day=day.isoformat(),
        ),
    )


@rule(
    "SC-04",
    subject="transaction",
    source="EPC decision of 22 May 2025 on Serbia: credit transfers only",
    codes=("AG05",),
    message="SEPA direct debits do not reach the country of the account, {country}.",
    remedy="Agree on another way of payment with the payer.",
    kinds=("collection",),
    quiet_if=_reached,
)
def collection_country(subject: Transaction, case: Case) -> Findings:
    """A collection comes from a country that SEPA direct debits reach."""
    iban = subject.debtor_account.iban
    if iban is None or iban_fault(iban) is not None:
        return NOTHING
    country, day = iban_country(iban), _day(case)
    if collections_reach(country, day) or country not in countries_on(case.profile.scope.sepa_countries, day):
        return NOTHING
    return (
        collection_country.finding(
            "AG05", "debtor_account.iban", iban, "an account that collections reach", country=country
        ),
    )


REGULATED = "This is a regulated payment: the bank of {found} takes no part in SEPA."


@rule(
    "SC-05",
    subject="transaction",
    source="otp-sk II SEPA transfer, V.2.1(18)",
    codes=("CNOR", "DNOR"),
    message="The bank of the account {found} takes no part in the scheme on {day}.",
    remedy="Check the account number; ask the other party for an account at a bank that SEPA reaches.",
    parameters=("scope.participant_check", "non_sepa.action"),
    needs=("participants",),
    blames="other",
    quiet_if=_reached,
)
def participant(subject: Transaction, case: Case) -> Findings:
    """The bank of the other side takes part in the scheme on the settlement date."""
    if case.reference.participants is None or not case.profile.scope.participant_check:
        return NOTHING
    iban, element = _other_side(subject, case)
    if iban is None or iban_fault(iban) is not None or is_ours(iban, case.profile.bank, case.reference):
        return NOTHING
    day = _day(case)
    kind = case.head.kind
    if takes_part(bank_of(iban, case.reference), kind, subject.payment_type.local_instrument, day):
        return NOTHING
    transfer = kind == "credit-transfer"
    regulated = transfer and iban_country(iban) in countries_on(case.profile.scope.eea_countries, day)
    return (
        participant.finding(
            "CNOR" if transfer else "DNOR",
            element,
            iban,
            "an account at a bank that takes part",
            effect=case.profile.non_sepa.action if transfer else "reject",
            message=REGULATED if regulated else None,
            day=day.isoformat(),
        ),
    )


def takes_part(
    member: Participant | None, kind: Kind, local_instrument: str | None, day: datetime.date
) -> bool:
    """Whether a bank is reached on `day` by a transfer, or by a collection of this local instrument."""
    if member is None or day < member.since or (member.until is not None and day > member.until):
        return False
    if kind == "credit-transfer":
        return member.credit_transfer
    return member.direct_debit_b2b if local_instrument == "B2B" else member.direct_debit_core


RULES: tuple[Rule, ...] = (cross_border_bic, sepa_country, collection_country, participant)
