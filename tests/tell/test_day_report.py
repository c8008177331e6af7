import csv
import datetime
import io
from typing import get_args

import msgspec
import pytest
from days import FIGURES, FILES, at
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from sepa.model.day import Check, DayFigures, Tally, WaitingDay
from sepa.model.fee import FeeEvent
from sepa.scheme.phrase import Phrase
from sepa.tell import plots
from sepa.tell.catalogue import Catalogue
from sepa.tell.day_report import checks, day_html, figures_from, files_csv, payments_csv
from sepa.tell.day_words import FEES, STATES, WORDS


def with_first_file(**changes: object) -> DayFigures:
    first = msgspec.structs.replace(FILES[0], **changes)
    return msgspec.structs.replace(FIGURES, files=(first, *FILES[1:]))


CENT_MISSING = with_first_file(paid=Tally(415, 18_300_109))


def test_a_day_that_agrees_is_green(catalogue: Catalogue) -> None:
    page = html.fromstring(day_html(FIGURES, catalogue))
    assert page.get_element_by_id("conservation").findtext(".//strong") == "The day agrees to the cent."
    assert not page.find_class("broken")


def test_a_missing_cent_turns_the_day_red(catalogue: Catalogue) -> None:
    page = html.fromstring(day_html(CENT_MISSING, catalogue))
    assert "broken" in page.get_element_by_id("conservation").get("class")
    broken = [row.findtext(".//td[last()]") for row in page.findall(".//tr") if row.get("class") == "broken"]
    assert broken == ["✗ 0.01\N{NO-BREAK SPACE}EUR"] * 2  # the day's sum, and the file that lost it


@pytest.mark.parametrize(
    ("figures", "broken"),
    [
        pytest.param(FIGURES, [], id="all agree"),
        pytest.param(CENT_MISSING, ["Received today", "File uhrady-01.xml"], id="a cent missing"),
        pytest.param(
            with_first_file(paid=Tally(414, 18_300_110)),
            ["Received today", "File uhrady-01.xml"],
            id="an order missing",
        ),
        pytest.param(
            msgspec.structs.replace(FIGURES, postings=FIGURES.postings[:2]),
            ["Postings"],
            id="a posting without its side",
        ),
        pytest.param(
            msgspec.structs.replace(
                FIGURES,
                checks=(
                    Check(Phrase("Bulks"), (Phrase("Paid"), Tally(2, 5)), ((Phrase("Sealed"), Tally(2, 4)),)),
                ),
            ),
            ["Bulks"],
            id="a check of the caller's",
        ),
    ],
)
def test_checks_find_what_does_not_agree(figures: DayFigures, broken: list[str]) -> None:
    assert [str(check.name) for check in checks(figures) if not check.holds] == broken


def test_each_currency_is_added_up_for_itself(catalogue: Catalogue) -> None:
    whole = [check for check in checks(FIGURES) if str(check.name) == "Received today"]
    assert [(check.currency, check.whole[1]) for check in whole] == [
        ("EUR", Tally(1024, 38_081_761)), ("USD", Tally(3, 90_000)),
    ]  # fmt: skip
    rows = [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in html.fromstring(day_html(FIGURES, catalogue)).iter("tr")
    ]
    assert ["Handed over", "2", "600.00 USD"] in rows
    assert ["Received", "3", "900.00 USD"] in rows
    assert ["Refused", "29", "6,756.50 EUR"] in rows
    lost = msgspec.structs.replace(FILES[6], handed_over=Tally(2, 59_999))
    broken = msgspec.structs.replace(FIGURES, files=(*FILES[:6], lost, *FILES[7:]))
    assert [check.currency for check in checks(broken) if not check.holds] == ["USD", "USD"]


def test_corrections_and_fees_stand_in_the_report(catalogue: Catalogue) -> None:
    page = html.fromstring(day_html(FIGURES, catalogue))
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.iter("tr")]
    assert [
        "0f3c5ad1b2e4f6a8c0d2e4f6-9", "TECH", "Jana Nováková, Peter Kováč", "2 April 2026, 16:05", "123.45 EUR",
    ] in rows  # fmt: skip
    assert ["Letter on a refused order", "9", "2", "9.00 EUR"] in rows
    assert ["Another try for want of cover", "3", "3", "0.00 EUR"] in rows


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "sk",
            ("Deň 2. apríla 2026", "Deň súhlasí na cent.", "Odovzdané", "uzávierka 21:00", "380 817,61"),
        ),
        (
            "sl",
            ("Dan 2. april 2026", "Dan se ujema do centa.", "Predano", "končni čas 21:00", "380.817,61"),
        ),
    ],
)
def test_the_report_speaks_the_language_of_the_bank(
    language: str, words: tuple[str, ...], catalogue: Catalogue
) -> None:
    page = day_html(FIGURES, catalogue, language)
    told = page.replace("\N{NO-BREAK SPACE}", " ")
    assert f'<html lang="{language}">' in page
    assert [word for word in words if word not in told] == []
    english = [
        str(phrase)
        for phrase in (*WORDS.values(), *STATES.values(), *FEES.values())
        if "{" not in phrase.text
    ]
    shown = {" ".join(text.split()) for text in html.fromstring(page).itertext()}
    assert shown & set(english) <= {"Partner"}


