"""The SEPA character set: what is refused, what is named, what becomes of it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.scheme.characters import (
    SEPA_CHARACTERS,
    hidden_fault,
    reference_fault,
    text_fault,
    to_sepa_text,
    unconvertible_fault,
    visible,
)


def told(fault: object) -> str | None:
    return None if fault is None else str(fault)


def test_the_set() -> None:
    assert frozenset(string.ascii_letters + string.digits + "/-?:().,'+ ") == SEPA_CHARACTERS
    assert text_fault("".join(sorted(SEPA_CHARACTERS))) is None


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        pytest.param("Fish & Chips", "U+0026 &", id="ampersand"),
        pytest.param("a_b_c", "U+005F _", id="underscore, named once"),
        pytest.param("Žilina č. 5", "U+017D Ž, U+010D č", id="Slovak letters"),
        pytest.param("žltý kôň", "U+017E ž, U+00FD ý, U+00F4 ô, …", id="only the first few"),
        pytest.param("a\tb", "U+0009", id="tab"),
        pytest.param("a\n", "U+000A", id="line end at the end"),
        pytest.param("a\u00a0b", "U+00A0 NO-BREAK SPACE", id="no-break space"),
        pytest.param("\u202e1234", "U+202E RIGHT-TO-LEFT OVERRIDE", id="direction"),
        pytest.param("\u0661", "U+0661 \u0661", id="Arabic digit"),
        pytest.param("e\u0301", "U+0301 COMBINING ACUTE ACCENT", id="lone accent"),
    ],
)
def test_characters_outside_are_named(text: str, listed: str) -> None:
    assert told(text_fault(text)) == f"characters of the SEPA set only, not {listed}"
    assert told(reference_fault(text)) == told(text_fault(text))


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        pytest.param("Straße & Ørsted_1", None, id="every sign has a likeness"),
        pytest.param("e\u0301", None, id="a lone accent vanishes"),
        pytest.param("no. 5.", None, id="a real full stop"),
        pytest.param("Nº #5 ä", "U+0023 #", id="only what is lost is named"),
        pytest.param("a*b@c", "U+002A *, U+0040 @", id="two"),
    ],
)
def test_characters_without_a_likeness_are_named(text: str, listed: str | None) -> None:
    expected = None if listed is None else f"characters that have a likeness in SEPA, not {listed}"
    assert told(unconvertible_fault(text)) == expected


ENDS = "a reference that neither begins nor ends with a slash"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param("INV-2026/7", None, id="slash inside"),
        pytest.param("", None, id="empty is another rule's"),
        pytest.param("/INV", ENDS, id="begins"),
        pytest.param("INV/", ENDS, id="ends"),
        pytest.param("/", ENDS, id="only"),
        pytest.param("INV//7", "a reference without two slashes in a row", id="two"),
        pytest.param("/VS012345/SS/KS0308", None, id="SYM-07 Slovak symbols"),
        pytest.param("/VS/SS/KS", None, id="SYM-07 empty symbols"),
        pytest.param("/KS0308/VS1", ENDS, id="SYM-07 wrong order is an ordinary reference"),
        pytest.param("/VS1/SS/KS/", ENDS, id="symbols do not excuse the end"),
        pytest.param("/VS1//SS/KS", "a reference without two slashes in a row", id="nor two in a row"),
    ],
)
def test_slashes_in_references(reference: str, expected: str | None) -> None:
    assert told(reference_fault(reference)) == expected


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        pytest.param("Ján Kováč & syn", None, id="visible"),
        pytest.param("a\u00a0b\u2009c", None, id="spaces of any width"),
        pytest.param("e\u0301", None, id="accent on its letter"),
        pytest.param("a\x00", "U+0000", id="null"),
        pytest.param("a\r\nb", "U+000D, U+000A", id="line ends"),
        pytest.param("\x85", "U+0085", id="control of the upper half"),
        pytest.param("a\u200bb", "U+200B ZERO WIDTH SPACE", id="zero width"),
        pytest.param("\ufeffa", "U+FEFF ZERO WIDTH NO-BREAK SPACE", id="byte order mark"),
        pytest.param(
            "\u2066a\u2069", "U+2066 LEFT-TO-RIGHT ISOLATE, U+2069 POP DIRECTIONAL ISOLATE", id="direction"
        ),
        pytest.param("a\u00adb", "U+00AD SOFT HYPHEN", id="soft hyphen"),
        pytest.param("a\u3164", "U+3164 HANGUL FILLER", id="blank letter"),
        pytest.param("a\ufe0f", "U+FE0F VARIATION SELECTOR-16", id="variation"),
        pytest.param("\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A", id="tag"),
        pytest.param("\ue000", "U+E000", id="private use"),
        pytest.param("\u0378", "U+0378", id="unassigned"),
    ],
)
def test_hidden_characters_are_named(text: str, listed: str | None) -> None:
    expected = None if listed is None else f"a text without invisible characters, not {listed}"
    assert told(hidden_fault(text)) == expected


@pytest.mark.parametrize(
    ("text", "converted"),
    [
        pytest.param("Rent for April", "Rent for April", id="clean"),
        pytest.param(
            "Ľubomír Šťastný, Žiar nad Hronom č. 5, ôsmy kôň",
            "Lubomir Stastny, Ziar nad Hronom c. 5, osmy kon",
            id="Slovak",
        ),
        pytest.param("Příliš žluťoučký kůň", "Prilis zlutoucky kun", id="Czech"),
        pytest.param("Müller & Söhne, Straße", "Muller + Sohne, Strase", id="German"),
        pytest.param("Ærø Åse Þór Guðrún", "Aro Ase Tor Gudrun", id="Nordic"),
        pytest.param("Łódź Żółć", "Lodz Zolc", id="Polish"),
        pytest.param("Őrült űr", "Orult ur", id="Hungarian"),
        pytest.param("Ștefan Țîrlea", "Stefan Tirlea", id="Romanian"),
        pytest.param("Đorđe Žižić", "Dorde Zizic", id="Croatian"),
        pytest.param("Ñandú œuvre ça", "Nandu ouvre ca", id="Spanish and French"),
        pytest.param("Αθήνα Γιώργος", "Atina Giorgos", id="Greek"),
        pytest.param("София Щерев", "Sofia Serev", id="Bulgarian"),
        pytest.param("e\u0301a\u030c", "ea", id="decomposed letters"),
        pytest.param("„a“ – b_c;", "'a' - b-c,", id="quotes, dash, underscore, semicolon"),
        pytest.param("10 €\u00a0x\ty", "10 E x y", id="euro sign, odd spaces"),
        pytest.param("日本", "..", id="unknown"),
        pytest.param("\u0301", ".", id="never empty"),
        pytest.param("", "", id="empty stays empty"),
        pytest.param("a\u202eb", "a.b", id="direction"),
        pytest.param("½ ﬁ", ". .", id="one sign never becomes two"),
    ],
)
def test_to_sepa_text(text: str, converted: str) -> None:
    assert to_sepa_text(text) == converted


@given(st.text())
def test_converted_text_is_clean_and_never_longer(text: str) -> None:
    converted = to_sepa_text(text)
    assert text_fault(converted) is None
    assert len(converted) <= len(text)
    assert bool(converted) == bool(text)
    assert to_sepa_text(converted) == converted


@given(st.text(st.characters(max_codepoint=0x2FF) | st.characters(), min_size=1))
def test_a_text_is_converted_as_its_characters_are_one_by_one(text: str) -> None:
    assert to_sepa_text(f"x{text}") == "x" + "".join(to_sepa_text(f"x{sign}")[1:] for sign in text)


@given(st.text(sorted(SEPA_CHARACTERS)))
def test_a_clean_text_passes_everywhere_as_it_is(text: str) -> None:
    assert text_fault(text) is None
    assert hidden_fault(text) is None
    assert to_sepa_text(text) is text


@given(st.text())
def test_hidden_is_always_outside_the_set(text: str) -> None:
    assert hidden_fault(text) is None or text_fault(text) is not None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Žofia \u05d0", "Žofia \u05d0", id="letters of any script"),
        pytest.param("Bad\u202eeman\u200b", "Bademan", id="direction and zero width"),
        pytest.param("a\u00a0b", "a\u00a0b", id="a blank that does not break"),
        pytest.param("\u3164", ".", id="nothing left"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert hidden_fault(visible(text)) is None
