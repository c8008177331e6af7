"""Accounts and banks: how they are named, whether the names are whole, and whether SEPA reaches them.

The sender's own side stands on the block and is judged there once; the other side on each order.
"""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import AccountId, Agent, PaymentInformation, Transaction
from sepa.model.profile import countries_on
from sepa.rules.outside import outside_sepa, payees_country
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.bic import bic_country, bic_fault
from sepa.scheme.countries import account_country
from sepa.scheme.iban import iban_country, iban_fault, national_fault

_IBAN_SOURCE = "otp-sk II IBAN, V.2.1(21)(a) and (b)"
_IBAN_MESSAGE = "The account number {found} is not a correct IBAN."
_IBAN_REMEDY = "Check the account number; ask the other party for its IBAN if need be."
_NATIONAL_SOURCE = "ISO 13616, IBAN registry, national check digits"
_NATIONAL_MESSAGE = (
    "The account number {found} does not agree with its country's own check; the bank that keeps it decides."
)
_NATIONAL_REMEDY = "Check the account number with its holder."
_MISSING_MESSAGE = "The account number is missing."
_OTHER_MESSAGE = "The account is given as {found} and not by its IBAN."
_OTHER_REMEDY = "Give the account by its IBAN."
_BIC_MESSAGE = "{found} is not a BIC."
_BIC_REMEDY = "Correct the BIC, or leave it out where it is not needed."
_FOREIGN_BIC_MESSAGE = (
    "The BIC {found} belongs to another country than the account, {country}; the IBAN counts."
)
_FOREIGN_BIC_REMEDY = "Check which bank keeps the account."


def _iban_findings(judge: Rule, account: AccountId, element: str, code: str) -> Findings:
    if account.iban is None:
        if account.other is not None:
            return NOTHING  # the rules of the account's form speak of it
        return (judge.finding(code, element, None, "an IBAN", message=_MISSING_MESSAGE),)
    fault = iban_fault(account.iban)
    return NOTHING if fault is None else (judge.finding(code, element, account.iban, fault),)


def _national_findings(judge: Rule, account: AccountId, element: str) -> Findings:
    """A warning only, for some accounts are older than their country's check."""
    if account.iban is None or iban_fault(account.iban) is not None:
        return NOTHING
    fault = national_fault(account.iban)
    return NOTHING if fault is None else (judge.finding("AC01", element, account.iban, fault),)


def _all_sound(subject: Transaction, case: Case) -> bool:
    """A right IBAN with its national digits, and no BIC or one of the same country."""
    if case.head.kind == "credit-transfer":
        iban, bic = subject.creditor_account.iban, subject.creditor_agent.bic
    else:
        iban, bic = subject.debtor_account.iban, subject.debtor_agent.bic
    if iban is None or iban_fault(iban) is not None or national_fault(iban) is not None:
        return False
    return bic is None or (bic_fault(bic) is None and account_country(bic_country(bic)) == iban_country(iban))


def _other_findings(judge: Rule, account: AccountId, element: str) -> Findings:
    if account.iban is not None or account.other is None:
        return NOTHING
    return (judge.finding("AC01", element, account.other, "an IBAN"),)


def _bic_findings(judge: Rule, agent: Agent, element: str) -> Findings:
    fault = bic_fault(agent.bic) if agent.bic is not None else None
    return NOTHING if fault is None else (judge.finding("RC01", element, agent.bic, fault),)


def _bic_country_findings(judge: Rule, code: str, agent: Agent, account: AccountId, element: str) -> Findings:
    if agent.bic is None or account.iban is None or bic_fault(agent.bic) is not None:
        return NOTHING
    country = iban_country(account.iban)
    if account_country(bic_country(agent.bic)) == country:
        return NOTHING
    return (judge.finding(code, element, agent.bic, "a BIC of {country}", country=country),)


@rule(
    "IDN-01",
    subject="payment-information",
    source=_IBAN_SOURCE,
    codes=("AC02", "AC03"),
    message=_IBAN_MESSAGE,
    remedy=_IBAN_REMEDY,
)
def own_iban(subject: PaymentInformation, case: Case) -> Findings:
    """The account of a payment block is given by a correct IBAN."""
    code = "AC02" if case.head.kind == "credit-transfer" else "AC03"
    return _iban_findings(own_iban, subject.account, "account.iban", code)


