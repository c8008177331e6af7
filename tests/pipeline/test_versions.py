"""A version of the terms that is announced and not in force yet changes nothing: whoever asks names the instant."""

import csv
import datetime
from typing import Any

import pytest
from lxml import etree

from sepa.model.profile import Unchanging, WhichBank
from sepa.pipeline.acknowledge import acknowledge
from sepa.pipeline.claim import claim
from sepa.pipeline.confirm import confirmation
from sepa.pipeline.correct import correct, emit_corrections
from sepa.pipeline.day import reconcile
from sepa.pipeline.purge import PurgeRefused, purge
from sepa.store.profiles import NEVER_CHANGES
from sepa.tell.page import text
from tests.pipeline.house import House
from tests.tell.paper import read_back
from tools.sample_bank import A2, B1, C1, GOOD, HEIR, PATIENT, TRADER, order, transfers

A = "stavebniny"
WRONG = "SK0012000000198742637541"
OLD, NEW = "2026-06-25T10:00", "2026-07-02T10:00"
"""Instants under the first version and under the second, which is in force from 2026-07-01."""


def announced(house: House, **changes: Any) -> None:
    """Announce a version with `changes`, beside the one in force."""
    house.set_profile("profile-2026-07.yaml", profile={"effective_from": "2026-07-01"}, **changes)
    house.set_profile()


def sent(house: House, iban: str, instant: str, account: str = TRADER) -> str:
    content = transfers(
        f"M-{instant[:10]}", account, [order("E-1", "10.00", "Oceliareň", iban)], due=instant[:10]
    )
    return house.drop(A, f"{instant[:10]}.xml", content)


def letters(house: House, key: str) -> dict[str, str]:
    found = {}
    for path in house.published(key, ""):
        if path.parent.name == "notices":
            found[path.suffix] = " ".join(read_back(path).split())
    return found


def test_what_is_asked_of_no_version_is_what_none_may_change(house: House) -> None:
    announced(house)
    with house.open() as home:
        assert isinstance(home.profile, Unchanging)
    assert {f"bank.{field}" for field in WhichBank.__struct_fields__} <= set(NEVER_CHANGES)


@pytest.mark.parametrize(("instant", "forms"), [(OLD, {".html", ".txt", ".pdf"}), (NEW, {".txt"})])
def test_a_letter_has_the_forms_of_the_day_it_falls_due(house: House, instant: str, forms: set[str]) -> None:
    announced(house, notices={"formats": ["text"]})
    key = sent(house, WRONG, instant)
    house.run(instant)
    assert set(letters(house, key)) == forms


@pytest.mark.parametrize(("instant", "phone"), [(OLD, "0850 111 222"), (NEW, "0800 000 000")])
def test_a_letter_names_the_bank_and_its_telephone_as_of_that_day(
    house: House, instant: str, phone: str
) -> None:
    announced(house, bank={"name": "Nová banka", "contact": {"phone": "0800 000 000"}})
    key = sent(house, WRONG, instant)
    house.run(instant)
    told = letters(house, key)[".txt"]
    assert phone in told
    assert ("Nová banka" in told) == (instant == NEW)


@pytest.mark.parametrize(("instant", "cited"), [(OLD, True), (NEW, False)])
def test_a_letter_cites_the_terms_as_of_that_day(house: House, instant: str, cited: bool) -> None:
    announced(house, notices={"cite_terms": False})
    key = sent(house, WRONG, instant)
    house.run(instant)
    assert ("V.2.1(21)" in letters(house, key)[".txt"]) == cited


@pytest.mark.parametrize(("instant", "told"), [(OLD, True), (NEW, False)])
def test_of_what_letters_tell_is_asked_of_that_day(house: House, instant: str, told: bool) -> None:
    announced(house, notices={"also": []})
    key = sent(house, B1, instant)
    house.drop(A, "again.xml", house.root.joinpath("inbox", A, f"{instant[:10]}.xml").read_bytes())
    again = transfers("M-2", TRADER, [order("E-1", "10.00", "Oceliareň", B1)], due=instant[:10])
    held = house.drop(A, "z-twin.xml", again)
    house.run(instant)
    assert key != held
    assert bool(letters(house, held)) == told


