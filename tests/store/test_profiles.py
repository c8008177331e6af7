"""Profiles: what comes with the desk loads, and every doubt is told with file, key and what is allowed."""

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest

from sepa.model.profile import GAPS, Hours, countries_on
from sepa.store.profiles import (
    ProfileFault,
    load_profile,
    load_versions,
    parameters,
    profile_digest,
    profile_names,
)


def written(folder: Path, text: str, name: str = "bank.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def fault(folder: Path, text: str) -> str:
    with pytest.raises(ProfileFault) as caught:
        load_profile(written(folder, text))
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_of_the_desk_loads_under_its_own_id(name: str) -> None:
    profile = load_profile(name)
    assert profile.profile.id == name
    assert countries_on(profile.scope.sepa_countries, datetime.date(2026, 4, 2)) >= {"SK", "NO", "SM"}


def test_the_two_profiles_are_there() -> None:
    assert set(profile_names()) >= {"otp-sk", "sepa-2026"}


def test_the_slovene_bank_says_what_its_page_says_and_lies_over_the_scheme_of_today() -> None:
    bank = load_profile("otp-si").bank
    assert (bank.contact.phone, bank.contact.phone_abroad) == ("080 17 70", "+386 2 229 2760")
    assert bank.contact.hours == Hours(opens=datetime.time(8), closes=datetime.time(19))
    own, base = parameters(load_profile("otp-si")), parameters(load_profile("sepa-2026"))
    changed = {key.split(".")[0] for key in own if own[key] != base.get(key)}
    assert changed == {"profile", "bank", "calendar", "notices"}


def test_the_default_holds_the_hours_and_days_of_the_terms() -> None:
    values = parameters(load_profile("otp-sk"))
    assert values["cutoffs.sct.eur_account"] == "21:00:00"
    assert values["cutoffs.sct.fx_account"] == "15:00:00"
    assert values["direct_debit.lead_days.FRST"] == 5
    assert values["direct_debit.lead_days.RCUR"] == 2
    assert values["cutoffs.sdd.pain008"] is None
    assert values["scope.sepa_countries"][0]["valid_from"] == "2015-01-01"


def test_an_extending_profile_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, 'extends: otp-sk\ncutoffs: {sct: {eur_account: "20:00:00"}}\n')
    own, base = parameters(load_profile(path)), parameters(load_profile("otp-sk"))
    assert {key: own[key] for key in own if own[key] != base[key]} == {"cutoffs.sct.eur_account": "20:00:00"}
    assert profile_digest(load_profile(path)) != profile_digest(load_profile("otp-sk"))


def test_a_list_is_replaced_whole_and_a_path_counts_from_its_file(tmp_path: Path) -> None:
    written(tmp_path, 'extends: otp-sk\nclearing: {windows: ["09:00:00"]}\n', "base.yaml")
    path = written(tmp_path, "extends: base.yaml\norders: {due_date: {past: roll}}\n")
    profile = load_profile(path)
    assert profile.clearing.windows == (datetime.time(9),)
    assert profile.orders.due_date.past == "roll"
    assert profile.orders.due_date.max_years_ahead == 1


