"""HLD-01, HLD-02, HLD-05: who is found on a list, what becomes of the order, and what nobody outside is told."""

import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.model.message import Address, Party
from sepa.model.reference import Reference
from sepa.model.screening import Entry, Lists, lists_of
from sepa.rules import screening
from sepa.rules.screening import causes, screened_again
from sepa.scheme.name_key import name_key
from tests.build import A1, A2, B1, C1, OTP, Built, accounts, case, profile, reference, transfer
from tests.test_decide import judge

NAME = "IVAN PETROV"
CREDITOR = Party(name="Petrov, Iván")
REFUSED = ("HLD-02", "RR04", "reject")
HELD = ("HLD-01", "MS03", "hold")


def line(kind: str = "sanction", **cells: Any) -> Entry:
    facts = {"list": "UN", "edition": "3", "kind": kind} | ({} if cells else {"name": NAME}) | cells
    return Entry(**facts)


def listed(*lines: Entry, **tables: Any) -> Reference:
    return reference(screening=lists_of(lines, "d" * 64), **tables)


def found(built: Built, tables: Reference, **settings: Any) -> set[tuple[str, str, str]]:
    asked = case(built, tables=tables, **settings)
    return {
        (each.rule, each.code, each.effect)
        for rule in screening.RULES
        for each in rule.check(built.transaction, asked)
    }


PEP = accounts() | {A1: msgspec.structs.replace(accounts()[A1], politically_exposed=True)}
SANCTION, UNUSUAL = line(), line("unusual")
ABROAD = Party(name="Ivan Petrov", address=Address(country="RU"))


@pytest.mark.parametrize(
    ("built", "lines", "expected"),
    [
        pytest.param(transfer(creditor=CREDITOR), [SANCTION], {REFUSED}, id="HLD-02 creditor"),
        pytest.param(transfer(debtor=CREDITOR), [SANCTION], {REFUSED}, id="HLD-02 debtor"),
        pytest.param(transfer(ultimate_debtor=CREDITOR), [SANCTION], {REFUSED}, id="HLD-02 ultimate debtor"),
        pytest.param(
            transfer(ultimate_creditor=CREDITOR), [SANCTION], {REFUSED}, id="HLD-02 ultimate creditor"
        ),
        pytest.param(transfer(creditor=Party(name="Ivan Petrova")), [SANCTION], set(), id="another name"),
        pytest.param(transfer(creditor=Party()), [SANCTION], set(), id="no name"),
        pytest.param(
            transfer(creditor_iban=A2, creditor=Party(name="Somebody")),
            [line(name="KOVAC PETER")],
            {REFUSED},
            id="HLD-02 on-us: the owner in our books, whatever name was sent",
        ),
        pytest.param(transfer(creditor=CREDITOR), [UNUSUAL], {HELD}, id="HLD-01 hold"),
        pytest.param(
            transfer(creditor=CREDITOR), [SANCTION, UNUSUAL], {REFUSED, HELD}, id="on lists of both kinds"
        ),
        pytest.param(
            transfer(creditor=CREDITOR), [line(name=NAME, action="hold")],
            {("HLD-02", "MS03", "hold")}, id="a line's own action",
        ),
        pytest.param(
            transfer(creditor=CREDITOR), [line("unusual", name=NAME, action="refuse"), UNUSUAL],
            {("HLD-01", "RR04", "reject")}, id="one refusal among several",
        ),
        pytest.param(transfer(), [line(iban=B1)], {REFUSED}, id="by IBAN"),
        pytest.param(transfer(creditor_iban=B1.lower()), [line(iban=B1)], {REFUSED}, id="IBAN in small letters"),
        pytest.param(transfer(), [line(iban=C1)], set(), id="another IBAN"),
        pytest.param(transfer(creditor_bic="TATRSKBXXXX"), [line(bic="TATRSKBX")], {REFUSED}, id="by BIC"),
        pytest.param(transfer(), [line(bic="TATRSKBX")], {REFUSED}, id="by the BIC of its bank"),
        pytest.param(transfer(), [line(bic="OPSKATWW")], set(), id="another bank"),
        pytest.param(transfer(creditor_iban=C1), [line(country="AT")], {REFUSED}, id="by the account's country"),
        pytest.param(transfer(creditor=ABROAD), [line(country="RU")], {REFUSED}, id="by the address"),
        pytest.param(transfer(), [line(country="AT")], set(), id="another country"),
        pytest.param(
            transfer(creditor=CREDITOR), [line(name=NAME, iban=C1)], set(), id="the name, not the account"
        ),
        pytest.param(
            transfer(ultimate_creditor=CREDITOR), [line(name=NAME, iban=C1)], {REFUSED},
            id="what the order does not say may fit",
        ),
        pytest.param(
            transfer(creditor=CREDITOR), [SANCTION, line(name=NAME, iban=B1, action="pass")], set(),
            id="spared by name and account",
        ),
        pytest.param(
            transfer(creditor=CREDITOR), [SANCTION, line(name=NAME, iban=C1, action="pass")], {REFUSED},
            id="another of that name is spared",
        ),
        pytest.param(
            transfer(ultimate_creditor=CREDITOR), [SANCTION, line(name=NAME, iban=B1, action="pass")], {REFUSED},
            id="spared only when surely meant",
        ),
        pytest.param(
            transfer(creditor=CREDITOR), [SANCTION, line("unusual", name=NAME, action="pass")], {REFUSED},
            id="spared on a list of the other kind",
        ),
        pytest.param(
            transfer(amount="999.99", creditor=CREDITOR), [line("unusual", name=NAME, amount_from_cents=100_000)],
            set(), id="a cent below the amount",
        ),
        pytest.param(
            transfer(amount="1000.00", creditor=CREDITOR), [line("unusual", name=NAME, amount_from_cents=100_000)],
            {HELD}, id="the amount",
        ),
        pytest.param(
            transfer(amount="ten", creditor=CREDITOR), [line("unusual", name=NAME, amount_from_cents=100_000)],
            {HELD}, id="an amount nobody can read",
        ),
        pytest.param(transfer(creditor=CREDITOR), [], set(), id="empty lists"),
    ],
)  # fmt: skip
def test_who_is_found(built: Built, lines: list[Entry], expected: set[tuple[str, str, str]]) -> None:
    assert found(built, listed(*lines)) == expected


