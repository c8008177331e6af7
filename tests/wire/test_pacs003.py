"""pacs.003: valid by our schema and by ISO's; mandate and amendment where the scheme wants them."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from outgoing import (
    AMENDED,
    COLLECTED,
    COLLECTIONS,
    GOLDEN,
    THEIRS,
    distinct,
    fit,
    found,
    orders_of,
    pacs003,
    paid,
    same_as_golden,
    sealed,
    write_collections,
)

from sepa.model.broken import BrokenPromise
from sepa.model.message import Agent, Amendment, Mandate, Transaction
from sepa.scheme.money import amount_text

KIND = "pacs.003.001.08"


def amended(**changes: Any) -> dict[str, Any]:
    mandate = Mandate("MND-1", "2025-06-02", amended=True, amendment=Amendment(**changes))
    return {"mandate": mandate}


def test_golden() -> None:
    written, told = pacs003(COLLECTED, AMENDED)
    fit(written, KIND)
    same_as_golden(written, GOLDEN / f"{KIND}.xml")
    assert (told.count, told.sum_cents, told.bytes) == (2, 2460, len(written))


@pytest.mark.parametrize(
    ("change", "path", "expected"),
    [
        pytest.param({}, "PmtTpInf/LclInstrm/Cd", ["CORE"], id="LclInstrm"),
        pytest.param({}, "PmtTpInf/SeqTp", ["RCUR"], id="SeqTp"),
        pytest.param(
            {}, "DrctDbtTxInf/ReqdColltnDt", ["2026-04-01"], id="ReqdColltnDt is the creditor's day"
        ),
        pytest.param({}, "GrpHdr/IntrBkSttlmDt", ["2026-04-02"], id="IntrBkSttlmDt is the settlement day"),
        pytest.param({}, "DrctDbtTx/CdtrSchmeId/Id/PrvtId/Othr/Id", ["SK36ZZZ70000000007"], id="CdtrSchmeId"),
        pytest.param({}, "MndtRltdInf/AmdmntInd", [], id="AmdmntInd not said"),
        pytest.param(
            {"mandate": Mandate("MND-1", "2025-06-02", amended=False)},
            "MndtRltdInf/AmdmntInd",
            ["false"],
            id="AmdmntInd false",
        ),
        pytest.param(amended(mandate_id="OLD"), "AmdmntInfDtls/OrgnlMndtId", ["OLD"], id="OrgnlMndtId"),
        pytest.param(
            amended(creditor_name="Starý"), "OrgnlCdtrSchmeId/Nm", ["Stary"], id="OrgnlCdtrSchmeId/Nm"
        ),
        pytest.param(amended(debtor_iban=THEIRS), "OrgnlDbtrAcct/Id/IBAN", [THEIRS], id="OrgnlDbtrAcct IBAN"),
        pytest.param(
            amended(debtor_account_other="SMNDA"),
            "OrgnlDbtrAcct/Id/Othr/Id",
            ["SMNDA"],
            id="SMNDA at the account",
        ),
        pytest.param(
            amended(debtor_agent_other="SMNDA"),
            "OrgnlDbtrAcct/Id/Othr/Id",
            ["SMNDA"],
            id="SMNDA of 2009 moves to the account",
        ),
        pytest.param(
            amended(debtor_account_other="SMNDA", debtor_agent_bic="BKAUATWW"),
            "OrgnlDbtrAgt",
            [],
            id="SMNDA without OrgnlDbtrAgt",
        ),
        pytest.param(
            amended(debtor_agent_bic="BKAUATWW"),
            "OrgnlDbtrAgt/FinInstnId/BICFI",
            ["BKAUATWW"],
            id="OrgnlDbtrAgt",
        ),
        pytest.param(
            {"debtor_agent": Agent()}, "DbtrAgt/FinInstnId/BICFI", ["GIBAATWWXXX"], id="DbtrAgt from the IBAN"
        ),
        pytest.param(
            {"creditor_agent": Agent()}, "CdtrAgt/FinInstnId/BICFI", ["OTPVSKBX"], id="CdtrAgt from the IBAN"
        ),
    ],
)
def test_collection(change: dict[str, Any], path: str, expected: list[str]) -> None:
    document = fit(pacs003(replace(COLLECTED, **change))[0], KIND)
    assert found(document, path) == expected


@given(distinct(COLLECTIONS))
@settings(max_examples=150, deadline=None)
def test_whatever_the_rules_accept_is_valid_and_reads_back_the_same(collections: list[Transaction]) -> None:
    document = fit(pacs003(*collections)[0], KIND)
    payments = [paid(each) for each in collections]
    assert found(document, "DrctDbtTxInf/IntrBkSttlmAmt") == [
        amount_text(each.amount_cents) for each in payments
    ]
    assert found(document, "PmtId/TxId") == [each.key for each in payments]
    assert found(document, "PmtId/EndToEndId") == [each.end_to_end_id for each in collections]
    assert found(document, "MndtRltdInf/MndtId") == [
        each.mandate.mandate_id for each in collections if each.mandate
    ]
    assert found(document, "PmtTpInf/SeqTp") == [each.payment_type.sequence_type for each in collections]


def test_same_input_same_bytes() -> None:
    assert pacs003(COLLECTED, AMENDED) == pacs003(COLLECTED, AMENDED)


def test_orders_that_were_not_sealed_are_a_broken_promise() -> None:
    orders = orders_of(COLLECTED, AMENDED)
    with pytest.raises(BrokenPromise, match=r"sealed 2 orders of 24\.60 EUR, given 1 of 12\.30"):
        write_collections(io.BytesIO(), sealed(orders), orders[:1])
