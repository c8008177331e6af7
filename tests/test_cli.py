"""The commands: what each says, with which exit code, and the JSON lines that others rely on."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sepa.cli import main
from sepa.cli.options import say_error
from sepa.cli.person import login, name_of
from sepa.pipeline.emit import emit_reports
from sepa.pipeline.home import read_instant
from sepa.pipeline.judge import judge_all
from sepa.rules import RULES
from sepa.store.places import fixtures_folder
from sepa.store.profiles import profile_names
from tests.pipeline.house import House
from tools.sample_bank import A2, B1, GOOD, ONE, TRADER, collection, collections, order, transfers

REFERENCE = fixtures_folder() / "sample-bank" / "reference"
AT = ("--at", "2026-04-02T10:00")
DATA = ("--data", str(REFERENCE))
SEPA = Path(sys.executable).parent / "sepa"
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
EVIL = "Zlý\u009b31m\u202eod"


class Ended(NamedTuple):
    """How a command ended: exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def said(self) -> str:
        """Everything on the error output, in one line."""
        return " ".join(self.err.split())


Sepa = Callable[..., Ended]


@pytest.fixture
def sepa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sepa:
    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["sepa", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    monkeypatch.delenv("SEPA_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return run


Seat = Callable[[str], None]


@pytest.fixture
def seat(monkeypatch: pytest.MonkeyPatch) -> Seat:
    """Let somebody log in: the system tells this name from now on."""

    def take(name: str) -> None:
        monkeypatch.setattr("sepa.cli.person.name_of", lambda user: name)

    take("Eva")
    return take


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home with one paid, one held and one refused order. Look, do not touch."""
    house = House.new(tmp_path_factory.mktemp("done") / "home", sample=False)
    house.drop("stavebniny", "1.xml", GOOD)
    house.drop("stavebniny", "2.xml", transfers("GOOD-0002", TRADER, ONE))
    house.drop("stavebniny", "3.xml", transfers("BAD-3", TRADER, [order("BAD", "1.00", "X", B1[:-1] + "0")]))
    house.run()
    return house


def key_of(house: House, message_id: str) -> str:
    (key,) = [file.key for file in house.files() if file.message_id == message_id]
    return key


# --- check ---

PAYMENT = {
    "kind": str,
    "key": str,
    "payment_information": str,
    "position": int,
    "end_to_end_id": str,
    "amount": str,
    "currency": str,
    "outcome": str,
    "route": (str, type(None)),
    "received_on": (str, type(None)),
    "booking_date": (str, type(None)),
    "settlement_date": (str, type(None)),
    "reasons": list,
}
BLOCK = {
    "kind": str,
    "id": str,
    "position": int,
    "requested_date": (str, type(None)),
    "status": str,
    "reasons": list,
}
FILE = {
    "kind": str,
    "path": str,
    "sha256": str,
    "message": (str, type(None)),
    "message_id": (str, type(None)),
    "transactions": int,
    "control_sum": str,
    "status": str,
    "reasons": list,
}
REASON = ("code", "rule", "source", "element", "found", "expected", "message", "remedy")
CONTRACT = {"file": FILE, "payment_information": BLOCK, "payment": PAYMENT}


@pytest.mark.parametrize(
    ("content", "code", "status", "outcomes"),
    [
        pytest.param(GOOD, 0, "ACCP", ["accepted"], id="nothing refused"),
        pytest.param(
            transfers("P", TRADER, [*ONE, order("BAD", "1.00", "X", B1[:-1] + "0")]),
            1,
            "PART",
            ["accepted", "rejected"],
            id="one refused",
        ),
        pytest.param(
            transfers("R", TRADER, ONE, control_sum="1.00"), 1, "RJCT", ["rejected"], id="all refused"
        ),
        pytest.param(transfers("D", TRADER, ONE, due="2026-04-03"), 0, "ACCP", ["rolled"], id="a day moved"),
        pytest.param(GOOD[:700], 1, "RJCT", [], id="cut off"),
        pytest.param("", 1, "RJCT", [], id="empty"),
        pytest.param(
            collections("DD", [("RCUR", "2026-04-09", [collection("C", "64.20", A2, "MND-2026-001")])]),
            0,
            "ACCP",
            ["accepted"],
            id="a collection",
        ),
    ],
)
def test_check_writes_the_lines_of_the_contract(
    sepa: Sepa, tmp_path: Path, content: str, code: int, status: str, outcomes: list[str]
) -> None:
    path = tmp_path / "orders.xml"
    path.write_text(content, "utf-8")
    ended = sepa("check", "--json", *AT, *DATA, path)
    assert (ended.code, ended.err) == (code, "")
    kinds = [line["kind"] for line in ended.lines]
    assert kinds == sorted(kinds, key=["file", "payment_information", "payment"].index)
    for line in ended.lines:
        for name, form in CONTRACT[line["kind"]].items():
            assert isinstance(line[name], form), name
        for reason in line["reasons"]:
            assert all(isinstance(reason[name], str) for name in REASON)
    assert (ended.lines[0]["path"], ended.lines[0]["status"]) == (str(path), status)
    assert [line["outcome"] for line in ended.lines if line["kind"] == "payment"] == outcomes


def test_check_dates_a_payment(sepa: Sepa, tmp_path: Path) -> None:
    path = tmp_path / "orders.xml"
    path.write_text(GOOD, "utf-8")
    payment = sepa("check", "--json", "--at", "2026-04-02T21:00:01", *DATA, path).lines[-1]
    days = [payment[name] for name in ("received_on", "booking_date", "settlement_date")]
    assert days == ["2026-04-07"] * 3
    assert payment["key"] == f"{sepa('check', '--json', *AT, path).lines[0]['sha256'][:24]}-1"
    assert (payment["amount"], payment["currency"], payment["route"]) == ("100.00", "EUR", "clearing")


def test_check_judges_many_files_and_ends_with_the_worst(sepa: Sepa, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(GOOD[:700])
    (tmp_path / "b.xml").write_text(GOOD)
    ended = sepa("check", "--json", *AT, *DATA, tmp_path / "a.xml", tmp_path / "b.xml")
    assert ended.code == 1
    assert [line["status"] for line in ended.lines if line["kind"] == "file"] == ["RJCT", "ACCP"]


def test_check_names_the_rules_it_could_not_judge(sepa: Sepa, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(GOOD)
    ended = sepa("check", *AT, tmp_path / "a.xml")
    assert ended.code == 0
    assert "with no reference data" in ended.out
    assert "not judged here: " in ended.out
    assert "ACC-01" in sepa("check", "--json", *AT, tmp_path / "a.xml").lines[0]["not_judged"]


def test_cover_is_never_judged_by_a_check(sepa: Sepa, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(GOOD)
    ended = sepa("check", "--json", *AT, *DATA, tmp_path / "a.xml")
    assert ended.lines[0]["not_judged"][-2:] == ["FND-01", "EXE-09"]


@pytest.mark.parametrize(
    ("banking_day", "code", "told"),
    [
        pytest.param(None, 0, "its books are closed", id="at night"),
        pytest.param("2026-04-09", 0, "1 order paid", id="DAT-07 a person gives the day"),
        pytest.param("2026-04-08", 2, "is no day to which the core system can be set", id="two days ago"),
        pytest.param("2026-04-11", 2, "is no day to which the core system can be set", id="a Saturday"),
        pytest.param("yesterday", 2, "is no day", id="no date"),
    ],
)
def test_a_run_books_under_the_day_that_is_given(
    sepa: Sepa, tmp_path: Path, banking_day: str | None, code: int, told: str
) -> None:
    house = House.new(tmp_path / "home", sample=False)
    house.drop("stavebniny", "a.xml", GOOD.replace("2026-04-02", "2026-04-09"))
    house.claim("2026-04-09T20:50")
    days = "day,opened_at,closed_at\n2026-04-09,2026-04-09T03:02:00+02:00,2026-04-09T21:40:00+02:00\n"
    (house.root / "reference" / "banking_days.csv").write_text(days, "utf-8")
    with house.open() as home:
        judge_all(home, home.journal.unjudged(), at=house.at("2026-04-09T20:50"))
    given = ("--banking-day", banking_day) if banking_day else ()
    ended = sepa("run", "--home", house.root, "--at", "2026-04-10T00:40", *given)
    assert ended.code == code
    assert told in ended.out + ended.err


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        pytest.param("2026-04-02T11:30", "2026-04-02T10:00", "windows only go forward", id="older-window"),
        pytest.param("2026-04-02T10:00", "2026-04-03T10:00", "does not work on that day", id="day-off"),
    ],
)
def test_a_run_that_settles_nothing_says_why(
    sepa: Sepa, tmp_path: Path, first: str, then: str, told: str
) -> None:
    house = House.new(tmp_path / "home", sample=False)
    house.drop("stavebniny", "a.xml", GOOD)
    assert told not in sepa("run", "--home", house.root, "--at", first).out
    assert told in sepa("run", "--home", house.root, "--at", then).out


def test_check_tells_a_person_what_is_wrong_and_what_to_do(sepa: Sepa, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(transfers("A", TRADER, [order("BAD", "1.00", "X", B1[:-1] + "0")]))
    ended = sepa("check", *AT, *DATA, tmp_path / "a.xml")
    assert ended.code == 1
    for expected in (
        "RJCT",
        "transaction 1 (BAD), 1.00 EUR: rejected",
        "AC03 IDN-01",
        "CdtrAcct/Id/IBAN",
        "[",
    ):
        assert expected in ended.out


def test_check_changes_nothing(sepa: Sepa, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(GOOD)
    sepa("check", *AT, tmp_path / "a.xml")
    assert [path.name for path in tmp_path.iterdir()] == ["a.xml"]


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["for people", "for machines"])
def test_a_strangers_text_cannot_steer_the_terminal(
    sepa: Sepa, tmp_path: Path, as_json: tuple[str, ...]
) -> None:
    path = tmp_path / "evil\x1b[2J\u202e.xml"
    path.write_text(
        transfers(f"M\u009b{1}", TRADER, [order("E\u009b2J", "10.00", EVIL, B1, note=EVIL)], name=EVIL)
    )
    unreadable = tmp_path / "z.xml"
    unreadable.write_text(f"<{EVIL}/>")
    ended = sepa("check", *as_json, *AT, *DATA, path, unreadable)
    assert ended.code == 1
    assert UNSEEN.findall(ended.out + ended.err) == []
    if as_json:
        assert ended.lines[0]["path"] == str(path)
    else:
        assert "<U+009B>" in ended.out


def test_what_the_terminal_is_told_shows_no_account(capsys: pytest.CaptureFixture[str]) -> None:
    say_error("the account SK6509000000005123456783 is closed")
    assert capsys.readouterr().err == "the account SK65 ... 6783 is closed\n"


def test_a_strangers_text_cannot_steer_the_terminal_from_the_journal(sepa: Sepa, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home", sample=False)
    key = house.drop(
        "stavebniny",
        "a\u202e.xml",
        transfers("EVIL", TRADER, [order("E\u009b2J", "10.00", EVIL, B1)], name=EVIL),
    )
    home = ("--home", house.root)
    for words in (
        ("run", *AT),
        ("explain", key[:12]),
        ("explain", f"{key[:24]}-1"),
        ("explain", f"{key[:24]}-1", "--json"),
        ("reconcile", "2026-04-02"),
    ):
        ended = sepa(*words, *home)
        assert ended.code == 0, ended
        assert ended.out
        assert UNSEEN.findall(ended.out + ended.err) == []


def test_a_path_that_is_no_text_is_judged_all_the_same(sepa: Sepa, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.xml")
    Path(path).write_text(GOOD)
    assert sepa("check", *AT, path).code == 0
    assert sepa("check", "--json", *AT, path).lines[0]["path"].endswith("\N{REPLACEMENT CHARACTER}.xml")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(("check",), "Missing argument", id="no file"),
        pytest.param(("check", "nowhere.xml"), "'nowhere.xml' does not exist", id="a file that is not there"),
        pytest.param(("check", "{folder}"), "is a directory", id="a folder"),
        pytest.param(
            ("check", "{file}", "--bank", "nix"), "no profile nix: give one of otp-si", id="unknown profile"
        ),
        pytest.param(("check", "{file}", "--bank", "{file}"), "a.xml", id="a profile that is none"),
        pytest.param(("check", "{file}", "--at", "tomorrow"), "'tomorrow' is no instant", id="bad instant"),
        pytest.param(
            ("check", "{file}", "--at", "2026-02-30T10:00"), "is no instant", id="a day that is none"
        ),
        pytest.param(("check", "{file}", "--data", "nowhere"), "'nowhere' does not exist", id="no such data"),
        pytest.param(("check", "{file}", "--colour"), "No such option", id="unknown option"),
        pytest.param(("run", "--home", "{folder}/none"), "sepa init", id="run without a home"),
        pytest.param(("run", "--home", "{home}", "--at", "25:00"), "is no instant", id="run at no instant"),
        pytest.param(
            ("explain", "ffffffff", "--home", "{folder}/none"), "sepa init", id="explain without a home"
        ),
        pytest.param(("explain", "ffffffff", "--home", "{home}"), "No file has a key", id="unknown file"),
        pytest.param(
            ("explain", "ffffffff-1", "--home", "{home}"), "No payment has the key", id="unknown order"
        ),
        pytest.param(("reconcile", "2026-13-01", "--home", "{home}"), "is no day", id="reconcile no day"),
        pytest.param(("reconcile", "9999-12-31", "--home", "{home}"), "is no day", id="a day of no desk"),
        pytest.param(
            ("run", "--home", "{home}", "--at", "9999-12-31T23:59"),
            "is no instant",
            id="an instant of no desk",
        ),
        pytest.param(
            ("check", "{file}", "--at", "0001-01-01T00:00"), "is no instant", id="the first instant"
        ),
        pytest.param(
            ("reconcile", "2026-04-02", "--home", "{folder}/none"), "sepa init", id="reconcile no home"
        ),
        pytest.param(("init", "{home}"), "already is a home", id="init where a home is"),
        pytest.param(("pay",), "No such command", id="unknown command"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(
    sepa: Sepa, done: House, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "a.xml").write_text(GOOD)
    named = {"folder": tmp_path, "file": tmp_path / "a.xml", "home": done.root}
    ended = sepa(*(word.format(**named) for word in words))
    assert ended.code == 2
    assert sentence in ended.said
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_a_fault_of_the_banks_own_tables_is_ours(sepa: Sepa, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home", sample=False)
    house.drop("stavebniny", "a.xml", GOOD)
    (house.root / "reference" / "accounts.csv").write_text("iban,owner\nSK00,x\n")
    ended = sepa("run", "--home", house.root, *AT)
    assert ended.code == 3
    assert "accounts.csv" in ended.said
    assert "Traceback" not in ended.err


def test_a_table_that_is_missing_stops_the_judging_not_the_desk(sepa: Sepa, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home", sample=False)
    key = house.drop("stavebniny", "a.xml", GOOD)
    table = house.root / "reference" / "participants.csv"
    kept = table.read_bytes()
    table.unlink()
    assert sepa("run", "--home", house.root, *AT).code == 3
    assert not house.file(key).judged
    table.write_bytes(kept)
    assert sepa("run", "--home", house.root, *AT).code == 0
    assert house.states(key) == {"REF-1": "paid"}


# --- the home ---


def test_init_run_explain_reconcile(sepa: Sepa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    made = sepa("init", home, "--sample")
    assert made.code == 0
    assert "49 files wait" in made.out
    assert "sepa run --home" in made.out
    shutil.rmtree(home / "inbox")
    (home / "inbox" / "stavebniny").mkdir(parents=True)
    (home / "inbox" / "stavebniny" / "good.xml").write_text(GOOD)
    monkeypatch.setenv("SEPA_HOME", str(home))

    first, again = sepa("run", *AT), sepa("run", *AT)
    assert (first.code, again.code) == (0, 0)
    assert "1 file taken (0 repeats), 1 judged. 1 order paid, EUR 100.00" in first.out
    assert "0 files taken (0 repeats), 0 judged. 0 orders paid, EUR 0.00" in again.out

    (file,) = House(home).files()
    shown = sepa("explain", file.key[:10])
    assert (shown.code, "good.xml" in shown.out, "ACCP" in shown.out) == (0, True, True)
    story = sepa("explain", f"{file.key[:24]}-1")
    for word in ("REF-1", "delivered", "paid"):
        assert word in story.out
    proof = sepa("reconcile", "2026-04-02")
    assert (proof.code, "everything adds up, to the cent" in proof.out) == (0, True)


def test_explain_says_that_a_transfer_settles_too_late(sepa: Sepa, tmp_path: Path) -> None:
    """Sealed on Thu 2026-04-02 after the clearing's last file, a transfer settles on Tue 2026-04-07."""
    house = House.new(tmp_path / "home", sample=False)
    house.set_profile(clearing={"interbank_until": "08:00:00"})
    house.drop("stavebniny", "x.xml", transfers("M-1", TRADER, [order("FAR", "10.00", "Oceliareň", B1)]))
    house.run()
    (paid,) = (each.key for each in house.all_orders())
    assert "Late" not in sepa("explain", paid, "--home", house.root).out
    house.set_profile(clearing={"interbank_until": "08:00:00"}, execution={"interbank_max_working_days": 0})
    said = "settles on 2026-04-07, 2026-04-02 at the latest was promised"
    assert said in sepa("explain", paid, "--home", house.root).out
    told = sepa("explain", paid, "--json", "--home", house.root).lines[-1]
    assert (told["kind"], said in told["sentence"]) == ("late", True)


@pytest.fixture
def twin(tmp_path: Path) -> House:
    """A home with one order paid and its twin held."""
    house = House.new(tmp_path / "home", sample=False)
    house.drop("stavebniny", "01.xml", GOOD)
    house.drop("stavebniny", "02.xml", transfers("GOOD-0002", TRADER, ONE))
    house.run()
    return house


def test_two_people_release_an_order_at_the_terminal(sepa: Sepa, seat: Seat, twin: House) -> None:
    (held,) = (order.key for order in twin.all_orders() if order.state == "held")

    def release(by: str, *more: str) -> Ended:
        seat(by)
        said = ("--reason", "confirmed by phone", "--at", "2026-04-02T12:00")
        return sepa("order", "release", held, *said, "--home", twin.root, *more)

    first = release("Eva")
    assert (first.code, "approved by Eva" in first.out) == (0, True)
    assert "another person" in sepa("explain", held, "--home", twin.root).out
    again = sepa("order", "release", held, "--by", "Jano", "--reason", "really", *AT, "--home", twin.root)
    assert (again.code, "You approved it before" in again.out) == (1, True)
    second = release("Jano", "--json")
    assert second.code == 0
    assert second.lines == [
        {
            "kind": "decision",
            "subject": held,
            "act": "release",
            "moved": 1,
            "left": 0,
            "sentence": "1 order released, 0 left as they were.",
            "approved": 0,
            "recalled": 0,
            "repeated": False,
        }
    ]
    assert release("Jano").code == 0, "carried out before"


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        pytest.param("refuse", 0, "1 order refused", id="refuse"),
        pytest.param("hold", 1, "0 orders put on hold", id="nothing to hold"),
        pytest.param("revoke", 1, "0 orders withdrawn", id="too late"),
        pytest.param("judge-again", 1, "0 orders changed", id="nothing new"),
        pytest.param("recall", 1, "0 orders asked back", id="nothing to recall"),
        pytest.param("report-again", 0, "issued again", id="report again"),
    ],
)
def test_every_act_at_the_terminal(sepa: Sepa, twin: House, act: str, code: int, said: str) -> None:
    (held,) = (file.key for file in twin.files() if file.name == "02.xml")
    words = ("--reason", "asked by phone", "--at", "2026-04-02T12:00", "--home", twin.root)
    ended = sepa("order", act, held[:12], *words)
    assert (ended.code, said in ended.out) == (code, True)
    with twin.open() as home:
        assert home.journal.reports_due() == [], "whoever acts also tells"


