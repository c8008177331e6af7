"""A recall as it leaves: fit for ISO's schema, under the names with which the transfer left, bytes that stay."""

import datetime
import io
from typing import Any

import pytest
from msgspec.structs import replace
from outgoing import DUE, FILE_KEY, GOLDEN, OWN_BIC, PROFILE, fit, found, orders_of, same_as_golden, sealed

from sepa.model.journal import Recall
from sepa.model.message import Party, Transaction
from sepa.wire.camt056 import NAME, write_camt056
from tests.wire.outgoing import PLAIN

AT = datetime.datetime(2026, 4, 10, 7, 15, tzinfo=datetime.UTC)


def written(reason: Any = "CUST", transaction: Transaction = PLAIN) -> bytes:
    orders, out = orders_of(transaction), io.BytesIO()
    bulk = sealed(orders)
    payment, told = orders[0]
    recall = Recall(payment.key, bulk.id, reason, "d-1", AT, "Eva")
    write_camt056(out, recall, bulk, payment, told, profile=PROFILE, creditor_agent="BKAUATWW")
    return out.getvalue()


@pytest.mark.parametrize("reason", ["CUST", "DUPL", "TECH", "FRAD", "AM09", "AC03"])
def test_a_recall_is_fit_to_leave(reason: str) -> None:
    document = fit(written(reason), NAME)
    assert found(document, "CxlRsnInf/Rsn/Cd") == [reason]
    by_bank = found(document, "CxlRsnInf/Orgtr/Id/OrgId/AnyBIC")
    by_payer = found(document, "CxlRsnInf/Orgtr/Nm")
    assert (by_bank, by_payer) == (
        ([OWN_BIC], []) if reason in ("DUPL", "TECH", "FRAD") else ([], ["Jana Novakova"])
    )


def test_a_recall_names_the_transfer_as_it_left() -> None:
    document = fit(written(), NAME)
    (payment, _), *_ = orders_of(PLAIN)
    assert {
        path: found(document, path)
        for path in (
            "Assgnmt/Id",
            "Assgnmt/Assgnr/Agt/FinInstnId/BICFI",
            "Assgnmt/Assgne/Agt/FinInstnId/BICFI",
            "Assgnmt/CreDtTm",
            "OrgnlGrpInf/OrgnlMsgId",
            "OrgnlGrpInf/OrgnlMsgNmId",
            "OrgnlEndToEndId",
            "OrgnlTxId",
            "OrgnlIntrBkSttlmAmt",
            "OrgnlIntrBkSttlmDt",
            "OrgnlTxRef/Cdtr/Pty/Nm",
        )
    } == {
        "Assgnmt/Id": [payment.key],
        "Assgnmt/Assgnr/Agt/FinInstnId/BICFI": [OWN_BIC],
        "Assgnmt/Assgne/Agt/FinInstnId/BICFI": ["BKAUATWW"],
        "Assgnmt/CreDtTm": ["2026-04-10T07:15:00+00:00"],
        "OrgnlGrpInf/OrgnlMsgId": ["SCT-20260402-0830-1f2e3d4c"],
        "OrgnlGrpInf/OrgnlMsgNmId": ["pacs.008.001.08"],
        "OrgnlEndToEndId": ["E2E-0001"],
        "OrgnlTxId": [payment.key],
        "OrgnlIntrBkSttlmAmt": ["12.30"],
        "OrgnlIntrBkSttlmDt": [DUE.isoformat()],
        "OrgnlTxRef/Cdtr/Pty/Nm": ["Alpenstrom GmbH"],
    }
    assert payment.key.startswith(FILE_KEY[:24])


def test_a_payer_without_a_name_is_said_to_have_none() -> None:
    document = fit(written(transaction=replace(PLAIN, debtor=Party())), NAME)
    assert found(document, "CxlRsnInf/Orgtr/Nm") == ["NOTPROVIDED"]


def test_ultimate_parties_and_an_instruction_travel() -> None:
    rich = replace(
        PLAIN,
        instruction_id="I-1",
        ultimate_debtor=Party(name="Dcéra"),
        ultimate_creditor=Party(name="Syn"),
    )
    document = fit(written(transaction=rich), NAME)
    assert [found(document, path) for path in ("OrgnlInstrId", "UltmtDbtr/Pty/Nm", "UltmtCdtr/Pty/Nm")] == [
        ["I-1"],
        ["Dcera"],
        ["Syn"],
    ]


def test_the_bytes_stay() -> None:
    assert written() == written()
    same_as_golden(written(), GOLDEN / f"{NAME}.xml")
