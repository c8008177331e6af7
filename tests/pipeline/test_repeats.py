"""Repeats: what comes again, how it is answered, and that nobody is paid twice. `docs/repeats.md` shows the table."""

import datetime
import hashlib
import re
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

import sepa.pipeline.judge
from sepa.model.journal import Decision, FileRow, Move
from sepa.pipeline.acts import STANDS_ELSEWHERE
from sepa.pipeline.audit import audit
from sepa.pipeline.judge import judge
from sepa.pipeline.purge import purge
from sepa.store.journal import Overtaken
from tests.pipeline.conftest import STEPS
from tests.pipeline.house import THURSDAY, House, StatusReport
from tests.pipeline.test_signing import give_key
from tools.sample_bank import B1, GOOD, ONE, TRADER, order, transfers

A, OTHER = "stavebniny", "mzdy"
LATER, NEXT_DAY, TEN_YEARS_ON = "2026-04-02T11:30", "2026-04-07T09:00", "2036-06-02T10:00"
RENT = order("RENT", "350.00", "Prenajímateľ", B1)
KEY = Ed25519PrivateKey.generate()


class Drop(Struct, frozen=True):
    """A file that comes, and when the desk runs after it; with an empty instant it runs with the next one."""

    name: str = "01.xml"
    content: str = GOOD
    at: str = THURSDAY
    partner: str = A
    signed: bool = False


class Case(Struct, frozen=True):
    """What comes, and what follows: every payment, the last sender's answer, and the files in the journal.

    `before` names what stands before the last of it comes.
    """

    what: str
    drops: tuple[Drop, ...]
    paid: str
    told: str
    journal: str
    before: str = ""


