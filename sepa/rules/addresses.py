"""Postal addresses: their kind by settlement date, country and lines, and where one is needed."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Address, Party, PaymentInformation, Transaction
from sepa.model.profile import countries_on
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.countries import is_country
from sepa.scheme.iban import iban_country, iban_fault

_SOURCE = "EPC153-22 v2.1"
_UNSTRUCTURED = "From {day} on an address may no longer consist of free lines alone."
_INCOMPLETE = "The address names no town or no country."
_HYBRID = "Before {day} an address could not mix free lines with a town of its own."
_STRUCTURE_REMEDY = "Give town and country in elements of their own, or leave the address out."
_PARAMETERS = ("addresses.unstructured_until", "addresses.hybrid_from")


def _settled_on(case: Case) -> datetime.date:
    """The settlement date decides (EPC153-22); while there is none, the receipt day."""
    day: datetime.date = case.dating.settlement_date if case.dating is not None else case.received_at.date()
    return day


def _other_side(subject: Transaction, case: Case) -> tuple[Party, str, str]:
    """The other side's party with its name in the model and the code for its address."""
    if case.head.kind == "credit-transfer":
        return subject.creditor, "creditor", "BE04"
    return subject.debtor, "debtor", "BE07"


def _own_code(case: Case) -> str:
    return "BE07" if case.head.kind == "credit-transfer" else "BE04"


def _kind_findings(judge: Rule, address: Address, element: str, code: str, case: Case) -> Findings:
    terms, day = case.profile.addresses, _settled_on(case)
    ended = day > terms.unstructured_until
    if address.town_name and address.country:
        if not address.lines or day >= terms.hybrid_from:
            return NOTHING
        first = terms.hybrid_from.isoformat()
        message, expected = _HYBRID, "a structured address"
    elif not ended:
        return NOTHING
    elif address.lines and not address.town_name:
        first = (terms.unstructured_until + datetime.timedelta(days=1)).isoformat()
        message, expected = _UNSTRUCTURED, "an address with town and country"
    else:
        first, message, expected = "", _INCOMPLETE, "an address with town and country"
    shown = ", ".join(address.lines) or address.town_name or address.country
    return (judge.finding(code, element, shown, expected, message=message, day=first),)


def _none_or_structured(subject: Transaction, case: Case) -> bool:
    """No address, or one with town and country and without free lines: SEPA carries it on any day."""
    party, _, _ = _other_side(subject, case)
    address = party.address
    if address is None:
        return True
    return bool(address.town_name and address.country and not address.lines and is_country(address.country))


@rule(
    "ADR-01",
    subject="transaction",
    source=_SOURCE,
    codes=("BE04", "BE07"),
    message=_UNSTRUCTURED,
    remedy=_STRUCTURE_REMEDY,
    parameters=_PARAMETERS,
    quiet_if=_none_or_structured,
)
def structure(subject: Transaction, case: Case) -> Findings:
    """An address is of a kind that SEPA carries on the settlement date."""
    if subject.creditor.address is None and subject.debtor.address is None:
        return NOTHING
    party, element, code = _other_side(subject, case)
    if party.address is None:
        return NOTHING
    return _kind_findings(structure, party.address, f"{element}.address", code, case)


@rule(
    "ADR-01",
    subject="payment-information",
    source=_SOURCE,
    codes=("BE04", "BE07"),
    message=_UNSTRUCTURED,
    remedy=_STRUCTURE_REMEDY,
    parameters=_PARAMETERS,
)
def own_structure(subject: PaymentInformation, case: Case) -> Findings:
    """The address of a payment block is of a kind that SEPA carries on the settlement date."""
    if subject.party.address is None:
        return NOTHING
    return _kind_findings(own_structure, subject.party.address, "party.address", _own_code(case), case)


_COUNTRY = "{found} is not the code of a country."
_COUNTRY_REMEDY = "Write the two letters of the country."


def _country_findings(judge: Rule, address: Address, element: str, code: str) -> Findings:
    if address.country is None or is_country(address.country):
        return NOTHING
    return (judge.finding(code, f"{element}.country", address.country, "the code of a country"),)


