"""The journal's promises on fees: what an order was before, and what costs is noted once."""

import datetime
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from sepa.model.fee import Charge, Fee
from sepa.model.payment import Unpaid
from sepa.store.journal import Journal
from sepa.store.sql import open_journal
from tests.store.lines import (
    DAY,
    EVENING,
    JUDGED,
    LATER,
    NEXT_DAY,
    WINDOW,
    accepted,
    decide,
    decision,
    finding,
    judge,
    key_of,
    move,
    pay_all,
    paying,
    verdict,
)

LACKING = ("pending-funds",)
REFUSED = ("rejected", "not-executed")


def lack(journal: Journal, window: datetime.datetime) -> None:
    unpaid = [
        Unpaid(each, "pending-funds", finding("FND-01", "AM04")) for each in list(journal.due(window, DAY))
    ]
    assert journal.seal(paying((), unpaid, window=window), by="desk")


def test_what_an_order_was_before_it_is_what_it_is(journal: Journal) -> None:
    file_key = accepted(journal, 2)
    lack(journal, WINDOW)
    assert journal.been(file_key, LACKING) == {}  # so they stand now
    lack(journal, LATER)
    both = {order.key: WINDOW for order in journal.orders(file_key)}
    assert journal.been(file_key, LACKING) == both
    pay_all(journal, EVENING)
    assert journal.been(file_key, LACKING) == both
    assert journal.been(file_key, REFUSED) == {}
    assert journal.been(accepted(journal, name="b"), LACKING) == {}


def test_a_first_refusal_is_remembered_behind_a_second(journal: Journal) -> None:
    file_key = key_of("a")
    judge(journal, verdict(file_key, outcome="rejected"))
    (order,) = journal.orders(file_key)
    assert journal.been(file_key, REFUSED) == {}
    decide(journal, move(order.key, "rejected", findings=(finding("ACC-01", "AC04"),)))
    assert journal.been(file_key, REFUSED) == {order.key: JUDGED}


def charge(key: str, file_key: str, **changes: object) -> Charge:
    made = Charge(
        key, "SK31", Fee("rejection", 105, "2026-01"), NEXT_DAY, "IDN-01", file_key, "judged", LATER
    )
    return replace(made, **changes)


def test_an_event_costs_once_and_stands_in_the_order_s_story(journal: Journal) -> None:
    file_key = accepted(journal, 2)
    one, other = (order.key for order in journal.orders(file_key))
    fee = charge(one, file_key)
    block = charge(f"{one.split('-')[0]}-B1", file_key, fee=Fee("rejection", None, "2026-01"))
    retry = charge(one, file_key, fee=Fee("retry", 20, "2026-01"), charged_on=DAY)
    journal.published([fee, block, retry])
    digest = journal.digest()
    journal.published([replace(fee, occasion="decision:x", charged_on=DAY)])
    assert journal.digest() == digest
    assert journal.charges(NEXT_DAY) == [fee, block]
    assert journal.charges(DAY) == [retry]
    told = [event for event in journal.story(other) if event.what == "fee"]
    assert [(event.at, event.cause) for event in told] == [(LATER, "judged")]
    assert told[0].detail == {
        "event": "rejection",
        "amount": "by the price list",
        "prices": "2026-01",
        "charged_on": "2026-04-07",
        "rule": "IDN-01",
    }
    amounts = [event.detail["amount"] for event in journal.story(one) if event.what == "fee"]
    assert amounts == ["1.05 EUR", "0.20 EUR", "by the price list"]
    assert journal.faults() == []


def test_a_purge_forgets_whose_account_it_was(journal: Journal) -> None:
    purged, kept = accepted(journal), accepted(journal, name="b")
    first, second = charge(f"{purged[:24]}-1", purged), charge(f"{kept[:24]}-1", kept)
    journal.published([first, second])
    journal.purge(decision("p-1", purged, act="purge"))
    assert set(journal.charges(NEXT_DAY)) == {replace(first, account=""), second}


def test_of_an_event_told_twice_at_once_the_first_stands(journal: Journal) -> None:
    file_key = accepted(journal, 2)
    one, other = (charge(order.key, file_key) for order in journal.orders(file_key))
    journal.published([one, replace(one, account="SK32"), other])
    journal.published([replace(other, account="SK33"), replace(one, fee=Fee("retry", 20, "2026-01"))])
    told = {(each.key, each.fee.event): each.account for each in journal.charges(NEXT_DAY)}
    assert told == {
        (one.key, "rejection"): "SK31",
        (one.key, "retry"): "SK31",
        (other.key, "rejection"): "SK31",
    }
    assert journal.faults() == []


def test_charges_packed_elsewhere_are_noted_as_if_they_were_told_one_by_one(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "packed"):
        with closing(open_journal(f"sqlite:///{tmp_path / name}.db")) as journal:
            file_key = accepted(journal, 3)
            one, other, third = (charge(order.key, file_key) for order in journal.orders(file_key))
            retry = replace(third, fee=Fee("retry", 20, "2026-01"))
            for told in ([one, third], [one, other, other, replace(third, account="SK33"), retry], []):
                journal.published([journal.charge_lines(told)] if name == "packed" else told)
            assert sorted(map(repr, journal.charges(NEXT_DAY))) == sorted(
                map(repr, [one, other, third, retry])
            )
            assert journal.faults() == []
            digests.append(journal.digest())
    assert digests[0] == digests[1]


def test_what_is_poured_at_once_is_looked_up_only_where_something_stands(journal: Journal) -> None:
    file_key = accepted(journal, 4)
    told = [charge(order.key, file_key) for order in journal.orders(file_key)]
    journal.published([journal.charge_lines([told[0], told[3]])])
    journal.published([journal.charge_lines([replace(each, account="SK99") for each in told])])
    assert [each.account for each in journal.charges(NEXT_DAY)] == ["SK31", "SK99", "SK99", "SK31"]
    assert journal.faults() == []
