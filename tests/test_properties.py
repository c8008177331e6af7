"""What changes no verdict, on the real reader and desk: how a message is written, and how its orders are arranged.

Few rules look further than one order. Each is named in ACROSS, and here is where it is judged as meant.
"""

import io
import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from sepa.decide import Desk, refused_blocks
from sepa.model.finding import Finding
from sepa.model.limit import Limit
from sepa.model.message import MessageHead, Piece, Transaction
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.verdict import FileVerdict, Verdict
from sepa.pipeline.desk import desk_for, judge_stream
from sepa.rules import RULES
from sepa.scheme.money import amount_text
from sepa.scheme.reasons import is_permitted, narrowed
from sepa.store.reference import load_reference
from sepa.wire import read
from sepa.wire.schema import READABLE
from tests.build import OTP, SEPA_2026, instant, profile
from tests.rewriting import rewritten
from tests.wire.generated import Grammar
from tools.sample_bank import A2, B1, CLUB, DE, POOR, TRADER, collection, collections, order, transfers

ROOT = Path(__file__).resolve().parents[1]
NO_MESSAGES = ("40", "41", "42", "43", "44", "45")
DROPS = [
    drop
    for drop in sorted((ROOT / "fixtures" / "sample-bank" / "drops").rglob("*.xml"))
    if drop.parent.name != "stavebniny" or drop.name[:2] not in NO_MESSAGES
]
BANKS = pytest.mark.parametrize("bank", [OTP, SEPA_2026], ids=["otp-sk", "sepa-2026"])
KEY = "0" * 64

REPEATED = "DUP-01"
ACROSS = {
    REPEATED: "within a file: a repeated EndToEndId is remarked on, once less often than it stands there",
    "BAT-04": "other files: the same order came before; the journal tells, and here none came",
    "FIL-09": "other files: the same bytes, or the same MsgId",
    "BAT-03": "within a block and a message: declared totals, which are written anew for every arrangement",
    "EB-04": "within a day: an order counts after those before it, so their order decides; tested below",
    "SDD-02": "within a message: the scheme of its first collection holds for all; tested below",
    "DD-05": "within a period of a consent: the first that can be taken uses it; here none is used twice; tested below",
    "DD-11": "a one-off consent: the first that can be taken uses it up, as with DD-05",
}
"""Rules that look further than one order, and where they look."""


@cache
def tables() -> Reference:
    return load_reference(ROOT / "fixtures" / "sample-bank" / "reference")


def desk(partner: str, bank: Profile = OTP) -> Desk:
    return desk_for(bank, tables(), instant("2026-04-02T10:00", bank), partner)


def judged(content: bytes, at: Desk) -> tuple[FileVerdict, list[Verdict]]:
    """The verdicts on a file, those on the orders of a refused block overruled as they are in the journal."""
    verdicts: list[Verdict] = []
    file = judge_stream(
        io.BytesIO(content),
        at,
        KEY,
        add=lambda _, more: verdicts.extend(more),
        discard=verdicts.clear,
        seen=lambda _: frozenset(),
        unread=lambda _: (),
    )
    return file, verdicts


# --- how it is written ---


def plainly(content: bytes, name: str) -> list[Any]:
    """The head, the blocks and the orders of a message, however it was cut into pieces."""
    found: list[Any] = []
    for item in read(io.BytesIO(content), offered=READABLE, size_bytes_max=1 << 24, piece_bytes=1 << 11):
        if isinstance(item, Piece):
            found += [item.payment_information] if item.payment_information not in found else []
            found += item.transactions
        else:
            found.append(item)
    assert isinstance(found[0], MessageHead), found
    return found


@pytest.mark.parametrize("name", READABLE)
def test_however_it_is_written_the_same_is_read(name: str) -> None:
    """Every element that the schemas know, at the bounds of its type."""
    dice = random.Random(name)  # noqa: S311
    grammar = Grammar(name)
    for fullness in (0.0, 0.2, 0.5, 0.9):
        content = etree.tostring(grammar.message(dice, fullness))
        same = plainly(content, name)
        assert any(isinstance(each, Transaction) for each in same)
        for _ in range(3):
            again = rewritten(content, dice)
            assert plainly(again, name) == same, again.decode()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("drop", DROPS,
                         ids=lambda drop: drop.stem)  # fmt: skip
def test_however_a_sample_is_written_it_is_judged_the_same(drop: Path, seed: int) -> None:
    at = desk(drop.parent.name)
    content = drop.read_bytes()
    again = rewritten(content, random.Random(f"{drop.name}{seed}"))  # noqa: S311
    file, verdicts = judged(content, at)
    other, others = judged(again, at)
    assert others == verdicts
    assert without_places(other) == without_places(file)


