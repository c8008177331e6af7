"""Whether a file of a sender who signs bears that sender's signature."""

from sepa.model.authorisation import AuthorisationOutcome
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
    if _outcome(case) != "missing":
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
    """A signature is over the very bytes of the file, by a key that we know."""
    if _outcome(case) != "wrong":
        return NOTHING
    return (signature_right.finding("DS0B", _ELEMENT, None, "a signature with a key of yours"),)


@rule(
    "CT-08",
    subject="message",
    source="otp-sk V.1(9), V.1(10), VI.3(20)",
    codes=("DS0B",),
    message="This file was signed by somebody else.",
    remedy="Sign the finished file with your own key, and send the orders in a new message.",
    parameters=("intake.authorisation",),
    needs=("partners",),
)
def signer_right(subject: MessageHead, case: Case) -> Findings:
    """A signature is the sender's own; that of another partner does not do."""
    if _outcome(case) != "other_signer":
        return NOTHING
    return (signer_right.finding("DS0B", _ELEMENT, None, "a signature with a key of yours"),)


@rule(
    "CT-08",
    subject="message",
    source="otp-sk V.1(9), V.1(10), VI.3(20)",
    codes=("DS0B",),
    message="This signature is of a form, an algorithm or a key that your agreement does not allow.",
    remedy="Sign as your agreement says, and send the orders in a new message.",
    parameters=("intake.authorisation",),
    needs=("partners",),
)
def signature_fit(subject: MessageHead, case: Case) -> Findings:
    """A signature is made in the form that was agreed, with algorithms and a key that are strong enough."""
    if _outcome(case) != "unfit":
        return NOTHING
    return (signature_fit.finding("DS0B", _ELEMENT, None, "a signature as your agreement says"),)


@rule(
    "CT-08",
    subject="message",
    source="otp-sk V.1(9), V.1(10), VI.3(20)",
    codes=("DS0B",),
    message="The signature, its key or its certificate did not count when the file came.",
    remedy="Sign with a key that counts, and send the orders in a new message; bring us a new key in good time.",
    parameters=("intake.authorisation",),
    needs=("partners",),
)
def signature_in_force(subject: MessageHead, case: Case) -> Findings:
    """A signature, its key and its certificate count at the moment at which the file comes."""
    if _outcome(case) != "expired":
        return NOTHING
    return (signature_in_force.finding("DS0B", _ELEMENT, None, "a signature that counts on this day"),)


@rule(
    "CT-08",
    subject="message",
    source="otp-sk V.1(9), V.1(10), VI.3(20)",
    codes=("DS0B",),
    message="The key of this signature was revoked.",
    remedy="If this file is not yours, call us at once; "
    "else sign with a new key, and send the orders in a new message.",
    parameters=("intake.authorisation",),
    needs=("partners",),
)
def key_not_revoked(subject: MessageHead, case: Case) -> Findings:
    """The key of a signature was not revoked."""
    if _outcome(case) != "revoked":
        return NOTHING
    return (key_not_revoked.finding("DS0B", _ELEMENT, None, "a signature with a key that was not revoked"),)


def _outcome(case: Case) -> AuthorisationOutcome | None:
    """What came of looking at the signature of one who must sign; None for all others.

    A file that nobody looked at, or in another way, is not signed.
    """
    if case.partner is None or case.partner.authorisation != "electronic_signature":
        return None
    authorisation = case.authorisation
    if authorisation is None or authorisation.kind != "electronic_signature":
        return "missing"
    return authorisation.outcome


RULES: tuple[Rule, ...] = (
    signed,
    signature_right,
    signer_right,
    signature_fit,
    signature_in_force,
    key_not_revoked,
)