FIRST = Drop()
CAME = (
    "`RJCT` DU01 We already have this very file: it came before as 01.xml, 2026-04-02 08:00 UTC. "
    "Nothing is needed if the orders were meant once. To order the same again, send a new message."
)
CAME_LATER = CAME.replace("08:00", "09:30")
TWICE = "01.xml of stavebniny, delivered 2 times: ACCP, REF-1 paid"
HELD = (
    "`PDNG` AM05 An order just like this one came in an earlier message, a person will decide about it. "
    "Tell us whether the order is meant a second time."
)
RECEIPT = (
    "We have had this very file before: it came on 2 April 2026, 10:00 under the name 01.xml. "
    "Nothing was done a second time."
)
CASES = (
    Case("the same file", (FIRST, FIRST), "REF-1", CAME, TWICE),
    Case("the same bytes under another name", (FIRST, Drop("copy.xml", at=LATER)), "REF-1", CAME, TWICE),
    Case("on another day", (FIRST, Drop(at=NEXT_DAY)), "REF-1", CAME, TWICE),
    Case(
        "as a replay of an old day, after later windows",
        (FIRST, Drop("other.xml", transfers("OTHER-1", TRADER, [RENT], due="2026-04-07"), NEXT_DAY), FIRST),
        "REF-1, RENT",
        CAME,
        f"{TWICE}; other.xml of stavebniny: ACCP, RENT paid",
    ),
    Case(
        "twice in one sweep",
        (Drop(at=""), Drop("copy.xml")),
        "REF-1",
        CAME,
        TWICE,
    ),
    Case("while it waits to be judged", (FIRST, FIRST), "REF-1", CAME, TWICE, "claimed"),
    Case("while it is judged", (FIRST, FIRST), "REF-1", CAME, TWICE, "judging"),
    Case(
        "after it was purged, its orders' names with it",
        (FIRST, Drop(at=TEN_YEARS_ON)),
        "NOTPROVIDED",
        RECEIPT,
        TWICE.replace("REF-1", "NOTPROVIDED"),
        "purged",
    ),
    Case(
        "from another sender, after the first was paid",
        (FIRST, Drop("mine.xml", at=LATER, partner=OTHER)),
        "REF-1",
        CAME_LATER.replace("01.xml", "mine.xml"),
        "01.xml of stavebniny: ACCP, REF-1 paid; mine.xml of mzdy: RJCT, no orders",
    ),
    Case(
        "from another sender first, who was refused",
        (Drop("stolen.xml", partner=OTHER), Drop(at=LATER)),
        "REF-1",
        "`ACSC`",
        "stolen.xml of mzdy: RJCT, REF-1 rejected; 01.xml of stavebniny: ACCP, REF-1 paid",
    ),
    Case(
        "from another sender in the same sweep, who is refused",
        (Drop("stolen.xml", at="", partner=OTHER), FIRST),
        "REF-1",
        "`ACSC`",
        "stolen.xml of mzdy: RJCT, REF-1 rejected; 01.xml of stavebniny: ACCP, REF-1 paid",
    ),
    Case(
        "again from the sender whose bytes another had brought first",
        (Drop("stolen.xml", partner=OTHER), Drop(at=LATER), Drop("copy.xml", at=NEXT_DAY)),
        "REF-1",
        CAME_LATER,
        "stolen.xml of mzdy: RJCT, REF-1 rejected; 01.xml of stavebniny, delivered 2 times: ACCP, REF-1 paid",
    ),
    Case(
        "from another sender, who may use the account too",
        (FIRST, Drop("mine.xml", at=LATER, partner=OTHER)),
        "REF-1",
        CAME_LATER.replace("01.xml", "mine.xml"),
        "01.xml of stavebniny: ACCP, REF-1 paid; mine.xml of mzdy: RJCT, no orders",
        "shared",
    ),
    Case(
        "signed, after it was refused unsigned",
        (FIRST, Drop(at=LATER, signed=True)),
        "nothing",
        CAME,
        "01.xml of stavebniny, delivered 2 times: RJCT, REF-1 rejected",
        "signing",
    ),
    Case(
        "signed, after it was paid signed",
        (Drop(signed=True), Drop(at=LATER, signed=True)),
        "REF-1",
        CAME,
        TWICE,
        "signing",
    ),
    Case(
        "signed, after another sender brought it unsigned",
        (Drop("stolen.xml", partner=OTHER), Drop(at=LATER, signed=True)),
        "REF-1",
        "`ACSC`",
        "stolen.xml of mzdy: RJCT, REF-1 rejected; 01.xml of stavebniny: ACCP, REF-1 paid",
        "signing",
    ),
    Case(
        "the same MsgId with other content",
        (FIRST, Drop("02.xml", GOOD.replace("100.00", "101.00"), LATER)),
        "REF-1",
        "`RJCT` DU01 The message identification GOOD-0001 was already used, by "
        "bce76563401d31f0eed966638787df5114575d838a73320e1585c696f897e347. "
        "Give every message an identification of its own.",
        "01.xml of stavebniny: ACCP, REF-1 paid; 02.xml of stavebniny: RJCT, no orders",
    ),
    Case(
        "another sender's MsgId with other content",
        (
            FIRST,
            Drop("02.xml", GOOD.replace("REF-1", "REF-2"), LATER, OTHER),
        ),
        "REF-1, REF-2",
        "`ACSC`",
        "01.xml of stavebniny: ACCP, REF-1 paid; 02.xml of mzdy: ACCP, REF-2 paid",
        "shared",
    ),
    Case(
        "a mended file after one that could not be read",
        (Drop(content=GOOD[:700]), Drop("02.xml", at=LATER)),
        "REF-1",
        "`ACSC`",
        "01.xml of stavebniny: RJCT, no orders; 02.xml of stavebniny: ACCP, REF-1 paid",
    ),
    Case(
        "the same file that could not be read",
        (Drop(content=GOOD[:700]), Drop("02.xml", GOOD[:700], LATER)),
        "nothing",
        RECEIPT,
        "01.xml of stavebniny, delivered 2 times: RJCT, no orders",
    ),
    Case(
        "a mended file with a new MsgId after one refused",
        (Drop(content=transfers("BAD-1", TRADER, ONE, control_sum="100.01")), Drop("02.xml", at=LATER)),
        "REF-1",
        "`ACSC`",
        "01.xml of stavebniny: RJCT, REF-1 rejected; 02.xml of stavebniny: ACCP, REF-1 paid",
    ),
    Case(
        "the same orders under another MsgId",
        (FIRST, Drop("02.xml", transfers("GOOD-2", TRADER, ONE), LATER)),
        "REF-1",
        HELD,
        "01.xml of stavebniny: ACCP, REF-1 paid; 02.xml of stavebniny: PDNG, REF-1 held",
    ),
    Case(
        "the same order in two files of one sweep",
        (Drop(at=""), Drop("02.xml", transfers("GOOD-2", TRADER, ONE))),
        "REF-1",
        HELD,
        "01.xml of stavebniny: ACCP, REF-1 paid; 02.xml of stavebniny: PDNG, REF-1 held",
    ),
    Case(
        "the same orders under other EndToEndIds",
        (FIRST, Drop("02.xml", transfers("GOOD-2", TRADER, ONE).replace("REF-1", "REF-9"), LATER)),
        "REF-1, REF-9",
        "`ACSC`",
        "01.xml of stavebniny: ACCP, REF-1 paid; 02.xml of stavebniny: ACCP, REF-9 paid",
    ),
    Case(
        "the same orders for another day",
        (FIRST, Drop("02.xml", transfers("GOOD-2", TRADER, ONE, due="2026-04-07"), LATER)),
        "REF-1",
        "`ACCP`",
        "01.xml of stavebniny: ACCP, REF-1 paid; 02.xml of stavebniny: ACCP, REF-1 waiting",
    ),
    Case(
        "two equal payments in one file",
        (Drop(content=transfers("RENT-1", TRADER, [RENT, RENT])),),
        "RENT, RENT",
        "`ACSC`",
        "01.xml of stavebniny: ACCP, RENT paid, RENT paid",
    ),
)


