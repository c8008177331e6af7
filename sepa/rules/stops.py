"""Stops of the whole bank: while one is in force, the orders it names are held. Asked at intake and in every window."""

import datetime

from sepa.model.compliance import Stop
from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.model.profile import Profile
from sepa.model.reference import Reference, is_ours
from sepa.rules.outside import payees_country
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.iban import canonical_iban


def _no_stops(subject: Transaction, case: Case) -> bool:
    return not case.reference.stops


@rule(
    "HLD-08",
    subject="transaction",
    source="otp-sk CP V(2)(c)-(f)",
    codes=("MS03",),
    message="The bank has stopped this order.",
    remedy="Please ask the bank about it.",
    parameters=("compliance.global_stop.max_days_forced_administration",),
    effect="hold",
    blames="bank",
    quiet_if=_no_stops,
)
def whole_bank(subject: Transaction, case: Case) -> Findings:
    """No payment is made on a day on which the bank had to stop payments of its kind."""
    if case.dating is None:
        return NOTHING
    day, zone = case.dating.booking_date, case.received_at.tzinfo
    begins = max(case.received_at, datetime.datetime.combine(day, datetime.time.min, zone))
    ends = datetime.datetime.combine(day, datetime.time.max, zone)
    transfer = case.head.kind == "credit-transfer"
    debit = transfer or is_ours(subject.debtor_account.iban, case.profile.bank, case.reference)
    country = country_of_payee(subject)
    for stop in case.reference.stops:
        if _in_force(stop, begins, ends, case.profile) and _meant(stop, debit, country, case.profile):
            return _stopped(stop, subject.end_to_end_id)
    return NOTHING


def stop_findings(
    key: str,
    debit: bool,
    country: str | None,
    reference: Reference,
    profile: Profile,
    window: datetime.datetime,
) -> Findings:
    """What a stop in force at `window` has against the order `key` that is due.

    `debit` says whether an account of ours is debited, `country` where the payee is, None where nothing says it.
    """
    for stop in reference.stops:
        if _in_force(stop, window, window, profile) and _meant(stop, debit, country, profile):
            return _stopped(stop, key)
    return NOTHING


def country_of_payee(order: Transaction) -> str | None:
    """Where an order goes: the country of the account, else of the payee's bank; None where neither is told."""
    iban = order.creditor_account.iban
    return canonical_iban(iban)[:2] if iban else payees_country(order)


def _stopped(stop: Stop, found: str) -> Findings:
    inside = f"stop of {stop.scope}, decided by {stop.decided_by}, since {stop.since.isoformat()}"
    expected = "an order that nobody has stopped"
    return (whole_bank.finding("MS03", "end_to_end_id", found, expected, inside=inside),)


def _in_force(stop: Stop, begins: datetime.datetime, ends: datetime.datetime, profile: Profile) -> bool:
    """Whether the stop counts at some moment from `begins` to `ends`. An administrator's ends by law."""
    until = stop.until
    if stop.decided_by == "administrator":
        days = profile.compliance.global_stop.max_days_forced_administration
        latest = stop.since + datetime.timedelta(days=days)
        until = latest if until is None else min(until, latest)
    return stop.since <= ends and (until is None or begins < until)


def _meant(stop: Stop, debit: bool, country: str | None, profile: Profile) -> bool:
    """Whether the stop is about such an order: all, debits of our accounts, or those not known to stay here."""
    if stop.scope == "all" or not debit:
        return stop.scope == "all"
    if stop.scope == "debits":
        return True
    return country is None or country.upper() != profile.bank.country


RULES: tuple[Rule, ...] = (whole_bank,)
