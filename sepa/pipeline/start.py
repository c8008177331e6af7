"""A new home, empty or with the sample bank and the drops of its day."""

import os
import shutil
from pathlib import Path

from sepa.pipeline.home import make_folders
from sepa.store.files import make_folder
from sepa.store.places import fixtures_folder


class AlreadyThere(Exception):
    """The folder already holds a home; the text says so."""


def start(root: Path, *, sample: bool) -> int:
    """Make a home in `root`; return how many sample files wait in its inboxes. An existing home is left alone."""
    if (root / "reference").exists():
        raise AlreadyThere(f"{root} already is a home; nothing was changed")
    make_folders(root)
    if not sample:
        return 0
    bank = fixtures_folder() / "sample-bank"
    for source in sorted(path for path in (bank / "reference").rglob("*") if path.is_file()):
        copy = root / source.relative_to(bank)
        make_folder(copy.parent)
        _copy(source, copy)
    return drop_sample_day(root)


def drop_sample_day(root: Path) -> int:
    """Drop the files of the sample day the way a partner does: under an unfinished name, then renamed."""
    count = 0
    for source in sorted((fixtures_folder() / "sample-bank" / "drops").glob("*/*")):
        inbox = root / "inbox" / source.parent.name
        make_folder(inbox)
        unfinished = inbox / (source.name + ".part")
        _copy(source, unfinished)
        unfinished.rename(inbox / source.name)
        count += 1
    return count


def _copy(source: Path, copy: Path) -> None:
    """Copy bytes into a file that only its owner may read, whatever the umask and the source allow."""
    with (
        source.open("rb") as content,
        os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        shutil.copyfileobj(content, out)
