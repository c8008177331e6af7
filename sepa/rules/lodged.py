"""Which consent of a payer covers a collection, and when it was used; the rules of consents judge it."""

import datetime
from collections.abc import Mapping

import msgspec

from sepa.model.message import Transaction
from sepa.model.payment import Payment
from sepa.model.profile import Profile
from sepa.model.reference import Consent, Reference, is_ours
from sepa.rules.rule import Case
from sepa.schedule import cancellation_effective_from, consent_effective_from
from sepa.scheme.creditor_id import creditor_id_key
from sepa.scheme.iban import canonical_iban

Uses = Mapping[str, tuple[datetime.date, ...]]
ConsentKey = tuple[str, str, str]


class Asked(msgspec.Struct, frozen=True):
    """What one collection asks of the payer's consents.

    `lodged` are all consents of the payer's account, `consent` the one that covers the collection's
    keys (None where there is none), counting from `effective_from`; `uses` are the booking dates of what
    was collected under these keys. `delivered_on` is None on the due date, when delivery lies behind. Under `b2b`
    a consent is the payer's confirmation of the mandate (EPC222-07), and no service that the payer chose.
    """

    creditor_identifier: str
    mandate_id: str
    sequence_type: str | None
    booking_date: datetime.date
    delivered_on: datetime.date | None
    required: bool
    b2b: bool
    lodged: tuple[Consent, ...]
    consent: Consent | None
    effective_from: datetime.date | None
    uses: frozenset[datetime.date]


def consent_key(debtor_iban: str, creditor_identifier: str, mandate_id: str) -> ConsentKey:
    """The three keys that a collection and its consent must share (DD-06), in the form they are compared in.

    Letters compare without case, blanks around a mandate reference do not count, nor does the business
    code of a creditor identifier.
    """
    return canonical_iban(debtor_iban), creditor_id_key(creditor_identifier), mandate_id.strip().upper()


def consent_for(order: Transaction | Payment, reference: Reference) -> Consent | None:
    """The consent with the three keys of a collection, the one lodged last when there are several."""
    keys = _keys_of(order)
    if keys is None:
        return None
    matches = _matches(_lodged(keys[0], reference), keys)
    return matches[0] if matches else None


def _keys_of(order: Transaction | Payment) -> ConsentKey | None:
    if isinstance(order, Payment):
        debtor_iban: str | None = order.debtor_iban
        mandate_id = order.mandate_id
    else:
        debtor_iban = order.debtor_account.iban
        mandate_id = order.mandate.mandate_id if order.mandate is not None else None
    if debtor_iban is None or order.creditor_identifier is None or not mandate_id:
        return None
    return consent_key(debtor_iban, order.creditor_identifier, mandate_id)


def _lodged(debtor_iban: str, reference: Reference) -> tuple[Consent, ...]:
    return reference.consents.get(debtor_iban, ()) if reference.consents is not None else ()


def _matches(lodged: tuple[Consent, ...], keys: ConsentKey) -> list[Consent]:
    found = [
        consent
        for consent in lodged
        if consent.mandate_id.strip().upper() == keys[2]
        and creditor_id_key(consent.creditor_identifier) == keys[1]
    ]
    if len(found) > 1:
        found.sort(key=lambda consent: (consent.lodged_on, consent.id), reverse=True)
    return found


def _covering(matches: list[Consent], day: datetime.date, profile: Profile) -> Consent | None:
    """The consent lodged last among those in force on `day`; if none is, the one lodged last."""
    if len(matches) > 1:
        for consent in matches:
            if effective_from(consent, profile) <= day and not ended(consent, day, profile):
                return consent
    return matches[0] if matches else None


def effective_from(consent: Consent, profile: Profile) -> datetime.date:
    """The first day on which a consent counts: as agreed, else the working day after lodging (DD-03)."""
    return consent.effective_from or consent_effective_from(consent.lodged_on, profile)


def ended(consent: Consent, day: datetime.date, profile: Profile) -> bool:
    """Whether the consent was cancelled in time for `day` (DD-07, DD-08)."""
    return consent.cancelled_on is not None and day >= cancellation_effective_from(
        consent.cancelled_on, profile
    )


def _asked(
    keys: ConsentKey,
    reference: Reference,
    profile: Profile,
    uses: Uses,
    *,
    sequence_type: str | None,
    local_instrument: str | None,
    booking_date: datetime.date,
    delivered_on: datetime.date | None,
) -> Asked:
    b2b = local_instrument == "B2B"
    required = b2b or profile.direct_debit.consent_required  # in Core, where the bank's terms ask for it
    lodged = _lodged(keys[0], reference)
    matches = _matches(lodged, keys)
    consent = _covering(matches, booking_date, profile)
    begins = None
    if consent is not None:
        begins = effective_from(consent, profile)
        if begins > booking_date and not required:
            consent = None  # what the payer asks for does not hold yet
    dates: set[datetime.date] = set()
    for match in matches:
        dates.update(uses.get(match.id, ()), reference.consent_uses.get(match.id, ()))
        if match.last_collected_on is not None:
            dates.add(match.last_collected_on)
    return Asked(
        creditor_identifier=keys[1],
        mandate_id=keys[2],
        sequence_type=sequence_type,
        booking_date=booking_date,
        delivered_on=delivered_on,
        required=required,
        b2b=b2b,
        lodged=lodged,
        consent=consent,
        effective_from=begins,
        uses=frozenset(dates),
    )


_latest: tuple[Transaction, Case, Asked | None] | None = None


def asked_at_intake(subject: Transaction, case: Case) -> Asked | None:
    """What a Transaction asks when it comes in; None where there is nothing to ask.

    That is without a table of consents, without a date, with a key missing, or for a payer elsewhere.
    """
    # Nine rules ask the same of one Transaction, one after the other: the answer is looked up once.
    global _latest
    latest = _latest
    if latest is not None and latest[0] is subject and latest[1] is case:
        return latest[2]
    asked = _asked_of(subject, case)
    _latest = (subject, case, asked)
    return asked


def _asked_of(subject: Transaction, case: Case) -> Asked | None:
    if case.reference.consents is None or case.dating is None:
        return None
    if not is_ours(subject.debtor_account.iban, case.profile.bank, case.reference):
        return None
    keys = _keys_of(subject)
    if keys is None:
        return None
    return _asked(
        keys,
        case.reference,
        case.profile,
        case.uses,
        sequence_type=subject.payment_type.sequence_type,
        local_instrument=subject.payment_type.local_instrument,
        booking_date=case.dating.booking_date,
        delivered_on=case.dating.submitted_on,
    )


def asked_on_due_date(payment: Payment, reference: Reference, profile: Profile, uses: Uses) -> Asked | None:
    """What a Payment asks on its due date; None for transfers and for payers at other banks."""
    keys = _keys_of(payment) if payment.kind == "collection" and payment.route == "on-us" else None
    if keys is None:
        return None
    return _asked(
        keys,
        reference,
        profile,
        uses,
        sequence_type=payment.sequence_type,
        local_instrument=payment.local_instrument,
        booking_date=payment.booking_date,
        delivered_on=None,
    )