def live(house: House, case: Case) -> Drop:
    """Let everything of a case come and be dealt with; return the last of it."""
    match case.before:
        case "shared":
            house.add_account_to_partner(OTHER, TRADER)
        case "signing":
            give_key(house, A, KEY)
            house.change_partner(A, authorisation="electronic_signature")
        case "purged":
            house.set_profile(records={"transaction_years": 10})
    *earlier, last = case.drops
    for each in earlier:
        key = dropped(house, each)
        if case.before == "claimed":
            house.claim(each.at)
        elif case.before == "judging":
            swept_while_judged(house, key, last)
        elif each.at:
            house.run(each.at)
    if case.before == "purged":
        forget(house)
    if case.before != "judging":
        dropped(house, last)
    house.run(last.at)
    return last


def dropped(house: House, drop: Drop) -> str:
    if drop.signed:
        signature = house.root / "inbox" / drop.partner / f"{drop.name}.sig"
        signature.write_bytes(KEY.sign(drop.content.encode()))
    return house.drop(drop.partner, drop.name, drop.content)


def forget(house: House) -> None:
    with house.open() as home:
        said = {"by": "Eva", "reason": "ten years", "really": True}
        assert purge(home, datetime.date(2026, 6, 1), at=house.at(TEN_YEARS_ON), **said).files


def swept_while_judged(house: House, key: str, again: Drop) -> None:
    """Judge a file; its verdict begun and not written yet, a second sweep takes the same bytes again."""
    house.claim(again.at)
    sweep = threading.Thread(target=house.claim, args=(again.at,))
    waiting = house.root / "inbox" / again.partner / again.name
    real = sepa.pipeline.judge.judge_stream

    def begun(*given: Any, **named: Any) -> Any:
        dropped(house, again)
        sweep.start()
        while waiting.exists():
            sweep.join(0.01)
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as patched, house.open() as home:
        patched.setattr(sepa.pipeline.judge, "judge_stream", begun)
        judge(home, key, at=house.at(again.at))
        sweep.join()


