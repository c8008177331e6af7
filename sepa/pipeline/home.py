"""A home: the one folder in which a desk lives, and what is needed to work in it."""

import datetime
import os
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

from sepa.model.profile import OfOneBank, Profile, Unchanging
from sepa.model.reference import BankingDay, Reference
from sepa.model.roles import Roles
from sepa.pipeline.telemetry import send
from sepa.rules.lodged import consent_key
from sepa.schedule import books_day, local_instant, next_books_day, waits_for_opening
from sepa.store.banking_days import read_banking_days
from sepa.store.files import make_folder
from sepa.store.journal import Journal
from sepa.store.profiles import load_versions
from sepa.store.reference import load_reference
from sepa.store.roles import load_roles
from sepa.store.snapshots import keep_snapshot, stamp

DESK = "desk"
"""The outbox folder of the desk's own reports; no partner may have this id."""


TRIES = 5
"""How often the reference folder is read anew when it is changed while it is read."""

YEARS = range(1970, 2200)
"""The years in which a desk may be asked to work."""


class NoHome(Exception):
    """There is no home where one was expected; the text says how to make one."""


class Home(msgspec.Struct, frozen=True):
    """Paths of a home, its profile in all its versions, oldest first, and its journal. Made by `open_home`."""

    root: Path
    versions: tuple[Profile, ...]
    journal: Journal

    @property
    def profile(self) -> Unchanging:
        """What every version of the bank's terms says alike; all else is asked of `terms` at an instant."""
        return Unchanging(bank=self.versions[-1].bank)

    def terms(self, at: datetime.datetime) -> Profile:
        """The version in force on the local day of `at`, an aware instant; before the first, that first (GOV-01)."""
        day = local_instant(at, self.profile).date()
        return max(
            (each for each in self.versions if each.profile.effective_from <= day),
            default=self.versions[0],
            key=lambda each: each.profile.effective_from,
        )

    def inbox(self, partner: str) -> Path:
        return self.root / "inbox" / partner

    def outbox(self, partner: str) -> Path:
        return self.root / "outbox" / partner

    @property
    def clearing_out(self) -> Path:
        return self.root / "clearing" / "out"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        return self.archive / "quarantine"

    @property
    def parts(self) -> Path:
        """Where the judged chunks of large files lie until each is sealed: one folder a file, gone when all is well."""
        return self.archive / "parts"

    def archived(self, file_key: str) -> Path:
        """Where the untouched bytes of a file lie."""
        return self.archive / file_key[:2] / file_key

    @property
    def in_maintenance(self) -> bool:
        """Whether the bank has put `maintenance.txt` into the reference folder: nothing is judged or paid (EB-08)."""
        return (self.root / "reference" / "maintenance.txt").exists()

    def books_day(self, at: datetime.datetime) -> datetime.date | None:
        """The day under which is booked what is posted at `at`; None while the books are closed (DAT-07, CUT-11)."""
        return books_day(at, self._banking_days(), self.terms(at))

    def next_books_day(self, at: datetime.datetime) -> datetime.date:
        """The working day under which is booked what a person orders at `at`."""
        return next_books_day(at, self._banking_days(), self.terms(at))

    def keeps_files(self, at: datetime.datetime) -> bool:
        """Whether files are kept and not judged yet: in maintenance, and until the core system opens its day."""
        return self.in_maintenance or waits_for_opening(at, self._banking_days(), self.terms(at))

    def _banking_days(self) -> tuple[BankingDay, ...] | None:
        return read_banking_days(self.root / "reference")

    def partners(self) -> Iterator[str]:
        """Ids of all inbox folders, in order; what lies loose in the inbox belongs to nobody and is left alone.

        So does a link that leads to another place of the home: its files are those of another partner.
        """
        folder, root = self.root / "inbox", self.root.resolve()
        if folder.is_dir():
            own = (each for each in folder.iterdir() if each.is_dir())
            names = (
                each.name for each in own if not each.is_symlink() or not each.resolve().is_relative_to(root)
            )
            yield from sorted(name for name in names if name[0] != "." and name != DESK)

    def roles(self) -> Roles:
        """Who may order what, as the bank's table says today."""
        return load_roles(self.root / "reference")

    @property
    def snapshots(self) -> Path:
        """Where every state of the reference folder is kept that the desk worked by."""
        return self.archive / "reference"

    def keep_snapshot(self) -> str:
        """Keep the reference folder and the profile as they are now; return the name of that state."""
        return keep_snapshot(self.root / "reference", self.snapshots, self.versions)

    def reference(self, *, to_look: bool = False) -> Reference:
        """Today's reference data with the use of consents that our own journal knows.

        They are kept, and what is written from now on names them; not when they are only looked at.
        """
        folder = self.root / "reference"
        for _ in range(1 if to_look else TRIES):
            before = stamp(folder)
            snapshot = None if to_look else self.keep_snapshot()
            reference = load_reference(folder)
            if stamp(folder) == before:
                break
        if not to_look:
            self.journal.works_by(lambda: snapshot)
        return with_consent_uses(reference, self.journal)


