"""Withdrawing by state, kind and day: one answer for each, and one rule that gives it."""

import datetime
from typing import Any

import pytest

from sepa.model.journal import MOVES
from sepa.model.profile import Profile
from sepa.rules import holds
from sepa.rules.withdrawals import OPEN, RULES, Withdrawal, answer
from sepa.schedule import revocation_deadline
from tests.build import OTP, SEPA_2026, case, said

THURSDAY, GOOD_FRIDAY, TUESDAY = (datetime.date(2026, 4, day) for day in (2, 3, 7))


def asked(on: datetime.date = THURSDAY, due: datetime.date | None = TUESDAY, **changes: Any) -> Withdrawal:
    """A waiting transfer, due on the Tuesday after Easter, that somebody wants to withdraw."""
    last_day = revocation_deadline(due, OTP) if due else None
    facts = {
        "kind": "credit-transfer",
        "state": "waiting",
        "due_on": due,
        "last_day": last_day,
        "asked_on": on,
    }
    return Withdrawal(**(facts | changes))


@pytest.mark.parametrize(
    ("withdrawal", "code", "name"),
    [
        pytest.param(asked(), "DS02", "in_time", id="REV-01 Thursday for Tuesday, over Easter"),
        pytest.param(asked(GOOD_FRIDAY), "DS03", "too_late", id="REV-01 Good Friday for Tuesday"),
        pytest.param(asked(TUESDAY), "DS03", "too_late", id="REV-01 Tuesday for Tuesday"),
        pytest.param(asked(due=THURSDAY), "DS03", "too_late", id="REV-03 for the same day"),
        pytest.param(asked(due=None), "DS03", "too_late", id="without a day nothing says that it is in time"),
        pytest.param(asked(state="held"), "DS02", "in_time", id="held"),
        pytest.param(asked(TUESDAY, state="held"), "DS03", "too_late", id="held and due"),
        pytest.param(asked(state="pending-funds"), "DS02", "in_time", id="without cover yet"),
        pytest.param(asked(state="paid"), "DS03", "executed", id="REV-06 paid"),
        pytest.param(asked(TUESDAY, state="paid"), "DS03", "executed", id="paid and late"),
        pytest.param(asked(state="paid", unsent=True), "DS02", "in_time", id="REV-06 sealed, not sent"),
        pytest.param(asked(TUESDAY, state="paid", unsent=True), "DS03", "too_late", id="sealed and late"),
        pytest.param(asked(state="unsettled"), "DS03", "ended", id="never covered"),
        pytest.param(asked(state="rejected"), "DS03", "ended", id="refused"),
        pytest.param(
            asked(state="routed", elsewhere=True),
            "DS02",
            "before_hand_over",
            id="REV-06 outside SEPA, in time",
        ),
        pytest.param(
            asked(TUESDAY, state="routed", elsewhere=True),
            "DS02",
            "before_hand_over",
            id="REV-06 outside SEPA on its day",
        ),
        pytest.param(
            asked(TUESDAY, state="held", elsewhere=True),
            "DS02",
            "before_hand_over",
            id="REV-06 held outside SEPA",
        ),
        pytest.param(
            asked(state="handed-over", elsewhere=True), "DS03", "handed_over", id="REV-06 handed over"
        ),
        pytest.param(asked(state="revoked"), "DS03", "ended", id="withdrawn before"),
        pytest.param(asked(kind="collection"), "DS03", "by_consent", id="REV-04 a collection"),
        pytest.param(
            asked(kind="collection", state="paid"), "DS03", "executed", id="a collection that was paid"
        ),
        pytest.param(
            asked(kind="collection", state="not-executed"),
            "DS03",
            "ended",
            id="a collection that was refused",
        ),
    ],
)
def test_one_answer_by_one_rule(withdrawal: Withdrawal, code: str, name: str) -> None:
    finding = answer(withdrawal)
    assert (finding.code, finding.name) == (code, f"withdrawals.{name}")
    assert [found for rule in RULES for found in rule.check(withdrawal, case())] == [finding]


def test_what_may_be_withdrawn_may_move_there() -> None:
    assert {state for state, after in MOVES.items() if "revoked" in after} == OPEN | {"paid"}


@pytest.mark.parametrize("bank", [OTP, SEPA_2026], ids=["otp-sk", "sepa-2026"])
def test_both_profiles_ask_for_a_working_day(bank: Profile) -> None:
    assert revocation_deadline(TUESDAY, bank) == THURSDAY


def test_the_sentence_names_the_days() -> None:
    finding = answer(asked(TUESDAY))
    assert str(finding.message) == (
        "It is too late to withdraw: due on 2026-04-07, the order could be withdrawn up to 2026-04-02."
    )
    assert "recall" in str(finding.remedy)


def test_a_hold_names_the_order_and_nothing_else() -> None:
    """Nobody is told why (HLD-01): the reason stays in the journal. A refusal after it costs the client nothing."""
    finding = holds.stopped("E2E-1")
    assert holds.by_person.check("E2E-1", case()) == (finding,)
    assert said((finding,)) == {("HLD-10", "MS03", "end_to_end_id", "hold")}
    assert finding.blames == "bank"
    assert holds.is_stopped((finding,))
    assert not holds.is_stopped((answer(asked()),))
