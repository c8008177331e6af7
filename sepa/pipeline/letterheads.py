"""To whom the letters of one report go, in which language, and what they cost: the same for all orders of a letter."""

from collections.abc import Callable, Container
from functools import partial
from typing import Literal

from sepa.model.alike import common
from sepa.model.fee import Fee
from sepa.model.finding import Findings
from sepa.model.journal import FileRow, OrderRow, ReportDue
from sepa.model.notice import Notice, Occasion
from sepa.model.reference import Account, Reference
from sepa.model.same import Same
from sepa.pipeline.home import Home
from sepa.pipeline.letters import contact, silenced, words
from sepa.rules.contract import refused_a_stranger
from sepa.rules.fees import fee_for
from sepa.schedule import local_instant
from sepa.tell.notice import is_owed

Price = Callable[[str, Findings], Fee | None]


class Letterheads:
    """The letters of a report before anything stands in them. Nothing here is written."""

    def __init__(self, home: Home, file: FileRow, due: ReportDue, reference: Reference) -> None:
        self._home, self._file, self._due = home, file, due
        self._terms = home.terms(due.at)
        self._partner = (reference.partners or {}).get(file.partner)
        self._accounts = reference.accounts or {} if self._partner is not None else {}
        self._strange = _strange(home, file, due)
        self._known: dict[tuple[Occasion, str], Notice | None] = {}
        self._fees: dict[tuple[Occasion, bool], Same[Findings, Fee | None]] = {}
        self._refused: Container[str] | None = None if due.occasion != "judged" else ()
        self.words = words(self._terms)
        self.issued_at = local_instant(due.at, home.profile)

    def is_owed(self, occasion: Occasion, iban: str) -> bool:
        """Whether there is a letter on this account about such orders."""
        return is_owed(occasion, self._account(iban))

    def head(self, occasion: Occasion, iban: str) -> Notice | None:
        """The letter about an account without its orders; None where nothing may be written about it any more."""
        if (occasion, iban) not in self._known:
            self._known[occasion, iban] = self._head(occasion, iban)
        return self._known[occasion, iban]

    def _head(self, occasion: Occasion, iban: str) -> Notice | None:
        account, partner, terms = self._account(iban), self._partner, self._terms
        if silenced(self._home, account, self._due.at):
            return None
        return Notice(
            occasion=occasion,
            addressee=account.name if account else partner.name if partner else self._file.partner,
            account=iban,
            language=(account and account.language)
            or (partner and partner.language)
            or terms.bank.notice_language,
            bank=contact(terms),
            issued_at=self.issued_at,
            file_name=self._file.name,
            include_correction_hint=terms.notices.include_correction_hint,
        )

    def price(self, occasion: Occasion, iban: str) -> Price | None:
        """What an item of a letter costs the account's owner, by the order's key and what was found; None where nothing
        does. A stranger's costs nobody, nor does what was refused before."""
        if occasion not in ("rejected", "unsettled") or not self._account(iban):
            return None
        if self._refused is None:
            self._refused = self._home.journal.been(self._file.key, ("rejected", "not-executed"))
        first, again = (self._same_price(occasion, again=again) for again in (False, True))
        refused = self._refused
        return lambda key, findings: (again if key in refused else first)(common(findings))

    def _same_price(
        self, occasion: Literal["rejected", "unsettled"], *, again: bool
    ) -> Same[Findings, Fee | None]:
        if (occasion, again) not in self._fees:
            on = self.issued_at.date()
            price = partial(fee_for, occasion, profile=self._terms, on=on, again=again)
            self._fees[occasion, again] = Same(price)
        return self._fees[occasion, again]

    def _account(self, iban: str) -> Account | None:
        return self._accounts.get(iban) if iban not in self._strange else None


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
