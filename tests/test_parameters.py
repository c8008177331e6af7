"""The default profile holds every parameter of the bank's terms, with its value; the page of them is up to date."""

import datetime
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from sepa.store.profiles import load_profile, parameters

ROOT = Path(__file__).resolve().parents[1]
TERMS = ROOT / ".." / "shared" / "reference" / "bank-terms.md"

OURS = {
    "profile.terms_effective_from": "profile.effective_from",
    "cutoffs.sct.electronic.eur_account": "cutoffs.sct.eur_account",
    "cutoffs.sct.electronic.fx_account": "cutoffs.sct.fx_account",
    "cutoffs.on_us_conversion.electronic": "cutoffs.on_us_conversion",
    "funds.overdraft_under_enforcement": "funds.overdraft_under_enforcement_cents",
    "accounts.term_deposit.credit_window": "accounts.term_deposit_credit_window",
    "accounts.term_deposit.initial_window_days": "accounts.term_deposit_funding_days",
    "accounts.term_deposit.anytime_products": "accounts.term_deposit_anytime_products",
    "accounts.term_deposit.early_withdrawal_notice_days": "accounts.term_deposit_early_withdrawal_notice_days",
    "accounts.savings.legacy_any_internal_until": "accounts.savings_legacy_any_internal_until",
    "fees.rejection.amount": "prices[0].rejection",
    "fees.retry": "prices[0].retry",
    "fees.unsettled_notice": "prices[0].unsettled_notice",
    "fees.order_copy": "prices[0].order_copy",
    "fees.recall": "prices[0].recall",
    "revocation.sct.deadline_working_days": "revocation.deadline_working_days",
    "direct_debit.revocation_deadline_working_days": "revocation.deadline_working_days",
    "direct_debit.roll_convention": "calendar.roll_convention",
    "compliance.ownership_threshold_eur": "compliance.ownership_threshold_cents[0].cents",
    "fx.funds_check_margin_pct": "fx.funds_check_margin_per_mille",
    "ebanking.limit.bank_maximum": "ebanking.limit.bank_maximum_cents",
}
"""Names of the catalogue that are called otherwise here, where one amount or hour serves what comes in files."""


def tool() -> ModuleType:
    specification = importlib.util.spec_from_file_location("parameter_page", ROOT / "tools" / "parameters.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    page = tool()
    assert page.PAGE.read_text("utf-8") == page.page(), "write it again: python tools/parameters.py"


def leaves(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= (
            leaves(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {prefix + key: value}
        )
    return found


def ours() -> dict[str, Any]:
    """Every value of the default profile by its name, those in lists and those that are only stated included."""
    found: dict[str, Any] = {}
    for key, value in parameters(load_profile("otp-sk")).items():
        found[key.removeprefix("stated.")] = value
        if isinstance(value, list | tuple):
            for index, each in enumerate(value):
                if isinstance(each, dict):
                    found |= leaves(each, f"{key}[{index}].")
    return found


def plain(value: Any) -> Any:
    """A value as both write it: amounts in cents, hours to the second, days as texts."""
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict) and value:
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, float):
        return round(value * 100)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"[0-9]{2}:[0-9]{2}", value):
        return f"{value}:00"
    return None if value == {} else value


def catalogue() -> list[Any]:
    if not TERMS.is_file():
        return [
            pytest.param(
                "", None, marks=pytest.mark.skip(reason="the catalogue does not lie beside the checkout")
            )
        ]
    section = TERMS.read_text("utf-8").split("## 31.", 1)[1]
    block = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return [pytest.param(name, value, id=name) for name, value in leaves(yaml.safe_load(block[1])).items()]


DIFFERENT = {
    "profile.title": "said in our words",
    "direct_debit.controls": "what the bank may choose to judge; whitelist, limit and rhythm are always judged",
    "direct_debit.creditor_late_action": "the terms offer no service to payees",
    "scope.sepa_countries": "the list of 2026 in steps, by the days on which countries were first reached",
    "non_sepa.mandatory": "what a file may lack and the other channel needs; the schema demands the rest",
    "batch.max_transactions": "a gap in the terms; what one file may hold is ours",
}
"""Parameters whose value is another one here, and why."""


def test_nothing_is_only_stated_that_is_a_parameter() -> None:
    values = parameters(load_profile("otp-sk"))
    stated = {key.removeprefix("stated.") for key in values if key.startswith("stated.")}
    assert stated
    assert stated & (values.keys() | OURS.keys()) == set()


@pytest.mark.parametrize(("name", "value"), catalogue())
def test_the_default_profile_holds_the_parameter_with_its_value(name: str, value: Any) -> None:
    values = ours()
    here = OURS.get(name, name.replace("_eur", "_cents") if isinstance(value, float) else name)
    assert here in values, f"{name} stands nowhere in otp-sk.yaml"
    assert (plain(values[here]) == plain(value)) != (name in DIFFERENT)
