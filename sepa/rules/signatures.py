"""Whether a file of a sender who signs bears that sender's signature."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import MessageHead
from sepa.rules.rule import Case, Rule, rule

_ELEMENT = "group_header.initiating_party"


@rule(
    "CT-08",
    subject="message",
    source="otp-sk V.1(10), V.2.1(21)(f), VI.3(20)",
    codes=("DS0A",),
    message="This file is not signed, and your agreement says that you sign.",
    remedy="Put the signature beside the file before the file itself, and send the orders in a new message.",
    parameters=("intake.authorisation",),
    needs=("partners",),
)
def signed(subject: MessageHead, case: Case) -> Findings:
    """A sender whose agreement says so signs every file."""
    if not _must_sign(case) or _outcome(case) != "missing":
        return NOTHING
    return (signed.finding("DS0A", _ELEMENT, None, "a signature beside the file"),)


@rule(
    "CT-08",
    subject="message",
    source="otp-sk V.1(9), V.1(10), VI.3(20)",
    codes=("DS0B",),
    message="The signature is not one of yours over these very bytes.",
    remedy="Sign the finished file with your own key, and send the orders in a new message.",
    parameters=("intake.authorisation",),
    needs=("partners",),
)
def signature_right(subject: MessageHead, case: Case) -> Findings:
    """A signature is the sender's own, over the very bytes of the file, by a key that counts that day."""
    outcome = _outcome(case)
    if not _must_sign(case) or outcome in ("verified", "missing"):
        return NOTHING
    expected = "a signature with a key of yours that counts on this day"
    if outcome == "expired":
        message = "The key of this signature does not count on the day on which the file came."
        return (signature_right.finding("DS0B", _ELEMENT, None, expected, message=message),)
    return (signature_right.finding("DS0B", _ELEMENT, None, expected),)


def _must_sign(case: Case) -> bool:
    return case.partner is not None and case.partner.authorisation == "electronic_signature"


def _outcome(case: Case) -> str:
    """What came of looking at a signature; a file that nobody looked at, or in another way, is not signed."""
    authorisation = case.authorisation
    if authorisation is None or authorisation.kind != "electronic_signature":
        return "missing"
    return authorisation.outcome


RULES: tuple[Rule, ...] = (signed, signature_right)
