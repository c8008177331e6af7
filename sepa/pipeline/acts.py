"""What each act of an operator moves, and what it leaves as it stands. Nothing is written here."""

from collections.abc import Iterator, Mapping, Set

import msgspec

from sepa.decide import refused_blocks
from sepa.model.finding import Finding, Findings
from sepa.model.journal import (
    Approval,
    Decision,
    FileRow,
    Move,
    OrderRow,
    Recall,
    RecallReason,
    State,
    first_state,
)
from sepa.model.payment import Bulk
from sepa.model.roles import Roles
from sepa.model.verdict import Verdict
from sepa.pipeline.desk import desk_for, judge_stream
from sepa.pipeline.home import Home
from sepa.pipeline.judge import refuse_early, refuse_incomplete
from sepa.rules.holds import is_stopped, needs_two, stopped
from sepa.rules.withdrawals import Withdrawal, answer
from sepa.schedule import local_instant, recall_deadline, revocation_deadline

Step = Move | Approval | Recall | Finding | str | None
"""The move of an order, or the first word of two; or why it stays as it is, None where that goes without saying."""

NOT_SENT = (
    "It is no transfer that has left for another bank. What waits is withdrawn or put on hold; what was handed over is "
    "asked back by the channel that has it; between our own accounts the payee must agree; a collection is paid back "
    "by a refund."
)
STANDS_ELSEWHERE = "Another sender brought the very same file, and its orders stand."
APPROVED_ALREADY = "You approved it before; a second person must release it."


def steps(
    home: Home,
    decision: Decision,
    file: FileRow,
    order: OrderRow | None,
    recall_reason: RecallReason = "CUST",
) -> Iterator[Step]:
    """One step for every order the decision looks at: `order` alone, or all of `file` that it may concern."""
    if decision.act == "judge-again":
        yield from _judged_again(home, decision, file, only=order.key if order else None)
    elif decision.act != "report-again":
        looked_at = ("held",) if decision.act in ("release", "refuse") else None
        known = _known(home, decision, file.key, recall_reason)
        for each in [order] if order else home.journal.orders(file.key, states=looked_at):
            yield _step(home, decision, each, known)


class Known(msgspec.Struct, frozen=True):
    """What is known of a file besides its orders, as far as the act asks: approvals, roles, orders not sent yet."""

    approved: Mapping[str, Approval] = {}
    roles: Roles = Roles()
    unsent: Set[str] = frozenset()
    sent: Mapping[str, Bulk] = {}
    recalled: Set[str] = frozenset()
    recall_reason: RecallReason = "CUST"


def _known(home: Home, decision: Decision, file_key: str, recall_reason: RecallReason) -> Known:
    match decision.act:
        case "release":
            approved = {each.key: each for each in home.journal.approvals(file_key)}
            return Known(approved=approved, roles=home.roles())
        case "revoke" if home.terms(decision.at).revocation.stage_matrix.in_file_not_sent == "remove":
            return Known(unsent=home.journal.unsent(file_key))
        case "recall":
            return Known(
                sent=home.journal.sent(file_key),
                recalled={each.key for each in home.journal.recalls(file_key)},
                recall_reason=recall_reason,
            )
        case _:
            return Known()


def _step(home: Home, decision: Decision, order: OrderRow, known: Known) -> Step:
    match decision.act, order.state:
        case "release", "held":
            return _release(home, decision, order, known)
        case "refuse", "held":
            return _move(decision, order, "rejected", findings=_as_refusals(order.findings))
        case "hold", "waiting" | "routed":
            return _move(decision, order, "held", findings=(stopped(order.end_to_end_id), *order.findings))
        case "revoke", _:
            said = answer(_withdrawal(home, decision, order, known))
            return _move(decision, order, "revoked", findings=(said,)) if said.code == "DS02" else said
        case "recall", _:
            return _recall(home, decision, order, known)
        case _:
            return None


def _release(home: Home, decision: Decision, order: OrderRow, known: Known) -> Step:
    """The move of a released order; of two people whom it needs, the first only approves of it (EYE-01, HLD-10)."""
    if needs_two(order.findings, order.amount_cents, home.terms(decision.at)):
        first = known.approved.get(order.key)
        if first is None:
            return Approval(order.key, order.step, decision.by, decision.at, decision.id)
        if known.roles.same_person(first.by, decision.by):
            return APPROVED_ALREADY
    kept = tuple(finding for finding in order.findings if finding.effect != "hold")
    return _move(decision, order, "routed" if _elsewhere(order) else "waiting", findings=kept)


def _elsewhere(order: OrderRow) -> bool:
    """Whether an order is none of SEPA's, so that another channel carries it out."""
    return order.route not in (None, "on-us", "clearing")


