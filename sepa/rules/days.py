"""What the calendar made of the requested date: refused, or moved to another day.

The days themselves come from `sepa.schedule`; here they get their sentences. A refused date refuses
the whole block where it would refuse every order of it.
"""

from collections.abc import Callable

from sepa.model.dating import Dated, Move, Refusal
from sepa.model.finding import NOTHING, Effect, Finding, Findings
from sepa.model.verdict import Dating
from sepa.rules.rule import Case, Rule

Calendared = Dated | Refusal

_EACH_ORDER = ("lead-time", "not-same-day")
"""Refusals that depend on the order. How far ahead a day may lie does too outside SEPA (NSP-10)."""


def is_for_whole_block(refusal: Refusal) -> bool:
    """Whether a refused date refuses every order of its block, whatever the order itself says."""
    return refusal.why not in _EACH_ORDER


def dating_of(calendared: Calendared) -> Dating | None:
    """The days with the findings that say what moved, or None for a refused date."""
    if isinstance(calendared, Refusal):
        return None
    return Dating(
        submitted_on=calendared.submitted_on,
        received_on=calendared.received_on,
        booking_date=calendared.booking_date,
        settlement_date=calendared.settlement_date,
        moved=tuple(_moved(move) for move in calendared.moves),
    )


def refused_date(refusal: Refusal) -> Finding:
    """Why a date was refused."""
    return _REFUSALS[refusal.rule, refusal.why].finding(
        refusal.code,
        "requested_date",
        refusal.requested_on.isoformat(),
        "{bound}",
        bound=refusal.bound.isoformat(),
        cut_off=f"{refusal.cut_off:%H:%M}" if refusal.cut_off is not None else "",
    )


def _moved(move: Move) -> Finding:
    return _MOVES[move.rule, move.why].finding(
        move.code,
        "requested_date",
        move.from_date.isoformat(),
        "{day}",
        day=move.to_date.isoformat(),
        cut_off=f"{move.cut_off:%H:%M}" if move.cut_off is not None else "",
    )


Check = Callable[[Calendared, Case], Findings]


def _refused(id: str, why: str) -> Check:
    def check(subject: Calendared, case: Case) -> Findings:
        if isinstance(subject, Refusal) and (subject.rule, subject.why) == (id, why):
            return (refused_date(subject),)
        return NOTHING

    return check


def _moves(id: str, why: str) -> Check:
    def check(subject: Calendared, case: Case) -> Findings:
        if isinstance(subject, Refusal):
            return NOTHING
        return tuple(_moved(move) for move in subject.moves if (move.rule, move.why) == (id, why))

    return check


def _calendar_rule(
    id: str,
    why: str,
    *,
    codes: tuple[str, ...],
    sentence: str,
    source: str,
    message: str,
    remedy: str,
    parameters: tuple[str, ...],
    effect: Effect = "reject",
    kinds: tuple[str, ...] = ("credit-transfer", "collection"),
) -> Rule:
    each = effect == "move" or why in _EACH_ORDER
    name = why.replace("-", "_")
    return Rule(
        id=id,
        name=f"days.{name}_moved" if effect == "move" else f"days.{name}",
        subject="transaction" if each else "payment-information",
        sentence=sentence,
        source=source,
        codes=codes,
        message=message,
        remedy=remedy,
        check=_moves(id, why) if effect == "move" else _refused(id, why),
        parameters=parameters,
        kinds=kinds,
        effect=effect,
    )


_TRANSFER = ("credit-transfer",)
_COLLECTION = ("collection",)
_PAST = "The requested date {found} had passed when the file came."
_LATER = "Ask for {bound} or a later day."
_LEAD = "The collection for {found} came too late; it had to be here by {bound}."
_LEAD_REMEDY = "Ask for a later day and deliver in time."
_NOTED = "Nothing is needed."

_OUTSIDE_HOURS = (
    "cutoffs.on_us_conversion", "cutoffs.priority_domestic", "cutoffs.on_us_foreign_currency",
    "cutoffs.otp_express", "cutoffs.foreign_other", "cutoffs.foreign_with_fx_deal",
)  # fmt: skip

