"""What has come up against due orders since they were judged: the lists of today, where those of then were others."""

import datetime
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice

from sepa.model.finding import Finding
from sepa.model.payment import Payment
from sepa.model.reference import Reference
from sepa.pipeline.home import Home
from sepa.rules.screening import causes, screened_again

ASKED_AT_ONCE = 2000
"""Payments that are screened again together."""
FILES_KNOWN = 20_000
"""Of so many files it is remembered against which lists they were judged."""


class Against:
    """What the lists of today say of due orders that other lists let pass; the strongest finding for each.

    `found` is of what was asked last: of orders by `ask`, or of those that `asked` is handing out.
    """

    def __init__(self, home: Home, reference: Reference, window: datetime.datetime, screened: str) -> None:
        self.found: dict[str, Finding] = {}
        self._home, self._reference, self._window, self._screened = home, reference, window, screened
        self._done: dict[str, bool] = {}

    def asked(self, due: Iterable[Payment], gone: Container[str]) -> Iterator[Payment]:
        """Those of `due` that are not `gone`; what is against them is found just before they are handed out."""
        rest = iter(due)
        while some := list(islice(rest, ASKED_AT_ONCE)):
            self.ask([(payment.key, payment.file_key) for payment in some if payment.key not in gone])
            yield from (payment for payment in some if payment.key not in gone)

    def ask(self, orders: Sequence[tuple[str, str]]) -> None:
        """Screen orders, named by key and file, again, but for those whose file was judged against the same lists."""
        self.found.clear()
        if not self._screened:
            return
        new = {file_key for _, file_key in orders} - self._done.keys()
        if new:
            if len(self._done) > FILES_KNOWN:
                self._done, new = {}, {file_key for _, file_key in orders}
            done = self._home.journal.screened_against(new, self._screened)
            self._done |= {file_key: file_key in done for file_key in new}
        keys = [key for key, file_key in orders if not self._done[file_key]]
        terms, day = self._home.terms(self._window), self._window.date()
        for key, order, held_for in self._home.journal.to_screen(keys):
            said = screened_again(order, self._reference, terms, day, causes(held_for))
            if said:
                self.found[key] = next((each for each in said if each.effect == "reject"), said[0])
