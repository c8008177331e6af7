"""The receipt for a file from which no message could be made, for one that has come before, for one that is judged
later, and for one that was not taken."""

from collections.abc import Iterator

from sepa.model.notice import Receipt
from sepa.scheme.letters import inert
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import mask_accounts, mask_within_name, shown_file_name
from sepa.tell.page import Fact, Page, Section, text
from sepa.tell.parts import Say, foot, labels, speaker, told

UNREADABLE = Phrase("File received, but not readable")
REPEATED = Phrase("File received before")
STORED = Phrase("File received, to be processed later")
NOT_TAKEN = Phrase("File not taken")


def receipt_text(receipt: Receipt, catalogue: Catalogue) -> str:
    """The receipt as plain text of 72 columns; a strange file name is cleaned and masked."""
    say = speaker(catalogue, receipt.language)
    sections = (_fault(receipt, say),) if receipt.findings else ()
    return text(
        Page(
            language=catalogue.spoken(receipt.language),
            sender=receipt.bank.name,
            title=say(_title(receipt)),
            remark=catalogue.fallback_remark(receipt.language),
            lead=_lead(receipt, catalogue, say),
            facts=tuple(_facts(receipt, catalogue, say)),
            sections=sections,
            foot=foot(receipt.bank, say),
            labels=labels(say),
        )
    )


def _title(receipt: Receipt) -> Phrase:
    if receipt.sha256_as_sent:
        return NOT_TAKEN
    return STORED if receipt.stored else REPEATED if receipt.repeat_of else UNREADABLE


def _facts(receipt: Receipt, catalogue: Catalogue, say: Say) -> Iterator[Fact]:
    yield Fact(say(Phrase("Partner")), inert(mask_within_name(receipt.partner)))
    yield Fact(say(Phrase("File")), shown_file_name(receipt.file_name))
    if receipt.received_at is not None:
        yield Fact(say(Phrase("Received")), catalogue.moment(receipt.received_at, receipt.language))
    yield Fact(say(Phrase("Size")), say(Phrase("{bytes} bytes", {"bytes": str(receipt.size_bytes)})))
    yield Fact("SHA-256", receipt.sha256)
    if receipt.sha256_as_sent:
        yield Fact(say(Phrase("Sent with it")), inert(receipt.sha256_as_sent))


LATER = (
    Phrase(
        "We have this file and keep it safely. It will be processed as soon as our systems are open again."
    ),
    Phrase(
        "What counts is the moment of receipt given above, whatever the hour at which we process the file."
    ),
)
DISAGREES = (
    Phrase(
        "This file lies in your inbox and is not taken: its checksum is not the one that was sent beside it."
    ),
    Phrase("Please send the file and its checksum again. Nothing in this file was carried out."),
)


def _lead(receipt: Receipt, catalogue: Catalogue, say: Say) -> tuple[str, ...]:
    if receipt.sha256_as_sent or receipt.stored:
        return tuple(map(say, DISAGREES if receipt.sha256_as_sent else LATER))
    first = receipt.repeat_of
    if first is None:
        return (
            say(Phrase("Nothing in this file was carried out, because no message could be read from it.")),
            say(
                Phrase(
                    "Please correct the file and send it again under a new name. The reason is given below."
                )
            ),
        )
    return (
        say(
            Phrase(
                "We have had this very file before: it came on {moment} under the name {name}.",
                {
                    "moment": catalogue.moment(first.received_at, receipt.language),
                    "name": shown_file_name(first.file_name),
                },
            )
        ),
        say(Phrase("Nothing was done a second time. The answer to the first file holds for this one, too.")),
        say(
            Phrase(
                "If you mean to pay the same once more, please make a new file with a new message "
                "identification and a new time of creation."
            )
        ),
    )


def _fault(receipt: Receipt, say: Say) -> Section:
    where = (Fact(say(Phrase("Place")), mask_accounts(receipt.where)),) if receipt.where else ()
    return Section(
        anchor="",
        counter="",
        heading="",
        amount="",
        facts=where,
        reasons=tuple(
            told(finding, say, cites_terms=receipt.bank.cites_terms) for finding in receipt.findings
        ),
        remarks=(),
        closing="",
    )
