"""Orders that go to another channel: whether their family has one, and what it needs. Asked of routed orders only."""

from typing import Final

import msgspec

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.model.profile import ForeignElement, Profile
from sepa.model.verdict import Family
from sepa.rules.outside import SENTENCES, to_eea, under_a_deal
from sepa.rules.rule import Case, Rule, rule
from sepa.schedule import AT_HOME
from sepa.scheme.currencies import is_eea_currency

FOUND_IN: Final[dict[Family, str]] = {
    "on_us_foreign_currency": "currency",
    "regulated": "creditor_account.iban",
    "urgent_regulated": "creditor_account.iban",
}
PAYEE_PAYS: Final = "CRED"


class Routed(msgspec.Struct, frozen=True):
    """An order outside SEPA and the family it belongs to."""

    order: Transaction
    family: Family


@rule(
    "NSP-01",
    subject="transaction",
    source="otp-sk V.3.1, V.3.2; profile, non_sepa.routes",
    codes=("AG03",),
    message=SENTENCES["standard"],
    remedy="Order it through the channel made for it, or as a SEPA payment.",
    parameters=("non_sepa.action", "non_sepa.routes", "non_sepa.otp_express"),
    kinds=("credit-transfer",),
)
def family_has_a_channel(subject: Routed, case: Case) -> Findings:
    """A payment outside SEPA is handed over only where its family has a channel."""
    if channel_of(subject.family, case.profile) is not None:
        return NOTHING
    element = FOUND_IN.get(subject.family, "payment_type.service_level")
    found = {
        "currency": subject.order.currency,
        "creditor_account.iban": subject.order.creditor_account.iban,
    }.get(element, subject.order.currency)
    return (
        family_has_a_channel.finding(
            "AG03", element, found, "a SEPA payment", message=SENTENCES[subject.family]
        ),
    )


@rule(
    "NSP-02",
    subject="transaction",
    source="otp-sk V.3.1(40)",
    codes=("FF04",),
    message="Priority domestic payments are not taken by file.",
    remedy="Order it on the form made for it, or as a SEPA payment.",
    parameters=("non_sepa.priority_domestic.file_allowed",),
    kinds=("credit-transfer",),
)
def priority_by_file(subject: Routed, case: Case) -> Findings:
    """A priority domestic payment comes by file only where the terms allow it."""
    if subject.family != "priority_domestic" or case.profile.non_sepa.priority_domestic.file_allowed:
        return NOTHING
    asked = subject.order.payment_type.service_level or subject.order.payment_type.instruction_priority
    return (priority_by_file.finding("FF04", "payment_type.service_level", asked, "SEPA"),)


_MISSING: Final[dict[ForeignElement, tuple[str, str, str]]] = {
    "amount": ("CH21", "amount", "A payment outside SEPA states its amount and currency."),
    "creditor_name": ("CH21", "creditor.name", "A foreign payment names the payee."),
    "creditor_address": ("BE04", "creditor.address", "A foreign payment gives the address of the payee."),
    "creditor_bank": ("RC07", "creditor_agent.bic", "A foreign payment names the payee's bank by its BIC."),
    "charge_bearer": ("BE19", "charge_bearer", "A foreign payment says who bears the charges."),
}


@rule(
    "NSP-09",
    subject="transaction",
    source="otp-sk V.3.2(48)",
    codes=("CH21", "BE04", "RC07", "BE19"),
    message=_MISSING["amount"][2],
    remedy="Fill in what is missing and send the order again.",
    parameters=("non_sepa.mandatory",),
    kinds=("credit-transfer",),
)
def foreign_order_is_complete(subject: Routed, case: Case) -> Findings:
    """A foreign payment names its amount, the payee with address, the payee's bank, and who bears the charges."""
    order = subject.order
    given: dict[ForeignElement, object] = {
        "amount": order.amount,
        "creditor_name": (order.creditor.name or "").strip(),
        "creditor_address": order.creditor.address,
        "creditor_bank": order.creditor_agent.bic,
        "charge_bearer": order.charge_bearer,
    }
    asked = case.profile.non_sepa.mandatory if subject.family not in AT_HOME else ("amount",)
    findings = NOTHING
    for name in asked:
        if not given[name]:
            code, element, sentence = _MISSING[name]
            findings += (foreign_order_is_complete.finding(code, element, None, "given", message=sentence),)
    return findings


@rule(
    "NSP-12",
    subject="transaction",
    source="otp-sk V.3.2(46), V.1(17)(a)",
    codes=("DT01",),
    message="The order names a currency deal, and none was agreed for {day}.",
    remedy="Send it by {cut_off} on the day agreed in the deal ({bound}), or without the exchange rate.",
    parameters=("cutoffs.foreign_with_fx_deal",),
    kinds=("credit-transfer",),
)
def on_the_day_of_the_deal(subject: Routed, case: Case) -> Findings:
    """An order under a currency deal is carried out on the day agreed in it."""
    if subject.family in AT_HOME or not under_a_deal(subject.order):
        return NOTHING
    deals = case.reference.deals.get(subject.order.debtor_account.iban or "", ())
    agreed = sorted(deal.due_on for deal in deals if deal.currency == subject.order.currency)
    day = case.dating.booking_date if case.dating is not None else None
    if not agreed or day in agreed:
        return NOTHING
    today = case.received_at.date()
    asked = case.block.requested_date if case.block is not None else None
    return (
        on_the_day_of_the_deal.finding(
            "DT01",
            "requested_date",
            asked,
            "{bound}",
            day=day.isoformat() if day is not None else str(asked),
            bound=next((each for each in agreed if each >= today), agreed[-1]).isoformat(),
            cut_off=f"{case.profile.cutoffs.foreign_with_fx_deal:%H:%M}",
        ),
    )


@rule(
    "NSP-13",
    subject="transaction",
    source="otp-sk V.3.2(50)",
    codes=("BE19",),
    message="Within the European Economic Area charges are shared: {found} is carried out as SHAR.",
    remedy="Nothing is needed.",
    parameters=("non_sepa.ben_to_sha", "scope.eea_countries"),
    effect="warn",
    kinds=("credit-transfer",),
)
def payee_pays_becomes_shared(subject: Routed, case: Case) -> Findings:
    """Charges for the payee alone become shared ones in a currency and to a country of the EEA."""
    order = subject.order
    if order.charge_bearer != PAYEE_PAYS or case.profile.non_sepa.ben_to_sha == "never":
        return NOTHING
    if not (is_eea_currency(order.currency, case.received_at.date()) and to_eea(order, case)):
        return NOTHING
    return (payee_pays_becomes_shared.finding("BE19", "charge_bearer", PAYEE_PAYS, "SHAR"),)


def channel_of(family: Family, profile: Profile) -> str | None:
    """The channel that the profile names for a family; None where it is refused."""
    named = profile.non_sepa.routes
    channels: dict[Family, str | None] = {
        "priority_domestic": named.priority_domestic,
        "on_us_foreign_currency": named.on_us_foreign_currency,
        "on_us_conversion": named.on_us_conversion,
        "regulated": named.regulated,
        "urgent_regulated": named.urgent_regulated,
        "standard": named.standard,
        "urgent": named.urgent,
        "otp_express": named.otp_express,
    }
    return channels[family]


RULES: tuple[Rule, ...] = (
    family_has_a_channel,
    priority_by_file,
    foreign_order_is_complete,
    on_the_day_of_the_deal,
    payee_pays_becomes_shared,
)