def without_places(file: FileVerdict) -> FileVerdict:
    """An unreadable file is told by its line and its bytes, and its MsgId is looked for in them as they stand."""
    if file.head is not None:
        return file
    return replace(file, message_id=None, findings=tuple(each.rule for each in file.findings))


# --- how its orders are arranged ---

_amounts = st.sampled_from(["0.00", "0.01", "1.00", "12.34", "999999999.99", "1000000000.00"])
_transfers = st.lists(
    st.builds(
        order,
        st.sampled_from(["E-1", "E-2", "E-3", "NOTPROVIDED", "/VS12/SS3", "E/"]),
        _amounts,
        st.sampled_from(["Oceliareň", "Ján", "x" * 70, "Ж"]),
        st.sampled_from([B1, A2, DE, TRADER, CLUB, B1[:-1] + "0", "XX000"]),
        bic=st.sampled_from([None, "VZORDEFFXXX"]),
        note=st.sampled_from([None, "Platba", "a//b", "ľščťž"]),
        currency=st.sampled_from(["EUR", "EUR", "USD"]),
        rf=st.sampled_from([None, None, "RF18539007547034", "RF19539007547034"]),
    ),
    min_size=2,
    max_size=7,
)


def _between(tag: str, sent: str) -> str:
    return sent.partition(tag)[2].partition(tag.replace("<", "</"))[0]


_collections = st.lists(
    st.builds(
        collection,
        st.sampled_from(["I-1", "I-2", "NOTPROVIDED"]),
        st.sampled_from(["0.00", "20.00", "75.00", "120.00", "120.01"]),
        st.sampled_from([A2, TRADER, CLUB, POOR, DE]),
        st.sampled_from(["MND-2026-001", "VODA-77", "ONCE-5", "LATE-1", "EXT-2"]),
        signed=st.sampled_from(["2025-01-15", "2027-01-01"]),
    ),
    min_size=2,
    max_size=7,
    unique_by=lambda sent: (_between("<DbtrAcct>", sent), _between("<MndtId>", sent)),
)
_files = st.one_of(
    _transfers.map(lambda orders: ("stavebniny", orders)),
    _collections.map(lambda orders: ("vzorova-banka", orders)),
)


def written(partner: str, name: str, parts: list[list[str]]) -> bytes:
    """A file with a block for each of `parts`, all of the same account and day."""
    if partner == "stavebniny":
        more = [(TRADER, part) for part in parts[1:]]
        return transfers(name, TRADER, parts[0], blocks=more).encode()
    return collections(name, [("RCUR", "2026-04-13", part) for part in parts]).encode()


def verdicts_of(
    content: bytes, partner: str, orders: list[str], bank: Profile
) -> tuple[Counter[Any], Counter[str]]:
    """How often each order as sent is judged in each way, and how often each EndToEndId is called a repeat.

    Exactly one verdict an order is part of it, and so is that every word said of it may be said.
    """
    file, verdicts = judged(content, desk(partner, bank))
    assert [each.transaction.position for each in verdicts] == list(range(1, len(orders) + 1))
    assert file.count == len(orders)
    assert refused_blocks(file) == frozenset()
    for each in verdicts:
        assert_may_be_said(each.findings, partner)
    repeats = Counter(
        each.transaction.end_to_end_id
        for each in verdicts
        for found in each.findings
        if found.rule == REPEATED
    )
    alone = [tuple(found for found in each.findings if found.rule != REPEATED) for each in verdicts]
    ways = [
        (sent, each.outcome, each.route, each.booking_date, each.settlement_date, each.amount_cents, found)
        for sent, each, found in zip(orders, verdicts, alone, strict=True)
    ]
    return Counter(map(repr, ways)), repeats


def assert_may_be_said(findings: tuple[Finding, ...], partner: str) -> None:
    for found in findings:
        assert is_permitted(found.code, "pain.002"), found
        uses = ("sct",) if partner == "stavebniny" else ("sdd-core", "sdd-b2b")
        assert all(is_permitted(narrowed(found.code, use), use) for use in uses), found  # type: ignore[arg-type]
        assert "{" not in f"{found.message}{found.remedy}{found.expected}"


def once_less(orders: list[str]) -> Counter[str]:
    names = Counter(_between("<EndToEndId>", each) for each in orders)
    return Counter({name: count - 1 for name, count in names.items() if count > 1 and name != "NOTPROVIDED"})


