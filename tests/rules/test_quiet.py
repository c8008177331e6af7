"""The short questions that spare rules: a yes must mean that every rule which shares it has nothing to say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sepa.model.message import (
    AccountId,
    Address,
    Agent,
    Identification,
    Party,
    PaymentType,
    Remittance,
    StructuredReference,
)
from sepa.rules import RULES
from sepa.rules.rule import Case, Rule
from tests.build import A1, A4, A5, A6, B1, C1, C2, Built, case, collection, dating, profile, transfer

SPARED = tuple(rule for rule in RULES if rule.quiet_if is not None)
WORDS = (
    None, "", "Jana Novakova", "Jürgen Größl & Söhne", "Ľubomíra", "a*b", "Ω", "za\u00adves", "tab\there",
    "\u202eevil", "wide\u3000space", "nbsp\u00a0here", "x" * 71, "Č" * 141,
)  # fmt: skip
REFERENCES = (
    "E2E-1", "/VS1/SS/KS0308", "/VS12345678901/SS/KS", "/VS/SS1a/KS", "/VS/SS/KS03080", "/VS1/SS2", "/SS1", "a//b",
    "a/", "/a", "x" * 36, "č", "a\u200bb", "NOTPROVIDED", " ", " a",
)  # fmt: skip
AMOUNTS = (None, "1.00", "0", "0.001", "1.005", "-1", "999999999.99", "1000000000", "٣", "")
OWN = (A1, A4, A5, A6)
IBANS = (
    None,
    B1,
    B1.lower(),
    C1,
    C2,
    B1[:-1],
    "SK0012000000198742637541",
    "SK6252000000000005566784",
    "XX12",
    "",
)
BICS = (None, "TATRSKBX", "OPSKATWW", "UBSWCHZH80A", "TATRSKB", "tatrskbx", "TATRQQBX", "BNPAREFF")
OTHERS = (None, "123456")

lines = st.lists(st.sampled_from([text for text in WORDS if text]), max_size=3).map(tuple)
addresses = st.none() | st.builds(
    Address,
    country=st.sampled_from((None, "SK", "QQ", "sk", "XK")),
    town_name=st.sampled_from(WORDS),
    building_number=st.sampled_from(WORDS),
    lines=lines,
)
identifications = st.none() | st.builds(Identification, st.just("org-other"), st.sampled_from(WORDS[1:]))
parties = st.builds(Party, st.sampled_from(WORDS), addresses, identifications)
accounts = st.builds(AccountId, st.sampled_from((*IBANS, *OWN)), st.sampled_from(OTHERS))
agents = st.builds(Agent, st.sampled_from(BICS))
structured = st.builds(
    StructuredReference,
    st.sampled_from((*WORDS, "RF18539007547034", "RF19539007547034")),
    st.sampled_from((None, "SCOR")),
    st.sampled_from((None, "ISO")),
    st.sampled_from((20, 141)),
)
types = st.builds(
    PaymentType,
    st.sampled_from((None, "NORM", "HIGH")),
    st.sampled_from((None, "SEPA", "URGP", "!X")),
    st.sampled_from((None, "CORE", "B2B", "INST", "!X")),
)
remittances = st.none() | st.builds(Remittance, lines, st.lists(structured, max_size=2).map(tuple))


def spared_rules(built: Built) -> list[Rule]:
    return [rule for rule in SPARED if built.head.kind in rule.kinds]


def asks(rule: Rule, built: Built, judged: Case) -> bool:
    """The answer to the rule's short question."""
    assert rule.quiet_if is not None
    return rule.quiet_if(built.transaction, judged)


@st.composite
def orders(draw: st.DrawFn) -> Built:
    changes: dict[str, Any] = {
        "end_to_end_id": draw(st.sampled_from(REFERENCES)),
        "instruction_id": draw(st.sampled_from((None, *REFERENCES))),
        "amount": draw(st.sampled_from(AMOUNTS)),
        "ultimate_debtor": draw(st.none() | parties),
        "ultimate_creditor": draw(st.none() | parties),
        "remittance": draw(remittances),
        "payment_type": draw(types),
        "payment_type_at": draw(st.sampled_from((None, "block", "transaction", "both"))),
        "currency": draw(st.sampled_from(("EUR", "CZK", None))),
        "charge_bearer": draw(st.sampled_from((None, "SLEV", "SHAR", "DEBT", "OUR"))),
    }
    kind, side = draw(st.sampled_from(((transfer, "creditor"), (collection, "debtor"))))
    changes[side] = draw(parties)
    changes[f"{side}_agent"] = draw(agents)
    changes["debtor_account"], changes["creditor_account"] = draw(accounts), draw(accounts)
    return kind(**changes)


@settings(max_examples=600, deadline=None)
@given(
    built=orders(),
    text=st.sampled_from(("convert", "reject")),
    day=st.sampled_from(("2025-10-01", "2026-04-02", "2026-11-16")),
)
def test_a_spared_rule_has_nothing_to_say(built: Built, text: str, day: str) -> None:
    bank = profile("sepa-2026", characters__text=text)
    judged = case(built, bank=bank, days=dating(day))
    spared = [rule for rule in spared_rules(built) if asks(rule, built, judged)]
    assert [rule.name for rule in spared if rule.check(built.transaction, judged)] == []


@pytest.mark.parametrize("built", [transfer(), collection()], ids=["transfer", "collection"])
def test_the_usual_order_spares_every_rule_that_can_be_spared(built: Built) -> None:
    judged = case(built)
    assert [rule.name for rule in spared_rules(built) if not asks(rule, built, judged)] == []


def test_only_rules_of_orders_are_spared() -> None:
    assert {rule.subject for rule in SPARED} == {"transaction"}
