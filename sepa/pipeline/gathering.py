"""The letters on a report while their orders come: there may be a million of them."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from msgspec.structs import replace

from sepa.model.journal import FileRow
from sepa.model.notice import Notice, NoticeItem, Occasion
from sepa.pipeline.letterheads import Letterheads
from sepa.pipeline.publish import DIGEST_CHARS, Draft, draft, stem_of
from sepa.tell.catalogue import Catalogue
from sepa.tell.enclosure import Enclosure

SHOWN: Final = 100
"""So many orders a letter shows. One about more of them shows these, and has a list of all enclosed."""


class Run(msgspec.Struct, frozen=True):
    """Orders of one letter, one after the other, of which each is told in order.

    From the order on that the letter no longer shows they come as their `lines` in its list; before it, and where
    nobody knows yet, as `items`.
    """

    occasion: Occasion
    account: str
    items: list[NoticeItem]
    lines: list[bytes]


class Gathered:
    """One letter and its orders. From the one that is too many on they are written into a list, and not kept."""

    def __init__(self, notice: Notice, stem: str, folder: Path, words: Catalogue, drafts: ExitStack) -> None:
        self.stem, self.folder = stem, folder
        self._notice = notice
        self._words = words
        self._drafts = drafts
        self._shown: list[NoticeItem] = []
        self._count = 0
        self._list: tuple[Enclosure, BinaryIO, Path] | None = None

    def add(self, items: Iterable[NoticeItem], lines: Collection[bytes]) -> None:
        """Add orders, those of `lines` behind at least as many as are shown."""
        for item in items:
            self._count += 1
            if self._count <= SHOWN:
                self._shown.append(item)
            else:
                self._enclosed().add(item)
        if lines:
            self._count += len(lines)
            self._enclosed().add_lines(lines)

    def _enclosed(self) -> Enclosure:
        if self._list is None:
            out, path = self._drafts.enter_context(draft(self.folder))
            self._list = Enclosure(out, self._notice, self._words), out, path
            for each in self._shown:
                self._list[0].add(each)
        return self._list[0]

    def finished(self) -> tuple[Notice, Draft | None]:
        """The letter with the orders that it shows, and the list of all of them where one is enclosed."""
        notice = replace(self._notice, items=tuple(self._shown), entries=self._count)
        if self._list is None:
            return notice, None
        enclosure, out, path = self._list
        digest = enclosure.close()
        name = f"{self.stem}_list_{digest[:DIGEST_CHARS]}.csv"
        return replace(notice, enclosed=name), Draft(out, path, digest)


class Post:
    """The letters of one report, while what they tell comes."""

    def __init__(self, heads: Letterheads, file: FileRow, folder: Path, drafts: ExitStack) -> None:
        self._heads, self._file, self._folder, self._drafts = heads, file, folder, drafts
        self._letters: dict[tuple[Occasion, str], Gathered | None] = {}

    def add(self, run: Run) -> None:
        """Put orders into their letter."""
        letter = (run.occasion, run.account)
        if letter not in self._letters:
            self._letters[letter] = self._begun(*letter)
        gathered = self._letters[letter]
        if gathered is not None:
            gathered.add(run.items, run.lines)

    def letters(self) -> Iterator[tuple[Occasion, str, Gathered | None]]:
        """Occasion, account and letter, in the order of these; None in place of a letter that is not written."""
        for (occasion, iban), letter in sorted(self._letters.items(), key=itemgetter(0)):
            yield occasion, iban, letter

    def _begun(self, occasion: Occasion, iban: str) -> Gathered | None:
        notice, file = self._heads.head(occasion, iban), self._file
        if notice is None:
            return None
        stem = f"notice_{occasion}_{stem_of(file.name)}_{file.key[:12]}_{iban[-4:] or 'file'}"
        return Gathered(notice, stem, self._folder, self._heads.words, self._drafts)
