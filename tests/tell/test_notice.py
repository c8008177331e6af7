import datetime
import html as html_entities
import os
import re
from pathlib import Path

import msgspec
import pytest
from examples import (
    CUT_OFF,
    DAYS,
    MISTYPED,
    MOVED,
    NO_CONSENT,
    NO_COVER,
    OTHER,
    OUT_OF_REACH,
    OWN,
    REPEATED,
    SCREENED,
    SLOVENE_BANK,
    STOPPED,
    SYMBOLS_ABROAD,
    THREE_ORDERS,
    TOO_FAR,
    TWIN,
    URGENT,
    WITHDRAWN,
    finding,
    item,
    key,
    notice,
    receipt,
)
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from paper import notice_html, notice_text

from sepa.model.fee import Fee
from sepa.model.notice import Notice, Occasion
from sepa.model.reference import Account
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import mask_within_name
from sepa.tell.notice import is_owed, is_silenced
from sepa.tell.page import TEXT_COLUMNS
from sepa.tell.receipt import receipt_text

GOLDEN = Path(__file__).parents[1] / "golden" / "notices"

NOTICES = {
    "rejected-sk": notice(*THREE_ORDERS),
    "rejected-sl": notice(*THREE_ORDERS, language="sl"),
    "rejected-en": notice(*THREE_ORDERS, language="en"),
    "rejected-no-hint-en": notice(item(), language="en", include_correction_hint=False),
    "rejected-missing-language": notice(item(), language="hu"),
    "unsettled-sk": notice(item(findings=(NO_COVER,)), occasion="unsettled"),
    "unsettled-sl": notice(item(findings=(NO_COVER,)), occasion="unsettled", language="sl"),
    "collection-en": notice(
        item(kind="collection", counterparty="payer", amount_cents=None, requested_date="soon"), language="en"
    ),
    "collection-sl": notice(
        item(kind="collection", counterparty="payer", amount_cents=None, requested_date="soon"), language="sl"
    ),
}
for language in ("sk", "sl", "en"):
    NOTICES[f"held-{language}"] = notice(
        item(findings=(TWIN,)), item(key=key(15), findings=(SCREENED,)), occasion="held", language=language
    )
    NOTICES[f"routed-{language}"] = notice(
        item(findings=(URGENT,), currency="USD"), occasion="routed", language=language
    )
    NOTICES[f"rolled-{language}"] = notice(
        item(findings=(MOVED,), **DAYS), occasion="rolled", language=language
    )
    NOTICES[f"revoked-{language}"] = notice(
        item(findings=(WITHDRAWN,)), occasion="revoked", language=language
    )
    NOTICES[f"executed-{language}"] = notice(
        item(findings=(), **DAYS), occasion="executed", language=language, file_name=""
    )
    NOTICES[f"not-executed-{language}"] = notice(
        item(kind="collection", counterparty="payer", findings=(NO_CONSENT,)),
        occasion="not-executed",
        language=language,
        account="",
        addressee="Vzorová banka",
    )
    NOTICES[f"priced-{language}"] = notice(
        item(fee=Fee("rejection", 1250, "2026-01-01")),
        item(key=key(15), fee=None, findings=(OUT_OF_REACH,)),
        language=language,
    )
for language in ("sk", "sl"):
    NOTICES[f"whole-block-{language}"] = notice(
        item(whole_block=True, payment_information="MZDY-04", counterparty_name=None), language=language
    )
for language in ("sk", "sl", "en"):
    NOTICES[f"slovene-bank-{language}"] = notice(language=language, bank=SLOVENE_BANK)
RECEIPTS = {
    "unreadable-sk": receipt(findings=(CUT_OFF,), where="line 14, GrpHdr/CreDtTm"),
    "unreadable-sl": receipt(findings=(CUT_OFF,), where="line 14, GrpHdr/CreDtTm", language="sl"),
    "unreadable-en": receipt(findings=(CUT_OFF,), where="line 14, GrpHdr/CreDtTm", language="en"),
    "repeat-sk": receipt(repeat_of=REPEATED),
    "repeat-sl": receipt(repeat_of=REPEATED, language="sl"),
    "repeat-en": receipt(repeat_of=REPEATED, language="en"),
}


