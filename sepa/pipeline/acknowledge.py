"""Say at once what is not judged at once: files kept in maintenance or at night, and files that cannot be taken."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sepa.model.journal import FileRow
from sepa.model.notice import Receipt
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.pipeline.arrival import Disagreement, arrived_at, disagreement
from sepa.pipeline.home import Home, utc
from sepa.pipeline.letters import contact, words
from sepa.pipeline.publish import named_by_content, publish_as, stem_of, sweep_drafts
from sepa.schedule import local_instant
from sepa.store.files import safe_name
from sepa.tell.receipt import receipt_text

PATIENCE = datetime.timedelta(minutes=10)
"""How long a checksum may disagree before its sender is told: the file or the checksum may still be on its way."""


def acknowledge(home: Home, at: datetime.datetime, *, by_clock: bool = False) -> list[str]:
    """Tell senders of files that wait: kept (EB-08, CUT-11), or not taken for their checksum (CT-07).

    Each is told once, in plain text in its sender's outbox. Returns the paths of what left. `by_clock` as for `claim`:
    by another clock nothing is known of how long a file has been lying there, and its sender is told at once.
    """
    untold = [each for each in _waiting(home, at, by_clock) if not _told(home, each)]
    if not untold:
        return []
    sweep_drafts(home)
    reference = home.reference()
    return [_tell(home, each, at, reference) for each in untold]


class _Waits(msgspec.Struct, frozen=True):
    """A file that waits: the receipt that its sender is owed but for names, and what it is told under."""

    partner: str
    subject: str
    occasion: str
    receipt: Receipt


def _waiting(home: Home, at: datetime.datetime, by_clock: bool) -> Iterator[_Waits]:
    if home.keeps_files(at):
        for file in filter(None, map(home.journal.file, home.journal.unjudged())):
            yield _Waits(file.partner, file.key, "received", _kept(home, file, at))
    for partner in home.partners():
        for path in sorted(home.inbox(partner).iterdir()):
            wrong = disagreement(path)
            if wrong and (not by_clock or arrived_at(path) + PATIENCE <= utc(at)):
                receipt = _not_taken(home.terms(at), partner, path, wrong)
                subject = f"inbox/{partner}/{receipt.file_name}"
                yield _Waits(partner, subject, f"checksum:{wrong.sha256}:{wrong.told}", receipt)


def _told(home: Home, waits: _Waits) -> bool:
    return any(earlier.occasion == waits.occasion for earlier in home.journal.publications(waits.subject))


def _tell(home: Home, waits: _Waits, at: datetime.datetime, reference: Reference) -> str:
    receipt, contract = waits.receipt, (reference.partners or {}).get(waits.partner)
    if contract is not None:
        language = contract.language or receipt.language
        receipt = msgspec.structs.replace(receipt, partner=contract.name, language=language)
    content = receipt_text(receipt, words(home.terms(at))).encode()
    name = named_by_content(f"receipt_{stem_of(receipt.file_name)}_{receipt.sha256[:12]}", "txt", content)
    published = publish_as(
        home,
        home.outbox(waits.partner),
        name,
        content,
        kind="receipt",
        subject=waits.subject,
        occasion=waits.occasion,
        at=at,
    )
    home.journal.published([published])
    return published.path


def _kept(home: Home, file: FileRow, at: datetime.datetime) -> Receipt:
    received = local_instant(file.received_at, home.profile)
    plain = _receipt(home.terms(at), file.partner, file.name, file.sha256, file.size_bytes)
    return msgspec.structs.replace(plain, received_at=received, stored=True)


def _not_taken(terms: Profile, partner: str, path: Path, wrong: Disagreement) -> Receipt:
    plain = _receipt(terms, partner, safe_name(path.name), wrong.sha256, path.stat().st_size)
    return msgspec.structs.replace(plain, sha256_as_sent=wrong.told)


def _receipt(terms: Profile, partner: str, name: str, sha256: str, size_bytes: int) -> Receipt:
    return Receipt(
        partner=partner,
        language=terms.bank.notice_language,
        file_name=name,
        sha256=sha256,
        size_bytes=size_bytes,
        received_at=None,
        bank=contact(terms),
    )