def test_by_partner_and_day_at_the_terminal(sepa: Sepa, twin: House) -> None:
    words = ("--partner", "stavebniny", "--day", "2026-04-02", "--reason", "lost", *AT)
    ended = sepa("order", "report-again", *words, "--home", twin.root)
    assert (ended.code, ended.out.count("issued again")) == (0, 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("release", "f" * 24 + "-1"), "No order has the key", id="unknown order"),
        pytest.param(("release", "abc"), "is too short", id="short key"),
        pytest.param(("release",), "Give a file's key", id="nothing named"),
        pytest.param(("release", "f" * 24, "--reason", " "), "needs a reason and a name", id="no reason"),
        pytest.param(("revoke", "f" * 24, "--asked-on", "2026-02-30"), "is no day", id="asked on no day"),
        pytest.param(("burn", "f" * 24), "is not one of", id="unknown act"),
        pytest.param(("release", "--partner", "x", "--day", "soon"), "is no day", id="no day"),
    ],
)
def test_a_mistaken_act_is_told_in_a_sentence(
    sepa: Sepa, twin: House, words: tuple[str, ...], said: str
) -> None:
    before = twin.digest()
    ended = sepa("order", "--reason", "phone", *words, "--home", twin.root, *AT)
    assert (ended.code, said in ended.said) == (2, True), ended
    assert twin.digest() == before


