"""Forget what was sent, once the bank's period for keeping it is over (bank-terms PDP-02)."""

import datetime
import hashlib

import msgspec

from sepa.model.journal import Decision, FileRow
from sepa.pipeline.authorise import signature_of
from sepa.pipeline.book import forget
from sepa.pipeline.home import Home, utc
from sepa.pipeline.reprocess import day_bounds
from sepa.schedule import local_instant
from sepa.scheme.calendar import months_after

MONTHS = 12


class PurgeRefused(Exception):
    """Nothing may be purged; the text says why."""


class Purged(msgspec.Struct, frozen=True):
    """Files whose texts may go, or went, with their orders; `done` tells which."""

    files: tuple[str, ...]
    orders: int
    done: bool


def purge(
    home: Home,
    before: datetime.date,
    *,
    by: str,
    for_whom: str = "",
    reason: str,
    at: datetime.datetime,
    really: bool,
) -> Purged:
    """Forget what was sent in files that came and ended before the day `before`; only with `really` is anything done.

    What goes: the archived bytes, entries of the second book before that day, and in the journal names,
    accounts, remittance and the words of findings. What stays: keys, states, days, amounts, postings, digests
    and history, so that sums and proofs hold. Each file is a decision of its own, and one that failed is left
    for the next time. PurgeRefused while the profile names no period (`records.transaction_years`) or `before`
    lies within it; ValueError without a name or a reason; NotAllowed where the roles of `by`, or of `for_whom`,
    do not suffice.
    """
    years = home.terms(at).records.transaction_years
    if years is None:
        raise PurgeRefused(
            "The profile does not say for how long orders are kept (records.transaction_years is null), so nothing is "
            "purged."
        )
    last = months_after(local_instant(utc(at), home.profile).date(), -MONTHS * years)
    if before > last:
        raise PurgeRefused(f"Orders are kept for {years} years: nothing from {last} on may go.")
    if not by.strip() or not reason.strip():
        raise ValueError("a purge needs a name and a reason")
    by = home.roles().recorded(by, "purge", for_whom)
    found = home.journal.purgeable(day_bounds(home, before)[0])
    if really:
        for file in found:
            _forget(home, file, by, reason, utc(at))
        forget(home, before)
    return Purged(tuple(file.key for file in found), sum(file.count for file in found), really)


def _forget(home: Home, file: FileRow, by: str, reason: str, at: datetime.datetime) -> None:
    """The bytes go first: killed in between, the next purge finds the file again."""
    archived = home.archived(file.key)
    for place in (archived, signature_of(archived), home.quarantine / file.key):
        place.unlink(missing_ok=True)
    identity = "\n".join((at.isoformat(), by, "purge", file.key, reason))
    home.journal.purge(
        Decision(
            id=hashlib.sha256(identity.encode()).hexdigest()[:24],
            at=at,
            by=by,
            act="purge",
            subject=file.key,
            reason=reason,
        )
    )
