"""What every collection must carry: scheme, sequence, creditor and payer; and whom we collect for."""

from sepa.model.finding import NOTHING, Finding, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import account_of, is_ours
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.creditor_id import creditor_id_fault

SEQUENCE_TYPES = ("OOFF", "FRST", "RCUR", "FNAL")
_SCHEMES = ("CORE", "B2B")
_COLLECTION: tuple[str, ...] = ("collection",)


@rule(
    "SC-08",
    subject="payment-information",
    source="otp-sk V.2.2(31)",
    codes=("AG03",),
    message="We do not collect direct debits for our own customers, and {found} is an account of ours.",
    remedy="Collect through another bank, or ask the payer for a transfer.",
    parameters=("scope.sdd_creditor_side",),
    kinds=_COLLECTION,
)
def creditor_elsewhere(subject: PaymentInformation, case: Case) -> Findings:
    """Where we do not collect for our own customers, the creditor's account is at another bank."""
    iban = subject.account.iban
    if case.profile.scope.sdd_creditor_side or not is_ours(iban, case.profile.bank, case.reference):
        return NOTHING
    return (creditor_elsewhere.finding("AG03", "account.iban", iban, "an account at another bank"),)


@rule(
    "SDD-01",
    subject="transaction",
    source="EPC130-08 2025, LclInstrm; EPC131-08 2025, LclInstrm",
    codes=("FF05",),
    message="The collection does not say under which scheme it runs.",
    remedy="Write CORE as the local instrument.",
    kinds=_COLLECTION,
)
def scheme_given(subject: Transaction, case: Case) -> Findings:
    """A collection names its scheme as the local instrument."""
    if subject.payment_type.local_instrument is not None:
        return NOTHING
    return (_one_of(scheme_given, "FF05", "payment_type.local_instrument", None, _offered(case)),)


@rule(
    "DD-13",
    subject="transaction",
    source="otp-sk V.2.2, I(1); EPC016-06 2025",
    codes=("FF05", "AC13"),
    message="We do not take direct debits of the scheme {found}.",
    remedy="Collect under a scheme that we take: {offered}.",
    parameters=("scope.sdd_schemes",),
    kinds=_COLLECTION,
)
def scheme(subject: Transaction, case: Case) -> Findings:
    """Collections run under a scheme that this bank takes, and consumers are never debited under B2B."""
    asked = subject.payment_type.local_instrument
    if asked is None:
        return NOTHING
    if asked == "B2B":
        payer = account_of(subject.debtor_account.iban, case.reference)
        if payer is not None and payer.consumer:
            offered = ", ".join(_offered(case))
            return (
                scheme.finding(
                    "AC13", "payment_type.local_instrument", asked, "CORE", message=CONSUMER, offered=offered
                ),
            )
    if asked in _offered(case):
        return NOTHING
    return (
        _one_of(scheme, "FF05", "payment_type.local_instrument", asked.removeprefix("!"), _offered(case)),
    )


CONSUMER = "The payer is a consumer and cannot be debited under the scheme {found}."


def _offered(case: Case) -> tuple[str, ...]:
    return case.profile.scope.sdd_schemes


def _one_of(judge: Rule, code: str, element: str, found: str | None, known: tuple[str, ...]) -> Finding:
    return judge.finding(code, element, found, "{offered}", offered=", ".join(known))


@rule(
    "SDD-02",
    subject="transaction",
    source="EPC130-08 2025, LclInstrm",
    codes=("FF05",),
    message="The message begins with collections of the scheme {first}; this one runs under {found}.",
    remedy="Send CORE and B2B collections in separate messages.",
    kinds=_COLLECTION,
)
def one_scheme(subject: Transaction, case: Case) -> Findings:
    """A message holds collections of one scheme only, the one it begins with."""
    asked, first = subject.payment_type.local_instrument, case.first_local_instrument
    if asked == first or asked not in _SCHEMES or first not in _SCHEMES:
        return NOTHING
    return (one_scheme.finding("FF05", "payment_type.local_instrument", asked, "{first}", first=first or ""),)


