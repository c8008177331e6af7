"""What can be wrong with a profile, and how it is said: file, key, what was found, what is allowed."""

import datetime
import re
from collections.abc import Iterator
from typing import Any, Final, Literal, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sepa.model.profile import AT_CHOICE, GAPS, CountryList, PriceList, Profile, Section
from sepa.scheme.calendar import months_after, working_days
from sepa.scheme.countries import is_country

Layer = tuple[str, dict[str, Any]]

_HALF: Final = 1000
_FAULT_PLACE = re.compile(r"(.*) - at `\$\.?(.*)`", re.ASCII | re.DOTALL)


class ProfileFault(Exception):
    """A profile cannot be used; the text says where and why.

    Of a very long text its middle is left out: it begins with the place and ends with what is allowed.
    """

    def __str__(self) -> str:
        sentence = super().__str__()
        return sentence if len(sentence) <= 2 * _HALF else f"{sentence[:_HALF]} … {sentence[-_HALF:]}"


def refuse_unknown_keys(name: str, value: Any, kind: Any, path: str) -> None:
    """Walk one file along the shape of the profile, before layers hide which file a key came from."""
    if get_origin(kind) is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            refuse_unknown_keys(name, item, get_args(kind)[0], f"{path}[{index}]")
    if not (isinstance(kind, type) and issubclass(kind, Section) and isinstance(value, dict)):
        return
    allowed = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for key, inner in value.items():
        here = f"{path}.{key}" if path else str(key)
        if key not in allowed:
            raise ProfileFault(f"{name}: {here}: unknown key; allowed here: {', '.join(sorted(allowed))}")
        refuse_unknown_keys(name, inner, allowed[key], here)


def refuse_unstated(name: str, layer: dict[str, Any], below: dict[str, Any]) -> None:
    """Refuse a name under `stated` that no profile below states: it is misspelt, or a parameter of its own."""
    stated, known = layer.get("stated"), below.get("stated")
    if isinstance(stated, dict) and isinstance(known, dict):
        for key in stated:
            if key not in known:
                raise ProfileFault(
                    f"{name}: stated.{key}: unknown; what the terms state stands in the profile it extends"
                )


def told(fault: str, merged: dict[str, Any], layers: list[Layer]) -> str:
    """The library's complaint as a sentence with file, key, what was found and what is allowed."""
    match = _FAULT_PLACE.fullmatch(fault)
    problem, path = match.groups() if match else (fault, "")
    path = path.split("[...]")[0]  # of a mapping with free names the library does not tell which
    missing = re.search(r"missing required field `(.+?)`", problem)
    if missing:
        path = f"{path}.{missing[1]}".lstrip(".")
        return f"{layers[-1][0]}: {path}: missing; allowed: {_allowed(path)}"
    return f"{file_of(path, layers)}: {path}: found {_at(path, merged)!r}; allowed: {_allowed(path)}"


def _steps(path: str) -> list[str | int]:
    return [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]


def _at(path: str, values: Any) -> Any:
    for step in _steps(path):
        values = values[step]
    return values


def file_of(path: str, layers: list[Layer]) -> str:
    """The last file that says something at `path`; the profile's own when none does."""
    for name, layer in reversed(layers):
        try:
            _at(path, layer)
        except (KeyError, IndexError, TypeError):
            continue
        return name
    return layers[-1][0]


def _allowed(path: str) -> str:
    kind: Any = Profile
    for step in _steps(path):
        if isinstance(step, int):
            kind = get_args(kind)[0]
        else:
            kind = {field.name: field.type for field in msgspec.structs.fields(kind)}[step]
    return _in_words(kind)


def _in_words(kind: Any) -> str:
    simple = {
        bool: "true or false",
        int: "a whole number",
        str: 'a text (in quotes when it looks like something else, such as "NO")',
        datetime.date: "a date such as 2026-01-31",
        datetime.time: 'a time in quotes, such as "21:00:00"',
        type(None): "null",
    }
    if kind in simple:
        return simple[kind]
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        return f"a list, each {_in_words(get_args(kind)[0])}"
    if get_origin(kind) is dict:
        return f"names, each with {_in_words(get_args(kind)[1])}"
    if isinstance(kind, type) and issubclass(kind, Section):
        return "the keys " + ", ".join(field.name for field in msgspec.structs.fields(kind))
    return " or ".join(_in_words(part) for part in get_args(kind))


