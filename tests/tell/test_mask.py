import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sepa.tell.mask import (
    _folded,
    _mask,
    _nothing_to_fold,
    _starts_with_iban,
    _surely_shown,
    _suspicious,
    clean,
    mask_account,
    mask_accounts,
    mask_log,
    mask_numbers,
    mask_within_name,
    shown_file_name,
)

IBAN = "SK3112000000198742637541"
MISTYPED = "SK3212000000198742637541"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(IBAN, "SK31 ... 7541", id="electronic form"),
        pytest.param("SK31 1200 0000 1987 4263 7541", "SK31 ... 7541", id="paper form"),
        pytest.param("sk31-1200-0000-1987-4263-7541", "sk31 ... 7541", id="lower case with dashes"),
        pytest.param(f"to {IBAN}.", "to SK31 ... 7541.", id="inside a sentence"),
        pytest.param(f"IBAN{IBAN}", "IBANSK31 ... 7541", id="stuck to a word"),
        pytest.param(MISTYPED, "SK32 ... 7541", id="wrong check digits"),
        pytest.param("SK31\u200b12000000198742637541", "SK31 ... 7541", id="zero-width space inside"),
        pytest.param(
            "ＳＫ３１１２００００００１９８７４２６３７５４１", "SK31 ... 7541", id="full-width letters"
        ),
        pytest.param(
            "be 22 characters for this country", "be 22 characters for this country", id="a sentence"
        ),
        pytest.param("/VS2026000123/SS/KS0308", "/VS2026000123/SS/KS0308", id="symbols"),
        pytest.param("OTPVSKBXXXX", "OTPVSKBXXXX", id="BIC"),
        pytest.param("2026-04-02", "2026-04-02", id="date"),
        pytest.param("rc 755101/1234", "rc ......", id="birth number"),
    ],
)
def test_account_and_birth_numbers_are_masked(text: str, shown: str) -> None:
    assert mask_accounts(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(f"Jana {IBAN}", "Jana SK31 ... 7541", id="an IBAN in a name"),
        pytest.param("AB20260402000000001", "AB20260402000000001", id="a reference that only looks like one"),
    ],
)
def test_a_reference_stays_readable_unless_it_is_an_iban(text: str, shown: str) -> None:
    assert mask_within_name(text) == shown


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        pytest.param(IBAN, "SK31 ... 7541", id="IBAN"),
        pytest.param("SK31 ... 7541", "SK31 ... 7541", id="masked already"),
        pytest.param("000019-8742637541/1200", "... 1200", id="domestic number"),
        pytest.param("12345", "...", id="too short to show its end"),
        pytest.param("", "", id="none"),
    ],
)
def test_an_account_shows_its_ends_only(account: str, shown: str) -> None:
    assert mask_account(account) == shown


def test_a_domestic_account_number_shows_its_last_four_digits() -> None:
    assert mask_numbers("000019-8742637541/1200") == "... 7541/1200"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\u202eb\u2066c", "abc", id="direction marks"),
        pytest.param("a\nb\tc\x00d", "a b cd", id="line ends and controls"),
        pytest.param("\ud800", "\N{REPLACEMENT CHARACTER}", id="half a surrogate"),
        pytest.param("ľščťž", "ľščťž", id="Slovak letters"),
        pytest.param("x" * 300, "x" * 199 + "…", id="too long"),
    ],
)
def test_hidden_signs_are_dropped(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("../../etc/passwd", "passwd", id="folders go"),
        pytest.param("C:\\orders\\april.xml", "april.xml", id="the other slash"),
        pytest.param("", "?", id="nothing left"),
    ],
)
def test_a_file_name_shows_without_folders(name: str, shown: str) -> None:
    assert shown_file_name(name) == shown


@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_no_surrounding_text_uncovers_an_iban(before: str, after: str) -> None:
    text = before + IBAN + after
    assert IBAN not in mask_accounts(text)
    assert IBAN not in mask_within_name(text)


@given(st.text())
def test_masking_twice_changes_nothing_that_could_be_an_account(text: str) -> None:
    once = mask_accounts(text)
    assert len(once) <= 2 * 200
    assert not any(char in once for char in "\u202e\u200b\n\x00")


KEY = "ab12cd34ef56ab78cd90ef12"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("KeyError: 'SK6552000000000005566783'", "KeyError: 'SK65 ... 6783'"),
        ("found 'SK65 5200 0000 0000 0556 6783', expected", "found 'SK65 ... 6783', expected"),
        ("found 'SK6552000000000005566784'", "found 'SK65 ... 6784'"),  # wrong, and an account all the same
        ("found 'sk6552000000000005566783'", "found 'sk65 ... 6783'"),
        (f"file {KEY} and {KEY}-17", f"file {KEY} and {KEY}-17"),
        (f"file {KEY * 3}", f"file {KEY * 3}"),
        ("born 780123/3540", "born ......"),
        ("x" * 500 + " SK6552000000000005566783", "x" * 500 + " SK65 ... 6783"),
        ("line one\nDE89370400440532013000, line two", "line one\nDE89 ... 3000, line two"),
        ("reconcile 2026-04-02T10:00 with EUR 12.00", "reconcile 2026-04-02T10:00 with EUR 12.00"),
    ],
)
def test_what_a_log_may_show(text: str, shown: str) -> None:
    assert mask_log(text) == shown


def test_what_is_passed_over_in_one_look_has_nothing_to_fold() -> None:
    for sign in map(chr, range(0x20, 0x250)):
        assert not _nothing_to_fold(sign) or _folded(sign) == sign
        assert not _surely_shown(sign) or (_folded(sign) == sign and sign == clean(sign))
    assert _nothing_to_fold("Žofia 7")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Žofia",
        "Obec Veľké Úľany 30000",
        "/VS12/SS",
        "s.r.o. 123456/78",
        "/VS0000000001/SS/KS0308",
        "PO-2026-00000002",
        "2026//12345",
    ],
)
def test_what_surely_holds_no_number_is_seen_in_one_look(text: str) -> None:
    assert _surely_shown(text)


@given(st.text("aZ1209/. -Ž\u00b2\u00a0\u202f\t", max_size=24) | st.text(max_size=12))
@example("850101/1234")
@example("a/850101 /1234")
@example("SK31/1200 0000 1987 4263/7541")
@example("AB12 3456-7890.1234_5")
@example("850101 / 123")
@example(IBAN)
@example(f"{IBAN[:4]} {IBAN[4:]}")
@example(" Žofia")
@example("Žofia ")
def test_the_one_look_changes_nothing(text: str) -> None:
    assert mask_within_name(text) == _mask(text, _starts_with_iban)
    assert mask_accounts(text) == _mask(text, _suspicious)


def test_a_long_text_is_cut_however_plain_it_is() -> None:
    assert len(mask_accounts("a" * 300)) == 200


def test_digits_in_disguise_are_digits() -> None:
    disguised = IBAN.translate({ord("1"): "¹", ord("2"): "²", ord("3"): "³"})
    assert mask_accounts(disguised) == f"{disguised[:4]} ... {disguised[-4:]}".replace("¹", "1").replace(
        "²", "2"
    ).replace("³", "3")
