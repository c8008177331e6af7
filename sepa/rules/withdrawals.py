"""Withdrawing an order: in time and before it is paid, or not at all. Asked when a person orders it, not at intake."""

import datetime

import msgspec

from sepa.model.finding import NOTHING, Finding, Findings
from sepa.model.journal import State
from sepa.model.message import Kind
from sepa.rules.rule import Case, Rule, rule

OPEN: frozenset[State] = frozenset({"waiting", "pending-funds", "held", "routed"})
"""States of an order that may still be paid, and so may still be withdrawn."""


class Withdrawal(msgspec.Struct, frozen=True):
    """An order as it stands on the day `asked_on`, when somebody wants to withdraw it.

    `unsent` says that it was paid in a bulk which has not begun to leave, and may be taken out of it.
    `due_on` is its booking date and `last_day` the last one on which it can be withdrawn; both are None
    where the order has no date. `elsewhere` says that it is none of SEPA's and another channel carries it out.
    """

    kind: Kind
    state: State
    due_on: datetime.date | None
    last_day: datetime.date | None
    asked_on: datetime.date
    unsent: bool = False
    elsewhere: bool = False


def answer(asked: Withdrawal) -> Finding:
    """The one answer to `asked`: DS02 when the order is withdrawn, DS03 with the reason when it stays as it is.

    The deadline is a day, and that day is still in time to its end. Outside SEPA the stage alone counts.
    Source: otp-sk V.2.1(25), V.2.2(35), V.3.2(56); REV-01, REV-03, REV-04, REV-06, CUT-13.
    """
    due_on, last_day, asked_on = str(asked.due_on or ""), str(asked.last_day or ""), str(asked.asked_on)
    if asked.state == "paid" and not asked.unsent:
        return executed.finding("DS03", "requested_date", due_on, "an order that is not paid yet")
    if asked.state == "handed-over":
        return handed_over.finding("DS03", "requested_date", due_on, "an order that is still with us")
    if asked.state not in OPEN and not asked.unsent:
        return ended.finding("DS03", "position", asked.state, "an order that may still be paid")
    if asked.kind == "collection":
        return by_consent.finding("DS03", "mandate", None, "a transfer")
    if asked.elsewhere:
        return before_hand_over.finding(
            "DS02", "requested_date", asked_on, "a day before the order is handed over", asked_on=asked_on
        )
    if asked.last_day is None or asked.asked_on > asked.last_day:
        return too_late.finding(
            "DS03", "requested_date", due_on, "{last_day} or an earlier day", last_day=last_day
        )
    return in_time.finding(
        "DS02",
        "requested_date",
        asked_on,
        "{last_day} or an earlier day",
        last_day=last_day,
        asked_on=asked_on,
    )


def _answered(asked: Withdrawal, name: str) -> Findings:
    found = answer(asked)
    return (found,) if found.name == name else NOTHING


_SOURCE = "otp-sk V.2.1(25)"
_RECALL = "Once it is paid only a recall can ask for the money back."


@rule(
    "REV-01",
    subject="transaction",
    source=_SOURCE,
    codes=("DS02",),
    message="The order was withdrawn on {asked_on}, in time: its last day was {last_day}.",
    remedy="If you still want to pay, send a new order.",
    parameters=("revocation.deadline_working_days", "revocation.stage_matrix.in_file_not_sent"),
    kinds=("credit-transfer",),
)
def in_time(subject: Withdrawal, case: Case) -> Findings:
    """A transfer can be withdrawn to the end of the working day before it is due."""
    return _answered(subject, in_time.name)


@rule(
    "REV-01",
    subject="transaction",
    source=_SOURCE,
    codes=("DS03",),
    message="It is too late to withdraw: due on {found}, the order could be withdrawn up to {last_day}.",
    remedy=_RECALL,
    parameters=("revocation.deadline_working_days",),
    kinds=("credit-transfer",),
    effect="warn",
)
def too_late(subject: Withdrawal, case: Case) -> Findings:
    """A transfer that is due today can no longer be withdrawn."""
    return _answered(subject, too_late.name)


@rule(
    "REV-01",
    subject="transaction",
    source="otp-sk V.2.1(25), V.3.2(56)",
    codes=("DS03",),
    message="The order was paid already.",
    remedy="Only a recall can ask for the money back.",
    effect="warn",
)
def executed(subject: Withdrawal, case: Case) -> Findings:
    """An order that was paid cannot be withdrawn."""
    return _answered(subject, executed.name)


@rule(
    "REV-01",
    subject="transaction",
    source=_SOURCE,
    codes=("DS03",),
    message="The order is {found}, so there is nothing to withdraw.",
    remedy="Nothing is needed.",
    effect="warn",
)
def ended(subject: Withdrawal, case: Case) -> Findings:
    """Only an order that may still be paid can be withdrawn."""
    return _answered(subject, ended.name)


@rule(
    "REV-06",
    subject="transaction",
    source="otp-sk V.3.2(56)",
    codes=("DS02",),
    message="The order was withdrawn on {asked_on}, before it was handed over to the service that carries it out.",
    remedy="If you still want to pay, send a new order.",
    kinds=("credit-transfer",),
)
def before_hand_over(subject: Withdrawal, case: Case) -> Findings:
    """A payment outside SEPA can be withdrawn until it is handed over to the service that carries it out."""
    return _answered(subject, before_hand_over.name)


@rule(
    "REV-06",
    subject="transaction",
    source="otp-sk V.3.2(56)",
    codes=("DS03",),
    message="The order, due on {found}, was handed over to the service that carries it out.",
    remedy="Please ask the bank: what was not carried out yet can be stopped there, and else asked back.",
    kinds=("credit-transfer",),
    effect="warn",
)
def handed_over(subject: Withdrawal, case: Case) -> Findings:
    """A payment outside SEPA that was handed over is no longer withdrawn here."""
    return _answered(subject, handed_over.name)


@rule(
    "REV-04",
    subject="transaction",
    source="otp-sk V.2.2(35)",
    codes=("DS03",),
    message="A collection is not withdrawn like a transfer.",
    remedy="The payer cancels the consent, at the latest on the working day before the due date.",
    kinds=("collection",),
    effect="warn",
)
def by_consent(subject: Withdrawal, case: Case) -> Findings:
    """A collection is stopped by cancelling the consent to it."""
    return _answered(subject, by_consent.name)


RULES: tuple[Rule, ...] = (
    in_time,
    too_late,
    executed,
    ended,
    before_hand_over,
    handed_over,
    by_consent,
)
