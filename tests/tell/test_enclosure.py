"""The list enclosed with a long letter says of each order what the letter says."""

import csv
import hashlib
import io

import pytest
from examples import OTHER, SYMBOLS_ABROAD, finding, item, notice

from sepa.model.notice import NoticeItem
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.enclosure import Enclosure
from sepa.tell.notice import page
from sepa.tell.page import text


def listed(*items: NoticeItem, catalogue: Catalogue, language: str = "en") -> list[dict[str, str]]:
    out = io.BytesIO()
    enclosure = Enclosure(out, notice(language=language), catalogue)
    for each in items:
        enclosure.add(each)
    assert enclosure.close() == hashlib.sha256(out.getvalue()).hexdigest()
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_line_says_all_that_the_letter_says_of_an_order(catalogue: Catalogue) -> None:
    (row,) = listed(item(findings=(finding(),), payment_information="B1"), catalogue=catalogue)
    letter = " ".join(
        text(
            page(notice(item(findings=(finding(),), payment_information="B1"), language="en"), catalogue)
        ).split()
    )
    assert row.pop("") == "1"
    assert row.pop("Also noticed") == row.pop("Payer's account") == ""
    assert row.pop("Booked on") == row.pop("Day between the banks") == ""
    missing = [value for value in row.values() if not value or " ".join(value.split()) not in letter]
    assert missing == []
    assert row["Found"] == "SK32 ... 7541"
    assert set(row) >= {"Order", "Amount", "Reference", "Reason", "Expected", "What to do", "Source", "Fee"}


def test_each_reason_has_a_line_and_what_was_noticed_beside_it_is_marked(catalogue: Catalogue) -> None:
    remark = finding(rule="SYM-04", effect="warn")
    both = item(findings=(finding(), SYMBOLS_ABROAD, remark))
    rows = listed(item(key="a-1"), both, catalogue=catalogue)
    assert [row[""] for row in rows] == ["1", *["2"] * (len(rows) - 1)]
    assert [row["Also noticed"] for row in rows][-1] == "×"
    assert len(rows) == 1 + 3


def test_an_order_without_any_reason_is_in_the_list(catalogue: Catalogue) -> None:
    (row,) = listed(item(findings=()), catalogue=catalogue)
    assert (row["Reason"], row["Our number"]) == ("", item().key)


def test_the_list_speaks_the_language_of_the_letter(catalogue: Catalogue) -> None:
    (row,) = listed(item(findings=(finding(),)), catalogue=catalogue, language="sk")
    assert row["Zdroj"].startswith("Obchodné podmienky")


@pytest.mark.parametrize("found", ["=1+1", "@SUM(A1)", "-2"])
def test_no_cell_is_run_by_a_spreadsheet(found: str, catalogue: Catalogue) -> None:
    strange = finding(found=found, element="purpose", message=Phrase("{found}", {"found": found}))
    (row,) = listed(item(counterparty_name=found, findings=(strange,)), catalogue=catalogue)
    assert row["Found"] == row["Reason"] == f"'{found}"


def test_a_list_of_many_orders_is_written_in_parts(catalogue: Catalogue) -> None:
    rows = listed(*[item(key=f"a-{number}") for number in range(1, 2001)], catalogue=catalogue)
    assert [row["Our number"] for row in rows] == [f"a-{number}" for number in range(1, 2001)]
    assert not any(OTHER in row for row in map(str, rows))


def test_a_letter_names_the_list_and_counts_all_orders(catalogue: Catalogue) -> None:
    shown = text(page(notice(item(), language="en", entries=101, enclosed="list.csv"), catalogue))
    said = " ".join(shown.split())
    assert "the first 1 of them" in said
    assert "list.csv" in said
    assert "101" in said
    assert "1/101" in said
    assert "the first" not in " ".join(text(page(notice(item(), language="en"), catalogue)).split())


@pytest.mark.parametrize("odd", ["a;b", 'a"b', "a; ='b\"", "a;b;c"])
def test_a_cell_holds_what_else_would_end_it(odd: str, catalogue: Catalogue) -> None:
    (row,) = listed(item(counterparty_name=odd, end_to_end_id="R"), catalogue=catalogue)
    assert row["Order"] == f"Payment to {odd}"
    assert row["Reference"] == "R"