def test_every_event_that_costs_has_a_word() -> None:
    assert set(FEES) == set(get_args(FeeEvent))


def test_two_wrongs_in_different_files_do_not_make_a_right() -> None:
    more, less = Tally(415, 18_300_111), Tally(128, 4_099_999)
    files = (
        msgspec.structs.replace(FILES[0], paid=more),
        msgspec.structs.replace(FILES[1], paid=less),
        *FILES[2:],
    )
    figures = msgspec.structs.replace(FIGURES, files=files)
    assert [str(check.name) for check in checks(figures) if not check.holds] == [
        "File uhrady-01.xml",
        "File uhrady-02.xml",
    ]


def test_the_same_figures_make_the_same_page(catalogue: Catalogue) -> None:
    first = day_html(FIGURES, catalogue)
    assert first == day_html(FIGURES, catalogue)
    assert first.count("<svg") == 3


def test_ids_of_the_plots_do_not_clash(catalogue: Catalogue) -> None:
    page = html.fromstring(day_html(FIGURES, catalogue))
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    references = [
        value[1:] for element in page.iter() for name, value in element.items() if name.endswith("href")
    ]
    assert references
    assert set(references) <= set(ids)


def test_an_empty_day_is_told_too(catalogue: Catalogue) -> None:
    empty = DayFigures(day=FIGURES.day, bank="B", as_of=at(23, 5))
    assert "The day agrees to the cent." in day_html(empty, catalogue)
    assert len(files_csv(empty).splitlines()) == 1


@pytest.mark.parametrize(
    ("last", "told"),
    [
        pytest.param(at(21, 0), "0 min before the cut-off", id="at the cut-off"),
        pytest.param(at(19, 30), "1 h 30 min before the cut-off", id="before"),
        pytest.param(at(21, 20), "20 min after the cut-off", id="after"),
    ],
)
def test_time_to_the_cutoff(last: datetime.datetime, told: str, catalogue: Catalogue) -> None:
    files = (msgspec.structs.replace(FILES[0], received_at=last),)
    assert told in day_html(msgspec.structs.replace(FIGURES, files=files), catalogue)


def test_csv_has_a_line_per_file_with_amounts_as_text() -> None:
    rows = list(csv.DictReader(io.StringIO(files_csv(FIGURES))))
    assert [row["file"] for row in rows] == [file.name for file in FILES]
    assert (rows[0]["paid_count"], rows[0]["paid_amount"]) == ("415", "183001.10")
    assert rows[4]["received_amount"] == "0.00"


def test_csv_of_payments_has_every_section() -> None:
    rows = list(csv.DictReader(io.StringIO(payments_csv(FIGURES))))
    sections = {"state", "waiting", "bulk", "refused", "posting", "booked back", "fee"}
    assert {row["section"] for row in rows} == sections
    assert {
        "section": "waiting",
        "name": "2026-04-07",
        "detail": "",
        "count": "140",
        "amount": "122000.01",
        "currency": "EUR",
    } in rows


def test_accounts_of_customers_are_masked(catalogue: Catalogue) -> None:
    for told in (day_html(FIGURES, catalogue), payments_csv(FIGURES)):
        assert "SK65 ... 6783" in told
        assert "5566783" not in told


@given(
    name=st.one_of(
        st.text(max_size=30), st.sampled_from(["=1+1", "+1", "-1", "@A1", "\t=1", "a\n=1", ' "=1'])
    )
)
def test_csv_holds_no_formula(name: str) -> None:
    figures = with_first_file(name=name, partner=name, message=name)
    cells = [cell for row in csv.reader(io.StringIO(files_csv(figures))) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_a_strange_name_is_escaped(catalogue: Catalogue) -> None:
    page = html.fromstring(day_html(with_first_file(name="<script>x", partner="<b>y"), catalogue))
    assert not page.findall(".//script") + page.findall(".//b")
    assert "<script>x" in page.text_content()


def test_the_title_of_a_picture_is_escaped() -> None:
    strange = 'a "b" <c> & d'
    drawing = plots.refusals([], {"refused_by_reason": strange}, str)
    assert etree.fromstring(drawing).get("aria-label") == strange


ROWS = {
    "day": "2026-04-02",
    "bank": "B",
    "as_of": "2026-04-02T23:05:00+02:00",
    "waiting": [{"booking_date": "2026-04-07", "total": {"count": 1, "cents": 5}}],
}


def test_plain_rows_become_figures() -> None:
    assert figures_from(ROWS).waiting == (WaitingDay(datetime.date(2026, 4, 7), Tally(1, 5)),)


def test_a_float_is_no_amount() -> None:
    with pytest.raises(msgspec.ValidationError):
        figures_from(
            {**ROWS, "waiting": [{"booking_date": "2026-04-07", "total": {"count": 1, "cents": 0.5}}]}
        )