@pytest.mark.parametrize(("instant", "written"), [(OLD, False), (NEW, True)])
def test_whether_the_dead_are_written_to_is_asked_of_that_day(
    house: House, instant: str, written: bool
) -> None:
    announced(house, notices={"suppress_on_death": False})
    key = sent(house, B1, instant, account=HEIR)
    house.run(instant)
    assert bool(letters(house, key)) == written


def priced(edition: str) -> dict[str, Any]:
    day = datetime.date(2026, 1, 1)
    prices = dict.fromkeys(("rejection", "retry", "unsettled_notice", "order_copy", "recall"), 105)
    return {"prices": [{"edition": edition, "valid_from": day, **prices}]}


def editions(house: House) -> list[tuple[str, str]]:
    rows = []
    for path in house.outbox("desk", "fees_*.csv"):
        rows += csv.DictReader(path.read_text("utf-8").splitlines(), delimiter=";")
    return [(row["event"], row["prices"]) for row in rows]


@pytest.mark.parametrize(("instant", "edition"), [(OLD, "first"), (NEW, "second")])
def test_a_fee_is_that_of_the_version_of_the_day_it_is_charged(
    house: House, instant: str, edition: str
) -> None:
    announced(house, **priced("second"))
    house.set_profile(**priced("first"))
    sent(house, WRONG, instant)
    house.run(instant)
    assert editions(house) == [("rejection", edition)]


@pytest.mark.parametrize(
    ("lacked", "given_up", "edition"), [("25", "06-26", "first"), ("30", "07-01", "second")]
)
def test_a_retry_costs_what_it_costs_on_the_day_it_ends(
    house: House, lacked: str, given_up: str, edition: str
) -> None:
    announced(house, **priced("second"))
    house.set_profile(**priced("first"))
    house.set_account(PATIENT, balance="0.00", overdraft="0.00")
    sent(house, B1, f"2026-06-{lacked}T10:00", account=PATIENT)
    house.run(f"2026-06-{lacked}T10:00")
    house.set_account(PATIENT, balance="1000000.00")
    house.run(f"2026-{given_up}T10:00")
    assert editions(house) == [("retry", edition)]


@pytest.mark.parametrize(("instant", "refused"), [(OLD, False), (NEW, True)])
def test_who_may_start_a_correction_is_asked_of_the_day_of_the_act(
    house: House, instant: str, refused: bool
) -> None:
    announced(
        house, correction={"initiators": ["other_bank_with_written_proof"]}, notices={"formats": ["text"]}
    )
    key = sent(house, A2, OLD)
    house.run(OLD)
    with house.open() as home:
        asked: dict[str, Any] = {"initiator": "own_bank", "code": "DUPL", "proof": "case 7"}
        at = house.at(instant.replace("10:00", "12:00"))
        correct(home, f"{key[:24]}-1", by="Eva", at=at, **asked)
        did = correct(home, f"{key[:24]}-1", by="Ján", at=at, **asked)
        emit_corrections(home, house.at("2026-07-03T09:00"))
        advices = list(home.outbox("desk").joinpath("notices").glob("advice_*"))
    assert did.done is not refused
    assert {each.suffix for each in advices} == (set() if refused else {".html", ".txt", ".pdf"})


@pytest.mark.parametrize(("instant", "years"), [("2036-06-30T10:00", 10), ("2036-07-01T10:00", 20)])
def test_for_how_long_orders_are_kept_is_asked_of_the_day_of_the_purge(
    house: House, instant: str, years: int
) -> None:
    house.set_profile(
        "profile-2036.yaml", profile={"effective_from": "2036-07-01"}, records={"transaction_years": 20}
    )
    house.set_profile(records={"transaction_years": 10})
    with house.open() as home, pytest.raises(PurgeRefused, match=f"kept for {years} years"):
        purge(home, datetime.date(2030, 1, 1), by="Eva", reason="x", at=house.at(instant), really=True)


@pytest.mark.parametrize(("instant", "taken"), [(OLD, 1), (NEW, 0)])
def test_whether_files_are_taken_in_maintenance_is_asked_at_the_sweep(
    house: House, instant: str, taken: int
) -> None:
    announced(house, ebanking={"maintenance_mode": "nothing"})
    house.root.joinpath("reference", "maintenance.txt").write_text("mending")
    house.drop(A, "a.xml", GOOD)
    with house.open() as home:
        assert len(claim(home, house.at(instant))) == taken