@rule(
    "IDN-01",
    subject="transaction",
    source=_IBAN_SOURCE,
    codes=("AC03",),
    message=_IBAN_MESSAGE,
    remedy=_IBAN_REMEDY,
    kinds=("credit-transfer",),
    quiet_if=_all_sound,
)
def creditor_iban(subject: Transaction, case: Case) -> Findings:
    """The payee's account is given by a correct IBAN."""
    return _iban_findings(creditor_iban, subject.creditor_account, "creditor_account.iban", "AC03")


@rule(
    "IDN-01",
    subject="transaction",
    source=_IBAN_SOURCE,
    codes=("AC02",),
    message=_IBAN_MESSAGE,
    remedy=_IBAN_REMEDY,
    kinds=("collection",),
    quiet_if=_all_sound,
)
def debtor_iban(subject: Transaction, case: Case) -> Findings:
    """The payer's account is given by a correct IBAN."""
    return _iban_findings(debtor_iban, subject.debtor_account, "debtor_account.iban", "AC02")


@rule(
    "IDN-07",
    subject="payment-information",
    source=_NATIONAL_SOURCE,
    codes=("AC01",),
    message=_NATIONAL_MESSAGE,
    remedy=_NATIONAL_REMEDY,
    effect="warn",
)
def own_national_digits(subject: PaymentInformation, case: Case) -> Findings:
    """The account of a payment block agrees with the check digits of its country."""
    return _national_findings(own_national_digits, subject.account, "account.iban")


@rule(
    "IDN-07",
    subject="transaction",
    source=_NATIONAL_SOURCE,
    codes=("AC01",),
    message=_NATIONAL_MESSAGE,
    remedy=_NATIONAL_REMEDY,
    kinds=("credit-transfer",),
    effect="warn",
    quiet_if=_all_sound,
)
def creditor_national_digits(subject: Transaction, case: Case) -> Findings:
    """The payee's account agrees with the check digits of its country."""
    return _national_findings(creditor_national_digits, subject.creditor_account, "creditor_account.iban")


@rule(
    "IDN-07",
    subject="transaction",
    source=_NATIONAL_SOURCE,
    codes=("AC01",),
    message=_NATIONAL_MESSAGE,
    remedy=_NATIONAL_REMEDY,
    kinds=("collection",),
    effect="warn",
    quiet_if=_all_sound,
)
def debtor_national_digits(subject: Transaction, case: Case) -> Findings:
    """The payer's account agrees with the check digits of its country."""
    return _national_findings(debtor_national_digits, subject.debtor_account, "debtor_account.iban")


@rule(
    "IDN-05",
    subject="payment-information",
    source="otp-sk V.2.1(19)",
    codes=("AC01",),
    message=_OTHER_MESSAGE,
    remedy=_OTHER_REMEDY,
)
def own_account_form(subject: PaymentInformation, case: Case) -> Findings:
    """The account of a payment block is not named in any other way than by its IBAN."""
    return _other_findings(own_account_form, subject.account, "account.other")


@rule(
    "IDN-05",
    subject="transaction",
    source="otp-sk V.2.1(19)",
    codes=("AC01",),
    message=_OTHER_MESSAGE,
    remedy=_OTHER_REMEDY,
    parameters=("non_sepa.action",),
    kinds=("credit-transfer",),
    quiet_if=_all_sound,
)
def creditor_account_form(subject: Transaction, case: Case) -> Findings:
    """The payee's account is not named in any other way than by its IBAN.

    Silent where the order is routed outside SEPA to a known country, and where IDN-13 says it better.
    """
    routes = case.profile.non_sepa.action == "route" and payees_country(subject) is not None
    if (routes and outside_sepa(subject, case)) or creditor_iban_in_eea.check(subject, case):
        return NOTHING
    return _other_findings(creditor_account_form, subject.creditor_account, "creditor_account.other")


