"""The judging of one file, from its head to its totals."""

import datetime
from collections.abc import Callable, Collection, Sequence, Set

import msgspec

from sepa.decide.asked import Asked, asked_of
from sepa.decide.block import Block, BlockTally, Calendar, findings_of, rejects, status_of
from sepa.decide.chunk import BlockPart, Opening, Part, Recent, Uses
from sepa.decide.folded import Blocks
from sepa.model.authorisation import Authorisation
from sepa.model.finding import NOTHING, Findings, Unreadable
from sepa.model.limit import Allowance
from sepa.model.message import MessageHead, PaymentInformation, Piece, Transaction
from sepa.model.profile import Profile
from sepa.model.reference import Partner, Reference
from sepa.model.verdict import Dating, FileVerdict, Outcome, Verdict, transaction_key
from sepa.rules import contract, duplicates, files, limits, totals
from sepa.rules.consents import consent_for
from sepa.rules.rule import Case
from sepa.scheme.money import cents

Seen = Callable[[Collection[str]], Set[str]]
Ordered = Callable[[datetime.date], int]

_COUNTED: frozenset[Outcome] = frozenset({"accepted", "rolled", "held"})
_MESSAGE_TOTALS = tuple(rule for rule in totals.RULES if rule.subject == "message")
_BLOCK_TOTALS = tuple(rule for rule in totals.RULES if rule.subject == "payment-information")


class Desk(msgspec.Struct, frozen=True):
    """Where a file is judged. `received_at` is the receipt instant in the bank's zone.

    `partner_id` is the name the file was delivered under, None at the counter; `partner` the agreement
    with that partner, None where there is none. `authorisation` is what came of looking at the file's own.
    """

    profile: Profile
    reference: Reference
    received_at: datetime.datetime
    partner: Partner | None = None
    partner_id: str | None = None
    authorisation: Authorisation | None = None


def none_seen(fingerprints: Collection[str]) -> Set[str]:
    """No order has come before: for judging without a journal."""
    return frozenset()


def refuse_unreadable(unreadable: Unreadable, desk: Desk) -> FileVerdict:
    """Return the verdict on a file that no message can be made of: refused as a whole."""
    return FileVerdict(
        status="RJCT",
        findings=(files.unreadable_finding(unreadable),),
        head=None,
        blocks=(),
        count=0,
        sum_text="0.00",
        message_id=unreadable.message_id,
        message_name=unreadable.message_name,
    )


def refused_blocks(verdict: FileVerdict) -> frozenset[int]:
    """Positions of the blocks refused as a whole, for themselves or with the message.

    No transaction of theirs stands, though it may have been accepted by `Judging.piece` before the
    totals were known.
    """
    whole = rejects(verdict.findings)
    return frozenset(
        block.payment_information.position for block in verdict.blocks if whole or rejects(block.findings)
    )


