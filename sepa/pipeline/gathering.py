"""The letters on a report while their orders come, one by one: there may be a million of them."""

import datetime
from collections.abc import Container, Iterator
from contextlib import ExitStack
from operator import itemgetter
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from sepa.model.fee import Charge
from sepa.model.journal import FileRow, OrderRow, ReportDue
from sepa.model.notice import Notice, NoticeItem, Occasion
from sepa.model.reference import Account, Reference
from sepa.pipeline.charges import charge_of
from sepa.pipeline.home import Home
from sepa.pipeline.letters import contact, silenced, words
from sepa.pipeline.publish import DIGEST_CHARS, draft, stem_of
from sepa.rules.contract import refused_a_stranger
from sepa.rules.fees import fee_for
from sepa.schedule import local_instant
from sepa.tell.catalogue import Catalogue
from sepa.tell.enclosure import Enclosure
from sepa.tell.notice import is_owed

SHOWN: Final = 100
"""So many orders a letter shows. One about more of them shows these, and has a list of all enclosed."""


class Gathered:
    """One letter and its orders. From the one that is too many on they are written into a list, and not kept."""

    def __init__(self, notice: Notice, stem: str, folder: Path, words: Catalogue, drafts: ExitStack) -> None:
        self.stem, self.folder = stem, folder
        self._notice = notice
        self._words = words
        self._drafts = drafts
        self._shown: list[NoticeItem] = []
        self._count = 0
        self._list: tuple[Enclosure, Path] | None = None

    def add(self, item: NoticeItem) -> None:
        self._count += 1
        if self._count <= SHOWN:
            self._shown.append(item)
            return
        if self._list is None:
            out, path = self._drafts.enter_context(draft(self.folder))
            self._list = Enclosure(out, self._notice, self._words), path
            for each in self._shown:
                self._list[0].add(each)
        self._list[0].add(item)

    def finished(self) -> tuple[Notice, Path | None]:
        """The letter with the orders that it shows, and the list of all of them where one is enclosed."""
        notice = replace(self._notice, items=tuple(self._shown), entries=self._count)
        if self._list is None:
            return notice, None
        enclosure, path = self._list
        name = f"{self.stem}_list_{enclosure.close()[:DIGEST_CHARS]}.csv"
        return replace(notice, enclosed=name), path


class Post:
    """The letters of one report, while what they tell comes."""

    def __init__(
        self, home: Home, file: FileRow, due: ReportDue, reference: Reference, drafts: ExitStack
    ) -> None:
        self._home, self._file, self._due, self._drafts = home, file, due, drafts
        self._terms = home.terms(due.at)
        self._issued = local_instant(due.at, home.profile)
        self._partner = (reference.partners or {}).get(file.partner)
        self._accounts = reference.accounts or {} if self._partner is not None else {}
        self._strange = _strange(home, file, due)
        self._letters: dict[tuple[Occasion, str], Gathered | None] = {}
        self._refused: Container[str] | None = None if due.occasion != "judged" else ()

    def add(self, occasion: Occasion, iban: str, item: NoticeItem, at: datetime.datetime) -> Charge | None:
        """Put an order into its letter. Returns what it costs, where it costs anything."""
        account = self._accounts.get(iban) if iban not in self._strange else None
        if not is_owed(occasion, account):
            return None
        if (occasion, iban) not in self._letters:
            self._letters[occasion, iban] = self._begun(occasion, iban, account)
        letter = self._letters[occasion, iban]
        if letter is None:
            return None
        priced = self._priced(item, occasion, account)
        letter.add(priced)
        return charge_of(priced, iban, self._issued.date(), self._due, at) if priced.fee is not None else None

    def letters(self) -> Iterator[tuple[Occasion, str, Gathered | None]]:
        """Occasion, account and letter, in the order of these; None in place of a letter that is not written."""
        for (occasion, iban), letter in sorted(self._letters.items(), key=itemgetter(0)):
            yield occasion, iban, letter

    def _begun(self, occasion: Occasion, iban: str, account: Account | None) -> Gathered | None:
        file, partner, terms = self._file, self._partner, self._terms
        if silenced(self._home, account, self._due.at):
            return None
        notice = Notice(
            occasion=occasion,
            addressee=account.name if account else partner.name if partner else file.partner,
            account=iban,
            language=(account and account.language)
            or (partner and partner.language)
            or terms.bank.notice_language,
            bank=contact(terms),
            issued_at=self._issued,
            file_name=file.name,
            include_correction_hint=terms.notices.include_correction_hint,
        )
        stem = f"notice_{occasion}_{stem_of(file.name)}_{file.key[:12]}_{iban[-4:] or 'file'}"
        folder = self._home.outbox(self._due.partner) / "notices"
        return Gathered(notice, stem, folder, words(terms), self._drafts)

    def _priced(self, item: NoticeItem, occasion: Occasion, account: Account | None) -> NoticeItem:
        """The item with what it costs the owner of `account`; a collection's notice, or a stranger's, costs nobody.

        Nor does what was refused before.
        """
        if account is None or item.kind != "credit-transfer" or occasion not in ("rejected", "unsettled"):
            return item
        if self._refused is None:
            self._refused = self._home.journal.been(self._file.key, ("rejected", "not-executed"))
        again = item.key in self._refused
        fee = fee_for(occasion, item.findings, self._terms, on=self._issued.date(), again=again)
        return replace(item, fee=fee)


def account_of(order: OrderRow) -> str:
    """The account a notice is about; collections are the delivering partner's business ("")."""
    return (order.debtor_iban or "") if order.kind == "credit-transfer" else ""


def _strange(home: Home, file: FileRow, due: ReportDue) -> set[str]:
    """Accounts of the file that its sender may not dispose of: their owners are not written to."""
    blocks = {block.position for block in home.journal.blocks(file.key) if refused_a_stranger(block.findings)}
    if not blocks:
        return set()
    as_judged = due.occasion == "judged"
    cause = None if as_judged else due.occasion
    rejected = home.journal.orders(file.key, states=("rejected",), cause=cause, as_judged=as_judged)
    return {account_of(order) for order in rejected if order.block in blocks}