@rule(
    "IDN-13",
    subject="transaction",
    source="otp-sk V.3.2(48)(d), V.3.2(49)",
    codes=("AC03",),
    message="A payment to {country} needs the payee's IBAN; the account is given as {found}.",
    remedy="Ask the payee for its IBAN and fill it in.",
    parameters=("scope.eea_countries",),
    kinds=("credit-transfer",),
    quiet_if=_all_sound,
)
def creditor_iban_in_eea(subject: Transaction, case: Case) -> Findings:
    """A payment outside SEPA within the European Economic Area names the payee's account by its IBAN."""
    account = subject.creditor_account
    if account.iban is not None or account.other is None or not outside_sepa(subject, case):
        return NOTHING
    country = payees_country(subject)
    day = case.dating.settlement_date if case.dating is not None else case.received_at.date()
    if country is None or country not in countries_on(case.profile.scope.eea_countries, day):
        return NOTHING
    return (
        creditor_iban_in_eea.finding(
            "AC03", "creditor_account.other", account.other, "an IBAN", country=country
        ),
    )


@rule(
    "IDN-08",
    subject="transaction",
    source="otp-sk V.2.2(32)",
    codes=("AC01",),
    message=_OTHER_MESSAGE,
    remedy=_OTHER_REMEDY,
    kinds=("collection",),
    quiet_if=_all_sound,
)
def debtor_account_form(subject: Transaction, case: Case) -> Findings:
    """The payer's account is not named in any other way than by its IBAN."""
    return _other_findings(debtor_account_form, subject.debtor_account, "debtor_account.other")


@rule(
    "IDN-02",
    subject="payment-information",
    source="otp-sk II BIC",
    codes=("RC01",),
    message=_BIC_MESSAGE,
    remedy=_BIC_REMEDY,
)
def own_bic(subject: PaymentInformation, case: Case) -> Findings:
    """The BIC of a payment block has the form of a BIC."""
    return _bic_findings(own_bic, subject.agent, "agent.bic")


@rule(
    "IDN-02",
    subject="transaction",
    source="otp-sk II BIC",
    codes=("RC01",),
    message=_BIC_MESSAGE,
    remedy=_BIC_REMEDY,
    kinds=("credit-transfer",),
    quiet_if=_all_sound,
)
def creditor_bic(subject: Transaction, case: Case) -> Findings:
    """The BIC of the payee's bank has the form of a BIC."""
    return _bic_findings(creditor_bic, subject.creditor_agent, "creditor_agent.bic")


@rule(
    "IDN-02",
    subject="transaction",
    source="otp-sk II BIC",
    codes=("RC01",),
    message=_BIC_MESSAGE,
    remedy=_BIC_REMEDY,
    kinds=("collection",),
    quiet_if=_all_sound,
)
def debtor_bic(subject: Transaction, case: Case) -> Findings:
    """The BIC of the payer's bank has the form of a BIC."""
    return _bic_findings(debtor_bic, subject.debtor_agent, "debtor_agent.bic")


@rule(
    "IDN-02",
    subject="transaction",
    source="otp-sk II BIC; ISO 9362",
    codes=("RC07",),
    message=_FOREIGN_BIC_MESSAGE,
    remedy=_FOREIGN_BIC_REMEDY,
    kinds=("credit-transfer",),
    effect="warn",
    quiet_if=_all_sound,
)
def creditor_bic_country(subject: Transaction, case: Case) -> Findings:
    """The BIC of the payee's bank belongs to the country of the account."""
    return _bic_country_findings(
        creditor_bic_country, "RC07", subject.creditor_agent, subject.creditor_account, "creditor_agent.bic"
    )


@rule(
    "IDN-02",
    subject="transaction",
    source="otp-sk II BIC; ISO 9362",
    codes=("RC06",),
    message=_FOREIGN_BIC_MESSAGE,
    remedy=_FOREIGN_BIC_REMEDY,
    kinds=("collection",),
    effect="warn",
    quiet_if=_all_sound,
)
def debtor_bic_country(subject: Transaction, case: Case) -> Findings:
    """The BIC of the payer's bank belongs to the country of the account."""
    return _bic_country_findings(
        debtor_bic_country, "RC06", subject.debtor_agent, subject.debtor_account, "debtor_agent.bic"
    )


RULES: tuple[Rule, ...] = (
    own_iban,
    own_account_form,
    own_bic,
    creditor_iban,
    debtor_iban,
    creditor_account_form,
    creditor_iban_in_eea,
    debtor_account_form,
    creditor_bic,
    debtor_bic,
    creditor_bic_country,
    debtor_bic_country,
    own_national_digits,
    creditor_national_digits,
    debtor_national_digits,
)