def test_init_without_the_sample_makes_only_the_folders(sepa: Sepa, tmp_path: Path) -> None:
    ended = sepa("init", tmp_path / "home")
    assert (ended.code, "accounts.csv" in ended.out) == (0, True)
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("at", "person", "answer", "asked"),
    [
        pytest.param("2099-12-31T10:00", True, False, True, id="no"),
        pytest.param("2099-12-31T10:00", True, True, True, id="yes"),
        pytest.param("2099-12-31T10:00", False, False, False, id="script"),
        pytest.param("2026-04-02T10:00", True, False, False, id="past"),
    ],
)
def test_a_person_is_asked_before_a_home_lives_ahead_of_the_clock(
    sepa: Sepa,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    person: bool,
    answer: bool,
    asked: bool,
) -> None:
    house = House.new(tmp_path / "home", sample=False)
    house.drop("stavebniny", "a.xml", GOOD)
    questions: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: person, raising=False)
    monkeypatch.setattr("typer.confirm", lambda text, **_: questions.append(text) or answer)
    ended = sepa("run", "--home", house.root, "--at", at)
    assert bool(questions) == asked
    went_on = answer or not asked
    assert (ended.code, len(house.files())) == ((0, 1) if went_on else (2, 0))


def test_run_for_machines(sepa: Sepa, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home", sample=False)
    key = house.drop("stavebniny", "a.xml", GOOD)
    (line,) = sepa("run", "--home", house.root, "--json", *AT).lines
    assert [each["file_key"] for each in line["deliveries"]] == [key]
    assert [each["status"] for each in line["judged"]] == ["ACCP"]
    assert (line["sealed"]["paid"], line["sealed"]["paid_cents"]) == (1, 10000)
    assert all((house.root / path).is_file() for path in line["published"])


def test_explain_for_machines_tells_the_story_in_order(sepa: Sepa, done: House) -> None:
    key = key_of(done, "GOOD-0001")
    lines = sepa("explain", f"{key[:24]}-1", "--home", done.root, "--json").lines
    whats = [line["what"] for line in lines]
    assert whats[0] == "delivered"
    assert "paid" in whats
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    (file,) = sepa("explain", key[:12], "--home", done.root, "--json").lines
    assert (file["key"], file["status"]) == (key, "ACCP")


def test_copy_gives_one_order_as_it_came(sepa: Sepa, done: House) -> None:
    key = next(order.key for order in done.orders(key_of(done, "GOOD-0002")))
    ended = sepa("copy", key, "--home", done.root)
    whole = transfers("GOOD-0002", TRADER, ONE)
    assert ended.code == 0
    assert ended.out.replace("\n", "") == whole.replace("\n", "")
    (line,) = sepa("copy", key, "--home", done.root, "--json").lines
    assert line == {"key": key, "original": ended.out}


def test_confirm_confirms_what_was_carried_out_and_nothing_else(sepa: Sepa, done: House) -> None:
    """STM-03: a receipt is no proof of execution; a confirmation is given on request."""
    orders = list(done.all_orders())
    paid = next(each for each in orders if each.state == "paid" and each.kind == "credit-transfer")
    before = done.digest()
    for language, title in (("sk", "POTVRDENIE O VYKONANÍ"), ("sl", "POTRDILO O IZVRŠITVI")):
        ended = sepa("confirm", paid.key, "--home", done.root, "--language", language)
        assert ended.code == 0
        assert title in ended.out
        assert paid.key in ended.out
        assert paid.debtor_iban not in ended.out.replace(" ", "")
    page = sepa("confirm", paid.key, "--home", done.root, "--form", "html").out
    assert "<h1>" in page
    refused = next(each for each in orders if each.state == "rejected")
    ended = sepa("confirm", refused.key, "--home", done.root)
    assert (ended.code, ended.out) == (2, "")
    assert "The order is rejected; only what was carried out is confirmed." in ended.said
    assert "No order has the key" in sepa("confirm", "0123-1", "--home", done.root).said
    assert done.digest() == before


def test_copy_of_what_is_not_there_says_so(sepa: Sepa, done: House, tmp_path: Path) -> None:
    unknown = sepa("copy", "0123-1", "--home", done.root)
    assert (unknown.code, unknown.out) == (2, "")
    assert "No order has the key 0123-1" in unknown.said
    shutil.copytree(done.root, tmp_path / "home")
    shutil.rmtree(tmp_path / "home" / "archive")
    key = next(order.key for order in done.orders(key_of(done, "GOOD-0002")))
    assert "no longer in the archive" in sepa("copy", key, "--home", tmp_path / "home").said


def test_reconcile_ends_with_our_own_fault_when_a_day_does_not_add_up(
    sepa: Sepa, done: House, tmp_path: Path
) -> None:
    import sqlite3

    shutil.copytree(done.root, tmp_path / "home")
    with sqlite3.connect(tmp_path / "home" / "journal.db") as journal:
        journal.execute("UPDATE postings SET amount_cents = amount_cents + 1 WHERE side = 'debit'")
    journal.close()
    ended = sepa("reconcile", "2026-04-02", "--home", tmp_path / "home")
    assert ended.code == 3
    assert "FAULT" in ended.out
    assert "does not add up" in ended.out
    (line,) = sepa("reconcile", "2026-04-02", "--home", tmp_path / "home", "--json").lines
    assert line["faults"]


def test_reconcile_warns_of_orders_that_no_window_tried(sepa: Sepa, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home", sample=False)
    house.drop("stavebniny", "x.xml", transfers("M-1", TRADER, [order("FAR", "10.00", "Oceliareň", B1)]))
    house.claim()
    with house.open() as home:
        judged_at = read_instant("2026-04-02T10:00", home.profile)
        judge_all(home, home.journal.unjudged(), at=judged_at)
        emit_reports(home, judged_at)
    proof = sepa("reconcile", "2026-04-02", "--at", "2026-04-02T22:00", "--home", house.root)
    assert (proof.code, "WARNING: 1 order due on 2026-04-02" in proof.out) == (0, True)


def test_explain_says_of_a_file_how_it_was_judged(sepa: Sepa, done: House) -> None:
    """Orders may have been judged again since; each tells that itself, in its own story."""
    said = sepa("explain", key_of(done, "GOOD-0001")[:12], "--home", done.root).out
    assert "judged ACCP  1 order, " in said


# --- find ---


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param(("--end-to-end-id", "BAD"), ["BAD"], id="end-to-end id"),
        pytest.param(("--end-to-end-id", "BA"), [], id="the whole of it"),
        pytest.param(
            ("--iban", B1[:4] + " " + B1[4:].lower()), ["REF-1", "REF-1"], id="iban as people write it"
        ),
        pytest.param(("--amount", "1.00"), ["BAD"], id="amount"),
        pytest.param(("--partner", "stavebniny"), ["REF-1", "REF-1", "BAD"], id="partner"),
        pytest.param(("--from", "2026-04-02", "--to", "2026-04-02"), ["REF-1", "REF-1", "BAD"], id="its day"),
        pytest.param(("--from", "2026-04-03"), [], id="the day after"),
        pytest.param(("--to", "2026-04-01"), [], id="the day before"),
        pytest.param(("--amount", "1.00", "--end-to-end-id", "REF-1"), [], id="all must fit"),
    ],
)
def test_find_looks_for_what_people_know(
    sepa: Sepa, done: House, words: tuple[str, ...], found: list[str]
) -> None:
    ended = sepa("find", *words, "--home", done.root, "--json")
    assert sorted(line["end_to_end_id"] for line in ended.lines) == sorted(found)
    assert ended.code == (0 if found else 1)
    table = sepa("find", *words, "--home", done.root)
    assert table.code == ended.code
    assert all(line["key"] in table.out for line in ended.lines)
    assert (f"{len(found)} found" if found else "Nothing found") in table.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param((), "Say what to look for", id="nothing"),
        pytest.param(("--amount", "1,50"), "is no amount", id="amount"),
        pytest.param(("--from", "yesterday"), "is no day", id="day"),
    ],
)
def test_find_says_what_it_needs(sepa: Sepa, done: House, words: tuple[str, ...], said: str) -> None:
    ended = sepa("find", *words, "--home", done.root)
    assert ended.code == 2
    assert said in ended.said