def agrees_with_golden(name: str, text: str) -> None:
    """Compare with the golden file byte for byte; with UPDATE_GOLDEN=1 write it instead."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("name", NOTICES)
def test_notice_html_is_as_agreed(name: str, catalogue: Catalogue) -> None:
    agrees_with_golden(f"{name}.html", notice_html(NOTICES[name], catalogue))


@pytest.mark.parametrize("name", NOTICES)
def test_notice_text_is_as_agreed(name: str, catalogue: Catalogue) -> None:
    agrees_with_golden(f"{name}.txt", notice_text(NOTICES[name], catalogue))


@pytest.mark.parametrize("name", RECEIPTS)
def test_receipt_is_as_agreed(name: str, catalogue: Catalogue) -> None:
    agrees_with_golden(f"receipt-{name}.txt", receipt_text(RECEIPTS[name], catalogue))


def test_a_notice_is_named_as_the_terms_name_it(catalogue: Catalogue) -> None:
    assert "<h1>Oznámenie o odmietnutom platobnom príkaze</h1>" in notice_html(
        NOTICES["rejected-sk"], catalogue
    )
    assert "<h1>Obvestilo o zavrnjenem plačilnem nalogu</h1>" in notice_html(
        NOTICES["rejected-sl"], catalogue
    )
    assert "<h1>Notice of a rejected payment order</h1>" in notice_html(NOTICES["rejected-en"], catalogue)


def test_each_order_is_found_by_its_key(catalogue: Catalogue) -> None:
    page = html.fromstring(notice_html(NOTICES["rejected-sk"], catalogue))
    assert [article.get("id") for article in page.findall(".//article")] == [key(14), key(15), key(16)]
    assert [link.get("href") for link in page.findall(".//table//a")] == [f"#{key(n)}" for n in (14, 15, 16)]


def test_nothing_is_loaded_from_outside(catalogue: Catalogue) -> None:
    page = html.fromstring(notice_html(NOTICES["rejected-sk"], catalogue))
    assert page.find(".//style") is not None
    assert not page.findall(".//script") + page.findall(".//link") + page.findall(".//img")
    assert all(link.get("href").startswith("#") for link in page.findall(".//a"))


GAP = Fee("rejection", None, "2026-01-01")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"fee": GAP}, "The reason lies on your side; the fee", id="gap"),
        pytest.param(
            {"fee": Fee("rejection", 1250, "2026-01-01")},
            "The fee for this notice is 12.50\xa0EUR by our price list of 1 January 2026.",
            id="priced",
        ),
        pytest.param(
            {"findings": (OUT_OF_REACH,)}, "because the reason does not lie on your side", id="other"
        ),
        pytest.param({}, "You pay no fee for this notice.", id="the profile asks none"),
    ],
)
def test_the_fee_is_what_the_price_list_says_or_none(changes: dict, told: str, catalogue: Catalogue) -> None:
    words = " ".join(
        notice_text(notice(item(**{"fee": None} | changes), language="en"), catalogue).split(" ")
    )
    assert told.replace("\n", " ") in words.replace("\n", " ")


@pytest.mark.parametrize("occasion", ["held", "routed", "rolled", "revoked", "executed", "not-executed"])
def test_no_fee_is_spoken_of_where_none_is_due(occasion: Occasion, catalogue: Catalogue) -> None:
    kind = "collection" if occasion == "not-executed" else "credit-transfer"
    assert "fee" not in notice_text(notice(item(kind=kind), occasion=occasion, language="en"), catalogue)


def test_why_the_bank_looks_at_an_order_stays_inside(catalogue: Catalogue) -> None:
    held = (SCREENED, STOPPED, TWIN, SYMBOLS_ABROAD)
    words = notice_text(notice(item(findings=held), occasion="held", language="en"), catalogue)
    assert "looking at" in words
    assert "in an earlier message" in " ".join(words.split())
    for secret in ("HLD", "VII.8", "a list of sanctions", "stopped", "plain reference"):
        assert secret not in words
    alone = notice_text(notice(item(findings=(SCREENED,)), occasion="held", language="en"), catalogue)
    by_hand = notice_text(notice(item(findings=(STOPPED,)), occasion="held", language="en"), catalogue)
    assert alone == by_hand


def test_another_day_is_told_with_its_reason(catalogue: Catalogue) -> None:
    words = notice_text(NOTICES["rolled-en"], catalogue)
    squeezed = " ".join(words.split())
    assert "Booked on: 7 April 2026" in squeezed
    assert "Day between the banks: 8 April 2026" in squeezed
    assert "DAT-08" in words


def test_an_unsettled_order_is_not_called_rejected(catalogue: Catalogue) -> None:
    text = notice_text(notice(item(findings=(NO_COVER,)), occasion="unsettled", language="en"), catalogue)
    assert "not rejected payment orders" in text
    assert "The reason lies on your side" not in text


def test_the_hint_is_left_out_where_the_profile_says_so(catalogue: Catalogue) -> None:
    hint = str(finding().remedy)
    assert hint in " ".join(notice_text(notice(language="en"), catalogue).split())
    assert hint not in " ".join(
        notice_text(notice(language="en", include_correction_hint=False), catalogue).split()
    )


def test_the_slovene_bank_says_whom_to_call_and_cites_no_terms_of_another(catalogue: Catalogue) -> None:
    text = " ".join(notice_text(NOTICES["slovene-bank-sl"], catalogue).split())
    for told in ("080 17 70", "+386 2 229 2760", "od 08:00 do 19:00", "nas prosimo pokličite"):
        assert told in text
    unsettled = notice(item(findings=(NO_COVER,)), occasion="unsettled", language="en", bank=SLOVENE_BANK)
    assert "V.2.1" not in text + notice_text(unsettled, catalogue)
    assert "hours" not in notice_text(notice(language="en"), catalogue)


DEAD = Account(OWN, "C1", "Ján Novák", owner_died_on=datetime.date(2026, 4, 1), unsettled_notice=True)
DAY = datetime.date(2026, 4, 2)


@pytest.mark.parametrize(
    ("occasion", "account", "owed"),
    [
        pytest.param("rejected", None, True, id="NOT-01 account not ours"),
        pytest.param("rejected", Account(OWN, "C1", "J"), True, id="NOT-01"),
        pytest.param("held", Account(OWN, "C1", "J"), True, id="held"),
        pytest.param("unsettled", Account(OWN, "C1", "J"), False, id="NOT-02 not agreed"),
        pytest.param("unsettled", Account(OWN, "C1", "J", unsettled_notice=True), True, id="NOT-02 agreed"),
        pytest.param("unsettled", None, False, id="NOT-02 account not ours"),
    ],
)
def test_who_is_owed_a_notice(occasion: Occasion, account: Account | None, owed: bool) -> None:
    assert is_owed(occasion, account) is owed


def test_nothing_is_written_from_the_day_the_bank_knows_of_the_death() -> None:
    assert is_silenced(DEAD, DAY, suppress_on_death=True)
    assert is_silenced(DEAD, DEAD.owner_died_on, suppress_on_death=True)
    assert not is_silenced(Account(OWN, "C1", "Ján Novák"), DAY, suppress_on_death=True)
    assert not is_silenced(None, DAY, suppress_on_death=True)


def test_death_after_the_day_or_a_profile_that_ignores_it_changes_nothing() -> None:
    assert not is_silenced(DEAD, DAY - datetime.timedelta(days=2), suppress_on_death=True)
    assert not is_silenced(DEAD, DAY, suppress_on_death=False)


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    "\u202eegral",
    OTHER,
    f"pay {OTHER} now",
    "SK31 1200 0000 1987 4263 7541",
    "{found}",
    "{{7*7}}",
    "&amp;",
    "]]>",
    "\x00\n\r\n",
)
HARMLESS_TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "main",
    "footer",
    "article",
    "div",
}
HARMLESS_TAGS |= {"h1", "h2", "h3", "p", "b", "span", "dl", "dt", "dd", "bdi"}
hostile = st.one_of(st.text(max_size=60), st.sampled_from(ATTACKS))


def test_an_identity_document_s_number_is_hidden(catalogue: Catalogue) -> None:
    fault = finding(element="debtor.identification.value", found="7551011234")
    assert "7551011234" not in notice_text(notice(item(findings=(fault,))), catalogue)


@st.composite
def hostile_notices(draw: st.DrawFn) -> Notice:
    fault = finding(
        found=draw(hostile),
        element=draw(st.sampled_from(["creditor_account.iban", "creditor.name", "remittance"])),
        message=Phrase("We do not know the message {found}.", {"found": draw(hostile)}),
        expected=Phrase("at most {most}", {"most": draw(hostile)}),
    )
    order = item(
        end_to_end_id=draw(hostile),
        counterparty_name=draw(hostile),
        counterparty_account=draw(st.one_of(st.none(), hostile)),
        requested_date=draw(hostile),
        currency=draw(hostile),
        payment_information=draw(hostile),
        findings=(fault, TOO_FAR),
    )
    return notice(
        order,
        addressee=draw(hostile),
        file_name=draw(hostile),
        language=draw(st.sampled_from(["sk", "sl", "en", "x"])),
    )


@given(hostile_notices())
def test_no_account_number_and_no_hidden_sign_gets_through(sent: Notice) -> None:
    catalogue = Catalogue.load("sk")
    for told in (notice_html(sent, catalogue), notice_text(sent, catalogue)):
        bare = re.sub(r"[\s-]", "", html_entities.unescape(told)).upper()
        assert not any(account in bare for account in (OTHER, OWN, MISTYPED))
        assert not any(char in told for char in "\u202e\x00\r\u2066")


@given(hostile_notices())
def test_all_texts_are_escaped(sent: Notice) -> None:
    page = html.fromstring(notice_html(sent, Catalogue.load("sk")))
    assert {element.tag for element in page.iter()} <= HARMLESS_TAGS
    name = mask_within_name(sent.items[0].counterparty_name or "")
    assert " ".join(name.split()) in " ".join(page.findtext(".//article//h2").split())


@given(hostile_notices())
def test_text_is_no_wider_than_72_columns(sent: Notice) -> None:
    assert max(map(len, notice_text(sent, Catalogue.load("sk")).split("\n"))) <= TEXT_COLUMNS


@given(name=hostile)
def test_a_receipt_shows_a_strange_file_name_safely(name: str) -> None:
    told = receipt_text(
        msgspec.structs.replace(RECEIPTS["unreadable-en"], file_name=name), Catalogue.load("sk")
    )
    assert OTHER not in told.replace(" ", "")
    assert max(map(len, told.split("\n"))) <= TEXT_COLUMNS
    assert receipt().sha256 in told