class Judging:
    """The judging of one file: `head` once, `piece` for every piece in the order of the file, then `close`.

    How a file is cut into pieces changes nothing. `ordered` tells what the sender's other files of a day come to, in
    cents; it is asked where a day has a limit. Without it the file is judged alone, and EB-04 named as not judged.

    A chunk of a file is judged by a Judging of its own, made with an `opening`, which ends in `part`; that of the
    file takes each part in its turn with `absorb`.
    """

    def __init__(
        self, desk: Desk, file_key: str, ordered: Ordered | None = None, *, opening: Opening | None = None
    ) -> None:
        self._desk = desk
        self._file_key = file_key
        self._ordered = ordered
        self._elsewhere_cents: int | None = None  # None until a block has a limit of the day
        self._head: MessageHead | None = None
        self._asked: Asked
        self._findings: Findings = NOTHING
        self._refused = False
        self._calendar: Calendar = {}
        self._open: Block | None = None
        self._of_chunk = opening is not None
        self._tallies: list[BlockTally] = []  # of a chunk all, of a file the one that is open
        self._closed = Blocks()
        self._whole = totals.Tally()
        self._orders_refused = 0
        self._pending = False
        self._block_ids: set[str] = set()
        upon = opening or Opening()
        self._uses = Uses(upon.uses)
        self._counted_cents = upon.ordered_cents
        self._day_limit_cents: int | None = None
        self._reached_cents = 0
        self._first_local_instrument = upon.first_local_instrument
        self._ids = Recent(upon, of_chunk=opening is not None)
        self._upon = upon

    def head(self, head: MessageHead) -> Findings:
        """Take the head and return what stands against the whole message so far."""
        self._head = head
        case = self._case(None, None)
        self._asked = asked = asked_of(self._desk.profile, self._desk.reference, head.kind)
        arrival = files.Arrival(head, self._desk.partner_id)
        self._findings = findings_of(asked.arrival, arrival, case) + findings_of(asked.message, head, case)
        self._refused = rejects(self._findings)
        return self._findings

    def piece(self, piece: Piece, seen: Seen = none_seen) -> list[Verdict]:
        """Return one verdict a transaction, in their order.

        `seen` tells which fingerprints came in earlier messages. Totals are known only at the end: `close`
        may refuse what was accepted here (`refused_blocks`).
        """
        (verdicts,) = self.pieces([piece], seen)
        return verdicts

    def pieces(self, pieces: Sequence[Piece], seen: Seen = none_seen) -> list[list[Verdict]]:
        """The same of several pieces, one list each; `seen` is asked once."""
        prints = [_prints(piece) for piece in pieces]
        known = seen([mark for marks in prints for mark in marks])
        return [self._verdicts(piece, marks, known) for piece, marks in zip(pieces, prints, strict=True)]

    def _verdicts(self, piece: Piece, prints: list[str], known: Set[str]) -> list[Verdict]:
        transactions = piece.transactions
        if self._first_local_instrument is None and transactions:
            self._first_local_instrument = transactions[0].payment_type.local_instrument
        block = self._block_of(piece.payment_information)
        return [
            self._verdict(block, transaction, mark, mark in known)
            for transaction, mark in zip(transactions, prints, strict=True)
        ]

    def part(self) -> Part:
        """What the chunk judged here adds to its file. Nothing more can be judged."""
        blocks = tuple(
            BlockPart(each.information, each.findings, each.found, each.refused_singly, each.pending)
            for each in self._tallies
        )
        used = {consent: days for consent, days in self._uses.items() if self._upon.uses.get(consent) != days}
        self._open = (
            None  # it knows this Judging: a worker, which looks for no cycles, would keep every chunk
        )
        return Part(
            blocks,
            tuple(self._ids.noted),
            frozenset(self._uses.consulted),
            used,
            self._counted_cents - self._upon.ordered_cents,
            self._day_limit_cents,
            self._reached_cents,
            self._first_local_instrument,
        )

    def stands(self, part: Part) -> bool:
        """Whether the next chunk's verdicts are those that it would have had in one stream with all before it."""
        spent = self._spent_cents(part.day_limit_cents)
        within = part.day_limit_cents is None or spent + part.reached_cents <= part.day_limit_cents
        return within and self._uses.keys().isdisjoint(part.consulted) and self._ids.know_none_of(part.ids)

    def opening_for(self, part: Part) -> Opening:
        """What the next chunk has to be judged upon, where its `part` does not stand."""
        ids, earlier_ids, count = self._ids.met_by(part.ids)
        spent = self._spent_cents(part.day_limit_cents)
        return Opening(self._first_local_instrument, spent, dict(self._uses), ids, earlier_ids, count)

    def absorb(self, part: Part) -> None:
        """Take in what the next chunk adds. It must stand, or have been judged upon `opening_for`."""
        for block in part.blocks:
            tally = self._tally_of(block.information)
            tally.findings = block.findings
            tally.found.include(block.found)
            tally.refused_singly += block.refused
            tally.pending += block.pending
        self._first_local_instrument = self._first_local_instrument or part.first_local_instrument
        self._ids.add(part.ids)
        self._uses.update(part.uses)
        self._spent_cents(part.day_limit_cents)
        self._counted_cents += part.counted_cents

    def close(self) -> FileVerdict:
        """Judge the totals and return the verdict on the file and its blocks."""
        case = self._case(None, None)
        head, header = case.head, case.head.group_header
        self._close_block()
        whole = self._whole
        declared = totals.Totals(header.number_of_transactions, header.control_sum, whole)
        findings = self._findings + findings_of(_MESSAGE_TOTALS, declared, case)
        refused = rejects(findings)
        if refused:
            self._closed.refuse()
        lacking = [*self._asked.not_judged]
        if self._ordered is None and self._elsewhere_cents is not None:
            lacking.append(limits.day_within_limit.id)
        counts = head.kind == "credit-transfer" and self._desk.partner_id is not None
        return FileVerdict(
            status="RJCT" if refused else status_of(whole.count, self._orders_refused, self._pending),
            findings=findings,
            head=head,
            blocks=self._closed,
            count=whole.count,
            sum_text=whole.sum_text,
            message_id=header.message_id,
            message_name=head.name,
            not_judged=tuple(dict.fromkeys(lacking)),
            counts_on=self._day_of_limits() if counts else None,
        )

    def _verdict(self, block: Block, transaction: Transaction, mark: str, in_earlier: bool) -> Verdict:
        amount = transaction.amount
        amount_cents = cents(amount) if amount is not None else None
        block.tally.found.add(amount, amount_cents)
        route, case, dated = block.days_of(transaction)
        findings = NOTHING
        for quiet, checks in self._asked.strange_orders if block.strange else self._asked.orders:
            if quiet is not None and quiet(transaction, case):
                continue
            for check in checks:
                found = check(transaction, case)
                if found:
                    findings += found
        if findings and any(finding.effect == "route" for finding in findings):
            route, case, dated = block.outside(transaction, findings)
        findings += dated
        if case.allowance is not None and amount_cents is not None:
            spent = self._counted_cents + (self._elsewhere_cents or 0)
            reached = self._counted_cents - self._upon.ordered_cents + amount_cents
            self._reached_cents = max(self._reached_cents, reached)
            findings += findings_of(limits.RULES, limits.Spending(transaction, amount_cents, spent), case)
        again = self._ids.repeats(transaction.end_to_end_id)
        came_before = in_earlier and not block.strange
        if came_before or again:
            repetition = duplicates.Repetition(transaction, came_before, again)
            findings += findings_of(self._asked.repeats, repetition, case)
        outcome: Outcome = "accepted"
        if findings or block.tally.findings or self._refused:
            outcome = block.outcome(findings, self._refused, route)
        if amount_cents is not None and outcome in _COUNTED:
            self._counted_cents += amount_cents
        days = case.dating
        if days is None or outcome in ("rejected", "not-executed"):
            key = transaction_key(self._file_key, transaction.position)
            return Verdict(key, transaction, outcome, findings, amount_cents, fingerprint=mark)
        if route == "on-us" and transaction.mandate is not None and outcome != "held":
            self._use_consent(transaction, days.booking_date)
        return Verdict(
            transaction_key(self._file_key, transaction.position),
            transaction,
            outcome,
            findings,
            amount_cents,
            route,
            days.received_on,
            days.booking_date,
            days.settlement_date,
            mark,
        )

    def _block_of(self, information: PaymentInformation) -> Block:
        if self._open is None or self._open.information.position != information.position:
            strange = self._is_strange(information)
            rules = self._asked.strange_blocks if strange else self._asked.blocks
            self._open = Block(
                self._tally_of(information), self._case, rules, calendar=self._calendar, strange=strange
            )
        return self._open

    def _tally_of(self, information: PaymentInformation) -> BlockTally:
        if not self._tallies or self._tallies[-1].information.position != information.position:
            if not self._of_chunk:
                self._close_block()
            self._tallies.append(BlockTally(information, id_repeated=information.id in self._block_ids))
            self._block_ids.add(information.id)
        return self._tallies[-1]

    def _close_block(self) -> None:
        """Judge the totals of the open block, if there is one: nothing more will come in it."""
        for tally in self._tallies:
            tally.findings += findings_of(_BLOCK_TOTALS, tally.declared, self._case(None, None))
            self._whole.include(tally.found)
            self._orders_refused += tally.orders_refused
            self._pending |= tally.pending > 0 and not tally.refused
            self._closed.add(tally.verdict())
        self._tallies = []

    def _is_strange(self, information: PaymentInformation) -> bool:
        """Whether the sender may not dispose of the account: no agreement of its own says so."""
        desk = self._desk
        if desk.partner_id is None or desk.reference.partners is None:
            return False
        return desk.partner is None or contract.is_strange(information, self._case(information, None))

    def _case(self, block: PaymentInformation | None, dating: Dating | None) -> Case:
        if self._head is None:
            raise ValueError("a file is judged from its head on")
        return Case(
            profile=self._desk.profile,
            reference=self._desk.reference,
            received_at=self._desk.received_at,
            head=self._head,
            partner=self._desk.partner,
            block=block,
            dating=dating,
            uses=self._uses,
            first_local_instrument=self._first_local_instrument,
            allowance=self._allowance(block) if block is not None else None,
            authorisation=self._desk.authorisation,
        )

    def _allowance(self, block: PaymentInformation) -> Allowance | None:
        """What limits each order of a block, the same for all of them; collections have no such limits."""
        desk, head = self._desk, self._head
        terms = desk.profile.ebanking.limit
        lines = desk.reference.limits.get(desk.partner.id, ()) if desk.partner is not None else ()
        if head is None or head.kind != "credit-transfer":
            return None
        allowance = limits.allowance_for(lines, block.account.iban, desk.received_at, terms)
        if allowance is not None and allowance.per_day_cents is not None:
            self._spent_cents(allowance.per_day_cents)
        return allowance

    def _spent_cents(self, day_limit_cents: int | None) -> int:
        """What counts towards the sender's limit of the day so far; other files are asked about where there is one."""
        if day_limit_cents is not None:
            known = self._day_limit_cents
            self._day_limit_cents = day_limit_cents if known is None else min(day_limit_cents, known)
            if self._elsewhere_cents is None:
                day = self._day_of_limits()
                self._elsewhere_cents = self._ordered(day) if self._ordered is not None else 0
        return self._counted_cents + (self._elsewhere_cents or 0)

    def _day_of_limits(self) -> datetime.date:
        desk = self._desk
        return limits.day_of(desk.received_at, desk.profile, desk.reference.banking_days)

    def _use_consent(self, transaction: Transaction, booking_date: datetime.date) -> None:
        consent = consent_for(transaction, self._desk.reference)
        if consent is not None and booking_date not in (days := self._uses.get(consent.id, ())):
            self._uses[consent.id] = (*days, booking_date)


def _prints(piece: Piece) -> list[str]:
    information = piece.payment_information
    requested = information.requested_date or information.requested_time
    return [duplicates.fingerprint(each, requested) for each in piece.transactions]