def file_of(house: House, drop: Drop) -> FileRow:
    digest = hashlib.sha256(drop.content.encode()).hexdigest()
    with house.open() as home:
        file = home.journal.file(home.journal.file_key(drop.partner, digest))
    assert file is not None
    return file


def answers(house: House, last: Drop) -> list[str]:
    """What the sender was told about a file since it came last: status, codes and sentences, or the plain words."""
    with house.open() as home:
        left = home.journal.publications(file_of(house, last).key)
    since = [house.root / each.path for each in left if each.at >= house.at(last.at)]
    return [answer(path) for path in since if path.parent == house.root / "outbox" / last.partner]


def answer(path: Path) -> str:
    if path.suffix == ".txt":
        return " ".join(path.read_text("utf-8").split())
    report = StatusReport(path)
    sentences = [each for each in report.texts("AddtlInf") if not each.startswith("Received ")]
    sentences = [
        re.sub(r"^[A-Z]{2,3}-[0-9]{2} ", "", each) for each in sentences
    ]  # the rule's id comes first
    return " ".join([f"`{report.group}`", *report.codes, *sentences])


def journal(house: House) -> str:
    """Every file with how often it was delivered, how it was judged, and where its orders stand."""
    return "; ".join(map(partial(line, house), house.files()))


def line(house: House, file: FileRow) -> str:
    stand = ", ".join(f"{each.end_to_end_id} {each.state}" for each in house.orders(file.key)) or "no orders"
    with house.open() as home:
        due = {each.occasion for each in home.journal.publications(file.key)}
    times = sum(occasion.startswith("repeat:") for occasion in due)
    again = f", delivered {times + 1} times" if times else ""
    return f"{file.name} of {file.partner}{again}: {file.status}, {stand}"


def paid(house: House) -> Counter[str]:
    """Every paid end-to-end id with how often it was paid."""
    return Counter(each.end_to_end_id for each in house.all_orders() if each.state == "paid")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_what_comes_again(house: House, case: Case) -> None:
    last = live(house, case)
    assert (", ".join(sorted(paid(house).elements())) or "nothing") == case.paid
    assert journal(house) == case.journal
    assert any(case.told in each for each in answers(house, last)), answers(house, last)
    assert house.prove().faults == ()


def test_the_page_shows_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "repeats.md"
    rows = [each for each in page.read_text("utf-8").splitlines() if each.startswith("| ")][1:]
    assert rows == [row(case) for case in CASES], "python -m tests.pipeline.test_repeats prints the rows"


def row(case: Case) -> str:
    return f"| {case.what} | {case.paid} | {case.told} | {case.journal} |"


@pytest.mark.parametrize("instant", [THURSDAY, LATER, NEXT_DAY])
def test_the_same_bytes_again_are_answered_and_have_no_effect(house: House, instant: str) -> None:
    key = house.drop(A, "01.xml", GOOD)
    house.run()
    orders, bulks = house.orders(key), house.clearing("pacs")
    house.drop(A, "01.xml", GOOD)
    ran = house.run(instant)
    assert [(each.partner, each.first) for each in ran.deliveries] == [(A, False)]
    assert ran.judged == ()
    assert (house.orders(key), house.clearing("pacs")) == (orders, bulks)
    receipt, report = sorted(house.published(key, "repeat:"), key=lambda path: path.suffix)
    assert receipt.parent == report.parent == house.root / "outbox" / A
    assert StatusReport(report).transactions == {}


def test_another_partner_is_not_told_whose_file_came_first(house: House) -> None:
    house.drop(A, "secret-project.xml", GOOD)
    house.run()
    house.drop(OTHER, "mine.xml", GOOD)
    house.run(LATER)
    outbox = house.outbox(OTHER)
    assert outbox
    for path in outbox:
        assert "secret-project" not in path.read_text("utf-8"), path.name
        assert "08:00" not in path.read_text("utf-8"), path.name