def _recall(home: Home, decision: Decision, order: OrderRow, known: Known) -> Recall | str:
    """The recall of a transfer that has left, or why none can be asked for. Source: SCT rulebook; REV-05, REV-06."""
    if home.terms(decision.at).revocation.after_execution != "recall":
        return "The bank offers no recall."
    bulk = known.sent.get(order.key)
    if bulk is None:
        return NOT_SENT
    if order.key in known.recalled:
        return "A recall was asked for before."
    last_day = recall_deadline(known.recall_reason, bulk.settlement_date, home.terms(decision.at))
    if local_instant(decision.at, home.profile).date() > last_day:
        return (
            f"It is too late for a recall with {known.recall_reason}: "
            f"settled on {bulk.settlement_date}, it could be asked for up to {last_day}."
        )
    return Recall(order.key, bulk.id, known.recall_reason, decision.id, decision.at, decision.by)


def _withdrawal(home: Home, decision: Decision, order: OrderRow, known: Known) -> Withdrawal:
    """What is asked, on the day it was asked. In our own books what is sealed is done, and others lean on it."""
    due_on = order.booking_date
    return Withdrawal(
        kind=order.kind,
        state=order.state,
        due_on=due_on,
        last_day=revocation_deadline(due_on, home.terms(decision.at)) if due_on else None,
        asked_on=decision.asked_on or local_instant(decision.at, home.profile).date(),
        elsewhere=_elsewhere(order),
        unsent=order.key in known.unsent and order.route == "clearing" and order.kind == "credit-transfer",
    )


def _move(decision: Decision, order: OrderRow, to: State, *, findings: Findings) -> Move:
    return Move(
        key=order.key,
        from_step=order.step,
        to=to,
        at=decision.at,
        by=decision.by,
        cause=f"decision:{decision.id}",
        findings=findings,
        booking_date=order.booking_date,
        settlement_date=order.settlement_date,
        route=order.route,
        amount_cents=order.amount_cents,
    )


def _as_refusals(findings: Findings) -> Findings:
    return tuple(
        msgspec.structs.replace(finding, effect="reject") if finding.effect == "hold" else finding
        for finding in findings
    )


JUDGED_AGAIN: frozenset[State] = frozenset({"waiting", "held", "routed", "rejected", "not-executed"})


def _judged_again(home: Home, decision: Decision, file: FileRow, only: str | None) -> Iterator[Step]:
    """Judge the archived bytes with today's reference data at the first receipt instant; compare with the journal.

    What a person decided stays: a release is not undone, nor a hold, nor the refusal of what was held.
    """
    if not file.count:
        return
    if home.journal.stands_elsewhere(file.key):
        for order in home.journal.orders(file.key):
            if only in (None, order.key):
                yield STANDS_ELSEWHERE
        return
    verdicts: list[Verdict] = []
    reference = home.reference()
    refuse_incomplete(reference)
    terms = home.terms(file.received_at)
    refuse_early(terms, file.received_at)
    desk = desk_for(terms, reference, file.received_at, file.partner, home.archived(file.key))
    with home.archived(file.key).open("rb") as source:
        verdict = judge_stream(
            source,
            desk,
            file.key,
            add=lambda _, judged: verdicts.extend(judged),
            discard=verdicts.clear,
            seen=lambda fingerprints: home.journal.seen(file.key, fingerprints),
            ordered=lambda day: home.journal.ordered(file.key, day),
        )
    overruled = refused_blocks(verdict)
    refused = home.journal.refused_by_people(file.key)
    for order, judged in zip(home.journal.orders(file.key), verdicts, strict=True):
        if only is not None and order.key != only:
            continue
        state = "rejected" if judged.transaction.block in overruled else first_state(judged.outcome)
        same = (state, judged.booking_date, judged.findings) == (
            order.state,
            order.booking_date,
            order.findings,
        )
        released = (order.state == "waiting" and state in ("waiting", "held")) or (
            order.state == "routed" and state == "held"
        )
        if order.state not in JUDGED_AGAIN or same or released or is_stopped(order.findings):
            yield None
        elif order.key in refused:
            yield "A person refused what was held; that stays. Its sender must send a new order."
        else:
            yield Move(
                key=order.key,
                from_step=order.step,
                to=state,
                at=decision.at,
                by=decision.by,
                cause=f"decision:{decision.id}",
                findings=judged.findings,
                outcome=judged.outcome,
                booking_date=judged.booking_date,
                settlement_date=judged.settlement_date,
                route=judged.route,
                amount_cents=judged.amount_cents,
            )
