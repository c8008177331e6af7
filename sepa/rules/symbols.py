"""Slovak payment symbols and the payer's reference, which share the EndToEndId of a transfer."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.symbols import Symbols, parse_symbols, symbol_fault

_MESSAGE = "The symbol {found} is not made of at most {most} digits."
_REMEDY = "Write the symbol with digits only, without dashes or slashes."


def _symbols(transaction: Transaction) -> Symbols | None:
    return parse_symbols(transaction.end_to_end_id)


def _domestic(transaction: Transaction, case: Case) -> bool:
    """SC-03. An account without an IBAN counts as abroad; that it has none is said elsewhere."""
    here = case.profile.bank.country
    debtor, creditor = transaction.debtor_account.iban, transaction.creditor_account.iban
    return bool(debtor and creditor) and str(debtor)[:2] == str(creditor)[:2] == here


def _in_order(subject: Transaction, case: Case) -> bool:
    """A short reference without symbols, or symbols of a domestic payment, each of few digits."""
    reference, terms = subject.end_to_end_id, case.profile.symbols
    if len(reference) > terms.reference_max:
        return False
    if not reference.startswith("/"):
        return True
    symbols = parse_symbols(reference)
    return (
        symbols is not None
        and symbol_fault(symbols.vs, terms.vs_max) is None
        and symbol_fault(symbols.ss, terms.ss_max) is None
        and symbol_fault(symbols.ks, terms.ks_max) is None
        and _domestic(subject, case)
    )


def _symbol_findings(judge: Rule, subject: Transaction, case: Case, symbol: str, most: int) -> Findings:
    fault = symbol_fault(symbol, most)
    if fault is None or not _domestic(subject, case):
        return NOTHING
    return (judge.finding("FF08", "end_to_end_id", symbol, fault, most=str(most)),)


@rule(
    "SYM-01",
    subject="transaction",
    source="otp-sk V.2.1(22)(c)",
    codes=("FF08",),
    message=_MESSAGE,
    remedy=_REMEDY,
    parameters=("symbols.vs_max",),
    kinds=("credit-transfer",),
    quiet_if=_in_order,
)
def variable_symbol(subject: Transaction, case: Case) -> Findings:
    """The variable symbol is made of digits, ten at most."""
    if subject.end_to_end_id[0:1] != "/" or (symbols := _symbols(subject)) is None:
        return NOTHING
    return _symbol_findings(variable_symbol, subject, case, symbols.vs, case.profile.symbols.vs_max)


@rule(
    "SYM-02",
    subject="transaction",
    source="otp-sk V.2.1(22)(d)",
    codes=("FF08",),
    message=_MESSAGE,
    remedy=_REMEDY,
    parameters=("symbols.ss_max",),
    kinds=("credit-transfer",),
    quiet_if=_in_order,
)
def specific_symbol(subject: Transaction, case: Case) -> Findings:
    """The specific symbol is made of digits, ten at most."""
    if subject.end_to_end_id[0:1] != "/" or (symbols := _symbols(subject)) is None:
        return NOTHING
    return _symbol_findings(specific_symbol, subject, case, symbols.ss, case.profile.symbols.ss_max)


@rule(
    "SYM-03",
    subject="transaction",
    source="otp-sk V.2.1(22)(e)",
    codes=("FF08",),
    message=_MESSAGE,
    remedy=_REMEDY,
    parameters=("symbols.ks_max",),
    kinds=("credit-transfer",),
    quiet_if=_in_order,
)
def constant_symbol(subject: Transaction, case: Case) -> Findings:
    """The constant symbol is made of digits, four at most."""
    if subject.end_to_end_id[0:1] != "/" or (symbols := _symbols(subject)) is None:
        return NOTHING
    return _symbol_findings(constant_symbol, subject, case, symbols.ks, case.profile.symbols.ks_max)


@rule(
    "SYM-04",
    subject="transaction",
    source="otp-sk V.2.1(22)",
    codes=("FF08",),
    message="Symbols are for domestic payments; {found} goes on as a plain reference.",
    remedy="Write the payee's own reference instead of symbols on payments abroad.",
    parameters=("symbols.on_cross_border",),
    kinds=("credit-transfer",),
    quiet_if=_in_order,
)
def cross_border(subject: Transaction, case: Case) -> Findings:
    """A payment abroad carries no symbols."""
    if subject.end_to_end_id[0:1] != "/" or _symbols(subject) is None:
        return NOTHING
    if subject.creditor_account.iban is None or _domestic(subject, case):
        return NOTHING
    return (
        cross_border.finding(
            "FF08",
            "end_to_end_id",
            subject.end_to_end_id,
            "a reference without symbols",
            effect=case.profile.symbols.on_cross_border,
        ),
    )


@rule(
    "SYM-06",
    subject="transaction",
    source="otp-sk V.2.1(22)(f)",
    codes=("FF08",),
    message="The payer's reference has {length} characters, more than {most}.",
    remedy="Shorten the reference.",
    parameters=("symbols.reference_max",),
    kinds=("credit-transfer",),
    quiet_if=_in_order,
)
def reference_length(subject: Transaction, case: Case) -> Findings:
    """The payer's reference has no more characters than the terms allow."""
    most = case.profile.symbols.reference_max
    length = len(subject.end_to_end_id)
    if length <= most:
        return NOTHING
    return (
        reference_length.finding(
            "FF08",
            "end_to_end_id",
            subject.end_to_end_id,
            "at most {most} characters",
            most=str(most),
            length=str(length),
        ),
    )


@rule(
    "SYM-07",
    subject="transaction",
    source="Slovak banks' form of symbols in EndToEndId",
    codes=("FF08",),
    message="{found} looks like symbols but is not in their form; it counts as a plain reference.",
    remedy="Write all three tags in this order, empty ones too: /VS, /SS, /KS.",
    kinds=("credit-transfer",),
    effect="warn",
    quiet_if=_in_order,
)
def form(subject: Transaction, case: Case) -> Findings:
    """Symbols are written with all three tags, in their order."""
    if not subject.end_to_end_id.startswith(("/VS", "/SS", "/KS")) or _symbols(subject) is not None:
        return NOTHING
    return (form.finding("FF08", "end_to_end_id", subject.end_to_end_id, "the form /VS…/SS…/KS…"),)


RULES: tuple[Rule, ...] = (
    variable_symbol,
    specific_symbol,
    constant_symbol,
    cross_border,
    reference_length,
    form,
)