def with_consent_uses(reference: Reference, journal: Journal) -> Reference:
    """Fill `consent_uses`: for each consent the booking dates of collections that we paid under it (DD-05, DD-11)."""
    if not reference.consents:
        return reference
    days = {consent_key(*match): dates for match, dates in journal.consent_uses().items()}
    uses = {}
    for consents in reference.consents.values():
        for consent in consents:
            match = consent_key(consent.debtor_iban, consent.creditor_identifier, consent.mandate_id)
            if match in days:
                uses[consent.id] = days[match]
    return msgspec.structs.replace(reference, consent_uses=uses)


FOLDERS = ("inbox", "archive", "outbox", "clearing", "clearing/out", "clearing/in", "reference")


def make_folders(root: Path) -> None:
    """Make the folders of a home, which only its owner may enter. What is there stays."""
    for folder in ("", *FOLDERS):
        make_folder(root / folder)


def home_root(given: Path | None) -> Path:
    """The home named on the command line, else `SEPA_HOME`, else `./var`."""
    return (given or Path(os.environ.get("SEPA_HOME") or "var")).absolute()


@contextmanager
def open_home(root: Path, *, journal_url: str | None = None) -> Iterator[Home]:
    """Open a home for work. NoHome when there is none; the journal is brought to today's form on the way.

    The profile is `reference/profile.yaml` when the bank has put one there (it may extend one of ours), else
    `otp-sk`; each `reference/profile-*.yaml` is another version, in force from the day it says. The journal is
    SQLite in the home unless `journal_url`, else `SEPA_JOURNAL`, names another database.
    """
    if not (root / "reference").is_dir():
        raise NoHome(f"{root} is no home of a clearing desk. Make one with: sepa init {root} --sample")
    from sepa.store.sql import open_journal  # SQL costs half a second, and `sepa check` needs none

    versions = load_versions(sorted((root / "reference").glob("profile*.yaml")) or ["otp-sk"])
    journal = open_journal(
        journal_url or os.environ.get("SEPA_JOURNAL") or f"sqlite:///{root / 'journal.db'}"
    )
    home = Home(root=root, versions=versions, journal=journal)
    journal.works_by(cache(home.keep_snapshot))
    try:
        yield home
    finally:
        journal.close()
        send()


def read_instant(text: str, profile: OfOneBank) -> datetime.datetime:
    """Read an ISO 8601 instant; without an offset it is the bank's local time. ValueError when it is none.

    So it is for years outside YEARS, where no bank works and calendars end.
    """
    instant = datetime.datetime.fromisoformat(text)
    if instant.year not in YEARS:
        raise ValueError(f"{text} lies in no year of this desk")
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zoneinfo.ZoneInfo(profile.bank.timezone))
    return instant.astimezone(datetime.UTC)


def utc(instant: datetime.datetime) -> datetime.datetime:
    """The same instant in UTC; an instant without a zone is a mistake of the caller."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(datetime.UTC)
