"""The mandate a collection rests on: named, signed in time, and its changes told as the scheme has it."""

import datetime
import re

from sepa.model.finding import NOTHING, Finding, Findings
from sepa.model.message import Amendment, Transaction
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.creditor_id import creditor_id_fault
from sepa.scheme.iban import iban_fault

SAME_MANDATE_NEW_ACCOUNT = "SMNDA"
_COLLECTION: tuple[str, ...] = ("collection",)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)


def _day(text: str) -> datetime.date | None:
    """The day that an ISO date names, its zone aside; None when there is no such day."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime.date.fromisoformat(match[1])
    except ValueError:
        return None


@rule(
    "SDD-04",
    subject="transaction",
    source="EPC130-08 2025, MndtId",
    codes=("MD02",),
    message="The collection names no mandate.",
    remedy="Fill in the reference of the mandate that the payer signed.",
    kinds=_COLLECTION,
)
def mandate_named(subject: Transaction, case: Case) -> Findings:
    """A collection names the mandate it rests on."""
    if subject.mandate is not None and (subject.mandate.mandate_id or "").strip():
        return NOTHING
    return (mandate_named.finding("MD02", "mandate.mandate_id", None, "a mandate reference"),)


@rule(
    "SDD-05",
    subject="transaction",
    source="EPC130-08 2025, DtOfSgntr",
    codes=("MD02",),
    message="The day on which the mandate was signed is missing.",
    remedy="Fill in the day on which the payer signed the mandate.",
    kinds=_COLLECTION,
)
def mandate_dated(subject: Transaction, case: Case) -> Findings:
    """A collection says when its mandate was signed."""
    signed = subject.mandate.signed_on if subject.mandate is not None else None
    if signed is not None and _day(signed) is not None:
        return NOTHING
    message = "{found} is not a day." if signed else None
    return (mandate_dated.finding("MD02", "mandate.signed_on", signed, "a day", message=message),)


@rule(
    "SDD-06",
    subject="transaction",
    source="EPC130-08 2025, DtOfSgntr",
    codes=("MD02",),
    message="The mandate was signed on {found}, which is still to come.",
    remedy="Correct the day of signature; collect only under a mandate that is signed.",
    kinds=_COLLECTION,
)
def mandate_signed_before(subject: Transaction, case: Case) -> Findings:
    """A mandate is signed before it is used, and no later than the day of the collection."""
    signed = subject.mandate.signed_on if subject.mandate is not None else None
    day = _day(signed) if signed is not None else None
    if day is None:
        return NOTHING
    today = case.received_at.date()
    due = _day(case.block.requested_date) if case.block and case.block.requested_date else None
    if day > today:
        latest, message = today, None
    elif due is not None and day > due:
        latest, message = due, "The mandate was signed on {found}, after the day of the collection."
    else:
        return NOTHING
    return (
        mandate_signed_before.finding(
            "MD02",
            "mandate.signed_on",
            signed,
            "{latest} or earlier",
            message=message,
            latest=latest.isoformat(),
        ),
    )


@rule(
    "SDD-07",
    subject="transaction",
    source="EPC130-08 2025, AmdmntInd and AmdmntInfDtls",
    codes=("CH10", "MD02"),
    message="The mandate is marked as amended, but what changed is missing.",
    remedy="State what changed in the mandate, or take the mark of an amendment away.",
    kinds=_COLLECTION,
)
def amendment(subject: Transaction, case: Case) -> Findings:
    """An amended mandate says what changed, and one that is not amended says nothing of the kind."""
    mandate = subject.mandate
    if mandate is None:
        return NOTHING
    if mandate.amended is True:
        if _says_something(mandate.amendment):
            return NOTHING
        return (amendment.finding("CH10", "mandate.amendment", None, "what changed"),)
    if mandate.amendment is None:
        return NOTHING
    marked = "no mark" if mandate.amended is None else "false"
    return (amendment.finding("MD02", "mandate.amended", marked, "true", message=NOT_MARKED),)


NOT_MARKED = "The collection says what changed in the mandate, but does not mark the mandate as amended."


def _says_something(change: Amendment | None) -> bool:
    return change is not None and change != Amendment()


@rule(
    "SDD-08",
    subject="transaction",
    source="EPC130-08 2025, AmdmntInfDtls",
    codes=("MD02",),
    message="{found} is not what the mandate can have held before.",
    remedy="Fill in the former account as an IBAN, or SMNDA; the former creditor identifier as it was.",
    parameters=("orders.name_max_chars",),
    kinds=_COLLECTION,
)
def amendment_details(subject: Transaction, case: Case) -> Findings:
    """What a mandate held before is given in the scheme's own terms."""
    change = subject.mandate.amendment if subject.mandate is not None else None
    if change is None:
        return NOTHING
    finding = amendment_details.finding
    faults: list[Finding] = []
    if change.debtor_iban is not None and iban_fault(change.debtor_iban) is not None:
        faults.append(finding("MD02", "mandate.amendment.debtor_iban", change.debtor_iban, "an IBAN"))
    for element, other in (
        ("debtor_account_other", change.debtor_account_other),
        ("debtor_agent_other", change.debtor_agent_other),
    ):
        if other is not None and other != SAME_MANDATE_NEW_ACCOUNT:
            faults.append(finding("MD02", f"mandate.amendment.{element}", other, "SMNDA"))
    former = change.creditor_identifier
    if former is not None and creditor_id_fault(former) is not None:
        faults.append(
            finding("MD02", "mandate.amendment.creditor_identifier", former, "a creditor identifier")
        )
    name, most = change.creditor_name, case.profile.orders.name_max_chars
    if name is not None and len(name) > most:
        element, expected = "mandate.amendment.creditor_name", "at most {most} characters"
        faults.append(finding("MD02", element, name, expected, message=LONG_NAME, most=str(most)))
    return tuple(faults)


LONG_NAME = "The former name of the creditor, {found}, has more than {most} characters."


@rule(
    "SDD-13",
    subject="transaction",
    source="EPC130-08 2025, OrgnlDbtrAcct and OrgnlDbtrAgt; EPC note on SMNDA of 2016",
    codes=("MD02",),
    message="Beside SMNDA the former account or bank {found} is not told; we leave it out.",
    remedy="Send SMNDA alone, or the former account alone.",
    kinds=_COLLECTION,
    effect="warn",
)
def new_account_alone(subject: Transaction, case: Case) -> Findings:
    """SMNDA, for a new account under the same mandate, stands alone: without the account or bank before."""
    change = subject.mandate.amendment if subject.mandate is not None else None
    if change is None or SAME_MANDATE_NEW_ACCOUNT not in (
        change.debtor_account_other,
        change.debtor_agent_other,
    ):
        return NOTHING
    for field in ("debtor_iban", "debtor_agent_bic"):
        told = getattr(change, field)
        if told is not None:
            return (new_account_alone.finding("MD02", f"mandate.amendment.{field}", told, "SMNDA alone"),)
    return NOTHING


RULES: tuple[Rule, ...] = (
    mandate_named,
    mandate_dated,
    mandate_signed_before,
    amendment,
    amendment_details,
    new_account_alone,
)
