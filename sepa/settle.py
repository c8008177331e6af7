"""Settle: which due payments a window pays, in which bulks they leave, and the postings that go with them.

Pure: payments, a snapshot and an instant go in, one Settlement comes out, in parts.
"""

import datetime
from array import array
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from operator import itemgetter
from types import MappingProxyType
from typing import Literal

from sepa.model.broken import BrokenPromise
from sepa.model.finding import Finding, Findings
from sepa.model.payment import BulkKind, Paying, Payment, Posting, Settlement, Unpaid, sealed_bulk
from sepa.model.profile import Profile
from sepa.model.rates import rate_of
from sepa.model.reference import Account, Reference, account_of
from sepa.rules.consents import consent_findings, consent_for
from sepa.rules.due_date import creditor_findings, debtor_findings, no_debtor_account, reach_findings
from sepa.rules.ebanking import blocked_at_receipt
from sepa.rules.funds import Cover, available_cents, cover_findings, needed_cents
from sepa.rules.payers import creditor_barred
from sepa.rules.reviews import review_findings
from sepa.rules.stops import stop_findings
from sepa.schedule import interbank_day, is_final_window, last_attempt_day, local_instant, retry_days
from sepa.scheme.rates import in_currency

__all__ = ["available_cents", "settled"]

CLEARING_TRANSFERS = "CLEARING:SCT"
CLEARING_COLLECTIONS = "CLEARING:SDD"
UNPAID_AT_ONCE = 5_000
"""So many unpaid payments are written before the next ones are decided."""
PAYING_AT_ONCE = 5_000
"""So many paid ones are told before their bulk is full."""
NO_RATES: Mapping[str, int] = MappingProxyType({})
NOTHING_AGAINST: Mapping[str, Finding] = MappingProxyType({})

Group = tuple[BulkKind, datetime.date, str]


def settled(
    due: Iterable[Payment],
    *,
    booked: Mapping[str, int],
    reference: Reference,
    profile: Profile,
    window: datetime.datetime,
    day: datetime.date | None = None,
    rates: Mapping[str, int] = NO_RATES,
    bytes_per_order: int = 1,
    against: Mapping[str, Finding] = NOTHING_AGAINST,
) -> Iterator[Settlement | Paying]:
    """Decide every payment of `due` at the instant `window`: each is in one bulk, or unpaid with a reason.

    It is read once, in the profile's order of allocation (`funds.allocation_order`, then key), and decided in parts: a
    bulk leaves the memory with its postings as soon as it is full. The last part may be empty. Every order of a
    bulk is told as Paying, once, before the part with the bulk. Until it is full an order takes about 80 bytes.

    `day` is the banking day under which is booked, where it is not the window's own (DAT-07).

    `booked` are the net cents, in the account's currency, that we posted to each account since the snapshot
    `reference` was taken and up to the window's day, debits negative. `rates` are millionths of a currency's unit for
    one euro in force in this window, by `rates_at` (EXE-09); an account in a currency without one covers nothing.
    `bytes_per_order` estimates the size of an order in its file.
    `against` holds, by key, what screening has against a payment today: it is held or refused (HLD-01, HLD-02); it need
    hold no more than what is against the payment read last.
    A stop of the whole bank holds what it names (HLD-08).

    Orders are funded one by one, all or nothing, in the profile's order (FND-16), whatever their batch
    booking (BAT-06 is a matter of the bookings written). What an on-us payment brings its creditor counts
    for the orders after it. A payment whose standing, creditor, consent or other bank fails today is refused
    (DD-08, ACC-01, ACC-09, ACC-10, SC-05). One that came shortly before its sender's access was blocked is held,
    even before its day; one that came during the block is refused (EB-10). Without cover a transfer waits until
    the last window of its last agreed day (FND-07, FND-08), a collection is not executed (FND-09).

    ValueError: no table of accounts, an instant without a zone, or a debit before its day. BrokenPromise:
    a payment given twice in a row, or one that no file may hold.
    """
    run = _Run(booked, reference, profile, window, day, rates, against)
    limits = _Limits(profile, bytes_per_order)
    groups: dict[Group, _Open] = {}
    unpaid: list[Unpaid] = []
    untold = 0
    last = opened = None
    for number, payment in enumerate(due):
        if payment.key == last:
            raise BrokenPromise("a payment was given to a settlement window twice")
        last = payment.key
        failed = run.obstacle(payment)
        if failed is not None:
            unpaid.append(failed)
            if len(unpaid) >= UNPAID_AT_ONCE:
                yield Settlement(window=window, bulks=(), postings=(), unpaid=tuple(unpaid))
                unpaid.clear()
            continue
        sides = run.pay(payment)
        group = run.group(payment)
        opened = groups.get(group)
        if opened is None:
            opened = groups[group] = _Open()
        elif limits.full(opened, payment):
            yield _paying(groups)
            untold, opened = 0, None
            yield _closed(window, run.window, {group: groups.pop(group)}, unpaid)
            unpaid.clear()
            opened = groups[group] = _Open()
        limits.fit(payment)
        opened.add(number, payment, *sides)
        untold += 1
        if untold >= PAYING_AT_ONCE:
            yield _paying(groups)
            untold = 0
    yield _paying(groups)
    opened = None
    yield _closed(window, run.window, groups, unpaid)