@rule(
    "ADR-02",
    subject="transaction",
    source="ISO 3166-1; EPC153-22 v2.1",
    codes=("BE04", "BE07"),
    message=_COUNTRY,
    remedy=_COUNTRY_REMEDY,
    quiet_if=_none_or_structured,
)
def country(subject: Transaction, case: Case) -> Findings:
    """The country of an address exists."""
    if subject.creditor.address is None and subject.debtor.address is None:
        return NOTHING
    party, element, code = _other_side(subject, case)
    if party.address is None:
        return NOTHING
    return _country_findings(country, party.address, f"{element}.address", code)


@rule(
    "ADR-02",
    subject="payment-information",
    source="ISO 3166-1; EPC153-22 v2.1",
    codes=("BE04", "BE07"),
    message=_COUNTRY,
    remedy=_COUNTRY_REMEDY,
)
def own_country(subject: PaymentInformation, case: Case) -> Findings:
    """The country of a payment block's address exists."""
    if subject.party.address is None:
        return NOTHING
    return _country_findings(own_country, subject.party.address, "party.address", _own_code(case))


_LINES = "The address has {found} free lines of up to {longest} characters; SEPA carries {lines} of {chars}."
_LINES_REMEDY = "Shorten the address, or give it in elements of its own."


def _lines_findings(judge: Rule, address: Address, element: str, case: Case) -> Findings:
    terms = case.profile.addresses
    longest = max(map(len, address.lines), default=0)
    if len(address.lines) <= terms.lines_max and longest <= terms.line_max_chars:
        return NOTHING
    return (
        judge.finding(
            "CH16",
            f"{element}.lines",
            str(len(address.lines)),
            "at most {lines} lines of {chars} characters",
            longest=str(longest),
            lines=str(terms.lines_max),
            chars=str(terms.line_max_chars),
        ),
    )


@rule(
    "ADR-03",
    subject="transaction",
    source="EPC132-08 2025, AdrLine",
    codes=("CH16",),
    message=_LINES,
    remedy=_LINES_REMEDY,
    parameters=("addresses.lines_max", "addresses.line_max_chars"),
    quiet_if=_none_or_structured,
)
def lines(subject: Transaction, case: Case) -> Findings:
    """An address has no more and no longer free lines than SEPA carries."""
    if subject.creditor.address is None and subject.debtor.address is None:
        return NOTHING
    party, element, _ = _other_side(subject, case)
    if party.address is None:
        return NOTHING
    return _lines_findings(lines, party.address, f"{element}.address", case)


@rule(
    "ADR-03",
    subject="payment-information",
    source="EPC132-08 2025, AdrLine",
    codes=("CH16",),
    message=_LINES,
    remedy=_LINES_REMEDY,
    parameters=("addresses.lines_max", "addresses.line_max_chars"),
)
def own_lines(subject: PaymentInformation, case: Case) -> Findings:
    """The address of a payment block has no more and no longer free lines than SEPA carries."""
    if subject.party.address is None:
        return NOTHING
    return _lines_findings(own_lines, subject.party.address, "party.address", case)


@rule(
    "ADR-04",
    subject="transaction",
    source="EPC132-08 2025, Dbtr/PstlAdr; EPC130-08 2025, Dbtr/PstlAdr",
    codes=("BE07",),
    message="A payment between banks of which one is outside the EEA ({country}) needs the payer's address.",
    remedy="Fill in the payer's address with town and country.",
    parameters=("scope.eea_countries", "addresses.debtor_outside_eea"),
)
def debtor_outside_eea(subject: Transaction, case: Case) -> Findings:
    """The payer's address is given where one of the two banks is outside the EEA."""
    if subject.debtor.address is not None:
        return NOTHING
    here = case.profile.bank.country
    debtor, creditor = subject.debtor_account.iban, subject.creditor_account.iban
    for iban in (debtor, creditor):
        if iban is None or iban[:2] == here:
            continue
        outside = iban_country(iban)
        inside = countries_on(case.profile.scope.eea_countries, _settled_on(case))
        if outside not in inside and iban_fault(iban) is None:
            effect = case.profile.addresses.debtor_outside_eea
            return (
                debtor_outside_eea.finding(
                    "BE07", "debtor.address", None, "an address", effect=effect, country=outside
                ),
            )
    return NOTHING


RULES: tuple[Rule, ...] = (
    own_structure,
    own_country,
    own_lines,
    structure,
    country,
    lines,
    debtor_outside_eea,
)
