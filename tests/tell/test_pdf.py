"""The notice on paper: it says what the text says, its fonts come along, nothing leaves the page."""

import itertools
import re

import pypdfium2
import pytest
from examples import NO_COVER, SLOVENE_BANK, finding, item, key, notice
from hypothesis import given, settings
from paper import FOOT, fonts_of_pdf, notice_pdf, notice_text, signs_of_pdf, words_of_pdf
from test_notice import NOTICES, hostile_notices

from sepa.model.notice import Notice
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.notice import page
from sepa.tell.pdf import _groups
from sepa.tell.sheet import BOTTOM, MARGIN, TOP, WIDTH, _in_order_of_sight, width_of

REFERENCE = "W" * 35
MESSAGE = "Faktura 2026 za drevo " * 6 + "a mnoho " * 1
LONG = "DONAUDAMPFSCHIFFFAHRTSGESELLSCHAFT" * 5


def letters(text: str) -> str:
    """What is left of a text without blanks, case and the signs that only plain text needs."""
    return re.sub(r"[\s:\[\]=-]", "", text).casefold()


def paper(sent: Notice, catalogue: Catalogue) -> bytes:
    return notice_pdf(sent, catalogue)


@pytest.mark.parametrize("name", NOTICES)
def test_paper_says_what_the_text_says(name: str, catalogue: Catalogue) -> None:
    told = letters(words_of_pdf(paper(NOTICES[name], catalogue)))
    assert told == letters(notice_text(NOTICES[name], catalogue))


MANY = notice(*(item(key=key(number)) for number in range(60)), language="sl", bank=SLOVENE_BANK)
WIDE = notice(
    item(
        end_to_end_id=REFERENCE,
        counterparty_name=LONG,
        payment_information=REFERENCE,
        amount_cents=99_999_999_999,
        currency=LONG[:40],
        findings=(
            finding(found=LONG, message=Phrase("We do not know the message {found}.", {"found": LONG})),
            NO_COVER,
        ),
    ),
    addressee=LONG,
    file_name=f"{LONG}.xml",
)


@pytest.mark.parametrize("sent", [*NOTICES.values(), MANY, WIDE], ids=[*NOTICES, "many", "wide"])
def test_nothing_leaves_the_page(sent: Notice, catalogue: Catalogue) -> None:
    boxes = [box for box in signs_of_pdf(paper(sent, catalogue)) if box[2] > box[0]]
    assert min(box[0] for box in boxes) >= MARGIN - 1
    assert max(box[2] for box in boxes) <= WIDTH - MARGIN + 1
    assert max(box[3] for box in boxes) <= TOP
    assert all(box[1] >= BOTTOM - 1 or box[3] <= FOOT for box in boxes)


@pytest.mark.parametrize("name", [*NOTICES])
def test_no_words_of_a_line_touch_each_other(name: str, catalogue: Catalogue) -> None:
    rows = [row for group in _groups(page(NOTICES[name], catalogue)) for row in group]
    assert any(len(row.runs) > 1 for row in rows)
    for left, right in (pair for row in rows for pair in itertools.pairwise(row.runs)):
        start = right.x - (width_of(right.text, right.font, right.size) if right.right else 0)
        assert left.x + width_of(left.text, left.font, left.size) <= start + 0.1, left.text


def test_a_long_letter_is_numbered_and_loses_nothing(catalogue: Catalogue) -> None:
    content = paper(MANY, catalogue)
    pages = len(pypdfium2.PdfDocument(content))
    assert pages > 10
    numbers = [
        sheet.get_textpage().get_text_bounded(bottom=0, top=FOOT).split()[-1]
        for sheet in pypdfium2.PdfDocument(content)
    ]
    assert numbers == [f"{number}/{pages}" for number in range(1, pages + 1)]
    assert letters(words_of_pdf(content)) == letters(notice_text(MANY, catalogue))


def test_an_order_s_head_never_stands_alone_at_the_foot_of_a_page(catalogue: Catalogue) -> None:
    for sheet in pypdfium2.PdfDocument(paper(MANY, catalogue)):
        told = sheet.get_textpage().get_text_bounded()
        assert told.count("Plačilo v korist") == told.count("IDN-01")


def test_what_is_longer_than_a_page_goes_on_on_the_next(catalogue: Catalogue) -> None:
    endless = finding(expected=Phrase("at most {most}", {"most": "vela slov " * 19}))
    sent = notice(item(findings=(endless,) * 40))
    content = paper(sent, catalogue)
    assert letters(words_of_pdf(content)) == letters(notice_text(sent, catalogue))
    assert len(pypdfium2.PdfDocument(content)) > 3


@pytest.mark.parametrize("name", ["rejected-sk", "rejected-sl", "rejected-en"])
def test_its_fonts_come_along(name: str, catalogue: Catalogue) -> None:
    fonts = fonts_of_pdf(paper(NOTICES[name], catalogue))
    assert {font.split("+")[-1] for font in fonts} == {"DejaVuSans", "DejaVuSans-Bold"}
    assert all(fonts.values())


def test_the_same_notice_is_the_same_bytes(catalogue: Catalogue) -> None:
    first = paper(NOTICES["rejected-sk"], catalogue)
    paper(NOTICES["unsettled-sl"], catalogue)
    assert paper(NOTICES["rejected-sk"], catalogue) == first
    assert paper(NOTICES["rejected-sl"], catalogue) != first


def test_a_reading_machine_is_told_title_and_language(catalogue: Catalogue) -> None:
    content = paper(NOTICES["rejected-sl"], catalogue)
    about = pypdfium2.PdfDocument(content).get_metadata_dict()
    assert about["Title"] == "Obvestilo o zavrnjenem plačilnem nalogu"
    assert about["Author"] == "OTP Banka Slovensko, a.s."
    assert b"/Lang (sl)" in content
    assert b"/DisplayDocTitle true" in content


def test_a_name_from_right_to_left_is_read_so_and_moves_nothing_else(catalogue: Catalogue) -> None:
    sent = notice(item(counterparty_name="שלום 12"), language="en")
    assert "Payment to שלום 12" in words_of_pdf(paper(sent, catalogue))
    assert _in_order_of_sight("for שלום, עולם 12 ש.") == "for םלוע ,םולש 12 ש."


def test_a_sign_without_a_letter_in_the_font_is_shown_as_missing(catalogue: Catalogue) -> None:
    sent = notice(item(counterparty_name="山田 Yamada"), language="en")
    assert "Payment to \ufffd\ufffd Yamada" in words_of_pdf(paper(sent, catalogue))


@settings(max_examples=25, deadline=None)
@given(hostile_notices())
def test_whatever_a_stranger_wrote_stays_on_the_page(sent: Notice) -> None:
    boxes = signs_of_pdf(notice_pdf(sent, Catalogue.load("sk")))
    assert all(box[2] <= WIDTH - MARGIN + 3 for box in boxes)
