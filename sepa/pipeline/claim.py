"""Claim: take complete files out of the inboxes, archive their bytes, stamp them once.

A file is taken only when its sender says that it is complete (`sepa.pipeline.arrival`). It is first renamed into
the inbox's `.taken` folder under a name that carries its receipt instant; then copied into the archive while it is
hashed, its signature with it; then recorded; only then removed. Whoever is killed in between leaves a taken file
behind, and the next sweep goes on with it under the instant it was stamped with.
"""

import datetime
import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sepa.model.journal import Delivery
from sepa.pipeline.arrival import MARKS, arrived_at, beside, is_complete
from sepa.pipeline.authorise import SIGNATURE, is_signature, read_signature, signature_of
from sepa.pipeline.book import note_deliveries, refuse_behind
from sepa.pipeline.home import Home, utc
from sepa.pipeline.telemetry import CLAIMED, count, stage
from sepa.pipeline.undone import SMALL_BYTES, each_in_groups, each_of, in_groups
from sepa.store.files import copy_hashed, is_plain, make_folder, move, publish, safe_name, sweep
from sepa.store.together import settled_together

NAME_BYTES = 150
STAMP = "%Y%m%dT%H%M%S.%fZ"
_TAKEN = re.compile(r"(?P<stamp>[0-9]{8}T[0-9]{6}\.[0-9]{6}Z)-(?P<number>[0-9]+)-(?P<name>.+)", re.ASCII)
_SIGNED = "signature-"


@stage("claim")
def claim(home: Home, at: datetime.datetime, *, by_clock: bool = False) -> list[Delivery]:
    """Take every complete file of every inbox at the instant `at`. Safe to repeat and to kill.

    With `by_clock` (`at` is the clock's own reading) and the profile's `records.receipt_stamp_source` a file is
    stamped with the instant at which it came, which may be earlier; else with `at` (REC-06). In maintenance files are
    taken all the same, unless the profile's `ebanking.maintenance_mode` lets them wait (EB-08).

    Returns the deliveries that this call recorded, in order of partner and name. Of two calls at a time the
    second waits. A file or an inbox that fails by our own fault keeps no other back; LeftUndone says so.
    """
    at = utc(at)
    refuse_behind(home)
    terms = home.terms(at)
    if home.in_maintenance and terms.ebanking.maintenance_mode == "nothing":
        return []
    by_arrival = by_clock and terms.records.receipt_stamp_source == "gateway"
    deliveries: list[Delivery] = []

    def stamp(file: Path) -> datetime.datetime:
        return min(at, arrived_at(file)) if by_arrival else at

    with alone(home.root / "inbox"):
        sweep(home.archive)
        each_of(
            home.partners(),
            lambda partner: _sweep(home, partner, stamp, deliveries),
            lambda partner: f"inbox {partner}",
        )
    return deliveries


Stamp = Callable[[Path], datetime.datetime]
"""The receipt instant of a complete file in an inbox."""


