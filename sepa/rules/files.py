"""Whether a file is a message at all, comes from someone we know, and comes for the first time."""

from types import MappingProxyType

import msgspec

from sepa.model.finding import NOTHING, Fault, Finding, Findings, Unreadable
from sepa.model.message import MessageHead
from sepa.rules.rule import Case, Rule, rule


class Arrival(msgspec.Struct, frozen=True):
    """A message as it comes in, with what is known of its sender and of earlier files.

    `sender` is the name it was delivered under, None at the counter. `same_content` names an earlier
    file with the same bytes, `same_message_id` one of the same sender with other bytes under the same
    MsgId; None means there is none.
    """

    head: MessageHead
    sender: str | None = None
    same_content: str | None = None
    same_message_id: str | None = None


def unreadable_finding(unreadable: Unreadable) -> Finding:
    """Return why no message could be made of the file; the element is the place in the file."""
    broken = _BY_FAULT[unreadable.fault]
    return broken.finding(
        "FF01", unreadable.where, unreadable.found, unreadable.expected, where=unreadable.where
    )


def _unreadable_rule(
    fault: Fault, id: str, sentence: str, message: str, remedy: str, source: str = "otp-sk V.1(9)"
) -> Rule:
    def check(subject: Unreadable, case: Case) -> Findings:
        return (unreadable_finding(subject),) if subject.fault == fault else NOTHING

    return Rule(
        id=id,
        name=f"files.{fault.replace('-', '_')}",
        subject="message",
        sentence=sentence,
        source=source,
        codes=("FF01",),
        message=message,
        remedy=remedy,
        check=check,
        parameters=_FAULT_PARAMETERS.get(fault, ()),
    )


_FAULT_PARAMETERS: dict[Fault, tuple[str, ...]] = {
    "too-large": ("intake.size_bytes_max",),
    "message-not-offered": ("intake.messages",),
}
_ISO = "ISO 20022, message schema"
_WHOLE_FILE_AGAIN = "Export the file again and send the whole of it."

UNREADABLE: tuple[Rule, ...] = (
    _unreadable_rule("empty", "FIL-01", "A file holds a message.", "The file is empty.", _WHOLE_FILE_AGAIN),
    _unreadable_rule(
        "too-large",
        "FIL-02",
        "A file is no larger than we take.",
        "The file is too large: {found}.",
        "Split the orders over several files.",
        "profile, intake.size_bytes_max",
    ),
    _unreadable_rule(
        "not-utf8",
        "FIL-03",
        "A file is written in UTF-8.",
        "The file is not written in UTF-8 ({where}: {found}).",
        "Save the file in UTF-8 and send it again.",
        "EPC132-08 2025, character set",
    ),
    _unreadable_rule(
        "not-xml",
        "CT-07",
        "A file is well-formed XML.",
        "The file is not well-formed XML ({where}: {found}).",
        "Have the program that wrote the file checked, and send the file again.",
    ),
    _unreadable_rule(
        "truncated",
        "CT-07",
        "A file is complete.",
        "The file ends in the middle of the message ({where}).",
        _WHOLE_FILE_AGAIN,
    ),
    _unreadable_rule(
        "dtd",
        "FIL-04",
        "A file carries no document type and no entities.",
        "The file carries a document type declaration ({where}: {found}).",
        "Remove the DOCTYPE and every entity from the file.",
        "ISO 20022, XML design rules",
    ),
    _unreadable_rule(
        "too-deep",
        "FIL-05",
        "A file is nested no deeper than its message needs.",
        "The elements of the file are nested too deep ({where}).",
        "Have the program that wrote the file checked.",
        _ISO,
    ),
    _unreadable_rule(
        "overlong",
        "FIL-10",
        "No tag, text or comment of a file is longer than a message needs.",
        "A part of the file is too long ({where}: {found}).",
        "Have the program that wrote the file checked.",
        _ISO,
    ),
    _unreadable_rule(
        "wrong-root",
        "FIL-06",
        "A file holds one ISO 20022 Document.",
        "The file does not begin as an ISO 20022 message: {found}.",
        "Send a pain.001 or pain.008 message whose first element is Document.",
        _ISO,
    ),
    _unreadable_rule(
        "unknown-message",
        "FIL-07",
        "A file names a message we know.",
        "We do not know the message {found}.",
        "Send the orders in one of the messages named in your agreement.",
        _ISO,
    ),
    _unreadable_rule(
        "message-not-offered",
        "FIL-08",
        "A file is one of the messages we take.",
        "We do not take the message {found}.",
        "Send the orders in one of the messages named in your agreement.",
        "profile, intake.messages",
    ),
    _unreadable_rule(
        "schema",
        "CT-07",
        "A file keeps to the schema of its message.",
        "The file breaks the schema of its message ({where}: {found}).",
        "Correct the element at that place and send the file again.",
    ),
)
_BY_FAULT = MappingProxyType(
    {known.name.removeprefix("files.").replace("_", "-"): known for known in UNREADABLE}
)


