"""Orders like ones we already have: held for a person when they come again, remarked on inside a file."""

import hashlib

import msgspec

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import AccountId, Remittance, Transaction
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.iban import canonical_iban

_SEPARATOR = "\x1f"


def fingerprint(transaction: Transaction, requested_date: str | None) -> str:
    """Return the SHA-256, in hex, of all that makes an order the same order again.

    Kind, both accounts, amount, currency, requested date, EndToEndId, remittance and mandate count;
    identifications of message and block do not. `1.5`, `1.50` and `01.50` are the same amount, and an IBAN
    is the same in small letters.
    """
    amount = (transaction.amount or "").lstrip("0")
    if "." in amount:
        amount = amount.rstrip("0").rstrip(".")
    mandate = transaction.mandate
    canonical = _SEPARATOR.join(
        (
            "transfer" if mandate is None else "collection",
            _account(transaction.debtor_account),
            _account(transaction.creditor_account),
            amount,
            transaction.currency or "",
            requested_date or "",
            transaction.end_to_end_id,
            _remitted(transaction.remittance) if transaction.remittance is not None else "",
            mandate.mandate_id or "" if mandate is not None else "",
            transaction.creditor_identifier or "",
        )
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _account(named: AccountId) -> str:
    return canonical_iban(named.iban) if named.iban else named.other or ""


def _remitted(remittance: Remittance) -> str:
    references = [each.reference or "" for each in remittance.structured]
    return "\x1e".join([*remittance.unstructured, *references])


class Repetition(msgspec.Struct, frozen=True):
    """An order with what is known of its like in earlier messages, and of its EndToEndId in this file."""

    transaction: Transaction
    in_earlier_message: bool = False
    end_to_end_id_repeated: bool = False


@rule(
    "BAT-04",
    subject="transaction",
    source="otp-sk VI.2(14a)(d)",
    codes=("AM05",),
    message="An order just like this one came in an earlier message; a person will decide about it.",
    remedy="Tell us whether the order is meant a second time.",
    parameters=("batch.on_duplicate_content", "four_eyes.repeats"),
    effect="hold",
)
def in_earlier_message(subject: Repetition, case: Case) -> Findings:
    """An order that already came in an earlier message is held for a person."""
    if not subject.in_earlier_message:
        return NOTHING
    return (
        in_earlier_message.finding(
            "AM05",
            "end_to_end_id",
            subject.transaction.end_to_end_id,
            "an order that has not come before",
            effect=case.profile.batch.on_duplicate_content,
        ),
    )


@rule(
    "DUP-01",
    subject="transaction",
    source="ISO 20022, EndToEndIdentification",
    codes=("DU04",),
    message="The end-to-end identification {found} stands on more than one order of this file.",
    remedy="Give every order an end-to-end identification of its own, so that reports can be matched.",
    effect="warn",
)
def end_to_end_id(subject: Repetition, case: Case) -> Findings:
    """An end-to-end identification names one order of a file."""
    if not subject.end_to_end_id_repeated:
        return NOTHING
    return (
        end_to_end_id.finding(
            "DU04", "end_to_end_id", subject.transaction.end_to_end_id, "an identification used once"
        ),
    )


RULES: tuple[Rule, ...] = (in_earlier_message, end_to_end_id)