def _sweep(home: Home, partner: str, stamp: Stamp, deliveries: list[Delivery]) -> None:
    """Go on with what an earlier sweep took and did not record, then take what is complete now."""
    inbox = home.inbox(partner)
    taken = inbox / ".taken"
    taken.mkdir(mode=0o700, exist_ok=True)
    if taken.is_symlink() or taken.stat().st_uid != os.geteuid():
        raise PermissionError(f"{taken} was made by somebody else, who could forge instants of receipt in it")

    sweep(taken)
    for signature in taken.glob(f"{_SIGNED}*"):
        if not os.path.lexists(taken / signature.name.removeprefix(_SIGNED)):
            signature.unlink()  # whoever took it was killed before the file itself was taken, or after all was done

    copied: list[tuple[Path, str, int]] = []
    moved: dict[Path, Path] = {}

    def take(file: Path) -> None:
        place = file if file.parent == taken else moved.get(file)
        if place is None and is_complete(file):
            place = moved[file] = _take(home, partner, file, taken, stamp(file))
        if place is not None:
            _remove_own_signature(inbox, place)
            copied.append((place, *copy_hashed(place, home.archive)))

    @contextmanager
    def together(group: Sequence[Path]) -> Iterator[None]:
        copied.clear()
        with settled_together() if len(group) > 1 else nullcontext():
            yield
        if copied:
            deliveries.extend(_record(home, partner, copied))
            count(CLAIMED, len(copied), partner=partner)

    def small(file: Path) -> bool:
        return file.parent != taken and _is_small(file) and not os.path.lexists(signature_of(file))

    left = sorted(filter(_is_ours, taken.iterdir()))
    files = sorted(source for source in inbox.iterdir() if source != taken)
    name = "file {}".format
    each_in_groups(in_groups([*left, *files], small), take, lambda file: name(safe_name(file.name)), together)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder while nobody else does; the hold ends with the process, however it ends."""
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take(home: Home, partner: str, source: Path, taken: Path, at: datetime.datetime) -> Path:
    """Move a complete file out of the sender's reach; its new name carries all that the delivery will say.

    Names that look the same once they are made safe and short are told apart by their number.
    """
    name = safe_name(source.name).encode()[-NAME_BYTES:].decode("utf-8", "ignore")
    number = home.journal.deliveries_of(partner, safe_name(name), at)
    while os.path.lexists(place := taken / f"{at.strftime(STAMP)}-{number}-{name}"):
        number += 1  # taken at this instant and not recorded yet, for the disk or the journal said no
    signature = read_signature(source)
    if signature is not None:  # copied, not moved: killed before the next step, the file must still have it
        _signature(place).unlink(missing_ok=True)
        publish(taken, _signature(place).name, signature)
    _remove(*(beside(source, mark) for mark in MARKS if mark != SIGNATURE))
    move(source, place)  # before it is recorded: a file that came back would be taken for a repeat
    _remove(signature_of(source))
    return place


def _remove(*marks: Path) -> None:
    """Take marks away: one left behind would speak of the next file under its name. A folder is no mark."""
    for mark in marks:
        if os.path.lexists(mark) and (mark.is_symlink() or not mark.is_dir()):
            mark.unlink(missing_ok=True)


def _remove_own_signature(inbox: Path, place: Path) -> None:
    """Take away the signature of a taken file that a kill left in the inbox; the next file's own has other bytes."""
    if is_signature(_signature(place)):
        own = _signature(place).read_bytes()
        signed = (inbox / each.name.removesuffix(SIGNATURE) for each in inbox.glob(f"*{SIGNATURE}"))
        _remove(*(signature_of(each) for each in signed if read_signature(each) == own))


def _signature(place: Path) -> Path:
    """Where the signature of a taken file waits for it to be recorded."""
    return place.with_name(_SIGNED + place.name)


def _is_small(file: Path) -> bool:
    return is_plain(file) and file.lstat().st_size <= SMALL_BYTES


def _is_ours(place: Path) -> bool:
    """Whether a file in the folder of taken ones was put there by `_take`; anything else is left alone."""
    named = _TAKEN.fullmatch(place.name)
    if named is None or place.is_symlink() or not place.is_file():
        return False
    try:
        _instant(named["stamp"])
    except ValueError:
        return False
    return True


def _instant(stamp: str) -> datetime.datetime:
    return datetime.datetime.strptime(stamp, STAMP).replace(tzinfo=datetime.UTC)


def _record(home: Home, partner: str, copied: Sequence[tuple[Path, str, int]]) -> list[Delivery]:
    """Record taken files that lie in the archive, all of them in one transaction, and let go of them."""
    came = [_delivery(home, partner, *each) for each in copied]
    with home.journal.together(in_turn=False):
        came = [home.journal.deliver(each) for each in came]
    note_deliveries(home, came)
    for place, _, _ in copied:
        place.unlink()
        _signature(place).unlink(missing_ok=True)
    return came


def _delivery(home: Home, partner: str, place: Path, sha256: str, size: int) -> Delivery:
    stamp, number, name = place.name.split("-", 2)
    file_key = home.journal.file_key(partner, sha256)
    keep_apart(home, file_key, sha256)
    signature, kept_as = _signature(place), None
    if (
        is_signature(signature) and home.journal.file(file_key) is None
    ):  # what is judged is the first delivery
        kept = signature_of(home.archived(file_key))
        kept.unlink(missing_ok=True)
        kept_as = publish(kept.parent, kept.name, signature, drafts=home.archive)
    return Delivery(
        id=f"{stamp}-{number}-{partner}-{hashlib.sha256(name.encode()).hexdigest()[:12]}",
        partner=partner,
        name=safe_name(name),
        file_key=file_key,
        size_bytes=size,
        received_at=_instant(stamp),
        sha256=sha256,
        signature=kept_as,
    )


def keep_apart(home: Home, file_key: str, sha256: str) -> None:
    """Archive the bytes under the file's own key too, where another sender was the first to bring them."""
    place = home.archived(file_key)
    if file_key != sha256 and not place.exists():
        make_folder(place.parent)
        publish(place.parent, place.name, home.archived(sha256), drafts=home.archive)
