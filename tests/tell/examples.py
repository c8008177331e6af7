"""Notices and receipts for the tests, made by hand: they stay the same when rules change their words."""

import datetime
from zoneinfo import ZoneInfo

import msgspec

from sepa.model.fee import Fee
from sepa.model.finding import Finding
from sepa.model.notice import BankContact, Notice, NoticeItem, Receipt, Repeat
from sepa.scheme.phrase import Phrase

ISSUED = datetime.datetime(2026, 4, 2, 10, 5, tzinfo=ZoneInfo("Europe/Bratislava"))
BANK = BankContact("OTP Banka Slovensko, a.s.", "0850 111 222", "+421 2 5720 5080", "CP II(2)")
SLOVENE_BANK = BankContact(
    "OTP banka d.d.",
    "080 17 70",
    "+386 2 229 2760",
    None,
    language="sl",
    hours=("08:00", "19:00"),
    cites_terms=False,
)
OWN = "SK6552000000000005566783"
OTHER = "SK3112000000198742637541"
MISTYPED = "SK3212000000198742637541"


def finding(**changes: object) -> Finding:
    facts = {
        "rule": "IDN-01",
        "name": "identifiers.creditor_iban",
        "code": "AC01",
        "source": "otp-sk V.2.1(21)",
        "element": "creditor_account.iban",
        "found": MISTYPED,
        "expected": Phrase(
            "check digits that agree with the rest of the account number, not {digits}", {"digits": "32"}
        ),
        "message": Phrase("The account number {found} is not a correct IBAN.", {"found": MISTYPED}),
        "remedy": Phrase("Ask the payee for the right account number."),
    }
    return Finding(**{**facts, **changes})  # type: ignore[arg-type]


TOO_FAR = finding(
    rule="DAT-03",
    code="DT01",
    source="otp-sk V.2.1(24)(a)",
    element="requested_date",
    found="2027-04-05",
    expected=Phrase("{latest} or earlier", {"latest": "2027-04-02"}),
    message=Phrase("The requested date {found} is too far ahead.", {"found": "2027-04-05"}),
    remedy=Phrase("Ask for {bound} or an earlier day.", {"bound": "2027-04-02"}),
)
SYMBOLS_ABROAD = finding(
    rule="SYM-04",
    code="NARR",
    source="otp-sk V.2.1(22)",
    element="end_to_end_id",
    found="/VS2026000123/SS/KS0308",
    expected=Phrase("a reference without symbols"),
    message=Phrase(
        "Symbols are for domestic payments; {found} goes on as a plain reference.",
        {"found": "/VS2026000123/SS/KS0308"},
    ),
    remedy=Phrase("Write the payee's own reference instead of symbols on payments abroad."),
    effect="warn",
)
OUT_OF_REACH = finding(
    rule="SC-05",
    code="AGNT",
    source="otp-sk II SEPA transfer",
    element="creditor_agent.bic",
    found="BOTKSMSMXXX",
    expected=Phrase("an account at a bank that takes part"),
    message=Phrase(
        "The bank of the account {found} takes no part in the scheme on {day}.",
        {"found": "SM86U0322509800000000270100", "day": "2026-04-02"},
    ),
    remedy=Phrase(
        "Check the account number; ask the other party for an account at a bank that SEPA reaches."
    ),
    blames="other",
)
NO_COVER = finding(
    rule="FND-06",
    code="AM04",
    source="otp-sk V.2.1(26)",
    element="debtor_account.iban",
    found="",
    expected=Phrase("enough money in the account"),
    message=Phrase("There was not enough money in the account for {found}.", {"found": "1234.56"}),
    remedy=Phrase("Pay money in and order the payment again."),
)
TWIN = finding(
    rule="BAT-04",
    code="AM05",
    source="otp-sk VI.2(14a)(d)",
    element="end_to_end_id",
    found="INV-7",
    expected=Phrase(""),
    message=Phrase("An order just like this one came in an earlier message; a person will decide about it."),
    remedy=Phrase("Tell us whether the order is meant a second time."),
    effect="hold",
)
STOPPED = finding(
    rule="HLD-10",
    code="MS03",
    source="otp-sk VII.8(14)",
    element="end_to_end_id",
    found="INV-7",
    expected=Phrase("an order that nobody has stopped"),
    message=Phrase("The bank has stopped this order."),
    remedy=Phrase("Please ask the bank about it."),
    effect="hold",
    blames="bank",
)
SCREENED = msgspec.structs.replace(STOPPED, rule="HLD-02", inside="a name on a list of sanctions")
URGENT = finding(
    rule="NSP-01",
    code="NARR",
    source="otp-sk V.3.1(40)",
    element="currency",
    found="USD",
    expected=Phrase("EUR"),
    message=Phrase("We do not carry out the payment method {found}.", {"found": "USD"}),
    remedy=Phrase("Nothing is needed."),
    effect="route",
)
MOVED = finding(
    rule="DAT-08",
    code="DT06",
    source="otp-sk V.2.1(23)",
    element="requested_date",
    found="2026-04-03",
    expected=Phrase(""),
    message=Phrase(
        "{found} is not a working day; the order is carried out on {day}.",
        {"found": "2026-04-03", "day": "2026-04-07"},
    ),
    remedy=Phrase("Nothing is needed."),
    effect="move",
)
WITHDRAWN = finding(
    rule="REV-01",
    code="DS02",
    source="otp-sk V.2.1(25)",
    element="booking_date",
    found="2026-04-02",
    expected=Phrase("{last_day} or an earlier day", {"last_day": "2026-04-02"}),
    message=Phrase(
        "The order was withdrawn on {asked_on}, in time: its last day was {last_day}.",
        {"asked_on": "2026-04-02", "last_day": "2026-04-02"},
    ),
    remedy=Phrase("If you still want to pay, send a new order."),
)
NO_CONSENT = finding(
    rule="DD-01",
    code="MD01",
    source="otp-sk V.2.2(31)",
    element="mandate.id",
    found="MND-2026-001",
    expected=Phrase(""),
    message=Phrase("The payer has lodged no consent to direct debits from this account."),
    remedy=Phrase("Ask the payer to lodge a consent with us before you collect again."),
)
DAYS = {"booking_date": datetime.date(2026, 4, 7), "settlement_date": datetime.date(2026, 4, 8)}
CUT_OFF = finding(
    rule="BAT-03",
    code="FF01",
    source="ISO 20022, message schema",
    element="file",
    found="<CdtTrfTxInf>",
    expected=Phrase("well-formed XML"),
    message=Phrase("The file ends in the middle of the message ({where}).", {"where": "line 14"}),
    remedy=Phrase("Export the file again and send the whole of it."),
)