def contradictions(profile: Profile) -> Iterator[tuple[str, str]]:
    """Values that are well formed and still cannot be meant, as key and sentence."""
    for key, value in parameters(profile).items():
        if isinstance(value, int) and value < 0:
            yield key, f"found {value}; allowed: 0 or more"
    try:
        ZoneInfo(profile.bank.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "bank.timezone", f"there is no time zone {profile.bank.timezone}"
    try:
        working_days(profile.calendar.working_day_basis, profile.calendar.national)
    except ValueError as fault:
        yield "calendar.national", str(fault)
    yield from _list_contradictions("scope.sepa_countries", profile.scope.sepa_countries)
    yield from _list_contradictions("scope.eea_countries", profile.scope.eea_countries)
    if profile.bank.country not in profile.scope.sepa_countries[-1].codes:
        yield "bank.country", f"{profile.bank.country} is not in the latest list of scope.sepa_countries"
    if profile.bank.bic[4:6] != profile.bank.country:
        yield "bank.bic", f"{profile.bank.bic} does not belong to the country {profile.bank.country}"
    yield from _price_contradictions(profile.prices)
    ways = profile.intake.authorisation
    if not ways or len(set(ways)) < len(ways):
        yield "intake.authorisation", "must name at least one way, each once"
    for rule in profile.rejection.severity:
        if rule not in AT_CHOICE:
            yield (
                "rejection.severity",
                f"found {rule}; allowed: {', '.join(sorted(AT_CHOICE))}. No profile chooses for any other rule.",
            )
    terms = profile.profile
    if (
        terms.announced_on
        and months_after(terms.announced_on, terms.change_notice_months) > terms.effective_from
    ):
        yield (
            "profile.effective_from",
            f"{terms.effective_from} comes less than {terms.change_notice_months} months after the terms were "
            f"announced on {terms.announced_on}",
        )
    if terms.status == "production":
        for key in _gaps_left_open(profile):
            yield key, "the terms leave this open; a bank that pays for real must say it"
    windows = profile.clearing.windows
    if not windows or list(windows) != sorted(set(windows)):
        yield "clearing.windows", "must hold at least one time, each later than the one before"
    formats = profile.notices.formats
    if not formats or len(set(formats)) < len(formats):
        yield "notices.formats", "must name at least one form, each once"
    if profile.funds.retry.default_days > profile.funds.retry.max_days:
        yield "funds.retry.default_days", f"must not exceed max_days, {profile.funds.retry.max_days}"
    if profile.addresses.hybrid_from > profile.addresses.unstructured_until:
        yield "addresses.hybrid_from", "must not come after unstructured_until"


def _gaps_left_open(profile: Profile) -> Iterator[str]:
    values = parameters(profile)
    yield from (key for key in sorted(GAPS) if key in values and values[key] is None)
    for index, prices_from in enumerate(profile.prices):
        prices = msgspec.structs.asdict(prices_from)
        yield from (f"prices[{index}].{key}" for key, value in prices.items() if value is None)


def _price_contradictions(prices: tuple[PriceList, ...]) -> Iterator[tuple[str, str]]:
    begins = [prices_from.valid_from for prices_from in prices]
    if not begins or begins != sorted(set(begins)):
        yield "prices", "must hold at least one list, each valid from a later day than the one before"
    for index, prices_from in enumerate(prices):
        for key, value in msgspec.structs.asdict(prices_from).items():
            if isinstance(value, int) and value < 0:
                yield f"prices[{index}].{key}", f"found {value}; allowed: 0 or more, or null"


def _list_contradictions(key: str, lists: tuple[CountryList, ...]) -> Iterator[tuple[str, str]]:
    begins = [entry.valid_from for entry in lists]
    if not begins or begins != sorted(set(begins)):
        yield key, "must hold at least one list, each valid from a later day than the one before"
    for entry in lists:
        for code in entry.codes:
            if not is_country(code) or entry.codes.count(code) > 1:
                yield key, f"found {code}; allowed: each country once, by its two letters"


def parameters(profile: Profile) -> dict[str, Any]:
    """Every value by its dotted path (`cutoffs.sct.eur_account`), as plain texts, numbers and lists."""
    found: dict[str, Any] = {}

    def collect(prefix: str, values: dict[str, Any]) -> None:
        for key, value in values.items():
            if isinstance(value, dict) and value:
                collect(f"{prefix}{key}.", value)
            else:
                found[prefix + key] = value

    collect("", msgspec.to_builtins(profile))
    return found
