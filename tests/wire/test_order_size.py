"""The fullest order there can be takes no more room than settlement reckons with when it keeps to a file's size."""

from msgspec.structs import fields, replace
from outgoing import PLAIN, pacs003, pacs008

from sepa.model.message import (
    Address,
    Amendment,
    Identification,
    Mandate,
    Party,
    PaymentType,
    Remittance,
)
from sepa.wire.bulk import ORDER_BYTES_MAX

LONG = "Ž" * 70
ADDRESS = Address(**{field.name: LONG for field in fields(Address) if field.name not in ("lines", "country")})
PARTY = Party(
    name=LONG,
    address=replace(ADDRESS, country="SK", lines=(LONG, LONG)),
    identification=Identification(form="org-other", value="9" * 35, scheme="!" + "S" * 35, issuer="I" * 35),
)
FULLEST = replace(
    PLAIN,
    end_to_end_id="E" * 35,
    instruction_id="I" * 35,
    debtor=PARTY,
    creditor=PARTY,
    ultimate_debtor=PARTY,
    ultimate_creditor=PARTY,
    purpose="SALA",
    payment_type=PaymentType(service_level="SEPA", category_purpose="!" + "C" * 35),
    remittance=Remittance(unstructured=("R" * 140,)),
)
COLLECTED = replace(
    FULLEST,
    payment_type=PaymentType(service_level="SEPA", local_instrument="CORE", sequence_type="RCUR"),
    creditor_identifier="SK36ZZZ70000000007",
    creditor_identifier_scheme="SEPA",
    mandate=Mandate(
        mandate_id="M" * 35,
        signed_on="2025-01-15",
        amended=True,
        amendment=Amendment(
            mandate_id="O" * 35,
            creditor_name=LONG,
            creditor_identifier="SK36ZZZ70000000007",
            debtor_iban="SK6552000000000005566783",
        ),
        electronic_signature="S" * 1025,
    ),
)


def test_the_fullest_transfer_fits() -> None:
    one, two = pacs008(FULLEST)[0], pacs008(FULLEST, replace(FULLEST, position=2))[0]
    assert 2_000 < len(two) - len(one) <= ORDER_BYTES_MAX


def test_the_fullest_collection_fits() -> None:
    one, two = pacs003(COLLECTED)[0], pacs003(COLLECTED, replace(COLLECTED, position=2))[0]
    assert 2_000 < len(two) - len(one) <= ORDER_BYTES_MAX