@pytest.mark.parametrize(
    ("cells", "hit"),
    [
        pytest.param({"valid_from": datetime.date(2026, 4, 2)}, True, id="from that day"),
        pytest.param({"valid_from": datetime.date(2026, 4, 3)}, False, id="from the day after"),
        pytest.param({"valid_until": datetime.date(2026, 4, 2)}, True, id="to that day"),
        pytest.param({"valid_until": datetime.date(2026, 4, 1)}, False, id="to the day before"),
    ],
)
def test_a_line_counts_on_its_days(cells: dict[str, datetime.date], hit: bool) -> None:
    assert bool(found(transfer(creditor=CREDITOR), listed(line(name=NAME, **cells)))) is hit


@pytest.mark.parametrize(
    ("amount", "tables", "expected"),
    [
        pytest.param("20000.00", {"accounts": PEP}, {HELD}, id="HLD-05 exposed, EUR 20,000"),
        pytest.param("20000.00", {}, set(), id="not exposed"),
        pytest.param("14999.99", {"accounts": PEP}, set(), id="exposed, below the amount"),
    ],
)
def test_an_exposed_owner_is_found_by_lines_that_ask_for_it(
    amount: str, tables: dict[str, Any], expected: set[tuple[str, str, str]]
) -> None:
    asked = line("unusual", exposed=True, amount_from_cents=1_500_000)
    assert found(transfer(amount=amount), listed(asked, **tables)) == expected


def test_an_exposed_owner_is_not_stopped_for_the_mark_alone() -> None:
    big = transfer(amount="20000.00")
    [verdict], _ = judge(big, tables=listed(SANCTION, UNUSUAL, accounts=PEP))
    assert (verdict.outcome, verdict.findings) == ("accepted", ())


def test_the_mark_is_told_to_whoever_decides() -> None:
    [said] = screening.unusual.check(
        (built := transfer(creditor_iban=A1, creditor=CREDITOR)).transaction,
        case(built, tables=listed(UNUSUAL, accounts=PEP)),
    )
    assert said.inside == "unusual list UN: creditor fits name IVAN PETROV (politically exposed) @ version 3"


def test_a_bank_may_hold_where_it_would_refuse_and_refuse_where_it_would_hold() -> None:
    bank = profile(compliance__sanctions__action="hold", compliance__unusual__action="refuse")
    tables = listed(SANCTION, UNUSUAL)
    assert found(transfer(creditor=CREDITOR), tables, bank=bank) == {
        ("HLD-02", "MS03", "hold"),
        ("HLD-01", "RR04", "reject"),
    }


