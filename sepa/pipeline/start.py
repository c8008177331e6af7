"""A new home, empty or with the sample bank and the drops of its day."""

import shutil
from pathlib import Path

from sepa.pipeline.home import make_folders
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
    shutil.copytree(bank / "reference", root / "reference", dirs_exist_ok=True)
    return drop_sample_day(root)


def drop_sample_day(root: Path) -> int:
    """Drop the files of the sample day the way a partner does: under an unfinished name, then renamed."""
    count = 0
    for source in sorted((fixtures_folder() / "sample-bank" / "drops").glob("*/*")):
        inbox = root / "inbox" / source.parent.name
        inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = inbox / (source.name + ".part")
        shutil.copyfile(source, unfinished)
        unfinished.rename(inbox / source.name)
        count += 1
    return count