@rule(
    "SDD-03",
    subject="transaction",
    source="EPC130-08 2025, SeqTp",
    codes=("FF03",),
    message="The sequence type is missing.",
    remedy="Write one of {offered} as the sequence type.",
    kinds=_COLLECTION,
)
def sequence_type(subject: Transaction, case: Case) -> Findings:
    """A collection says whether it is one-off, first, following or final."""
    asked = subject.payment_type.sequence_type
    if asked in SEQUENCE_TYPES:
        return NOTHING
    finding = _one_of(sequence_type, "FF03", "payment_type.sequence_type", asked, SEQUENCE_TYPES)
    if asked is None:
        return (finding,)
    return (
        sequence_type.finding(
            "FF03",
            "payment_type.sequence_type",
            asked,
            "{offered}",
            message="There is no sequence type {found}.",
            offered=", ".join(SEQUENCE_TYPES),
        ),
    )


@rule(
    "SDD-09",
    subject="transaction",
    source="EPC130-08 2025, CdtrSchmeId",
    codes=("BE05",),
    message="The creditor identifier is missing.",
    remedy="Fill in the creditor identifier for the block or for every collection.",
    kinds=_COLLECTION,
)
def creditor_identified(subject: Transaction, case: Case) -> Findings:
    """A collection names its creditor by the creditor identifier."""
    if subject.creditor_identifier is not None:
        return NOTHING
    return (creditor_identified.finding("BE05", "creditor_identifier", None, "a creditor identifier"),)


@rule(
    "IDN-11",
    subject="transaction",
    source="otp-sk II CID; EPC262-08, creditor identifier",
    codes=("CH11",),
    message="{found} is not a creditor identifier.",
    remedy="Check the creditor identifier against the letter that assigned it.",
    kinds=_COLLECTION,
)
def creditor_identifier(subject: Transaction, case: Case) -> Findings:
    """The creditor identifier is well formed and its check digits agree."""
    found = subject.creditor_identifier
    if found is None:
        return NOTHING
    fault = creditor_id_fault(found)
    if fault is None:
        return NOTHING
    return (creditor_identifier.finding("CH11", "creditor_identifier", found, fault),)


@rule(
    "SDD-10",
    subject="transaction",
    source="EPC130-08 2025, CdtrSchmeId/SchmeNm",
    codes=("BE05",),
    message="The creditor identifier is not marked as one of SEPA.",
    remedy="Write SEPA as the scheme name of the creditor identifier.",
    kinds=_COLLECTION,
)
def creditor_identifier_scheme(subject: Transaction, case: Case) -> Findings:
    """The creditor identifier is marked as one of SEPA, as a proprietary scheme.

    SEPA given as a code means the same and only warns: real files do so, and between banks we write it anew.
    """
    named = subject.creditor_identifier_scheme
    if subject.creditor_identifier is None or named == "!SEPA":
        return NOTHING
    finding = creditor_identifier_scheme.finding
    if named == "SEPA":
        coded = "The creditor identifier is marked as one of SEPA by a code; it is not a code of the list."
        return (finding("BE05", "creditor_identifier_scheme", named, "Prtry", effect="warn", message=coded),)
    shown = (named or "").removeprefix("!")
    return (finding("BE05", "creditor_identifier_scheme", shown, "SEPA"),)


@rule(
    "SDD-11",
    subject="transaction",
    source="EPC130-08 2025, Dbtr/Nm",
    codes=("BE21",),
    message="The name of the payer is missing.",
    remedy="Fill in the name of the payer.",
    kinds=_COLLECTION,
)
def debtor_named(subject: Transaction, case: Case) -> Findings:
    """A collection names the payer."""
    if (subject.debtor.name or "").strip():
        return NOTHING
    return (debtor_named.finding("BE21", "debtor.name", None, "a name"),)


RULES: tuple[Rule, ...] = (
    creditor_elsewhere,
    scheme_given,
    scheme,
    one_scheme,
    sequence_type,
    creditor_identified,
    creditor_identifier,
    creditor_identifier_scheme,
    debtor_named,
)
