"""The journal's contract over every store: what to screen again, which open orders an account has, orders that end."""

import pytest
from msgspec.structs import replace

from sepa.model.broken import BrokenPromise
from sepa.model.payment import Ended, Settlement
from sepa.model.verdict import transaction_key
from sepa.store.journal import Journal, Overtaken
from tests.build import A1, A2, transfer
from tests.store.lines import (
    DAY,
    JUDGED,
    WINDOW,
    accepted,
    decision,
    delivery,
    file_verdict,
    finding,
    key_of,
    move,
    pay_all,
    paying,
    states,
    verdict,
)

HELD = replace(finding(), effect="hold", inside="list L: creditor")


def screened(journal: Journal, lists: str, outcome: str = "accepted", name: str = "a") -> str:
    """Judge a file of one order against `lists`; returns the order's key."""
    file_key = key_of(name)
    journal.deliver(delivery(name))
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        sealing.add(
            [verdict(file_key, 1, outcome=outcome, findings=() if outcome == "accepted" else (HELD,))]
        )
        sealing.close(
            file_verdict(1, message_id=f"MSG-{name}"),
            refused_blocks=(),
            profile="otp-sk",
            profile_digest="p" * 64,
            reference_digest="r" * 64,
            at=JUDGED,
            screened=lists,
        )
    return transaction_key(file_key, 1)


def asked(journal: Journal, *keys: str) -> dict[str, list[str]]:
    return {key: [each.inside for each in held] for key, _, held in journal.to_screen(keys)}


def test_which_files_were_judged_against_other_lists(journal: Journal) -> None:
    old, _ = screened(journal, "L 1"), screened(journal, "L 2", name="b")
    screened(journal, "", name="c")
    files = {key_of(name) for name in "abc"}
    assert journal.screened_against(files, "L 2") == {key_of("b")}
    assert journal.screened_against(files - {key_of("b")}, "L 2") == set()
    [(_, order, _)] = journal.to_screen([old])
    assert order == verdict(key_of("a"), 1).transaction


def test_with_it_come_the_holds_that_a_person_lifted_and_no_others(journal: Journal) -> None:
    released, again = screened(journal, "L 1", "held"), screened(journal, "L 1", "held", name="b")
    journal.decide(decision(id="d-1", subject=released), [move(released, "waiting")], report=None)
    by_desk = move(again, "waiting", cause="decision:d-2")
    journal.decide(decision(id="d-2", subject=again, act="judge-again"), [by_desk], report=None)
    assert asked(journal, released, again) == {released: ["list L: creditor"], again: []}


def test_what_was_screened_against_stands_in_the_story(journal: Journal) -> None:
    key = screened(journal, "L 1")
    assert [event.detail["screened"] for event in journal.story(key) if event.what == "judged"] == ["L 1"]


def test_the_lists_of_a_window_are_written_with_its_seal(journal: Journal) -> None:
    accepted(journal)
    plain = journal.digest()
    assert journal.seal(replace(paying(list(journal.due(WINDOW, DAY))), screened="L 1"), by="desk")
    assert journal.digest() != plain
    assert journal.faults() == []


def test_open_orders_of_an_account(journal: Journal) -> None:
    waits = screened(journal, "")
    held = screened(journal, "", "held", name="b")
    other = transfer(debtor_iban=A2).transaction
    file_key = key_of("c")
    journal.deliver(delivery("c"))
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        sealing.add([verdict(file_key, 1, transaction=other)])
        sealing.close(
            file_verdict(1, message_id="MSG-c"), refused_blocks=(), profile="p", profile_digest="p",
            reference_digest="r", at=JUDGED,
        )  # fmt: skip
    assert [order.key for order in journal.open_of([A1])] == sorted([waits, held])
    assert [order.debtor_iban for order in journal.open_of([A2, "SK00"])] == [A2]
    assert journal.open_of([]) == []
    journal.seal(paying([each for each in list(journal.due(WINDOW, DAY)) if each.key == waits]), by="desk")
    assert [order.key for order in journal.open_of([A1])] == [held]


def test_an_order_for_another_channel_is_open_until_it_leaves(journal: Journal) -> None:
    key = screened(journal, "", "routed")
    assert [order.key for order in journal.open_of([A1])] == [key]
    journal.decide(decision(act="revoke"), [move(key, "revoked")], report=None)
    assert journal.open_of([A1]) == []
    assert journal.faults() == []


def test_when_a_person_last_released_an_order(journal: Journal) -> None:
    released, never = screened(journal, "", "held"), screened(journal, "", "held", name="b")
    assert journal.released([released, never]) == {}
    went = move(released, "waiting")
    journal.decide(decision(id="d-1", subject=released), [went], report=None)
    assert journal.released([released, never, "unknown"]) == {released: went.at}


def test_what_is_held_for_another_channel_keeps_what_was_found_before(journal: Journal) -> None:
    key = screened(journal, "", "routed")
    held = Ended(key, key_of("a"), "held", finding(), besides=(HELD,))
    assert journal.seal(Settlement(WINDOW, (), (), (), (held,)), by="desk")
    order = journal.order(key)
    assert order is not None
    assert (order.state, order.findings) == ("held", (finding(), HELD))


def ending(*keys: str) -> Settlement:
    ended = tuple(
        Ended(key, key_of("a" if n == 0 else "b"), "revoked", finding()) for n, key in enumerate(keys)
    )
    return Settlement(WINDOW, (), (), (), ended)


def test_open_orders_end_with_a_report_even_held_ones(journal: Journal) -> None:
    waits, held = screened(journal, ""), screened(journal, "", "held", name="b")
    before = len(journal.reports_due())
    assert journal.seal(ending(waits, held), by="desk")
    assert (states(journal, key_of("a")), states(journal, key_of("b"))) == (["revoked"], ["revoked"])
    assert len(journal.reports_due()) == before + 2
    assert journal.faults() == []


def test_what_was_paid_meanwhile_does_not_end(journal: Journal) -> None:
    key = screened(journal, "")
    pay_all(journal)
    with pytest.raises(Overtaken):
        journal.seal(ending(key), by="desk")
    assert states(journal, key_of("a")) == ["paid"]


def test_an_order_is_not_paid_and_ended_in_one_window(journal: Journal) -> None:
    key = screened(journal, "")
    both = replace(paying(list(journal.due(WINDOW, DAY))), ended=ending(key).ended)
    with pytest.raises(BrokenPromise, match="ends twice"):
        journal.seal(both, by="desk")
