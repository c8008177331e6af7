"""Replay: live a day again in an empty home, transaction by transaction, and compare every byte with what was.

It begins with the first day: what waited, what had been seen and which consents were used then follow by themselves,
and nothing is taken on trust. The chain says what was done and in which order; files come from the archive, the bank's
tables and terms from their snapshots, what people decided and all instants from the journal. All else is computed anew.
"""

import datetime
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sepa.model.chain import Link
from sepa.model.journal import Decision, Delivery, Publication
from sepa.pipeline.acknowledge import acknowledge
from sepa.pipeline.audit import seal_day
from sepa.pipeline.authorise import signature_of
from sepa.pipeline.claim import keep_apart
from sepa.pipeline.correct import carry_out_correction, emit_corrections
from sepa.pipeline.day import end_of_day
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home, make_folders
from sepa.pipeline.judge import judge
from sepa.pipeline.recall import emit_recalls
from sepa.pipeline.replay_compare import (
    Difference,
    Differs,
    Rows,
    compare_files,
    compare_links,
    instants_of,
    last_link,
    link_of,
    rows_of,
)
from sepa.pipeline.reprocess import carry_out, day_bounds
from sepa.pipeline.settle import seal_window
from sepa.pipeline.undone import LeftUndone
from sepa.store.files import copy_hashed, publish
from sepa.store.snapshots import lay_out, profiles_of, read_snapshot


class Replayed(msgspec.Struct, frozen=True):
    """How far a replay came: transactions lived again, files compared byte by byte, and the first difference."""

    day: datetime.date
    links: int
    files: int
    fetched: int
    difference: Difference | None


def replay(
    home: Home, day: datetime.date, into: Path, told: Callable[[int, int], object] = lambda *_: None
) -> Replayed:
    """Live all days up to `day` again in the empty folder `into`, and compare; the first difference ends it.

    Published files of `day` are compared byte by byte with those that still lie in `home`, all others by digest. `told`
    hears how far it is, and how far it goes. NothingToReplay when nothing was written on `day`.
    """
    from sepa.store.sql import open_journal

    last = last_link(home, day)
    make_folders(into)
    journal = open_journal(f"sqlite:///{into / 'journal.db'}")
    again = _Again(home, Home(into, home.versions, journal))
    start, end = day_bounds(home, day)
    files = fetched = 0
    try:
        for number in range(1, last + 1):
            told(number, last)
            link = link_of(home, number)
            rows = rows_of(home, link)
            again.live(link, rows)
            compare_links(home, again.home, link)
            if start <= again.at < end:
                compared = [
                    compare_files(home, again.home, row, number) for row in rows.get("publications", ())
                ]
                files, fetched = files + sum(compared), fetched + compared.count(False)
    except Differs as found:
        return Replayed(day, number, files, fetched, found.difference)
    finally:
        journal.close()
    return Replayed(day, last, files, fetched, None)