# --- rules ---


def test_a_card_tells_all_of_a_rule(sepa: Sepa) -> None:
    told = [" ".join(line.split()) for line in sepa("rules", "sch-08").out.splitlines()]
    assert told[:5] == [
        "SCH-08 amounts.at_most",
        "An amount is no more than the scheme carries.",
        "Given no four_eyes.from_cents",
        "Refuses Amt/InstdAmt 1000000000.00",
        "Takes Amt/InstdAmt 999999999.99",
    ]
    assert "Looks at Amt/InstdAmt or InstdAmt of each order, in transfers and collections" in told
    assert "Parameter orders.amount_max_cents = 99999999999 in every profile" in told


def test_machines_get_the_pair_too(sepa: Sepa) -> None:
    (line,) = sepa("rules", "amounts.more_than_zero", "--json").lines
    pair = {"given": [], "refused": ["Amt/InstdAmt 0.00"], "accepted": ["Amt/InstdAmt 0.01"], "still": []}
    assert line["element"] == {"credit-transfer": "Amt/InstdAmt", "collection": "InstdAmt"}
    assert line["example"] == {"base": "transfer", **pair}


def test_a_rule_that_is_not_there_says_so(sepa: Sepa) -> None:
    ended = sepa("rules", "XYZ-99")
    assert (ended.code, ended.out) == (2, "")
    assert "There is no rule XYZ-99" in ended.said