def test_the_digest_depends_on_values_and_not_on_the_way_they_came(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: otp-sk\norders: {due_date: {past: reject}}\n")
    assert profile_digest(load_profile(path)) == profile_digest(load_profile("otp-sk"))


def announced(on: str, effective_from: str = "2026-07-01") -> str:
    return f"profile: {{announced_on: {on}, effective_from: {effective_from}}}"


@pytest.mark.parametrize(
    ("announced_on", "effective_from"),
    [
        pytest.param("2026-05-01", "2026-07-01", id="GOV-01 two months to the day"),
        pytest.param("2025-12-31", "2026-02-28", id="to the end of a month without that day"),
        pytest.param("2026-11-30", "2027-02-01", id="over the turn of the year"),
    ],
)
def test_gov_01_terms_announced_in_time_load(tmp_path: Path, announced_on: str, effective_from: str) -> None:
    path = written(tmp_path, f"extends: otp-sk\n{announced(announced_on, effective_from)}\n")
    assert load_profile(path).profile.announced_on == datetime.date.fromisoformat(announced_on)


FILLED = """
profile: {status: production, announced_on: 2014-10-31}
bank: {contact: {hours: {opens: "08:00:00", closes: "19:00:00"}}}
records: {transaction_years: 10}
ebanking: {limit: {bank_maximum_cents: 100000000}}
prices:
  - {edition: "1", valid_from: 2015-01-01, rejection: 200, retry: 1, unsettled_notice: 2, order_copy: 3, recall: 0}
"""


def test_a_gap_is_a_parameter_and_the_terms_to_the_letter_leave_each_open() -> None:
    values = parameters(load_profile("otp-sk"))
    assert {key: values[key] for key in GAPS} == dict.fromkeys(GAPS)


@pytest.mark.parametrize("gap", sorted(GAPS))
def test_a_gap_that_production_needs_fails(tmp_path: Path, gap: str) -> None:
    layers = [f"extends: otp-sk\n{FILLED}"]
    assert load_profile(written(tmp_path, layers[0])).profile.status == "production"
    opened: Any = None
    for step in reversed(gap.split(".")):
        opened = {step: opened}
    text = fault(
        tmp_path, f"extends: {written(tmp_path, layers[0], 'full.yaml').name}\n{json.dumps(opened)[1:-1]}"
    )
    assert text == f"bank.yaml: {gap}: the terms leave this open; a bank that pays for real must say it"


def test_a_price_that_is_open_keeps_terms_out_of_production(tmp_path: Path) -> None:
    text = f"extends: otp-sk\n{FILLED}".replace("retry: 1", "retry: null")
    assert fault(tmp_path, text) == (
        "bank.yaml: prices[0].retry: the terms leave this open; a bank that pays for real must say it"
    )


def test_gov_02_prices_change_apart_from_the_terms(tmp_path: Path) -> None:
    changed = FILLED.replace("retry: 1", "retry: 150").replace('edition: "1"', 'edition: "2"')
    one, other = (load_profile(written(tmp_path, f"extends: otp-sk\n{text}")) for text in (FILLED, changed))
    assert one.profile == other.profile
    assert one.prices != other.prices


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        pytest.param("profile: {}", "two versions are in force from 2015-01-01", id="one day"),
        pytest.param(
            "profile: {effective_from: 2026-07-01}\nbank: {timezone: Europe/Ljubljana}",
            "bank.timezone: found Europe/Bratislava and Europe/Ljubljana; allowed: one",
            id="two banks",
        ),
    ],
)
def test_versions_that_cannot_stand_side_by_side(tmp_path: Path, other: str, sentence: str) -> None:
    with pytest.raises(ProfileFault, match=re.escape(sentence)):
        load_versions(["otp-sk", written(tmp_path, f"extends: otp-sk\n{other}\n")])


