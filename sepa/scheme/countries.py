"""Countries: which exist, which are in SEPA and which in the European Economic Area, and since when.

SEPA's reach is kept by the European Payments Council (EPC409-09, list of SEPA scheme countries), the
Area by its agreement, country codes by ISO 3166-1. Codes are those that an IBAN or BIC carries.
Bank terms SC-04, items D-08 and D-09. That a country is in SEPA does not yet make a bank there reachable.
"""

import datetime

import msgspec


class Membership(msgspec.Struct, frozen=True):
    """From the day `since` to the day `until`, both included; `until` None means: to this day."""

    since: datetime.date
    until: datetime.date | None = None
    source: str = ""


# The tables begin here: the day national credit transfers and direct debits ended in the euro area
# (Regulation (EU) 260/2012). On earlier days no country is in.
SEPA_BEGINS = datetime.date(2014, 2, 1)
AREA_BEGINS = datetime.date(2014, 4, 12)

_UNION = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
_AREA_BESIDES_UNION = ["IS", "LI", "NO"]

_FOUNDERS = Membership(SEPA_BEGINS, source="EPC409-09")
_MICROSTATES_2019 = Membership(
    datetime.date(2019, 3, 1), source="EPC, Andorra and Vatican City State from 1 March 2019"
)
_JOINED_2025 = Membership(
    datetime.date(2025, 10, 7), source="EPC decisions of 21 November 2024 and 6 March 2025"
)
_SERBIA = Membership(datetime.date(2026, 5, 5), source="EPC decision of 22 May 2025; credit transfers only")

SEPA: dict[str, Membership] = {
    **dict.fromkeys(_UNION + _AREA_BESIDES_UNION + ["CH", "GB", "GI", "MC", "SM"], _FOUNDERS),
    **dict.fromkeys(["AD", "VA"], _MICROSTATES_2019),
    **dict.fromkeys(["AL", "ME", "MK", "MD"], _JOINED_2025),
    "RS": _SERBIA,
}
_TRANSFERS_ONLY = frozenset({"RS"})
COLLECTING_COUNTRIES = frozenset(SEPA) - _TRANSFERS_ONLY

_MEMBER = Membership(AREA_BEGINS, source="EEA agreement; Croatia from 12 April 2014")
EEA: dict[str, Membership] = {
    **dict.fromkeys(_UNION + _AREA_BESIDES_UNION, _MEMBER),
    "GB": Membership(
        AREA_BEGINS, datetime.date(2020, 12, 31), "withdrawal agreement, end of the transition period"
    ),
}


def in_sepa(country: str, day: datetime.date) -> bool:
    """Whether SEPA credit transfers reach the country on `day`. A code that is not in the table is not in."""
    return _holds(SEPA, country, day)


def collections_reach(country: str, day: datetime.date) -> bool:
    """Whether SEPA direct debits reach the country on `day`."""
    return country not in _TRANSFERS_ONLY and _holds(SEPA, country, day)


def is_eea(country: str, day: datetime.date) -> bool:
    """Whether the country is a state of the European Economic Area on `day`."""
    return _holds(EEA, country, day)


def _holds(table: dict[str, Membership], country: str, day: datetime.date) -> bool:
    membership = table.get(country)
    if membership is None or day < membership.since:
        return False
    return membership.until is None or day <= membership.until


def is_country(code: str) -> bool:
    """Whether `code` is a country's two letters by ISO 3166-1, or XK as banks use it for Kosovo."""
    return code in _COUNTRIES


def account_country(country: str) -> str:
    """The country whose code the IBANs of `country` carry: FR for Réunion, GB for Jersey, else its own."""
    return _ACCOUNTS_OF.get(country, country)


_ACCOUNTS_OF = {
    "AX": "FI",
    **dict.fromkeys(["GG", "IM", "JE"], "GB"),
    **dict.fromkeys(["BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"], "FR"),
}

_COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905
)