Own = tuple[str | None, int | None, int | None]
"""What a posting moves in the account's own currency: that, its cents and the rate."""


class _Open:
    """A bulk that is not full yet: its members, the turn of each, and what its two postings are made of.

    The postings themselves are made when it is full: as records they would take several times as much until then.
    """

    __slots__ = (
        "_amounts", "_credited", "_days", "_debited", "_own", "_told", "_turns", "_untold", "count", "sum_cents",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count, self.sum_cents = 0, 0
        self._untold: list[str] = []
        self._told: list[str] = []
        self._turns, self._amounts = array("q"), array("q")
        self._debited: list[str] = []
        self._credited: list[str] = []
        self._days: list[datetime.date] = []
        self._own: list[tuple[Own, Own] | None] = []

    def add(self, turn: int, payment: Payment, debit: Posting, credit: Posting) -> None:
        self.count += 1
        self._untold.append(payment.key)
        self.sum_cents += payment.amount_cents
        self._turns.append(turn)
        self._amounts.append(payment.amount_cents)
        self._debited.append(debit.account)
        self._credited.append(credit.account)
        self._days.append(debit.booking_date)
        euro = debit.currency is None and credit.currency is None
        self._own.append(None if euro else (_own(debit), _own(credit)))

    def tell(self) -> tuple[str, tuple[str, ...]]:
        """The key of the first member, and those of all that were not told before."""
        keys = tuple(self._untold)
        if keys:
            self._told.append(_BETWEEN.join(keys))
            self._untold.clear()
        return self._told[0].partition(_BETWEEN)[0], keys

    def members(self) -> list[str]:
        """All that were told."""
        return [key for keys in self._told for key in keys.split(_BETWEEN)]

    def in_turn(self, members: Iterable[str]) -> Iterator[tuple[int, Posting, Posting]]:
        """Each order's turn and postings."""
        columns = members, self._debited, self._credited, self._amounts, self._days, self._own
        for turn, key, debited, credited, cents, day, own in zip(self._turns, *columns, strict=True):
            debit, credit = own or _EURO
            yield (
                turn,
                Posting(key, debited, "debit", cents, day, day, *debit),
                Posting(key, credited, "credit", cents, day, day, *credit),
            )


_EURO: tuple[Own, Own] = ((None, None, None), (None, None, None))
_BETWEEN = "\n"
"""Between keys, none of which has it."""


def _own(posting: Posting) -> Own:
    return posting.currency, posting.own_cents, posting.rate


def _paying(groups: Mapping[Group, _Open]) -> Paying:
    """The members of open bulks that were not told before."""
    told = (opened.tell() for opened in groups.values())
    return Paying({first: keys for first, keys in told if keys})


def _closed(
    window: datetime.datetime,
    local: datetime.datetime,
    groups: dict[Group, _Open],
    unpaid: Iterable[Unpaid],
) -> Settlement:
    """The part in which these bulks are sealed; their postings in the order in which they were decided.

    It takes the bulks out of `groups`: while the part is written they are in memory once.
    """
    members = {group: opened.members() for group, opened in groups.items()}
    streams = [opened.in_turn(members[group]) for group, opened in groups.items()]
    turns = streams[0] if len(streams) == 1 else merge(*streams, key=itemgetter(0))
    postings = tuple(side for _, *sides in turns for side in sides)
    bulks = tuple(
        sealed_bulk(group[0], local, group[1], group[2], members.pop(group), opened.sum_cents)
        for group, opened in sorted(groups.items(), key=itemgetter(0))
    )
    groups.clear()
    return Settlement(window=window, bulks=bulks, postings=postings, unpaid=tuple(unpaid))


class _Run:
    """What one window has found out and spent so far; it lives no longer than one call of `settled`."""

    __slots__ = (
        "_accounts", "_against", "_as_of", "_blocked", "_booked", "_day", "_interbank", "_last_days", "_moved",
        "_profile", "_rates", "_reference", "_rooms", "_standing", "_uses", "window",
    )  # fmt: skip

    def __init__(
        self,
        booked: Mapping[str, int],
        reference: Reference,
        profile: Profile,
        window: datetime.datetime,
        day: datetime.date | None,
        rates: Mapping[str, int],
        against: Mapping[str, Finding],
    ) -> None:
        if reference.accounts is None:
            raise ValueError("without the table of accounts nothing can be funded")
        self._accounts = reference.accounts
        self.window = local_instant(window, profile)
        self._day = day or self.window.date()
        self._as_of = _as_of(self.window, self._day)
        self._booked, self._reference, self._profile, self._rates = booked, reference, profile, rates
        self._against = against
        partners = (reference.partners or {}).values()
        self._blocked = {each.id: each for each in partners if each.blocked_at is not None}
        self._rooms: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self._standing: dict[tuple[str, str], Findings] = {}
        self._uses: dict[str, tuple[datetime.date, ...]] = {}
        self._interbank: dict[datetime.date, datetime.date] = {}
        self._last_days: dict[tuple[datetime.date, int], datetime.date] = {}

    def obstacle(self, payment: Payment) -> Unpaid | None:
        """Why the payment cannot be paid now and what becomes of it, or None when it can."""
        if self._reference.stops or self._against:
            kept = self._kept(payment)
            if kept is not None:
                return kept
        if payment.partner in self._blocked:
            sender = self._blocked[payment.partner]
            review = review_findings(payment.received_at, payment.released_at, sender, self._profile)
            if review:
                return Unpaid(payment, "held", review[0])
            blocked = blocked_at_receipt(payment.received_at, payment.released_at, sender)
            if blocked:
                return Unpaid(payment, "rejected", blocked[0])
        if payment.kind == "collection" and payment.route == "clearing":
            unreached = self._unreached(payment)  # the payer's bank judges the rest
            return Unpaid(payment, "rejected", unreached[0]) if unreached else None
        if payment.booking_date > self._day:
            raise ValueError(f"payment {payment.key} is booked on {payment.booking_date}, not yet due")
        collection = payment.kind == "collection"
        debtor = account_of(payment.debtor_iban, self._reference)
        if debtor is None:
            return Unpaid(
                payment, "not-executed" if collection else "rejected", no_debtor_account(payment)[0]
            )
        refusals = self._refusals(payment, debtor)
        if refusals:
            return Unpaid(payment, "not-executed" if collection else "rejected", refusals[0])
        rate = self._rate(debtor)
        needed, room = needed_cents(payment, debtor, self._profile, rate), self._room(debtor)
        if needed is not None and needed <= room:
            return None
        return self._short(payment, debtor, cover_findings(Cover(payment, needed, room))[0], rate)

    def _kept(self, payment: Payment) -> Unpaid | None:
        """What compliance holds or refuses. A refusal comes first: no stop that ends may bring it back."""
        against = self._against.get(payment.key)
        if against is None or against.effect == "hold":
            debit = payment.kind == "credit-transfer" or payment.route == "on-us"
            stopped = stop_findings(
                payment.key, debit, payment.creditor_iban[:2], self._reference, self._profile, self.window
            )
            against = stopped[0] if stopped else against
        if against is None:
            return None
        if against.effect == "hold":
            return Unpaid(payment, "held", against)
        ours = payment.kind == "collection" and payment.route == "on-us"
        return Unpaid(payment, "not-executed" if ours else "rejected", against)

    def pay(self, payment: Payment) -> tuple[Posting, Posting]:
        """Spend the money and return the double entry."""
        day = max(self._day, payment.booking_date)  # EXE-04: the value date is the booking date
        debit = self._posting(payment, self._debit_account(payment), "debit", day)
        credit = self._posting(payment, self._credit_account(payment), "credit", day)
        self._moved[debit.account] = self._moved.get(debit.account, 0) - debit.moved_cents
        if day == self._day:  # what is collected elsewhere is no money before its day
            self._moved[credit.account] = self._moved.get(credit.account, 0) + credit.moved_cents
        if payment.kind == "collection" and payment.route == "on-us":
            consent = consent_for(payment, self._reference)
            if consent is not None and payment.booking_date not in (days := self._uses.get(consent.id, ())):
                self._uses[consent.id] = (*days, payment.booking_date)
        return debit, credit

    def _posting(
        self, payment: Payment, name: str, side: Literal["debit", "credit"], day: datetime.date
    ) -> Posting:
        """One side; on an account in another currency with what it moves there, at this window's rate."""
        amount_cents = payment.amount_cents
        account = self._accounts.get(name)
        if account is None or account.currency == self._profile.scope.currency:
            return Posting(payment.key, name, side, amount_cents, day, day)
        rate = self._rate(account)
        own_cents = None if rate is None else in_currency(amount_cents, rate)
        return Posting(payment.key, name, side, amount_cents, day, day, account.currency, own_cents, rate)

    def _rate(self, account: Account) -> int | None:
        euro = account.currency == self._profile.scope.currency
        return None if euro else rate_of(account.currency, account.iban, self._rates)

    def group(self, payment: Payment) -> Group:
        """The kind, settlement date and scheme of the bulk that the payment leaves in."""
        if payment.route == "on-us":
            return "on-us", self._day, ""
        earliest = self._interbank.get(payment.booking_date)
        if earliest is None:
            earliest = interbank_day(self._as_of, payment.booking_date, self._profile)
            self._interbank[payment.booking_date] = earliest
        settlement_date = max(payment.settlement_date, earliest)
        if payment.kind == "credit-transfer":
            return "pacs.008", settlement_date, ""
        return "pacs.003", settlement_date, payment.local_instrument or ""

    def _refusals(self, payment: Payment, debtor: Account) -> Findings:
        asked = (debtor.iban, payment.kind)
        findings = self._standing.get(asked)
        if findings is None:
            findings = self._standing[asked] = debtor_findings(
                debtor, payment.kind, self.window, self._profile
            )
        if payment.kind == "collection":
            findings += creditor_barred(debtor, payment.creditor_identifier, self._profile)
            findings += consent_findings(
                payment, reference=self._reference, profile=self._profile, uses=self._uses
            )
        if payment.route == "on-us":
            creditor = account_of(payment.creditor_iban, self._reference)
            iban = creditor.iban if creditor is not None else payment.creditor_iban
            posted_cents = self._booked.get(iban, 0) + self._moved.get(iban, 0)
            findings += creditor_findings(payment, creditor, self.window, self._profile, posted_cents)
        else:
            findings += self._unreached(payment)
        return findings

    def _unreached(self, payment: Payment) -> Findings:
        _, settlement_date, _ = self.group(payment)
        return reach_findings(payment, self._reference, settlement_date)

    def _room(self, account: Account) -> int:
        """Cents of its own currency that the account can still give in this window."""
        if account.iban not in self._rooms:
            self._rooms[account.iban] = available_cents(account, self._booked, self._profile, at=self.window)
        return self._rooms[account.iban] + self._moved.get(account.iban, 0)

    def _short(self, payment: Payment, debtor: Account, finding: Finding, rate: int | None) -> Unpaid:
        if payment.kind == "collection":
            return Unpaid(payment, "not-executed", finding, rate)
        days = retry_days(debtor, self._profile)
        last_day = self._last_days.get((payment.booking_date, days))
        if last_day is None:
            last_day = last_attempt_day(payment.booking_date, days, self._profile)
            self._last_days[payment.booking_date, days] = last_day
        final = is_final_window(self._as_of, last_day, self._profile)
        return Unpaid(payment, "unsettled" if final else "pending-funds", finding, rate)

    def _debit_account(self, payment: Payment) -> str:
        if payment.kind == "collection" and payment.route == "clearing":
            return CLEARING_COLLECTIONS
        debtor = account_of(payment.debtor_iban, self._reference)
        return debtor.iban if debtor is not None else payment.debtor_iban

    def _credit_account(self, payment: Payment) -> str:
        """The creditor's account where it is ours; else the clearing, or the partner that collects for it."""
        if payment.kind == "credit-transfer" and payment.route == "clearing":
            return CLEARING_TRANSFERS
        creditor = account_of(payment.creditor_iban, self._reference)
        if creditor is not None:
            return creditor.iban
        partner = (self._reference.partners or {}).get(payment.partner)
        settlement_account = partner.settlement_account if partner is not None else None
        return settlement_account or f"PARTNER:{payment.partner}"


def _as_of(window: datetime.datetime, day: datetime.date) -> datetime.datetime:
    """The hour of the banking day that `window` stands for: the end of one that goes on past midnight, the beginning of
    one that has begun before it."""
    if day == window.date():
        return window
    hour = datetime.time.max if day < window.date() else datetime.time.min
    return datetime.datetime.combine(day, hour, tzinfo=window.tzinfo)


class _Limits:
    """What the clearing takes in one file."""

    __slots__ = ("_cents_max", "_count_max")

    def __init__(self, profile: Profile, bytes_per_order: int) -> None:
        clearing = profile.clearing
        self._cents_max = clearing.max_cents_per_file
        self._count_max = min(
            clearing.max_transactions_per_file, clearing.max_bytes_per_file // bytes_per_order
        )

    def fit(self, payment: Payment) -> None:
        """BrokenPromise when the payment is fit for no file."""
        if self._count_max < 1:
            raise BrokenPromise("the clearing's limits leave no room for a single order")
        if payment.amount_cents > self._cents_max:
            raise BrokenPromise(f"payment {payment.key} is larger than any file may be")

    def full(self, opened: _Open, payment: Payment) -> bool:
        """Whether the payment needs a new file."""
        return opened.count >= self._count_max or opened.sum_cents + payment.amount_cents > self._cents_max