FAULTS = [
    pytest.param(
        "rejection: {severity: {amounts.at_most: warn}}",
        "bank.yaml: rejection.severity: found amounts.at_most; allowed: duplicates.end_to_end_id, ",
        id="CT-06 what guards money is not softened",
    ),
    pytest.param(
        "rejection: {severity: {symbols.forms: warn}}",
        "bank.yaml: rejection.severity: found symbols.forms; allowed: ",
        id="CT-06 a rule that is none",
    ),
    pytest.param(
        "rejection: {severity: {symbols.form: hold}}",
        "bank.yaml: rejection.severity: found {'symbols.form': 'hold'}; allowed: names, each with one of reject, warn",
        id="CT-06 an effect that is no choice",
    ),
    pytest.param(
        "stated: {refund.mod: full}",
        "bank.yaml: stated.refund.mod: unknown; what the terms state stands in the profile it extends",
        id="what no terms state",
    ),
    pytest.param(
        "stated: {refund.request_weeks: 8.5}", "bank.yaml: stated: found", id="a float in what is stated"
    ),
    pytest.param(
        announced("2026-05-02"),
        "bank.yaml: profile.effective_from: 2026-07-01 comes less than 2 months after the terms were announced on "
        "2026-05-02",
        id="GOV-01 a day too late",
    ),
    pytest.param(
        "cutoffs: {sct: {eur_acount: null}}",
        "bank.yaml: cutoffs.sct.eur_acount: unknown key; allowed here: eur_account, fx_account",
        id="misspelt key",
    ),
    pytest.param(
        "cutofs: {}", "bank.yaml: cutofs: unknown key; allowed here: accounts,", id="misspelt section"
    ),
    pytest.param(
        "scope: {sepa_countries: [{valid: 2015-01-01}]}",
        "bank.yaml: scope.sepa_countries[0].valid: unknown key; allowed here: codes, valid_from",
        id="misspelt key in a list",
    ),
    pytest.param(
        "scope: {sepa_countries: [{valid_from: 2015-01-01}]}",
        "bank.yaml: scope.sepa_countries[0].codes: missing; allowed: a list",
        id="missing key",
    ),
    pytest.param(
        "orders: {due_date: {past: perhaps}}",
        "bank.yaml: orders.due_date.past: found 'perhaps'; allowed: one of reject, roll",
        id="value that is no choice",
    ),
    pytest.param(
        "cutoffs: {sct: {eur_account: 21:00:00}}",
        'bank.yaml: cutoffs.sct.eur_account: found 75600; allowed: a time in quotes, such as "21:00:00"',
        id="time without quotes",
    ),
    pytest.param(
        "scope: {sepa_countries: [{valid_from: 2015-01-01, codes: [SK, NO]}]}",
        "bank.yaml: scope.sepa_countries[0].codes[1]: found False; allowed: a text",
        id="Norway without quotes",
    ),
    pytest.param(
        "orders: {amount_max_cents: 1.5}",
        "bank.yaml: orders.amount_max_cents: found 1.5; allowed: a whole number",
        id="a float near money",
    ),
    pytest.param(
        "direct_debit: {earliest_calendar_days: soon}",
        "bank.yaml: direct_debit.earliest_calendar_days: found 'soon'; allowed: a whole number or null",
        id="optional number",
    ),
    pytest.param("bank: null", "bank.yaml: bank: found None; allowed: the keys bic,", id="no section"),
    pytest.param(
        "orders: {name_max_chars: 70, name_max_chars: 71}",
        "bank.yaml: line 2: the key name_max_chars stands twice",
        id="key twice",
    ),
    pytest.param(
        "funds: {retry: {max_days: -1}}",
        "bank.yaml: funds.retry.max_days: found -1; allowed: 0",
        id="negative",
    ),
    pytest.param(
        "funds: {retry: {default_days: 6}}",
        "bank.yaml: funds.retry.default_days: must not exceed",
        id="retries",
    ),
    pytest.param(
        "bank: {timezone: Europe/Bratislawa}", "bank.yaml: bank.timezone: there is no time zone", id="zone"
    ),
    pytest.param(
        "calendar: {national: AT}", "bank.yaml: calendar.national: no rest days", id="no rest days known"
    ),
    pytest.param(
        'clearing: {windows: ["11:00:00", "09:00:00"]}',
        "bank.yaml: clearing.windows: must hold at least one time, each later",
        id="windows out of order",
    ),
    pytest.param("prices: []", "bank.yaml: prices: must hold at least one list", id="no price list"),
    pytest.param(
        'prices: [{edition: "1", valid_from: 2026-01-01, rejection: -1, retry: null, unsettled_notice: null,'
        " order_copy: null, recall: null}]",
        "bank.yaml: prices[0].rejection: found -1; allowed: 0 or more, or null",
        id="a negative price",
    ),
    pytest.param(
        "intake: {authorisation: []}", "bank.yaml: intake.authorisation: must name at least one", id="no way"
    ),
    pytest.param(
        "intake: {authorisation: [channel_session, channel_session]}",
        "bank.yaml: intake.authorisation: must name",
        id="a way twice",
    ),
    pytest.param("clearing: {windows: []}", "bank.yaml: clearing.windows: must hold", id="no windows"),
    pytest.param(
        "scope: {eea_countries: [{valid_from: 2021-01-01, codes: []}, {valid_from: 2015-01-01, codes: []}]}",
        "bank.yaml: scope.eea_countries: must hold at least one list, each valid from a later day",
        id="lists out of order",
    ),
    pytest.param(
        "scope: {eea_countries: [{valid_from: 2021-01-01, codes: [SK, XX]}]}",
        "bank.yaml: scope.eea_countries: found XX; allowed: each country once",
        id="unknown country",
    ),
    pytest.param(
        "bank: {country: US}", "bank.yaml: bank.country: US is not in the latest list", id="bank's country"
    ),
    pytest.param(
        "bank: {bic: OTPVATWW}", "bank.yaml: bank.bic: OTPVATWW does not belong", id="BIC of elsewhere"
    ),
]


@pytest.mark.parametrize(("text", "told"), FAULTS)
def test_a_fault_names_file_key_and_what_is_allowed(tmp_path: Path, text: str, told: str) -> None:
    assert fault(tmp_path, f"extends: otp-sk\n{text}\n").startswith(told)


def test_a_fault_of_the_file_below_names_that_file(tmp_path: Path) -> None:
    written(tmp_path, "extends: otp-sk\norders: {due_date: {past: perhaps}}\n", "base.yaml")
    assert fault(tmp_path, "extends: base.yaml\n").startswith("base.yaml: orders.due_date.past:")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("extends: bank.yaml\n", "bank.yaml: extends: the profile extends itself", id="itself"),
        pytest.param("extends: nobody\n", "There is no profile nobody: give one of otp-si", id="nobody"),
        pytest.param("extends: 7\n", "bank.yaml: extends: must be the name", id="a number"),
        pytest.param("- otp-sk\n", "bank.yaml: must hold keys and values", id="a list"),
        pytest.param("orders: {\n", "bank.yaml: line", id="not YAML"),
        pytest.param(
            "schema_version: 1\n", "bank.yaml: profile: missing; allowed: the keys id,", id="incomplete"
        ),
    ],
)
def test_a_file_that_is_no_profile(tmp_path: Path, text: str, told: str) -> None:
    assert fault(tmp_path, text).startswith(told)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_bytes("title: Žilina".encode("cp1250"))
    with pytest.raises(ProfileFault, match="must be UTF-8 text; byte 8 is not"):
        load_profile(path)
