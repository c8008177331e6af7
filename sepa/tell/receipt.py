"""The receipt for a file from which no message could be made, and for one that has come before."""

from sepa.model.notice import Receipt
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import inert, mask_accounts, mask_within_name, shown_file_name
from sepa.tell.page import Fact, Page, Section, text
from sepa.tell.parts import Say, foot, labels, speaker, told

UNREADABLE = Phrase("File received, but not readable")
REPEATED = Phrase("File received before")


def receipt_text(receipt: Receipt, catalogue: Catalogue) -> str:
    """The receipt as plain text of 72 columns; a strange file name is cleaned and masked."""
    say = speaker(catalogue, receipt.language)
    received = catalogue.moment(receipt.received_at, receipt.language)
    facts = [
        Fact(say(Phrase("Partner")), inert(mask_within_name(receipt.partner))),
        Fact(say(Phrase("File")), shown_file_name(receipt.file_name)),
        Fact(say(Phrase("Received")), received),
        Fact(say(Phrase("Size")), say(Phrase("{bytes} bytes", {"bytes": str(receipt.size_bytes)}))),
        Fact("SHA-256", receipt.sha256),
    ]
    sections = (_fault(receipt, say),) if receipt.findings else ()
    return text(
        Page(
            language=catalogue.spoken(receipt.language),
            sender=receipt.bank.name,
            title=say(REPEATED if receipt.repeat_of else UNREADABLE),
            remark=catalogue.fallback_remark(receipt.language),
            lead=_lead(receipt, catalogue, say),
            facts=tuple(facts),
            sections=sections,
            foot=foot(receipt.bank, say),
            labels=labels(say),
        )
    )


def _lead(receipt: Receipt, catalogue: Catalogue, say: Say) -> tuple[str, ...]:
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