def item(**changes: object) -> NoticeItem:
    facts = {
        "key": "0f1e2d3c4b5a69788796a5b4-14",
        "end_to_end_id": "/VS2026000123/SS/KS0308",
        "amount_cents": 123456,
        "currency": "EUR",
        "requested_date": "2026-04-02",
        "counterparty_name": "Žofia Kováčová & synovia",
        "counterparty_account": OTHER,
        "findings": (finding(),),
        "fee": Fee("rejection", None, "2026-01-01"),
    }
    return NoticeItem(**{**facts, **changes})  # type: ignore[arg-type]


def notice(*items: NoticeItem, **changes: object) -> Notice:
    facts = {
        "occasion": "rejected",
        "addressee": "Stolárstvo Javor, s.r.o.",
        "account": OWN,
        "language": "sk",
        "bank": BANK,
        "issued_at": ISSUED,
        "items": items or (item(),),
        "file_name": "mzdy-2026-04.xml",
    }
    return Notice(**{**facts, **changes})  # type: ignore[arg-type]


def receipt(**changes: object) -> Receipt:
    facts = {
        "partner": "banka-sever",
        "language": "sk",
        "file_name": "inkasa-0402.xml",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "size_bytes": 48213,
        "received_at": ISSUED,
        "bank": BANK,
    }
    return Receipt(**{**facts, **changes})  # type: ignore[arg-type]


def key(position: int) -> str:
    return f"0f1e2d3c4b5a69788796a5b4-{position}"


THREE_ORDERS = (
    item(),
    item(
        key=key(15),
        amount_cents=99_999_999_999,
        counterparty_name="<script>alert(1)</script>",
        findings=(finding(), TOO_FAR, SYMBOLS_ABROAD),
        payment_information="MZDY-04",
    ),
    item(
        key=key(16),
        amount_cents=1999,
        counterparty_name="Società a Responsabilità Limitata per la Gestione degli Alberghi",
        counterparty_account="SM86U0322509800000000270100",
        findings=(OUT_OF_REACH,),
        fee=None,
    ),
)
REPEATED = Repeat(
    "inkasa-0401.xml", datetime.datetime(2026, 4, 1, 9, 30, tzinfo=ZoneInfo("Europe/Bratislava"))
)
