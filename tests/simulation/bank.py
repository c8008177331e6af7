"""The bank that is simulated: the sample bank's tables with more consents, and messages in plain words."""

import csv
import datetime
import shutil
from pathlib import Path

from sepa.pipeline.home import make_folders
from sepa.store.places import fixtures_folder
from tools.sample_bank import A2, ABSENT, B1, CI1, CLUB, COLLECTOR, DE, PATIENT, POOR, TRADER
from tools.sample_bank import collection as one_collection
from tools.sample_bank import collections as pain_008
from tools.sample_bank import order as one_transfer
from tools.sample_bank import transfers as pain_001

CUSTOMER, OTHER, BANK = "stavebniny", "mzdy", "vzorova-banka"
MANDATES = 90
ACCOUNTS = {"trader": TRADER, "poor": POOR, "patient": PATIENT}
PAYEES = {
    "away": B1,
    "germany": DE,
    "house": A2,
    "poor": POOR,
    "patient": PATIENT,
    "typo": B1[:-1] + "0",
    "unknown bank": ABSENT,
}
BALANCES = {TRADER: 2_500_000, POOR: 15_000, PATIENT: 4_000, A2: 250_000, CLUB: 28_000}
"""Cents that an account can give at the start: balance and overdraft, less what must stay."""
RETRIES = {PATIENT: 5}
OURS = frozenset(BALANCES)
CLOSED_DAYS = {
    datetime.date(2026, month, day)
    for month, day in ((1, 1), (1, 6), (4, 3), (4, 6), (5, 1), (12, 24), (12, 25))
} | {datetime.date(2027, 1, 1), datetime.date(2027, 1, 6)}
"""Weekdays of 2026, and of the days after it, on which the bank and TARGET rest (calendars of the central banks)."""
MISSING_BANK = "VZORNEZNXXX,SK,9952,Neznáma banka,true,true,false\n"


def works(day: datetime.date) -> bool:
    return day.weekday() < 5 and day not in CLOSED_DAYS


def working(day: datetime.date) -> datetime.date:
    """`day`, or the next on which the bank works."""
    while not works(day):
        day += datetime.timedelta(days=1)
    return day


def after(day: datetime.date, count: int = 1) -> datetime.date:
    """The `count`-th working day after `day`; before it when negative."""
    step = datetime.timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not works(day):
            day += step
    return day


def make_home(root: Path) -> None:
    make_folders(root)
    shutil.copytree(fixtures_folder() / "sample-bank" / "reference", root / "reference", dirs_exist_ok=True)
    (root / "reference" / "profile.yaml").write_text(
        "extends: otp-sk\nprofile: {id: simulated, title: Simulated, version: '1', customer_segment: corporate, "
        "effective_from: 2015-01-01}\nnotices: {formats: [text]}\n",
        "utf-8",
    )
    with (root / "reference" / "consents.csv").open("a", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        for number in range(MANDATES):
            row = (f"s-{number}", A2, CI1, f"SIM-{number}", "false", "monthly", "500.00", "2025-06-02")
            writer.writerow((*row, "", "", ""))
    for partner in (CUSTOMER, OTHER, BANK):
        (root / "inbox" / partner).mkdir(mode=0o700)


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def message(content: dict) -> bytes:
    """The bytes of a file described in plain words; see `schedule`."""
    if content["of"] == "collections":
        orders = [
            one_collection(
                each["id"],
                euros(each["cents"]),
                A2 if each["from"] == "house" else DE,
                each["mandate"],
                bic="OTPVSKBX" if each["from"] == "house" else "VZORDEFFXXX",
            )
            for each in content["orders"]
        ]
        text = pain_008(content["message"], [("RCUR", content["due"], orders)], creditor=COLLECTOR)
    else:
        orders = [
            one_transfer(each["id"], euros(each["cents"]), "Oceliareň", PAYEES[each["to"]])
            if each["to"] != "germany"
            else one_transfer(each["id"], euros(each["cents"]), "Stahlwerk", DE, bic="VZORDEFFXXX")
            for each in content["orders"]
        ]
        total = sum(each["cents"] for each in content["orders"]) + (content["flaw"] == "sum")
        text = pain_001(
            content["message"],
            ACCOUNTS[content["from"]],
            orders,
            due=content["due"],
            control_sum=euros(total),
        )
    raw = text.encode()
    return raw[: len(raw) * 2 // 3] if content["flaw"] == "cut" else raw
