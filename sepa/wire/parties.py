"""Fragments that every message to another bank is made of: parties, banks, accounts, remittance.

Texts are brought into the SEPA character set; references and identifiers of the sender stay as they came.
Element order: ISO 20022, generation of 2019. Usage: EPC115-06.
"""

from functools import lru_cache

from sepa.model.message import Address, Identification, Party, Remittance, StructuredReference
from sepa.scheme.characters import to_sepa_text
from sepa.wire.xml import escape

NAME_NOT_PROVIDED = "NOTPROVIDED"
"""Stands for a name the order did not give: between banks Dbtr/Nm and Cdtr/Nm are mandatory (EPC115-06)."""

often = lru_cache(maxsize=4_096)(to_sepa_text)
"""As `to_sepa_text`, for what stands in many orders: the names of towns and streets, of departments that pay."""


def text(tag: str, value: str | None) -> str:
    """An element holding `value` in the SEPA character set, which has no markup; nothing without one."""
    return f"<{tag}>{to_sepa_text(value)}</{tag}>" if value else ""


def reference(tag: str, value: str | None) -> str:
    """An element holding `value` exactly as received; nothing when there is no value."""
    return f"<{tag}>{escape(value)}</{tag}>" if value else ""


@lru_cache(maxsize=1_024)
def code(tag: str, value: str | None) -> str:
    """A choice of code and own value: `SALA` becomes Cd, `!X` becomes Prtry X. A lone `!` says nothing."""
    if not value or value == "!":
        return ""
    inner = text("Prtry", value[1:]) if value[0] == "!" else text("Cd", value)
    return f"<{tag}>{inner}</{tag}>"


def agent(tag: str, bic: str) -> str:
    """A bank by its BIC."""
    return f"<{tag}><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></{tag}>"


def purpose(value: str | None) -> str:
    """Purp as a code; an own value (`!X`) means nothing to another bank and stays behind (EPC115-06)."""
    return code("Purp", value) if value and value[0] != "!" else ""


def account(tag: str, iban: str) -> str:
    """An account by its IBAN, in the one spelling banks exchange: upper case."""
    return f"<{tag}><Id><IBAN>{iban.upper()}</IBAN></Id></{tag}>"


def party(tag: str, subject: Party) -> str:
    """A debtor or creditor: name (never cut), address as received, identification."""
    name = to_sepa_text(subject.name) if subject.name else NAME_NOT_PROVIDED
    place = postal_address(subject.address) if subject.address is not None else ""
    mark = identification(subject.identification) if subject.identification is not None else ""
    return f"<{tag}><Nm>{name}</Nm>{place}{mark}</{tag}>"


@lru_cache(maxsize=4_096)
def sender(tag: str, subject: Party) -> str:
    """A party such as `party` writes it, remembered: who sends orders stands in thousands of them."""
    return party(tag, subject)


def ultimate_party(tag: str, subject: Party | None) -> str:
    """An ultimate debtor or creditor: name and identification; SEPA carries no address of theirs."""
    if subject is None:
        return ""
    mark = identification(subject.identification) if subject.identification is not None else ""
    inner = f"<Nm>{often(subject.name)}</Nm>{mark}" if subject.name else mark
    return f"<{tag}>{inner}</{tag}>" if inner else ""


def postal_address(sent: Address) -> str:
    """PstlAdr: structured, hybrid, or lines only, whichever was received (EPC153-22 decides which may be)."""
    inner = (
        (f"<Dept>{often(sent.department)}</Dept>" if sent.department else "")
        + (f"<SubDept>{often(sent.sub_department)}</SubDept>" if sent.sub_department else "")
        + (f"<StrtNm>{often(sent.street_name)}</StrtNm>" if sent.street_name else "")
        + (f"<BldgNb>{often(sent.building_number)}</BldgNb>" if sent.building_number else "")
        + (f"<BldgNm>{often(sent.building_name)}</BldgNm>" if sent.building_name else "")
        + (f"<Flr>{often(sent.floor)}</Flr>" if sent.floor else "")
        + (f"<PstBx>{often(sent.post_box)}</PstBx>" if sent.post_box else "")
        + (f"<Room>{often(sent.room)}</Room>" if sent.room else "")
        + (f"<PstCd>{often(sent.post_code)}</PstCd>" if sent.post_code else "")
        + (f"<TwnNm>{often(sent.town_name)}</TwnNm>" if sent.town_name else "")
        + (f"<TwnLctnNm>{often(sent.town_location_name)}</TwnLctnNm>" if sent.town_location_name else "")
        + (f"<DstrctNm>{often(sent.district_name)}</DstrctNm>" if sent.district_name else "")
        + (
            f"<CtrySubDvsn>{often(sent.country_sub_division)}</CtrySubDvsn>"
            if sent.country_sub_division
            else ""
        )
        + (f"<Ctry>{often(sent.country)}</Ctry>" if sent.country else "")
        + "".join([f"<AdrLine>{to_sepa_text(line)}</AdrLine>" for line in sent.lines if line])
    )
    return f"<PstlAdr>{inner}</PstlAdr>" if inner else ""


def identification(mark: Identification) -> str:
    """Id of a party: an organisation's BIC, LEI or other code, or a person's other code.

    A birth is left out: ISO wants its place too, and the order was judged without one.
    """
    if mark.form == "private-birth":
        return ""
    if mark.form == "org-bic":
        return f"<Id><OrgId>{reference('AnyBIC', mark.value)}</OrgId></Id>"
    if mark.form == "org-lei":
        return f"<Id><OrgId>{reference('LEI', mark.value)}</OrgId></Id>"
    kind = "OrgId" if mark.form == "org-other" else "PrvtId"
    other = f"{text('Id', mark.value)}{code('SchmeNm', mark.scheme)}{text('Issr', mark.issuer)}"
    return f"<Id><{kind}><Othr>{other}</Othr></{kind}></Id>"


def creditor_identifier(tag: str, identifier: str, name: str | None = None) -> str:
    """A creditor identifier in the one form the scheme knows: PrvtId, SchmeNm SEPA (EPC262-08)."""
    return (
        f"<{tag}>{text('Nm', name)}<Id><PrvtId><Othr>{reference('Id', identifier)}"
        f"<SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id></{tag}>"
    )


def remittance(sent: Remittance | None) -> str:
    """RmtInf as received: the free text or the creditor's reference; Strd without one stays behind."""
    if sent is None:
        return ""
    inner = ""
    for line in sent.unstructured:
        inner += text("Ustrd", line)
    for each in sent.structured:
        if each.reference:
            inner += _structured(each)
    return f"<RmtInf>{inner}</RmtInf>" if inner else ""


def _structured(sent: StructuredReference) -> str:
    # Without a type it is still a creditor reference, and SCOR is the only type SEPA knows for one.
    kind = code("CdOrPrtry", sent.type or "SCOR")
    issuer = f"<Issr>{often(sent.issuer)}</Issr>" if sent.issuer else ""
    return f"<Strd><CdtrRefInf><Tp>{kind}{issuer}</Tp>{reference('Ref', sent.reference)}</CdtrRefInf></Strd>"