class _Again:
    """The second life: what was done in one link after the other, done in another home."""

    def __init__(self, real: Home, home: Home) -> None:
        self.real, self.home = real, home
        self.at = datetime.datetime.min.replace(tzinfo=datetime.UTC)
        self._snapshot: str | None = None

    def live(self, link: Link, rows: Rows) -> None:
        """Do again what wrote `rows`; nothing where an earlier step has done it already."""
        self.at = max(instants_of(rows), default=self.at)
        if self.home.journal.head() >= link.number:
            return
        self._work_by(link)
        try:
            self._do(link, rows)
        except (LeftUndone, ArithmeticError, LookupError, ValueError) as fault:
            raise Differs(
                "journal", f"Link {link.number} cannot be lived again: {fault}", link.number
            ) from fault

    def _work_by(self, link: Link) -> None:
        """Lay out the bank's tables, and take the terms, as they were when the link was written."""
        if link.snapshot is None:
            told = f"Link {link.number} was written before snapshots were kept; it cannot be lived again."
            raise Differs("journal", told, link.number)
        if link.snapshot == self._snapshot:
            return
        try:
            snapshot = read_snapshot(self.real.snapshots, link.snapshot)
            lay_out(self.real.snapshots, snapshot, self.home.root / "reference")
            versions = profiles_of(self.real.snapshots, snapshot)
        except (OSError, ValueError, msgspec.DecodeError) as fault:
            told = f"The snapshot {link.snapshot} cannot be read: {fault}."
            raise Differs("archive/reference", told, link.number) from fault
        self.home = msgspec.structs.replace(self.home, versions=versions)
        self.home.journal.works_by(cache(self.home.keep_snapshot))
        self._snapshot = link.snapshot

    def _do(self, link: Link, rows: Rows) -> None:
        home, at = self.home, self.at
        match rows:
            case {"deliveries": [*came]}:
                with home.journal.together():
                    for row in came:
                        self._deliver(row, link)
            case {"file_verdicts": [*judged]}:
                with home.journal.together() if len(judged) > 1 else nullcontext():
                    for row in judged:
                        judge(home, row["file_key"], at=at)
            case {"decisions": [row]}:
                self._decide(row, rows, link)
            case {"bulks": _} | {"attempts": _} | {"history": _} | {"windows": _}:
                by = next((row["by"] for of in ("history", "windows") for row in rows.get(of, ())), "desk")
                seal_window(home, at, by=by)
            case {"emissions": [row]}:
                home.journal.begin_emission(row["bulk"], at)
            case {"seals": [row]}:
                home.journal.seal_day(datetime.date.fromisoformat(row["day"]), at)
            case {"told": [*told]}:
                self._tell([(row["subject"], row["occasion"]) for row in told])
            case {"publications": [row, *_]}:
                self._publish(row)

    def _deliver(self, row: dict[str, Any], link: Link) -> None:
        key = row["file_key"]
        place = f"archive/{key[:2]}/{key}"
        try:
            found, _ = copy_hashed(self.real.archived(key), self.home.archive)
            if row["signature"] is not None:
                kept = signature_of(self.home.archived(key))
                publish(kept.parent, kept.name, signature_of(self.real.archived(key)).read_bytes())
        except OSError as fault:
            purged = any(each.file_key == key for each in self.real.journal.purges())
            why = "it was purged" if purged else "it is not there"
            told = f"{place} cannot be read: {why}. The days from its coming on cannot be lived again."
            raise Differs(place, told, link.number) from fault
        file = self.real.journal.file(key)
        if file is None or found != file.sha256:
            raise Differs(place, f"{place} was changed: its bytes are {found}.", link.number)
        keep_apart(self.home, key, found)
        received_at = datetime.datetime.fromisoformat(row["received_at"])
        facts = row | {"received_at": received_at, "first": bool(row["first"]), "sha256": found}
        self.home.journal.deliver(Delivery(**facts))

    def _decide(self, row: dict[str, Any], rows: Rows, link: Link) -> None:
        asked = {"asked_on": None} | row
        asked_on = datetime.date.fromisoformat(asked["asked_on"]) if asked["asked_on"] else None
        decision = Decision(**asked | {"at": self.at, "asked_on": asked_on})
        if decision.act == "purge":
            told = f"File {decision.subject} was purged; what it held cannot be lived again."
            raise Differs("journal", told, link.number)
        if decision.act == "correct":
            why, proof = decision.reason.split(": ", 1)
            code, initiator = why.split(" ", 1)
            known: dict[str, Any] = {"code": code, "initiator": initiator, "proof": proof}
            carry_out_correction(self.home, decision.subject, by=decision.by, at=self.at, **known)
            return
        journal = self.home.journal
        order = journal.order(decision.subject)
        file = journal.file(order.file_key if order else decision.subject)
        if file is None:
            raise LookupError(f"there is no file {decision.subject}")
        reasons = [each["reason"] for each in rows.get("recalls", ())]
        carry_out(self.home, decision, file, order, next(iter(reasons), "CUST"))

    def _tell(self, told: list[tuple[str, str]]) -> None:
        subject, occasion = told[0]
        if occasion == "sealed" and subject.startswith("correction:"):
            emit_corrections(self.home, self.at, only=subject.removeprefix("correction:"))
        elif occasion == "sealed":
            emit_bulks(self.home, self.at, only=subject)
        elif occasion == "recalled":
            emit_recalls(self.home, self.at, only=subject)
        else:
            emit_reports(self.home, self.at, only=told)

    def _publish(self, row: dict[str, Any]) -> None:
        if row["kind"] == "day-report":
            end_of_day(self.home, datetime.date.fromisoformat(row["subject"]), self.at)
        elif row["kind"] == "seal":
            seal_day(self.home, datetime.date.fromisoformat(row["subject"]), self.at)
        elif row["subject"].startswith(
            "inbox/"
        ):  # about a file that was never taken, and of which nothing is kept
            self.home.journal.published([Publication(**row | {"at": self.at})])
        else:
            acknowledge(self.home, self.at)