def test_the_bytes_of_two_senders_lie_under_both_keys(house: House) -> None:
    first = house.drop(OTHER, "stolen.xml", GOOD)
    house.run()
    house.drop(A, "01.xml", GOOD)
    house.run(LATER)
    mine = file_of(house, Drop())
    assert (mine.sha256, mine.key != first) == (first, True)
    for key in (first, mine.key):
        assert (house.root / "archive" / key[:2] / key).read_text("utf-8") == GOOD
    with house.open() as home:
        assert audit(home).flaws == ()


def test_a_refused_twin_is_not_judged_again_while_the_others_orders_stand(house: House) -> None:
    """Neither by the words of the act, nor where the other was faster."""
    house.set_profile(batch={"on_duplicate_content": "warn"})
    stolen = house.drop(OTHER, "stolen.xml", GOOD)
    house.run()
    house.drop(A, "01.xml", GOOD)
    house.run(LATER)
    house.add_account_to_partner(OTHER, TRADER)
    (done,) = house.reprocess("judge-again", NEXT_DAY, key=stolen)
    assert (done.moved, STANDS_ELSEWHERE in done.sentence) == (0, True)
    assert house.states(stolen) == {"REF-1": "rejected"}
    (order,) = house.orders(stolen)
    with house.open() as home:
        at = house.at(NEXT_DAY)
        decision = Decision("0" * 24, at, "operator", "judge-again", stolen, "asked by telephone")
        revived = Move(order.key, order.step, "held", at, "operator", "decision", order.findings)
        with pytest.raises(Overtaken):
            home.journal.decide(decision, [revived], report=None)
    house.run("2026-04-07T21:15")
    assert paid(house) == {"REF-1": 1}


def test_judged_again_where_no_twin_stands(house: House) -> None:
    stolen = house.drop(OTHER, "stolen.xml", GOOD)
    house.run()
    house.add_account_to_partner(OTHER, TRADER)
    house.reprocess("judge-again", LATER, key=stolen)
    assert house.states(stolen) == {"REF-1": "waiting"}
    house.drop(A, "01.xml", GOOD)
    house.run(LATER)
    assert house.orders(file_of(house, Drop()).key) == []
    assert paid(house) == {"REF-1": 1}


def test_a_held_order_is_told_and_stays_unpaid(house: House) -> None:
    house.drop(A, "01.xml", GOOD)
    again = house.drop(A, "02.xml", transfers("GOOD-0002", TRADER, ONE))
    for step in STEPS:
        house.run(step)
    assert house.states(again) == {"REF-1": "held AM05 BAT-04"}
    report = house.status_report(again)
    assert (report.group, report.transactions) == ("PDNG", {"REF-1": "PDNG"})
    assert paid(house) == {"REF-1": 1}


@pytest.mark.slow
def test_the_whole_day_dropped_again_moves_nothing(thursday: House) -> None:
    from sepa.pipeline.start import drop_sample_day

    orders, outputs = thursday.all_orders(), set(thursday.root.glob("clearing/out/*"))
    assert drop_sample_day(thursday.root) == 49
    ran = thursday.run(THURSDAY)
    assert (len(ran.deliveries), [each for each in ran.deliveries if each.first]) == (49, [])
    assert (ran.judged, ran.sealed.bulks) == ((), ())
    assert thursday.all_orders() == orders
    assert set(thursday.root.glob("clearing/out/*")) == outputs
    answered = {
        path.parent.name
        for delivery in ran.deliveries
        for path in thursday.published(delivery.file_key, f"repeat:{delivery.id}")
    }
    assert answered == {"mzdy", "stavebniny", "vzorova-banka"}
    assert thursday.prove().faults == ()
    before = thursday.digest()
    assert drop_sample_day(thursday.root) == 49
    assert len(thursday.run(THURSDAY).deliveries) == 49
    assert thursday.digest() != before, "the third drop is a delivery of its own"
    assert thursday.all_orders() == orders


if __name__ == "__main__":
    sys.stdout.writelines(f"{row(case)}\n" for case in CASES)