def test_explain_leads_to_the_sentence_of_the_rule(sepa: Sepa, done: House) -> None:
    key, home = key_of(done, "BAD-3"), ("--home", done.root)
    (rule,) = [each for each in RULES if each.name == "identifiers.creditor_iban"]
    story = sepa("explain", f"{key[:24]}-1", *home).out
    assert f"AC03 IDN-01 {rule.name}  {rule.sentence}" in story
    assert rule.sentence in sepa("rules", rule.name).out
    lines = sepa("explain", f"{key[:24]}-1", *home, "--json").lines
    found = [each for line in lines for each in line["findings"]]
    assert {(each["name"], each["sentence"]) for each in found} == {(rule.name, rule.sentence)}


def test_rules_lists_every_rule_with_the_values_of_each_profile(sepa: Sepa) -> None:
    lines = sepa("rules", "--json").lines
    assert [line["id"] for line in lines] == [rule.id for rule in RULES]
    for line in lines:
        assert {"id", "sentence", "source", "codes", "parameters", "severity", "profiles"} <= set(line)
        assert set(line["profiles"]) == set(profile_names())
        for values in line["profiles"].values():
            assert set(values) == set(line["parameters"])
    table = sepa("rules")
    assert table.code == 0
    assert all(rule.id in table.out for rule in RULES)


