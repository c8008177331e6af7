"""Languages: every English sentence is its own key into `locale/<language>.po`, read when first needed.

A new language is one new file there. Nothing is compiled and no list of languages is kept.
"""

import datetime
import functools
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from sepa.scheme.phrase import Phrase, fill
from sepa.tell.mask import mask_within_name

SOURCE_LANGUAGE = "en"
LOCALE_FOLDER = Path(__file__).parent / "locale"

_REGION = {"en": "en_GB"}  # days before months, a clock of 24 hours
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,16}\.[0-9]{2}", re.ASCII)
_GROUPED_FROM = 100_000
_TO_THE_LETTER = frozenset({"found"})


class Catalogue:
    """Sentences in every language there is. `home` is the bank's own language.

    A language without a file falls back to `home`, and that to English; `fallback_remark` says so.
    """

    def __init__(self, translations: Mapping[str, Mapping[str, str]], home: str = SOURCE_LANGUAGE) -> None:
        self._translations = {SOURCE_LANGUAGE: {}, **translations}
        self._home = home if home in self._translations else SOURCE_LANGUAGE
        self._said: dict[tuple[str, str], str] = {}

    @classmethod
    def load(cls, home: str = SOURCE_LANGUAGE, folder: Path = LOCALE_FOLDER) -> "Catalogue":
        """Read every `*.po` of `folder`; each file is read once in the life of the program."""
        return cls(
            {path.stem: _read(path) for path in sorted(folder.glob("*.po")) if path.stem != SOURCE_LANGUAGE},
            home,
        )

    def languages(self) -> tuple[str, ...]:
        """The languages there are, in alphabetical order."""
        return tuple(sorted(self._translations))

    def spoken(self, language: str) -> str:
        """The language in which something asked for in `language` is really said."""
        return language if language in self._translations else self._home

    def fallback_remark(self, language: str) -> str | None:
        """Say, in the language used instead, that `language` is not available; None when it is."""
        if language in self._translations:
            return None
        remark = Phrase(
            "This text is not available in the language you asked for ({language}).",
            {"language": mask_within_name(language)},
        )
        return self.say(remark, language)

    def translation(self, text: str, language: str) -> str | None:
        """The bare translation of `text`, blanks unfilled; None when the file of `language` lacks it."""
        return text if language == SOURCE_LANGUAGE else self._translations.get(language, {}).get(text)

    def say(self, phrase: Phrase, language: str) -> str:
        """Say `phrase` in `language`, its blanks filled.

        A value that is an ISO date or an amount with two decimals is written the way the language writes
        it; `found` stays to the letter, for it is what stood in the message.
        """
        text = self._said.get((language, phrase.text))
        if text is None:
            text = self.translation(phrase.text, self.spoken(language)) or phrase.text
            self._said[language, phrase.text] = text
        values = phrase.values
        if not values:
            return fill(text, values) if "{" in text else text
        for value in values.values():
            if value[:1].isdigit():  # it may be a date or an amount
                spoken = self.spoken(language)
                return fill(text, {name: _written(name, each, spoken) for name, each in values.items()})
        return text.format_map(values)

    def day(self, day: datetime.date, language: str) -> str:
        """A day in words: `2. apríla 2026`."""
        return _day(day, self.spoken(language))

    def moment(self, moment: datetime.datetime, language: str) -> str:
        """A day and a time of day to the minute, as the instant itself has them: no zone is converted."""
        spoken = self.spoken(language)
        return f"{_day(moment.date(), spoken)}, {format_time(moment, 'HH:mm', locale=_locale(spoken))}"

    def number(self, number: int, language: str) -> str:
        """A whole number: `1 234`."""
        return str(format_decimal(number, format="#,##0", locale=_locale(self.spoken(language))))

    def amount(self, cents: int, currency: str, language: str) -> str:
        """Integer cents as money: `1 234,56 EUR`. Blanks inside are no-break, so no line ends there."""
        return f"{_decimal(cents, self.spoken(language))}\N{NO-BREAK SPACE}{currency}"


@functools.cache
def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        messages = read_po(file, locale=path.stem, abort_invalid=True)
    return {
        message.id: message.string
        for message in messages
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    }


def _locale(language: str) -> str:
    return _REGION.get(language, language)


@functools.lru_cache(maxsize=1024)
def _day(day: datetime.date, language: str) -> str:
    return str(format_date(day, "long", locale=_locale(language)))


def _decimal(cents: int, language: str) -> str:
    """As Babel writes it, which by itself takes fifty times as long."""
    if cents < 0:
        return str(format_decimal(Decimal(cents).scaleb(-2), format="#,##0.00", locale=_locale(language)))
    group, point = _signs(language)
    euro = f"{cents // 100:,}".replace(",", group) if cents >= _GROUPED_FROM else cents // 100
    return f"{euro}{point}{cents % 100:02d}"


@functools.cache
def _signs(language: str) -> tuple[str, str]:
    """What stands between thousands, and before the cents."""
    return get_group_symbol(_locale(language)), get_decimal_symbol(_locale(language))


def _written(name: str, value: str, language: str) -> str:
    if name in _TO_THE_LETTER or not value[:1].isdigit():
        return value
    if _ISO_DATE.fullmatch(value):
        try:
            return _day(datetime.date.fromisoformat(value), language)
        except ValueError:
            return value
    if _AMOUNT.fullmatch(value):
        return _decimal(int(value.replace(".", "")), language)
    return value
