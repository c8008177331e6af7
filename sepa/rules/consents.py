"""Whether a collection agrees with the consent that our own customer, the payer, has lodged with us.

Where the profile (or the B2B scheme) requires a consent, nothing is collected without one. Where it does
not, a consent still holds what the payer asked for: its limit, its rhythm, and its end.
The same questions are put at intake and again on the due date (DD-08).
"""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.model.payment import Payment
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.rules.lodged import Asked, Uses, asked_at_intake, asked_on_due_date, ended
from sepa.rules.lodged import consent_for as consent_for
from sepa.rules.lodged import consent_key as consent_key
from sepa.rules.rule import Case, Rule, rule
from sepa.schedule import consent_deadline, mandate_lapsed, period_of
from sepa.scheme.creditor_id import creditor_id_key
from sepa.scheme.money import amount_text, cents

_COLLECTION: tuple[str, ...] = ("collection",)


def consent_findings(payment: Payment, *, reference: Reference, profile: Profile, uses: Uses) -> Findings:
    """What stands against collecting `payment` on its booking date, by the consents in `reference` (DD-08).

    `uses` are booking dates by consent id beyond those the reference knows: what this run has collected.
    Delivery is not judged again. Nothing for transfers and for payers at other banks.
    """
    asked = asked_on_due_date(payment, reference, profile, uses)
    if asked is None:
        return NOTHING
    return (
        _lodged_in_time(asked, profile)
        + _key_differs(asked)
        + _not_effective(asked)
        + _cancelled(asked, profile)
        + _over_limit(asked, payment.amount_cents)
        + _wrong_type(asked)
        + _too_often(asked)
        + _used_up(asked)
        + _lapsed(asked, profile)
    )


@rule(
    "DD-01",
    subject="transaction",
    source="otp-sk V.2.2(31), II SEPA direct debit service; EPC222-07 2025, mandates",
    codes=("SL01", "MD01"),
    message="The payer has lodged no consent to direct debits from this account.",
    remedy="Ask the payer to lodge a consent with us before you collect again.",
    parameters=(
        "direct_debit.consent_required",
        "direct_debit.consent_deadline_working_days_before_delivery",
    ),
    needs=("consents",),
    kinds=_COLLECTION,
    blames="other",
)
def lodged_in_time(subject: Transaction, case: Case) -> Findings:
    """Nothing is collected without a consent that the payer lodged before the collection was delivered."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _lodged_in_time(asked, case.profile)


def _code(asked: Asked) -> str:
    """In Core a consent is a service of the payer's bank; in B2B, which has none, it is the mandate itself."""
    return "MD01" if asked.b2b else "SL01"


NOT_CONFIRMED = "The payer has not confirmed the mandate {found} to us, as the scheme B2B asks."
LODGED_LATE = "The payer's consent was lodged too late for a collection delivered on {delivered_on}."


def _lodged_in_time(asked: Asked, profile: Profile) -> Findings:
    if not asked.required:
        return NOTHING
    if not asked.lodged:
        message = NOT_CONFIRMED if asked.b2b else None
        return (
            lodged_in_time.finding(
                _code(asked), "mandate.mandate_id", asked.mandate_id, "a consent", message=message
            ),
        )
    if asked.consent is None or asked.delivered_on is None:
        return NOTHING
    deadline = consent_deadline(asked.delivered_on, profile)
    if asked.consent.lodged_on <= deadline:
        return NOTHING
    return (
        lodged_in_time.finding(
            _code(asked),
            "mandate.mandate_id",
            asked.mandate_id,
            "a consent lodged by {deadline}",
            message=LODGED_LATE,
            deadline=deadline.isoformat(),
            delivered_on=asked.delivered_on.isoformat(),
        ),
    )


