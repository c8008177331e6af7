"""A day's figures, made by hand: eight files of three partners, a little of everything, all sums agreeing."""

import datetime
from zoneinfo import ZoneInfo

from sepa.model.day import (
    AccountPostings,
    Approved,
    BookedBack,
    BulkFigures,
    Charged,
    DayFigures,
    FileFigures,
    Recalled,
    Refusal,
    Tally,
    WaitingDay,
)
from sepa.scheme.phrase import Phrase

DAY = datetime.date(2026, 4, 2)
AFTER_EASTER = datetime.date(2026, 4, 7)
ZONE = ZoneInfo("Europe/Bratislava")


def at(hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime(2026, 4, 2, hour, minute, tzinfo=ZONE)


FILES = (
    FileFigures(
        "banka-sever", "uhrady-01.xml", at(7, 42), "pain.001.001.09", "PART",
        received=Tally(420, 18_422_310), accepted=Tally(415, 18_300_110), paid=Tally(415, 18_300_110),
        rejected=Tally(5, 122_200),
    ),
    FileFigures(
        "banka-sever", "uhrady-02.xml", at(9, 5), "pain.001.001.09", "ACCP",
        received=Tally(130, 4_210_000), accepted=Tally(130, 4_210_000), paid=Tally(128, 4_100_000),
        unsettled=Tally(2, 110_000),
    ),
    FileFigures(
        "javor", "mzdy-2026-04.xml", at(10, 5), "pain.001.001.03", "PART",
        received=Tally(64, 9_873_450), accepted=Tally(60, 9_500_000), waiting=Tally(60, 9_500_000),
        rejected=Tally(4, 373_450),
    ),
    FileFigures(
        "inkaso-juh", "inkasa-0402.xml", at(13, 30), "pain.008.001.08", "PART",
        received=Tally(310, 2_480_000), accepted=Tally(290, 2_300_000), waiting=Tally(290, 2_300_000),
        rejected=Tally(20, 180_000),
    ),
    FileFigures("javor", "faktury.xml", at(15, 12), "", "RJCT"),
    FileFigures(
        "inkaso-juh", "inkasa-0402b.xml", at(16, 48), "pain.008.001.08", "PDNG",
        received=Tally(12, 96_000), held=Tally(12, 96_000),
    ),
    FileFigures(
        "javor", "dolare.xml", at(18, 30), "pain.001.001.09", "PART", currency="USD",
        received=Tally(3, 90_000), handed_over=Tally(2, 60_000), rejected=Tally(1, 30_000),
    ),
    FileFigures(
        "banka-sever", "uhrady-03.xml", at(21, 20), "pain.001.001.09", "PART",
        received=Tally(88, 3_000_001), accepted=Tally(80, 2_700_001), rolled=Tally(80, 2_700_001),
        waiting=Tally(80, 2_700_001), routed=Tally(8, 300_000),
    ),
)  # fmt: skip

FIGURES = DayFigures(
    day=DAY,
    bank="OTP Banka Slovensko, a.s.",
    as_of=at(23, 5),
    cutoff=datetime.time(21, 0),
    files=FILES,
    refusals=(
        Refusal("IDN-01", "AC01", Phrase("An account number passes its check digits."), Tally(9, 495_650)),
        Refusal(
            "DDL-01",
            "DT01",
            Phrase("A first or one-off collection comes five working days ahead."),
            Tally(12, 108_000),
        ),
        Refusal("DD-01", "MD01", Phrase("A collection needs a consent lodged in advance."), Tally(6, 54_000)),
        Refusal(
            "DD-04", "AM02", Phrase("A collection stays within the limit of its consent."), Tally(2, 18_000)
        ),
    ),
    waiting=(
        WaitingDay(AFTER_EASTER, Tally(140, 12_200_001)),
        WaitingDay(datetime.date(2026, 4, 10), Tally(290, 2_300_000)),
    ),
    bulks=(
        BulkFigures("SCT-20260402-0830-5c1d", "pacs.008", DAY, Tally(401, 17_900_110)),
        BulkFigures("SCT-20260402-1130-77aa", "pacs.008", DAY, Tally(128, 4_100_000)),
        BulkFigures("OUS-20260402-0830-03be", "on-us", DAY, Tally(14, 400_000)),
        BulkFigures("AWY-20260402-2115-9d0c", "hand-over", DAY, Tally(2, 60_000), "USD"),
    ),
    approved=(Approved("0f3c5ad1b2e4f6a8c0d2e4f6-7", "Jana Nováková", at(14, 20)),),
    recalled=(Recalled("0f3c5ad1b2e4f6a8c0d2e4f6-2", "DUPL", "Peter Kováč", at(15, 1)),),
    booked_back=(
        BookedBack("0f3c5ad1b2e4f6a8c0d2e4f6-9", "TECH", ("Jana Nováková", "Peter Kováč"), 12_345, at(16, 5)),
    ),
    charged=(Charged("rejection", Tally(9, 900), 2), Charged("retry", Tally(3, 0), 3)),
    postings=(
        AccountPostings("CLEARING:SCT", credit=Tally(2, 22_000_110)),
        AccountPostings("SK6552000000000005566783", debit=Tally(3, 22_400_110)),
        AccountPostings("SK9152000000002000145305", credit=Tally(14, 400_000)),
    ),
)
