"""What is said of findings by their kind is what is said of each of them."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from sepa.model.alike import _REMEMBERED, Alike, Blanked, Found, Mark, common
from sepa.model.finding import Finding, Findings
from sepa.model.notice import Occasion
from sepa.pipeline import status
from sepa.scheme.phrase import Phrase
from sepa.store.sql.rows import findings_of, findings_text
from sepa.tell.catalogue import Catalogue
from sepa.tell.enclosure import Enclosure, Lines
from tests.tell.examples import MISTYPED, OUT_OF_REACH, SYMBOLS_ABROAD, TOO_FAR, finding, item, notice

IDENTIFIED = finding(
    element="debtor.identification.value",
    message=Phrase("{found}; also {day}.", {"found": "", "day": "2026-04-02"}),
    expected=Phrase("{found}", {"found": ""}),
)
IN_FRONT = finding(
    rule="SYM-04",
    element="end_to_end_id",
    source="ISO 1; 2",
    message=Phrase("{found} is not it.", {"found": ""}),
    remedy=Phrase("Write {found} or {digits}.", {"found": "", "digits": "71"}),
)
EXAMPLES = (finding(), TOO_FAR, SYMBOLS_ABROAD, OUT_OF_REACH, IDENTIFIED, IN_FRONT, finding(inside="a list"))
NASTY = st.sampled_from(
    [
        "",
        MISTYPED,
        "=1+1",
        "-2",
        "a;b",
        'a"b',
        "a\nb",
        "\t=1",
        "2026-04-02",
        "12.30",
        "\0",
        "\x000\x00",
        "\\",
        "＝1",
    ]
)
TEXTS = NASTY | st.text("aSK0123456789 ;\"'=/\\{}<&é\n", max_size=40) | st.text(max_size=12)


def having(each: Finding, found: str) -> Finding:
    """The finding with another text found, wherever it tells that."""

    def said(phrase: Phrase) -> Phrase:
        return Phrase(phrase.text, phrase.values | {"found": found}) if "found" in phrase.values else phrase

    told = {name: said(getattr(each, name)) for name in ("expected", "message", "remedy")}
    return replace(each, found=found, **told)


SOME = st.lists(st.builds(having, st.sampled_from(EXAMPLES), TEXTS), min_size=1, max_size=3).map(tuple)


@given(SOME)
def test_findings_are_read_as_they_were_written(findings: Findings) -> None:
    read = findings_of(findings_text(findings))
    assert read == findings
    assert read + findings == findings * 2


def test_findings_that_differ_in_what_was_found_are_of_one_kind() -> None:
    one, other = (findings_of(findings_text((having(finding(), text), TOO_FAR))) for text in ("SK12", "é"))
    assert isinstance(one, Found)
    assert isinstance(other, Found)
    assert common(one) is common(other)
    assert one.texts == ("SK12", TOO_FAR.found)
    third = findings_of(findings_text((having(finding(), "SK12"), SYMBOLS_ABROAD)))
    assert common(third) is not common(one)
    assert common((TOO_FAR,)) == (TOO_FAR,)


def test_the_same_text_in_several_places_is_one_of_the_texts() -> None:
    twice = findings_of(findings_text((having(finding(), "7"), having(TOO_FAR, "7"))))
    assert isinstance(twice, Found)
    assert twice.texts == ("7",)


@pytest.mark.parametrize("found", ['a"b', "a\\b", "\0", 'x","found":"y'])
def test_a_text_that_is_written_with_a_backslash_has_no_kind(found: str) -> None:
    read = findings_of(findings_text((having(finding(), found),)))
    assert not isinstance(read, Found)
    assert read[0].found == found


@pytest.mark.parametrize("language", ["en", "sk", "sl"])
@pytest.mark.parametrize("occasion", ["rejected", "unsettled", "rolled", "revoked"])
@given(findings=SOME)
@example(findings=(having(IN_FRONT, "=1"), having(IN_FRONT, "a;b")))
@example(findings=(having(IDENTIFIED, ""),))
def test_the_list_says_by_the_kind_what_it_says_of_each(
    findings: Findings, occasion: Occasion, language: str
) -> None:
    lines = Lines(replace(notice(language=language), occasion=occasion), Catalogue.load("sk"))
    read = findings_of(findings_text(findings))
    if isinstance(read, Found):
        assert lines._pattern(common(read))(read.texts) == lines._reason_cells(findings)


def test_a_list_of_one_kind_is_written_by_it() -> None:
    """The third order of a kind comes from its pattern, and nobody sees a difference."""
    found = [having(finding(), f"SK{number:022}") for number in range(5)]
    out, plain = io.BytesIO(), io.BytesIO()
    for stream, kept in ((out, findings_of), (plain, lambda text: tuple(findings_of(text)))):
        enclosure = Enclosure(stream, notice(), Catalogue.load("sk"))
        for each in found:
            enclosure.add(item(findings=kept(findings_text((each,)))))
        enclosure.close()
    assert out.getvalue() == plain.getvalue()
    assert b"SK00 ... 0004" in out.getvalue()


@given(SOME)
def test_a_report_says_by_the_kind_what_it_says_of_each(findings: Findings) -> None:
    read = findings_of(findings_text(findings))
    if isinstance(read, Found):
        assert status._pattern(common(read))(read.texts) == status._reasons(findings)


def test_a_kind_that_comes_once_gets_no_pattern_and_what_is_remembered_is_bounded() -> None:
    patterns: list[Findings] = []

    def pattern(marked: Findings) -> object:
        patterns.append(marked)
        return lambda texts: texts[0]

    alike = Alike[object](lambda findings: findings[0].found, pattern)  # type: ignore[arg-type]
    for rule in range(2 * _REMEMBERED):
        assert alike(findings_of(findings_text((finding(rule=f"R-{rule}", found="7"),)))) == "7"
        assert len(alike._patterns) <= _REMEMBERED
    assert patterns == []
    for text in ("a", "b", "c"):
        assert alike(findings_of(findings_text((having(finding(), text),)))) == text
    assert len(patterns) == 1


def test_a_text_with_marks_is_filled() -> None:
    blanked = Blanked(f"{Mark.of(0)} or {Mark.of(1).shown('a')}")
    assert blanked.filled({"0": "x", "1a": ""}) == "x or "
    assert Blanked("no mark").filled({}) == "no mark"