REFUSALS: tuple[Rule, ...] = (
    _calendar_rule(
        "DAT-03",
        "past",
        codes=("CH04",),
        sentence="The requested date does not lie before the day the order comes.",
        source="otp-sk V.2.1(24)(a)",
        message=_PAST,
        remedy=_LATER,
        parameters=("orders.due_date.past",),
    ),
    _calendar_rule(
        "DAT-03",
        "too-far",
        codes=("CH03",),
        sentence="The requested date is no further ahead than the terms allow.",
        source="otp-sk V.2.1(24)(a)",
        message="The requested date {found} is too far ahead.",
        remedy="Ask for {bound} or an earlier day.",
        parameters=("orders.due_date.max_years_ahead",),
    ),
    _calendar_rule(
        "NSP-10",
        "too-far",
        codes=("CH03",),
        sentence="A foreign payment is due within the working days ahead that the terms allow.",
        source="otp-sk V.3.2(52)",
        message="The requested date {found} is too far ahead.",
        remedy="Ask for {bound} or an earlier day.",
        parameters=("non_sepa.due_date_max_working_days",),
        kinds=_TRANSFER,
    ),
    _calendar_rule(
        "DAT-04",
        "past",
        codes=("CH04",),
        sentence="An order that needs a conversion is not due before the day it comes.",
        source="otp-sk V.2.1(24)(b)",
        message=_PAST,
        remedy=_LATER,
        parameters=("orders.due_date.with_conversion",),
        kinds=_TRANSFER,
    ),
    _calendar_rule(
        "DAT-04",
        "not-same-day",
        codes=("DT04",),
        sentence="An order that needs a conversion is due on the day it is received.",
        source="otp-sk V.2.1(24)(b)",
        message="An order that needs a conversion cannot wait until {found}.",
        remedy="Ask for {bound}, the day of receipt.",
        parameters=("orders.due_date.with_conversion",),
        kinds=_TRANSFER,
    ),
    _calendar_rule(
        "DAT-09",
        "late",
        codes=("TM01",),
        sentence="An order for the same day comes before the cut-off.",
        source="otp-sk V.2.1(28)",
        message="The order for {found} came after the cut-off at {cut_off}.",
        remedy=_LATER,
        parameters=("cutoffs.late_action", "cutoffs.sct", *_OUTSIDE_HOURS),
        kinds=_TRANSFER,
    ),
    _calendar_rule(
        "DDL-01",
        "lead-time",
        codes=("TM01",),
        sentence="A one-off or first collection is delivered the agreed number of working days ahead.",
        source="otp-sk V.2.2(38)",
        message=_LEAD,
        remedy=_LEAD_REMEDY,
        parameters=("direct_debit.lead_days", "direct_debit.late_action"),
        kinds=_COLLECTION,
    ),
    _calendar_rule(
        "DDL-02",
        "lead-time",
        codes=("TM01",),
        sentence="A following collection is delivered the agreed number of working days ahead.",
        source="otp-sk V.2.2(38)",
        message=_LEAD,
        remedy=_LEAD_REMEDY,
        parameters=("direct_debit.lead_days", "direct_debit.late_action"),
        kinds=_COLLECTION,
    ),
    _calendar_rule(
        "DDL-07",
        "too-early",
        codes=("CH03",),
        sentence="A collection is not delivered earlier than the terms allow.",
        source="EPC016-06 2025, 4.3; profile, direct_debit.earliest_calendar_days",
        message="The collection for {found} came too early.",
        remedy="Deliver it on {bound} or later.",
        parameters=("direct_debit.earliest_calendar_days",),
        kinds=_COLLECTION,
    ),
)
MOVES: tuple[Rule, ...] = (
    _calendar_rule(
        "DAT-03",
        "past",
        codes=("DT06", "CH19"),
        sentence="An order whose date has passed is carried out on the next possible day.",
        source="profile, orders.due_date.past",
        message="The requested date {found} had passed; the order is carried out on {day}.",
        remedy=_NOTED,
        parameters=("orders.due_date.past",),
        effect="move",
    ),
    _calendar_rule(
        "DAT-08",
        "non-working-day",
        codes=("DT06",),
        sentence="An order due on a day off is carried out on the next working day.",
        source="otp-sk V.2.1(28), II Working day",
        message="{found} is not a working day; the order is carried out on {day}.",
        remedy=_NOTED,
        parameters=("calendar.working_day_basis", "calendar.roll_convention"),
        effect="move",
        kinds=_TRANSFER,
    ),
    _calendar_rule(
        "DAT-09",
        "late",
        codes=("DT06",),
        sentence="A same-day order that comes after the cut-off is carried out on the next working day.",
        source="otp-sk V.2.1(28)",
        message="The order came after the cut-off at {cut_off}; it is carried out on {day}.",
        remedy="Deliver before the cut-off for execution on the same day.",
        parameters=("cutoffs.late_action", "cutoffs.sct", *_OUTSIDE_HOURS),
        effect="move",
        kinds=_TRANSFER,
    ),
    _calendar_rule(
        "CUT-04",
        "late",
        codes=("DT06",),
        sentence="An order that comes after the cut-off counts as received on the next working day.",
        source="otp-sk V.2.1(28)",
        message="The order came after the cut-off at {cut_off}; it counts as received on {day}.",
        remedy="Deliver before the cut-off for execution on the same day.",
        parameters=("cutoffs.late_action",),
        effect="move",
        kinds=_TRANSFER,
    ),
    _calendar_rule(
        "DDL-03",
        "lead-time",
        codes=("CH19",),
        sentence="A collection delivered late may be carried out all the same.",
        source="otp-sk V.2.2(38)",
        message="The collection for {found} came late; it is carried out on {day}.",
        remedy=_LEAD_REMEDY,
        parameters=("direct_debit.late_action",),
        effect="move",
        kinds=_COLLECTION,
    ),
    _calendar_rule(
        "DDL-05",
        "lead-time",
        codes=("CH19",),
        sentence="A collection too late for the payer's bank may be moved to the next possible day.",
        source="otp-sk VII.7(30)",
        message="The collection for {found} came too late for the payer's bank; it is moved to {day}.",
        remedy=_LEAD_REMEDY,
        parameters=("direct_debit.creditor_late_action",),
        effect="move",
        kinds=_COLLECTION,
    ),
    _calendar_rule(
        "DDL-06",
        "non-working-day",
        codes=("CH19",),
        sentence="A collection due on a closing day is carried out on the next working day.",
        source="EPC016-06 2025, due date; otp-sk II Working day",
        message="{found} is a closing day; the collection is carried out on {day}.",
        remedy=_NOTED,
        parameters=("calendar.working_day_basis", "direct_debit.lead_days"),
        effect="move",
        kinds=_COLLECTION,
    ),
)


def _by_occasion(rules: tuple[Rule, ...]) -> dict[tuple[str, str], Rule]:
    named = ((rule, rule.name.removeprefix("days.").removesuffix("_moved")) for rule in rules)
    return {(rule.id, why.replace("_", "-")): rule for rule, why in named}


_REFUSALS = _by_occasion(REFUSALS)
_MOVES = _by_occasion(MOVES)

RULES: tuple[Rule, ...] = (*REFUSALS, *MOVES)
