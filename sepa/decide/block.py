"""One payment block while its pieces come in: what it comes to, and the days of its orders."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from sepa.model.dating import Refusal
from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import account_of, is_ours
from sepa.model.verdict import BlockVerdict, Dating, Family, Outcome, Route, Status
from sepa.rules import dates, days, routes, totals
from sepa.rules.outside import family_of, to_eea, under_a_deal
from sepa.rules.rule import Case, Rule
from sepa.schedule import date_collection, date_outside, date_transfer


class BlockTally:
    """What was found in one block so far: its own findings, its sums, how many of its orders do not just go on."""

    def __init__(self, information: PaymentInformation, *, id_repeated: bool) -> None:
        self.information = information
        self.findings: Findings = NOTHING
        self.pending = 0
        self.refused_singly = 0
        self.found = totals.Tally()
        self._id_repeated = id_repeated

    @property
    def declared(self) -> totals.Totals:
        information = self.information
        return totals.Totals(
            information.number_of_transactions,
            information.control_sum,
            self.found,
            information.id,
            self._id_repeated,
        )

    @property
    def refused(self) -> bool:
        return rejects(self.findings)

    @property
    def orders_refused(self) -> int:
        return self.found.count if self.refused else self.refused_singly

    def verdict(self) -> BlockVerdict:
        """The verdict on the block, of a message that is not refused."""
        found = self.found
        return BlockVerdict(
            payment_information=self.information,
            status="RJCT"
            if self.refused
            else status_of(found.count, self.orders_refused, bool(self.pending)),
            findings=self.findings,
            count=found.count,
            sum_text=found.sum_text,
        )


Calendar = dict[tuple[datetime.date, str, bool, str | bool | None], days.Calendared]
"""What the calendar said in one file: most blocks ask it the same."""
_DAYS_KEPT = 100


class Block:
    """The block whose orders are being judged. Its days are computed once for each kind of order.

    `calendar` is the same for all blocks of a file.
    """

    def __init__(
        self,
        tally: BlockTally,
        case_with: Callable[[PaymentInformation | None, Dating | None], Case],
        rules: Iterable[Rule],
        *,
        calendar: Calendar,
        strange: bool = False,
    ) -> None:
        information = tally.information
        self.tally = tally
        self.strange = strange
        self.information = information
        self._case_with = case_with
        self._calendar = calendar
        self._undated = case_with(information, None)
        self._transfer = self._undated.head.kind == "credit-transfer"
        self._requested = dates.requested_day(information)
        self._account_currency = self._currency_of(information.account.iban)
        self._days: dict[tuple[bool, str | bool | None], tuple[Case, Findings]] = {}
        self._days_outside: dict[tuple[Family, bool, bool], tuple[Case, Findings]] = {}
        kind = information.payment_type
        plain = False if self._transfer else kind.sequence_type if kind is not None else None
        calendared = self._calendared(on_us=False, kind=plain)
        whole: Findings = NOTHING
        if isinstance(calendared, Refusal) and days.is_for_whole_block(calendared):
            whole = (days.refused_date(calendared),)
            self._requested = None  # said once, for the block
        dating = days.dating_of(calendared) if calendared is not None else None
        tally.findings = findings_of(rules, information, case_with(information, dating)) + whole
        self._effects = frozenset(finding.effect for finding in tally.findings)

    def days_of(self, transaction: Transaction) -> tuple[Route, Case, Findings]:
        """Return the route of an order, the case with its days, and what its days have against it or move."""
        case = self._undated
        kind: str | bool | None
        if self._transfer:
            iban = transaction.creditor_account.iban
            on_us = is_ours(iban, case.profile.bank, case.reference)
            euro = case.profile.scope.currency
            kind = on_us and not (self._account_currency == euro == self._currency_of(iban))
        else:
            on_us = is_ours(transaction.debtor_account.iban, case.profile.bank, case.reference)
            kind = transaction.payment_type.sequence_type
        known = self._days.get((on_us, kind))
        if known is None:
            known = self._days[on_us, kind] = self._dated(on_us, kind)
        return "on-us" if on_us else "clearing", *known

    def outside(self, transaction: Transaction, findings: Findings) -> tuple[Family, Case, Findings]:
        """Return the family of an order outside SEPA, the case with its days there, and what stands against it.

        `findings` are what the rules found: a bank that the scheme does not reach (SC-05) may make it regulated.
        """
        case = self._undated
        unreached = any(finding.rule == "SC-05" for finding in findings)
        family = family_of(transaction, case, unreached=unreached)
        with_deal = under_a_deal(transaction)
        euro_in_eea = transaction.currency == case.profile.scope.currency and to_eea(transaction, case)
        known = self._days_outside.get((family, with_deal, euro_in_eea))
        if known is None:
            known = self._dated_outside(family, with_deal, euro_in_eea)
            self._days_outside[family, with_deal, euro_in_eea] = known
        dated, days_found = known
        return (
            family,
            dated,
            findings_of(routes.RULES, routes.Routed(transaction, family), dated) + days_found,
        )

    def outcome(self, findings: Findings, message_refused: bool, route: Route) -> Outcome:
        """What becomes of an order with these findings, counted."""
        effects = self._effects.union([finding.effect for finding in findings])
        if "reject" in effects:
            self.tally.refused_singly += 1
            alone = not message_refused and "reject" not in self._effects
            return "not-executed" if alone and route == "on-us" and not self._transfer else "rejected"
        if message_refused:
            return "rejected"
        if "hold" in effects or "route" in effects:
            self.tally.pending += 1
            return "held" if "hold" in effects else "routed"
        return "rolled" if "move" in effects else "accepted"

    def _dated(self, on_us: bool, kind: str | bool | None) -> tuple[Case, Findings]:
        calendared = self._calendared(on_us, kind)
        if calendared is None:
            return self._undated, NOTHING
        if isinstance(calendared, Refusal):
            return self._undated, (days.refused_date(calendared),)
        dating = days.dating_of(calendared)
        return self._case_with(self.information, dating), dating.moved if dating is not None else NOTHING

    def _dated_outside(self, family: Family, with_deal: bool, euro_in_eea: bool) -> tuple[Case, Findings]:
        if self._requested is None:
            return self._undated, NOTHING
        calendared = date_outside(
            self._requested,
            self._undated.received_at,
            family,
            profile=self._undated.profile,
            with_deal=with_deal,
            euro_in_eea=euro_in_eea,
        )
        if isinstance(calendared, Refusal):
            return self._undated, (days.refused_date(calendared),)
        dating = days.dating_of(calendared)
        return self._case_with(self.information, dating), dating.moved if dating is not None else NOTHING

    def _calendared(self, on_us: bool, kind: str | bool | None) -> days.Calendared | None:
        if self._requested is None:
            return None
        asked = self._requested, self._account_currency, on_us, kind
        if asked not in self._calendar:
            if len(self._calendar) == _DAYS_KEPT:
                self._calendar.clear()
            self._calendar[asked] = self._found_in_calendar(self._requested, on_us, kind)
        return self._calendar[asked]

    def _found_in_calendar(
        self, requested: datetime.date, on_us: bool, kind: str | bool | None
    ) -> days.Calendared:
        profile, received_at = self._undated.profile, self._undated.received_at
        route: Route = "on-us" if on_us else "clearing"
        if self._transfer:
            return date_transfer(
                requested,
                received_at,
                profile=profile,
                account_currency=self._account_currency,
                route=route,
                on_us_conversion=bool(kind),
            )
        sequence_type = kind if isinstance(kind, str) else None
        return date_collection(requested, sequence_type, received_at, profile=profile, route=route)

    def _currency_of(self, iban: str | None) -> str:
        account = account_of(iban, self._undated.reference)
        return account.currency if account is not None else self._undated.profile.scope.currency


def findings_of(rules: Iterable[Rule], subject: Any, case: Case) -> Findings:
    findings = NOTHING
    for rule in rules:
        findings += rule.check(subject, case)
    return findings


def rejects(findings: Findings) -> bool:
    return any(finding.effect == "reject" for finding in findings)


def status_of(count: int, refused: int, pending: bool) -> Status:
    """Nothing refused: accepted, or pending where something waits; all refused or some."""
    if not refused:
        return "PDNG" if pending else "ACCP"
    return "RJCT" if refused == count else "PART"