@rule(
    "DD-06",
    subject="transaction",
    source="otp-sk V.2.2(32), V.2.2(37)",
    codes=("MD01",),
    message="The payer has lodged no consent for the creditor {found}.",
    remedy="Compare mandate reference and creditor identifier with the mandate, or have the consent renewed.",
    parameters=("direct_debit.consent_required",),
    needs=("consents",),
    kinds=_COLLECTION,
)
def keys_agree(subject: Transaction, case: Case) -> Findings:
    """Account, creditor identifier and mandate reference are those of the payer's consent."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _key_differs(asked)


OTHER_MANDATE = "The payer's consent for this creditor names another mandate than {found}."
OTHER_CREDITOR = "The payer's consent for this mandate names another creditor than {found}."


def _key_differs(asked: Asked) -> Findings:
    if not asked.required or asked.consent is not None or not asked.lodged:
        return NOTHING
    finding = keys_agree.finding
    if any(creditor_id_key(each.creditor_identifier) == asked.creditor_identifier for each in asked.lodged):
        expected = "the mandate reference of the payer's consent"
        return (finding("MD01", "mandate.mandate_id", asked.mandate_id, expected, message=OTHER_MANDATE),)
    expected = "the creditor identifier of the payer's consent"
    same_mandate = any(each.mandate_id.strip().upper() == asked.mandate_id for each in asked.lodged)
    message = OTHER_CREDITOR if same_mandate else None
    return (finding("MD01", "creditor_identifier", asked.creditor_identifier, expected, message=message),)


@rule(
    "DD-03",
    subject="transaction",
    source="otp-sk V.2.2(33)",
    codes=("SL01", "MD01"),
    message="The payer's consent counts from {effective_from}, after the day of the collection.",
    remedy="Collect on {effective_from} or later.",
    parameters=("direct_debit.consent_effective_after_working_days",),
    needs=("consents",),
    kinds=_COLLECTION,
)
def effective(subject: Transaction, case: Case) -> Findings:
    """A consent counts from the working day after it was lodged."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _not_effective(asked)


def _not_effective(asked: Asked) -> Findings:
    begins = asked.effective_from
    if asked.consent is None or begins is None or begins <= asked.booking_date:
        return NOTHING
    return (
        effective.finding(
            _code(asked),
            "mandate.mandate_id",
            asked.mandate_id,
            "{effective_from} or later",
            effective_from=begins.isoformat(),
        ),
    )


@rule(
    "DD-07",
    subject="transaction",
    source="otp-sk V.2.2(34), V.2.2(35)",
    codes=("MD01",),
    message="The payer has cancelled the consent for the mandate {found}.",
    remedy="Ask the payer for another way of payment, or for a new consent.",
    parameters=("direct_debit.cancellation_effective_after_working_days",),
    needs=("consents",),
    kinds=_COLLECTION,
    blames="other",
)
def not_cancelled(subject: Transaction, case: Case) -> Findings:
    """From the working day after a consent was cancelled nothing is collected under it."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _cancelled(asked, case.profile)


def _cancelled(asked: Asked, profile: Profile) -> Findings:
    if asked.consent is None or not ended(asked.consent, asked.booking_date, profile):
        return NOTHING
    expected = "a consent in force"
    return (not_cancelled.finding("MD01", "mandate.mandate_id", asked.mandate_id, expected),)


@rule(
    "DD-04",
    subject="transaction",
    source="otp-sk V.2.2(32), V.2.2(37)",
    codes=("SL14",),
    message="The amount {found} is above the limit that the payer has set for a single collection.",
    remedy="Collect no more than agreed with the payer, or ask for a consent with a higher limit.",
    needs=("consents",),
    kinds=_COLLECTION,
)
def within_limit(subject: Transaction, case: Case) -> Findings:
    """A collection stays within the limit of the payer's consent."""
    asked = asked_at_intake(subject, case)
    if asked is None or subject.amount is None:
        return NOTHING
    return _over_limit(asked, cents(subject.amount))


def _over_limit(asked: Asked, amount_cents: int | None) -> Findings:
    if asked.consent is None or amount_cents is None or amount_cents <= asked.consent.limit_cents:
        return NOTHING
    return (within_limit.finding("SL14", "amount", amount_text(amount_cents), "the payer's limit or less"),)