@pytest.mark.parametrize(("instant", "phone"), [(OLD, "0850 111 222"), (NEW, "0800 000 000")])
def test_a_receipt_and_a_confirmation_name_the_telephone_of_their_day(
    house: House, instant: str, phone: str
) -> None:
    announced(house, bank={"contact": {"phone": "0800 000 000"}})
    key = sent(house, B1, OLD)
    house.run(OLD)
    at = house.at(instant.replace("10:00", "12:00"))
    with house.open() as home:
        assert phone in text(confirmation(home, f"{key[:24]}-1", at))
    house.root.joinpath("reference", "maintenance.txt").write_text("mending")
    house.drop(A, "b.xml", GOOD)
    with house.open() as home:
        claim(home, at)
        (path,) = acknowledge(home, at)
    assert phone in (house.root / path).read_text("utf-8")


@pytest.mark.parametrize("begins", [-1, 2], ids=["in force", "announced"])
def test_which_stamp_a_file_gets_is_asked_at_the_sweep(house: House, begins: int) -> None:
    """The file system stamps a drop by the real clock, so the versions stand around today."""
    now = datetime.datetime.now(datetime.UTC)
    day = now.date() + datetime.timedelta(begins)
    house.set_profile(
        "profile-new.yaml", profile={"effective_from": day}, records={"receipt_stamp_source": "sweep"}
    )
    house.set_profile()
    house.drop(A, "a.xml", GOOD)
    swept = now + datetime.timedelta(hours=1)
    with house.open() as home:
        (delivery,) = claim(home, swept, by_clock=True)
    assert (delivery.received_at == swept) == (begins < 0)


@pytest.mark.parametrize(("instant", "name"), [(OLD, "OTP Banka"), (NEW, "Nová banka")])
def test_the_days_report_names_the_bank_as_of_its_day(house: House, instant: str, name: str) -> None:
    announced(house, bank={"name": "Nová banka"})
    with house.open() as home:
        proof = reconcile(home, datetime.date.fromisoformat(instant[:10]), house.at(instant))
    assert proof.figures.bank.startswith(name)


@pytest.mark.parametrize(("instant", "method"), [(OLD, "CLRG"), (NEW, "INGA")])
def test_a_recall_tells_the_means_of_settlement_as_of_the_day_it_is_asked(
    house: House, instant: str, method: str
) -> None:
    announced(house, clearing={"settlement_method": "INGA"}, revocation={"after_execution": "recall"})
    house.set_profile(revocation={"after_execution": "recall"})
    key = sent(house, B1, OLD)
    house.run(OLD)
    house.reprocess("recall", instant.replace("10:00", "12:00"), key=f"{key[:24]}-1")
    (path,) = house.clearing("camt.056")
    assert etree.parse(path).getroot().findtext(".//{*}SttlmMtd") == method


@pytest.mark.parametrize(("received", "by"), [(OLD, "2026-07-06"), (NEW, "2026-07-03")])
def test_an_order_handed_over_keeps_the_days_of_the_version_that_dated_it(
    house: House, received: str, by: str
) -> None:
    """Both orders leave in July: the one of June has two working days to our correspondent, as it was dated."""
    channels = {"action": "route", "routes": {"standard": "foreign-desk"}}
    announced(house, non_sepa=channels | {"execution": {"other_to_correspondent": 1}})
    house.set_profile(non_sepa=channels)
    address = "<PstlAdr><TwnNm>Wien</TwnNm><Ctry>AT</Ctry></PstlAdr>"
    made = order("E-1", "10.00", "Oceliareň", C1, bic="OPSKATWW", currency="USD")
    made = made.replace("</Nm></Cdtr>", f"</Nm>{address}</Cdtr>")
    house.drop(A, "usd.xml", transfers("USD-1", TRADER, [made], due="2026-07-02"))
    house.claim(received)
    house.run(NEW)
    (path,) = house.clearing("hand-over")
    (only,) = etree.parse(path).getroot().iterfind("{*}Order")
    assert only.get("correspondentBy") == by