# --- as a process of its own ---


@pytest.mark.slow
def test_nothing_is_coloured_in_a_pipe_and_a_closed_one_is_no_disaster(done: House, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(transfers("A", TRADER, [order("BAD", "1.00", "X", B1[:-1] + "0")]))
    ended = subprocess.run(
        [SEPA, "check", *AT, path],
        capture_output=True,
        check=False,
        env=os.environ | {"TERM": "xterm-256color"},
    )
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert b"\x1b" not in ended.stdout
    piped = subprocess.run(
        f"'{SEPA}' rules --json | head -c 10", shell=True, capture_output=True, check=False
    )
    assert piped.stdout == b'{"kind":"r'
    assert b"Traceback" not in piped.stderr


# --- who sits at the terminal ---


def test_the_system_says_who_orders_and_not_the_environment(
    sepa: Sepa, twin: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    (held,) = (order.key for order in twin.all_orders() if order.state == "held")
    sepa("order", "refuse", held, "--reason", "phone", "--by", "Eva", *AT, "--home", twin.root)
    me = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    with twin.open() as home:
        assert [each.by for each in home.journal.decisions(held)] == [f"{me} for Eva"]


def test_behind_a_shared_user_stands_a_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `sudo` the desk's user runs the command, and the kernel still knows who logged in."""
    told = tmp_path / "loginuid"
    monkeypatch.setattr("sepa.cli.person.LOGIN", told)
    monkeypatch.setattr("sepa.cli.person.name_of", lambda user: f"number {user}")
    assert login() == f"number {os.getuid()}"
    told.write_text("4294967295")
    assert login() == f"number {os.getuid()}"
    told.write_text("1234")
    assert login() == "number 1234"


def test_a_user_without_a_name_is_a_number() -> None:
    assert name_of(0) == "root"
    assert name_of(3_999_999_999) == "user 3999999999"


def test_roles_bind_at_the_terminal(sepa: Sepa, seat: Seat, twin: House) -> None:
    table = "roles: {clerk: [hold]}\npeople: {Eva: [clerk]}\n"
    (twin.root / "reference" / "roles.yaml").write_text(table, "utf-8")
    (held,) = (order.key for order in twin.all_orders() if order.state == "held")
    words = ("order", "refuse", held, "--reason", "phone", *AT, "--home", twin.root)
    refused = sepa(*words)
    assert (refused.code, refused.said) == (
        1,
        "No role of Eva in reference/roles.yaml may order refuse, so nothing was done.",
    )
    assert sepa(*words, "--by", "Jano").code == 1
    assert sepa("correct", held, "--reason", "DUPL", "--proof", "x", *AT, "--home", twin.root).code == 1
    (twin.root / "reference" / "roles.yaml").write_text("roles: []", "utf-8")
    assert sepa(*words).code == 2


def test_a_run_says_where_everybody_may_order_everything(sepa: Sepa, twin: House) -> None:
    words = ("run", "--home", twin.root, "--at", "2026-04-02T12:00")
    assert "whoever reaches this home may order everything" in sepa(*words).out
    (twin.root / "reference" / "roles.yaml").write_text("roles: {}\npeople: {}\n", "utf-8")
    assert "may order everything" not in sepa(*words).out


# --- correct ---


def test_correct_books_back_when_two_people_say_so(sepa: Sepa, seat: Seat, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home", sample=False)
    file = house.drop("stavebniny", "a.xml", transfers("M-1", TRADER, [order("E-1", "100.00", "Druhý", A2)]))
    house.run()
    (paid,) = house.orders(file)
    words = ("correct", paid.key, "--reason", "DUPL", "--home", house.root, "--at", "2026-04-09T10:00")
    first = sepa(*words, "--proof", "case 7")
    assert (first.code, "second person" in first.out) == (0, True)
    alone = sepa(*words, "--proof", "case 7", "--by", "Ján")
    assert (alone.code, "second person" in alone.out) == (0, True), "one person stands behind both words"
    seat("Ján")
    (second,) = sepa(*words, "--proof", "case 7", "--json").lines
    assert second["done"] is True
    assert len(second["published"]) == 8
    third = sepa(*words, "--proof", "case 7")
    assert (third.code, "corrected once" in third.out) == (1, True)
    assert sepa(*words, "--proof", " ").code == 2
    assert sepa("correct", paid.key, "--home", house.root, "--proof", "x", "--reason", "XX").code == 2


# --- purge ---


def test_purge_says_what_would_go_and_refuses_without_a_period(
    sepa: Sepa, done: House, tmp_path: Path
) -> None:
    shutil.copytree(done.root, tmp_path / "home")
    words = (
        "purge",
        "--before",
        "2026-04-03",
        "--home",
        tmp_path / "home",
        "--at",
        "2036-06-01T10:00",
    )
    refused = sepa(*words, "--reason", "old")
    assert (refused.code, "transaction_years is null" in refused.said) == (1, True)
    House(tmp_path / "home").set_profile(records={"transaction_years": 10})
    would = sepa(*words, "--reason", "old")
    assert (would.code, "--yes does it" in would.out) == (0, True)
    assert sepa(*words, "--reason", " ").code == 2
    (line,) = sepa(*words, "--reason", "old", "--yes", "--json").lines
    assert (line["done"], len(line["files"])) == (True, 2)


# --- carry ---


def test_carry_moves_both_ways_and_says_what_it_left(sepa: Sepa, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home", sample=False)
    lying = tmp_path / "bucket" / "inbox" / "stavebniny"
    lying.mkdir(parents=True)
    (lying / "a.xml").write_text(GOOD, "utf-8")
    (lying / "b.xml.part").write_text("<", "utf-8")
    words = ("carry", "--bucket", (tmp_path / "bucket").as_uri(), "--home", house.root)
    came = sepa(*words)
    assert (came.code, came.out.splitlines()) == (
        0,
        [
            "came in: inbox/stavebniny/a.xml",
            "left: inbox/stavebniny/b.xml.part: its name says that it is not finished; rename it when it is",
        ],
    )
    house.run()
    (line,) = sepa(*words, "--json").lines
    assert line["kind"] == "carry"
    assert line["in"]["left"][0][0] == "inbox/stavebniny/b.xml.part"
    assert any(name.startswith("outbox/stavebniny/") for name in line["out"]["carried"])
    (lying / "b.xml.part").unlink()
    assert sepa(*words).out == "Nothing is there to be carried.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say which bucket"),
        (("--bucket", "nowhere://there"), "nowhere:// is no storage that is known here"),
    ],
)
def test_carry_needs_a_bucket(sepa: Sepa, done: House, words: tuple[str, ...], said: str) -> None:
    ended = sepa("carry", *words, "--home", done.root)
    assert (ended.code, said in ended.said) == (2, True)


# --- catch-up ---


def test_a_restored_journal_stops_the_run_and_is_caught_up(sepa: Sepa, done: House, tmp_path: Path) -> None:
    """Here it was lost altogether. A table that changed meanwhile contradicts what was settled."""
    house = House(tmp_path / "home")
    shutil.copytree(done.root, house.root)
    for lost in house.root.glob("journal.db*"):
        lost.unlink()
    words = ("--home", house.root, "--at", "2026-04-02T15:30")
    stopped = sepa("run", *words)
    assert (stopped.code, "sepa catch-up" in stopped.said) == (3, True)
    house.set_account(TRADER, closed_on="2026-04-01")
    contradicted = sepa("catch-up", *words)
    assert (contradicted.code, "It contradicts archive/book/" in contradicted.out) == (3, True)


def test_a_lost_journal_is_told_all_it_knew(sepa: Sepa, done: House, tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    shutil.copytree(done.root, house.root)
    before = [(each.key, each.state) for each in house.all_orders()]
    for lost in house.root.glob("journal.db*"):
        lost.unlink()
    words = ("--home", house.root, "--at", "2026-04-02T15:30")
    told = sepa("catch-up", *words)
    assert (told.code, "The journal was told of 3 deliveries" in told.out) == (0, True)
    (line,) = sepa("catch-up", *words, "--json").lines
    assert line == {
        "kind": "catch-up", "came": 0, "ordered": 0, "settled": 0, "left": 0, "sent": 0, "conflicts": [],
    }  # fmt: skip
    assert sepa("run", *words).code == 0
    assert [(each.key, each.state) for each in house.all_orders()] == before