@rule(
    "DD-05",
    subject="transaction",
    source="otp-sk V.2.2(32), V.2.2(37)",
    codes=("AG02",),
    message="The payer's consent is for one collection only; the sequence type {found} does not fit.",
    remedy="Collect with a sequence type that fits: {expected_types}.",
    needs=("consents",),
    kinds=_COLLECTION,
)
def type_agrees(subject: Transaction, case: Case) -> Findings:
    """A one-off consent covers one-off collections, a recurring one recurring collections."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _wrong_type(asked)


RECURRING = "The payer's consent is for recurring collections; the sequence type {found} does not fit."
_RECURRING = ("FRST", "RCUR", "FNAL")


def _wrong_type(asked: Asked) -> Findings:
    sequence_type = asked.sequence_type
    if asked.consent is None or sequence_type not in ("OOFF", *_RECURRING):
        return NOTHING
    one_off = asked.consent.one_off
    if one_off == (sequence_type == "OOFF"):
        return NOTHING
    types = ("OOFF",) if one_off else _RECURRING
    return (
        type_agrees.finding(
            "AG02",
            "payment_type.sequence_type",
            sequence_type,
            "{expected_types}",
            message=None if one_off else RECURRING,
            expected_types=", ".join(types),
        ),
    )


@rule(
    "DD-05",
    subject="transaction",
    source="otp-sk V.2.2(32), V.2.2(37)",
    codes=("SL13",),
    message="The payer's consent allows one collection a period, and there was one on {last_collected_on}.",
    remedy="Collect on {next_possible_on} or later.",
    parameters=("direct_debit.periodicity_window",),
    needs=("consents",),
    kinds=_COLLECTION,
)
def rhythm_agrees(subject: Transaction, case: Case) -> Findings:
    """A recurring consent covers one collection in each of its periods."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _too_often(asked)


def _too_often(asked: Asked) -> Findings:
    consent = asked.consent
    if consent is None or consent.one_off or consent.periodicity is None:
        return NOTHING
    first, last = period_of(asked.booking_date, consent.periodicity)
    earlier = [day for day in asked.uses if first <= day <= last]
    if not earlier:
        return NOTHING
    return (
        rhythm_agrees.finding(
            "SL13",
            "requested_date",
            asked.booking_date.isoformat(),
            "{next_possible_on} or later",
            last_collected_on=max(earlier).isoformat(),
            next_possible_on=(last + datetime.timedelta(days=1)).isoformat(),
        ),
    )


@rule(
    "DD-11",
    subject="transaction",
    source="otp-sk V.2.2(32)",
    codes=("SL01", "MD01"),
    message="The payer's consent was for one collection, which took place on {last_collected_on}.",
    remedy="Ask the payer to lodge a new consent.",
    needs=("consents",),
    kinds=_COLLECTION,
)
def not_used_up(subject: Transaction, case: Case) -> Findings:
    """A one-off consent covers a single collection."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _used_up(asked)


def _used_up(asked: Asked) -> Findings:
    consent = asked.consent
    if consent is None or not consent.one_off or not asked.uses:
        return NOTHING
    last_collected_on = max(asked.uses)
    if asked.effective_from is not None and last_collected_on < asked.effective_from:
        return NOTHING  # an earlier consent with the same keys covered that one
    return (
        not_used_up.finding(
            _code(asked),
            "mandate.mandate_id",
            asked.mandate_id,
            "a consent not used yet",
            last_collected_on=last_collected_on.isoformat(),
        ),
    )


@rule(
    "SDD-12",
    subject="transaction",
    source="EPC016-06 2025, mandates",
    codes=("MD01",),
    message="Nothing was collected under this mandate since {last_collected_on}; it is no longer good.",
    remedy="Ask the payer for a new mandate.",
    parameters=("direct_debit.mandate_lapse_months",),
    needs=("consents",),
    kinds=_COLLECTION,
)
def not_lapsed(subject: Transaction, case: Case) -> Findings:
    """A mandate lapses when nothing is collected under it for 36 months."""
    asked = asked_at_intake(subject, case)
    return NOTHING if asked is None else _lapsed(asked, case.profile)


def _lapsed(asked: Asked, profile: Profile) -> Findings:
    earlier = [day for day in asked.uses if day <= asked.booking_date]
    if not earlier:
        return NOTHING
    last_collected_on = max(earlier)
    if not mandate_lapsed(last_collected_on, asked.booking_date, profile.direct_debit.mandate_lapse_months):
        return NOTHING
    return (
        not_lapsed.finding(
            "MD01",
            "mandate.mandate_id",
            asked.mandate_id,
            "a mandate in use",
            last_collected_on=last_collected_on.isoformat(),
        ),
    )


RULES: tuple[Rule, ...] = (
    lodged_in_time,
    keys_agree,
    effective,
    not_cancelled,
    within_limit,
    type_agrees,
    rhythm_agrees,
    not_used_up,
    not_lapsed,
)