@BANKS
@settings(max_examples=25, deadline=None)
@given(file=_files, dice=st.randoms(use_true_random=False))
def test_however_its_orders_are_arranged_each_is_judged_the_same(
    bank: Profile, file: tuple[str, list[str]], dice: random.Random
) -> None:
    """In another order; in several blocks; in several files."""
    partner, orders = file
    straight, repeats = verdicts_of(written(partner, "M-1", [orders]), partner, orders, bank)
    assert repeats == once_less(orders)

    mixed = dice.sample(orders, len(orders))
    assert verdicts_of(written(partner, "M-2", [mixed]), partner, mixed, bank) == (straight, repeats)

    cut = dice.randint(1, len(orders) - 1)
    parts = [mixed[:cut], mixed[cut:]]
    assert verdicts_of(written(partner, "M-3", parts), partner, mixed, bank) == (straight, repeats)

    found: Counter[Any] = Counter()
    for number, part in enumerate(parts):
        ways, again = verdicts_of(written(partner, f"M-4-{number}", [part]), partner, part, bank)
        assert again == once_less(part)  # what came in another file is looked for by its fingerprint: BAT-04
        found += ways
    assert found == straight


def test_what_looks_across_orders_is_among_the_rules() -> None:
    assert set(ACROSS) <= {rule.id for rule in RULES}


@settings(max_examples=50, deadline=None)
@given(amounts=st.lists(st.integers(1, 60_000), min_size=1, max_size=8), most=st.integers(1, 150_000))
def test_the_limit_of_a_day_takes_in_order_whatever_still_fits(amounts: list[int], most: int) -> None:
    """EB-04 alone looks at the orders before: those that it lets pass fit together, and each refused one did not."""
    limit = Limit("stavebniny", instant("2026-04-01T08:00"), per_order_cents=None, per_day_cents=most)
    limited = replace(desk("stavebniny"), reference=replace(tables(), limits={"stavebniny": (limit,)}))
    orders = [
        order(f"E-{number}", amount_text(cents), "Oceliareň", B1) for number, cents in enumerate(amounts)
    ]
    _, verdicts = judged(written("stavebniny", "M-1", [orders]), limited)
    expected, spent = [], 0
    for cents in amounts:
        fits = spent + cents <= most
        spent += cents if fits else 0
        expected.append(fits)
    assert [not any(found.rule == "EB-04" for found in each.findings) for each in verdicts] == expected


@pytest.mark.parametrize(
    ("amounts", "too_often"),
    [
        pytest.param(["20.00", "75.00"], [False, True], id="the first is taken"),
        pytest.param(["75.00", "20.00"], [False, True], id="whichever it is"),
        pytest.param(["0.00", "20.00", "75.00"], [False, False, True], id="a refused one uses nothing"),
    ],
)
def test_the_first_collection_of_a_period_is_taken_and_later_ones_are_too_many(
    amounts: list[str], too_often: list[bool]
) -> None:
    """DD-05 looks at the orders before."""
    sent = [collection(f"I-{at}", amount, A2, "MND-2026-001") for at, amount in enumerate(amounts)]
    _, verdicts = judged(written("vzorova-banka", "M-1", [sent]), desk("vzorova-banka"))
    assert [any(found.rule == "DD-05" for found in each.findings) for each in verdicts] == too_often


@pytest.mark.parametrize("first", ["CORE", "B2B"])
def test_the_scheme_of_the_first_collection_holds_for_the_message_and_for_no_other(first: str) -> None:
    """SDD-02: two schemes in one file, either first; and each in a file of its own."""
    one = collection("I-1", "20.00", A2, "MND-2026-001")
    blocks = [("RCUR", "2026-04-13", [one]), ("RCUR", "2026-04-13", [one.replace("I-1", "I-2")])]
    both = collections("M-1", blocks, scheme=first)
    other = "B2B" if first == "CORE" else "CORE"
    place = both.rindex(f"<Cd>{first}</Cd>")
    mixed = both[:place] + f"<Cd>{other}</Cd>" + both[place:].removeprefix(f"<Cd>{first}</Cd>")
    bank = profile(scope__sdd_schemes=["CORE", "B2B"])
    said = [
        [
            "SDD-02" in [found.rule for found in each.findings]
            for each in judged(content.encode(), desk("vzorova-banka", bank))[1]
        ]
        for content in (both, mixed, collections("M-2", blocks[:1], scheme=other))
    ]
    assert said == [[False, False], [False, True], [False]]