def test_one_of_a_hundred_is_refused_and_the_others_go_on() -> None:
    orders = [{"end_to_end_id": f"E2E-{number}"} for number in range(99)]
    built = transfer(*orders, {"end_to_end_id": "E2E-99", "creditor": CREDITOR})
    verdicts, _ = judge(built, tables=listed(SANCTION))
    assert [each.outcome for each in verdicts] == ["accepted"] * 99 + ["rejected"]


def test_the_client_is_told_nothing_of_lists() -> None:
    [said] = screening.sanctions.check(
        (built := transfer(creditor=CREDITOR)).transaction, case(built, tables=listed(SANCTION))
    )
    outside = " ".join((said.told_rule, said.found, str(said.expected), str(said.message), str(said.remedy)))
    assert "HLD-02" not in outside
    assert not any(word in outside.lower() for word in ("list", "sanction", "petrov", "unusual", "un "))
    assert said.inside == "sanction list UN: creditor fits name IVAN PETROV @ version 3"


def test_without_lists_nothing_is_judged() -> None:
    _, verdict = judge(transfer(), tables=reference(screening=None))
    assert verdict.not_judged == ("HLD-02", "HLD-01")


# --- when the order is due ---

DUE = datetime.date(2026, 4, 7)


def again(tables: Reference, lifted: frozenset[str] = frozenset()) -> set[str]:
    order = transfer(creditor=CREDITOR).transaction
    return {each.rule for each in screened_again(order, tables, OTP, DUE, lifted)}


def test_on_the_due_day_a_new_line_is_found() -> None:
    assert again(listed(line(name=NAME, valid_from=DUE))) == {"HLD-02"}
    assert again(listed(line(name=NAME, valid_from=DUE + datetime.timedelta(days=1)))) == set()
    assert again(reference(screening=None)) == again(listed()) == set()


def test_what_a_person_let_go_on_is_not_held_for_the_same_again() -> None:
    built = transfer(creditor=CREDITOR)
    held = screening.unusual.check(built.transaction, case(built, tables=listed(UNUSUAL)))
    lifted = causes(held)
    newer = msgspec.structs.replace(UNUSUAL, edition="4")
    assert again(listed(newer), lifted) == set()
    assert again(listed(newer, line("unusual", name=NAME, country="SK")), lifted) == {"HLD-01"}
    assert again(listed(msgspec.structs.replace(newer, action="refuse")), lifted) == {"HLD-01"}


def test_of_a_finding_that_holds_nothing_there_is_no_cause_to_lift() -> None:
    built = transfer(creditor=CREDITOR)
    assert causes(screening.sanctions.check(built.transaction, case(built, tables=listed(SANCTION)))) == set()


def test_what_was_asked_is_written_down_and_changes_with_the_days() -> None:
    lists = lists_of((line(name=NAME, valid_from=DUE), line(list="EU", name="X", valid_until=DUE)), "d" * 64)
    before, on_it = lists.as_on(DUE - datetime.timedelta(days=1)), lists.as_on(DUE)
    assert on_it == lists.as_on(DUE) == "EU 3, UN 3 [dddddddddddd.1]"
    assert len({before, on_it, lists.as_on(DUE + datetime.timedelta(days=1))}) == 3
    assert Lists().as_on(DUE) == "no lists [.0]"


PARTS = [
    "Petrov",
    "iván",
    "Ivan,",
    "S.",
    "r.",
    "O",
    "sro",
    "-",
    "李明",
    "\u200b",
    "P’etrov",
    "Holding",
    "I",
    "van",
]
WRITTEN = st.tuples(st.lists(st.sampled_from(PARTS)), st.sampled_from((" ", "\u00a0", "  "))).map(
    lambda told: told[1].join(told[0])
)


@given(name=WRITTEN, others=st.lists(WRITTEN, max_size=3))
def test_a_name_is_suspicious_just_when_its_key_is_listed(name: str, others: list[str]) -> None:
    keys = {key for key in map(name_key, others) if key}
    tables = listed(*(line(name=key) for key in sorted(keys)))
    built = transfer(creditor=Party(name=name), debtor=Party())
    quiet = screening.sanctions.quiet_if
    assert quiet is not None
    assert quiet(built.transaction, case(built, tables=tables)) is (name_key(name) not in keys)