@rule(
    "BAT-04",
    subject="message",
    source="otp-sk VI.2(14a)(d)",
    codes=("DU01",),
    message="We already have this very file: it came before as {found}.",
    remedy="Nothing is needed if the orders were meant once. To order the same again, send a new message.",
)
def same_content(subject: Arrival, case: Case) -> Findings:
    """The same file is taken only once."""
    return NOTHING if subject.same_content is None else (content_seen(subject.same_content),)


def content_seen(earlier: str) -> Finding:
    """Return why a file with the same bytes as `earlier` is refused."""
    return same_content.finding("DU01", "group_header.message_id", earlier, "a file that has not come before")


@rule(
    "BAT-03",
    subject="message",
    source="ISO 20022, MessageIdentification",
    codes=("DU01",),
    message="The message identification {message_id} was already used, by {found}.",
    remedy="Give every message an identification of its own.",
)
def same_message_id(subject: Arrival, case: Case) -> Findings:
    """A message identification is used only once."""
    if subject.same_message_id is None or subject.same_content is not None:
        return NOTHING
    return (message_id_used(subject.head, subject.same_message_id),)


def message_id_used(head: MessageHead, earlier: str) -> Finding:
    """Return why a message is refused whose MsgId already stood on other bytes, in the file `earlier`."""
    return same_message_id.finding(
        "DU01",
        "group_header.message_id",
        earlier,
        "a message identification that was not used before",
        message_id=head.group_header.message_id,
    )


@rule(
    "FIL-09",
    subject="message",
    source="otp-sk V.1(10)",
    codes=("DS0H",),
    message="We have no agreement with the sender of this file, {found}.",
    remedy="Ask us for an agreement before you send files.",
    needs=("partners",),
)
def known_partner(subject: Arrival, case: Case) -> Findings:
    """A file comes from a partner we have an agreement with."""
    if subject.sender is None or case.partner is not None:
        return NOTHING
    return (
        known_partner.finding("DS0H", "group_header.initiating_party", subject.sender, "a partner we know"),
    )


@rule(
    "GOV-03",
    subject="message",
    source="otp-sk VII.8(19)",
    codes=("NARR",),
    message="This file came on {found}, before the terms it is judged by: they are in force from {since}.",
    remedy="Have the file judged by the terms that were in force when it came.",
    parameters=("profile.effective_from",),
    effect="warn",
    blames="bank",
)
def terms_in_force(subject: Arrival, case: Case) -> Findings:
    """A file is judged by terms that were in force on the day it came."""
    since, day = case.profile.profile.effective_from, case.received_at.date()
    if day >= since:
        return NOTHING
    return (
        terms_in_force.finding(
            "NARR", "group_header.message_id", day.isoformat(), "{since} or later", since=since.isoformat()
        ),
    )


ARRIVAL: tuple[Rule, ...] = (same_content, same_message_id, known_partner, terms_in_force)
RULES: tuple[Rule, ...] = (*UNREADABLE, *ARRIVAL)
