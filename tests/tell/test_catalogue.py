import datetime
import importlib.util
import re
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from sepa.rules import RULES
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import LOCALE_FOLDER, Catalogue, _decimal, _locale

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = tuple(sorted(path.stem for path in LOCALE_FOLDER.glob("*.po")))


def tool() -> ModuleType:
    """`tools/sentences.py`, which is no package, loaded from its place."""
    specification = importlib.util.spec_from_file_location("sentences", ROOT / "tools" / "sentences.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["sentences"] = module
    specification.loader.exec_module(module)
    return module


TOOL = tool()
SENTENCES = {sentence for sentence in TOOL.sentences() if TOOL.needs_translation(sentence)}


def untranslated(sentences: set[str], language: str) -> list[str]:
    catalogue = Catalogue.load()
    return sorted(sentence for sentence in sentences if catalogue.translation(sentence, language) is None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_source_is_translated(language: str) -> None:
    """When this fails: `python tools/sentences.py sk sl`, then translate what stands empty in the files."""
    assert len(SENTENCES) > 100
    assert untranslated(SENTENCES, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_a_rule_is_translated(language: str) -> None:
    told = {text for rule in RULES for text in (rule.sentence, rule.message, rule.remedy)}
    assert len(told) > 50
    assert untranslated({text for text in told if TOOL.needs_translation(text)}, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_blanks_of_the_sentence(language: str) -> None:
    catalogue = Catalogue.load()
    for sentence in SENTENCES:
        translation = catalogue.translation(sentence, language)
        if translation is not None:
            assert set(re.findall(r"\{.*?\}", translation)) == set(re.findall(r"\{.*?\}", sentence)), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_end_as_the_sentence_does(language: str) -> None:
    catalogue = Catalogue.load()
    for sentence in SENTENCES:
        translation = catalogue.translation(sentence, language)
        if translation is not None:
            assert translation == translation.strip()
            assert translation.endswith(".") == sentence.endswith("."), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_a_file_stands_empty_or_is_a_guess(language: str) -> None:
    with (LOCALE_FOLDER / f"{language}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    assert len(messages) > 100
    assert [message.id for message in messages if not message.string or message.fuzzy] == []


def test_slovak_and_slovene_are_there() -> None:
    assert Catalogue.load().languages() == ("en", "sk", "sl")


def test_a_language_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "cs.po").write_text('msgid "Reason"\nmsgstr "Důvod"\n', encoding="utf-8")
    catalogue = Catalogue.load(folder=tmp_path)
    assert catalogue.languages() == ("cs", "en")
    assert catalogue.say(Phrase("Reason"), "cs") == "Důvod"
    assert catalogue.say(Phrase("File"), "cs") == "File"


@pytest.mark.parametrize(
    ("home", "asked", "spoken"),
    [
        pytest.param("sk", "en", "en", id="there is one"),
        pytest.param("sk", "hu", "sk", id="the bank's own instead"),
        pytest.param("sl", "hu", "sl", id="the bank's own instead, a Slovene one"),
        pytest.param("hu", "de", "en", id="the bank's own is missing, too"),
    ],
)
def test_a_missing_language_falls_back(home: str, asked: str, spoken: str) -> None:
    assert Catalogue.load(home).spoken(asked) == spoken


def test_the_fallback_is_stated() -> None:
    assert (
        Catalogue.load("sk").fallback_remark("hu")
        == "Tento text nie je k dispozícii v požadovanom jazyku (hu)."
    )
    assert Catalogue.load("sl").fallback_remark("hu") == "To besedilo ni na voljo v zahtevanem jeziku (hu)."
    assert Catalogue.load("sk").fallback_remark("en") is None


@pytest.mark.parametrize(
    ("language", "value", "said"),
    [
        pytest.param("sk", "2026-04-02", "2. apríla 2026", id="Slovak date"),
        pytest.param("sk", "1234.56", "1\N{NO-BREAK SPACE}234,56", id="Slovak amount"),
        pytest.param("sl", "2026-04-02", "2. april 2026", id="Slovene date"),
        pytest.param("sl", "1234.56", "1.234,56", id="Slovene amount"),
        pytest.param("sk", "2026-04-31", "2026-04-31", id="no such day"),
        pytest.param("sk", "٢.٠٠", "٢.٠٠", id="digits of another script"),
        pytest.param("sk", "24", "24", id="number"),
    ],
)
def test_values_are_written_the_language_s_way(language: str, value: str, said: str) -> None:
    assert Catalogue.load().say(Phrase("{bound}", {"bound": value}), language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_found_stays_to_the_letter(language: str) -> None:
    assert Catalogue.load().say(Phrase("{found}", {"found": "1234.56"}), language) == "1234.56"


def test_dates_and_amounts() -> None:
    catalogue = Catalogue.load()
    moment = datetime.datetime(2026, 4, 2, 9, 5, tzinfo=datetime.UTC)
    assert catalogue.day(moment.date(), "sk") == "2. apríla 2026"
    assert catalogue.day(moment.date(), "sl") == "2. april 2026"
    assert catalogue.moment(moment, "sl") == "2. april 2026, 09:05"
    assert catalogue.moment(moment, "en") == "2 April 2026, 09:05"
    assert catalogue.amount(123456, "EUR", "sk") == "1\N{NO-BREAK SPACE}234,56\N{NO-BREAK SPACE}EUR"
    assert catalogue.amount(123456, "EUR", "sl") == "1.234,56\N{NO-BREAK SPACE}EUR"
    assert catalogue.amount(123456, "EUR", "en") == "1,234.56\N{NO-BREAK SPACE}EUR"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param('Phrase("One.", {})', ["One."], id="phrase"),
        pytest.param('Phrase("a" if x else "b")', ["a", "b"], id="choice"),
        pytest.param('T = {"k": "One."}\nPhrase(T[x])', ["One."], id="table"),
        pytest.param('self.finding("AC01", "e", found, "a name")', ["a name"], id="expected"),
        pytest.param('r.finding("AC01", "e", f, expected="x", message="y")', ["x", "y"], id="by keyword"),
        pytest.param(
            '@rule("A", message="m", remedy="r")\ndef f(s, c):\n    """S."""', ["m", "r", "S."], id="rule"
        ),
        pytest.param("Phrase(text)", [], id="not a literal"),
    ],
)
def test_sentences_are_found_in_source(source: str, found: list[str]) -> None:
    assert sorted(TOOL.sentences_of(source)) == sorted(found)


def test_a_sentence_with_values_inside_is_an_error() -> None:
    with pytest.raises(ValueError, match="use blanks"):
        list(TOOL.sentences_of('Phrase(f"line {n}")'))


def test_the_tool_keeps_translations_and_names_what_lacks_one(tmp_path: Path) -> None:
    (tmp_path / "cs.po").write_text('msgid "Also noticed"\nmsgstr "Také"\n', encoding="utf-8")
    missing = TOOL.update("cs", tmp_path)
    assert "What to do" in missing
    assert "Also noticed" not in missing
    assert Catalogue.load(folder=tmp_path).say(Phrase("Also noticed"), "cs") == "Také"


@given(st.sampled_from(["en", "sk", "sl", "de"]), st.integers(min_value=-(10**6), max_value=10**15))
def test_amounts_are_written_as_babel_writes_them(language: str, cents: int) -> None:
    whole = format_decimal(Decimal(cents).scaleb(-2), format="#,##0.00", locale=_locale(language))
    assert _decimal(cents, language) == whole
