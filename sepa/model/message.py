"""What a sender sent, in the standard's own words, whatever generation of the message carried it.

Texts stand here exactly as received. Both parties stand on the Transaction, whatever level the
message keeps them at, so that rules read alike for pain.001 and pain.008.
Source: ISO 20022 pain.001.001.03/.09 and pain.008.001.02/.08.
"""

from typing import Literal

import msgspec

Kind = Literal["credit-transfer", "collection"]


class Address(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A postal address. `lines` are the unstructured AdrLine texts, the rest structured elements."""

    country: str | None = None
    town_name: str | None = None
    post_code: str | None = None
    street_name: str | None = None
    building_number: str | None = None
    building_name: str | None = None
    floor: str | None = None
    post_box: str | None = None
    room: str | None = None
    department: str | None = None
    sub_department: str | None = None
    town_location_name: str | None = None
    district_name: str | None = None
    country_sub_division: str | None = None
    lines: tuple[str, ...] = ()


class Identification(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An organisation's or person's code: `form` says which element held it."""

    form: Literal["org-bic", "org-lei", "org-other", "private-other", "private-birth"]
    value: str
    scheme: str | None = None
    issuer: str | None = None


class Party(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A debtor, creditor, ultimate party or initiating party."""

    name: str | None = None
    address: Address | None = None
    identification: Identification | None = None


class AccountId(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How the message names an account: an IBAN, or another identification that SEPA does not carry."""

    iban: str | None = None
    other: str | None = None
    currency: str | None = None


class Agent(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How the message names a bank; `other` holds a non-BIC identification such as NOTPROVIDED."""

    bic: str | None = None
    other: str | None = None


class PaymentType(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """PaymentTypeInformation of one level. Codes and proprietary values are kept apart by a leading `!`.

    A proprietary value X is stored as `!X`, so that it can never be taken for the code X.
    """

    instruction_priority: str | None = None
    service_level: str | None = None
    local_instrument: str | None = None
    sequence_type: str | None = None
    category_purpose: str | None = None


class StructuredReference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One structured remittance: the creditor's reference with its type and issuer.

    `type` is the code (SCOR), or `!` and the proprietary type. `size` counts the characters of the
    Strd element with its inner tags (EPC132-08: at most 140). `other` is true when it holds more
    than a creditor reference.
    """

    reference: str | None = None
    type: str | None = None
    issuer: str | None = None
    size: int = 0
    other: bool = False


class Remittance(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """RemittanceInformation: free texts and structured references, as sent."""

    unstructured: tuple[str, ...] = ()
    structured: tuple[StructuredReference, ...] = ()


class Amendment(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What changed in a mandate since the last collection. None means: not said."""

    mandate_id: str | None = None
    creditor_name: str | None = None
    creditor_identifier: str | None = None
    debtor_iban: str | None = None
    debtor_account_other: str | None = None
    debtor_agent_bic: str | None = None
    debtor_agent_other: str | None = None


class Mandate(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """MandateRelatedInformation of a collection. `amended` is AmdmntInd as sent (None when absent)."""

    mandate_id: str | None = None
    signed_on: str | None = None
    amended: bool | None = None
    amendment: Amendment | None = None
    electronic_signature: str | None = None


class GroupHeader(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The message's own head. Counts and sums are texts, judged by the rules of totals."""

    message_id: str
    created: str
    number_of_transactions: str
    control_sum: str | None = None
    initiating_party: Party = Party()


class MessageHead(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Which message it is, before any transaction: name such as `pain.001.001.09`, kind and group header."""

    name: str
    kind: Kind
    group_header: GroupHeader


class PaymentInformation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One payment block. `party`, `account`, `agent` are its own side: debtor in pain.001, creditor in pain.008.

    `position` counts blocks in the file from 1. `requested_date` is ReqdExctnDt or ReqdColltnDt as
    text (YYYY-MM-DD, possibly with a zone); `requested_time` holds a DtTm instead.
    """

    position: int
    id: str
    method: str
    requested_date: str | None
    party: Party
    account: AccountId
    agent: Agent
    requested_time: str | None = None
    batch_booking: bool | None = None
    number_of_transactions: str | None = None
    control_sum: str | None = None
    payment_type: PaymentType | None = None
    ultimate: Party | None = None
    charge_bearer: str | None = None
    creditor_identifier: str | None = None
    creditor_identifier_scheme: str | None = None
    extras: tuple[str, ...] = ()


class Transaction(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One order. What its block says for all is already filled in here.

    `position` counts transactions in the file from 1; `block` is the PaymentInformation's position.
    `amount` and `currency` are InstructedAmount as sent (None when an EquivalentAmount stands there).
    `payment_type_at` says at which levels PaymentTypeInformation stood: "block", "transaction", "both", None.
    `extras` names elements that are legal ISO but not part of SEPA (tags as the message spells them).
    """

    position: int
    block: int
    end_to_end_id: str
    amount: str | None
    currency: str | None
    debtor: Party
    debtor_account: AccountId
    debtor_agent: Agent
    creditor: Party
    creditor_account: AccountId
    creditor_agent: Agent
    instruction_id: str | None = None
    payment_type: PaymentType = PaymentType()
    payment_type_at: Literal["block", "transaction", "both"] | None = None
    charge_bearer: str | None = None
    ultimate_debtor: Party | None = None
    ultimate_creditor: Party | None = None
    purpose: str | None = None
    remittance: Remittance | None = None
    mandate: Mandate | None = None
    creditor_identifier: str | None = None
    creditor_identifier_scheme: str | None = None
    extras: tuple[str, ...] = ()


class Piece(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Some consecutive transactions of one block: a Message with fewer Transactions."""

    payment_information: PaymentInformation
    transactions: tuple[Transaction, ...]
