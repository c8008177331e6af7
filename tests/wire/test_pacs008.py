"""pacs.008: valid by our schema, by ISO's and by the EPC's; nothing lost, nothing changed but what must."""

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from outgoing import (
    GOLDEN,
    PLAIN,
    PROFILE,
    RICH,
    TRANSFERS,
    distinct,
    fit,
    found,
    orders_of,
    pacs008,
    paid,
    same_as_golden,
    sealed,
    write_transfers,
)

from sepa.model.broken import BrokenPromise
from sepa.model.message import (
    Address,
    Agent,
    Identification,
    Party,
    PaymentType,
    Remittance,
    StructuredReference,
    Transaction,
)
from sepa.model.payment import Payment
from sepa.scheme.characters import to_sepa_text
from sepa.scheme.money import amount_text
from sepa.wire.bulk import message_id

KIND = "pacs.008.001.08"
EPC = "epc/EPC115-06_2023_V1.0_pacs.008.001.08_Update"


def test_golden() -> None:
    written, told = pacs008(PLAIN, RICH)
    fit(written, KIND, EPC)
    same_as_golden(written, GOLDEN / f"{KIND}.xml")
    assert (told.count, told.sum_cents, told.bytes) == (2, 2460, len(written))


@pytest.mark.parametrize(
    ("change", "path", "expected"),
    [
        pytest.param({}, "GrpHdr/NbOfTxs", ["1"], id="GrpHdr/NbOfTxs"),
        pytest.param({}, "GrpHdr/TtlIntrBkSttlmAmt", ["12.30"], id="GrpHdr/TtlIntrBkSttlmAmt"),
        pytest.param({}, "GrpHdr/IntrBkSttlmDt", ["2026-04-02"], id="GrpHdr/IntrBkSttlmDt"),
        pytest.param({}, "GrpHdr/CreDtTm", ["2026-04-02T08:30:00+02:00"], id="GrpHdr/CreDtTm"),
        pytest.param({}, "SttlmInf/ClrSys/Prtry", ["SIPS"], id="SttlmInf/ClrSys"),
        pytest.param({}, "InstgAgt/FinInstnId/BICFI", ["OTPVSKBX"], id="InstgAgt own BIC"),
        pytest.param({}, "PmtId/TxId", ["0123456789abcdef01234567-1"], id="TxId = key"),
        pytest.param({}, "PmtId/InstrId", [], id="InstrId absent stays absent"),
        pytest.param({"instruction_id": "I-1"}, "PmtId/InstrId", ["I-1"], id="InstrId passed on"),
        pytest.param(
            {"end_to_end_id": "Ž<&>"}, "PmtId/EndToEndId", ["Ž<&>"], id="EndToEndId unchanged, whatever it is"
        ),
        pytest.param({}, "Dbtr/Nm", ["Jana Novakova"], id="Dbtr/Nm in the SEPA set"),
        pytest.param({"creditor": Party()}, "Cdtr/Nm", ["NOTPROVIDED"], id="Cdtr/Nm missing"),
        pytest.param({"creditor": Party(name="N" * 70)}, "Cdtr/Nm", ["N" * 70], id="Cdtr/Nm of 70 never cut"),
        pytest.param({}, "CdtrAgt/FinInstnId/BICFI", ["BKAUATWW"], id="CdtrAgt from the order"),
        pytest.param(
            {"creditor_agent": Agent()},
            "CdtrAgt/FinInstnId/BICFI",
            ["GIBAATWWXXX"],
            id="CdtrAgt from the IBAN",
        ),
        pytest.param(
            {"creditor_agent": Agent(other="NOTPROVIDED")},
            "CdtrAgt/FinInstnId/BICFI",
            ["GIBAATWWXXX"],
            id="CdtrAgt NOTPROVIDED is looked up",
        ),
        pytest.param(
            {"creditor": Party("A", Address(lines=("Ringstraße 1", "1010 Wien")))},
            "Cdtr/PstlAdr/AdrLine",
            ["Ringstrase 1", "1010 Wien"],
            id="AdrLine only",
        ),
        pytest.param({"creditor": Party("A", Address())}, "Cdtr/PstlAdr", [], id="empty address is none"),
        pytest.param(
            {"ultimate_debtor": Party(None, Address(country="SK"))},
            "UltmtDbtr",
            [],
            id="UltmtDbtr carries no address",
        ),
        pytest.param(
            {"debtor": Party("A", None, Identification("private-birth", "1980-01-31"))},
            "Dbtr/Id",
            [],
            id="birth without its place stays behind",
        ),
        pytest.param(
            {"debtor": Party("A", None, Identification("org-other", "77", "!own"))},
            "OrgId/Othr/SchmeNm/Prtry",
            ["own"],
            id="SchmeNm/Prtry",
        ),
        pytest.param({"purpose": "!own"}, "Purp", [], id="Purp/Prtry stays behind"),
        pytest.param({"purpose": "SALA"}, "Purp/Cd", ["SALA"], id="Purp/Cd"),
        pytest.param(
            {"payment_type": replace(PLAIN.payment_type, category_purpose="SALA", local_instrument="INST")},
            "PmtTpInf/*",
            ["", ""],
            id="CtgyPurp travels, LclInstrm does not",
        ),
        pytest.param(
            {"payment_type": PaymentType(service_level="SEPA", category_purpose="!")},
            "CtgyPurp",
            [],
            id="a code that is only the sign of an own value",
        ),
        pytest.param({"remittance": None}, "RmtInf", [], id="no RmtInf"),
        pytest.param(
            {"remittance": Remittance(structured=(StructuredReference("RF18539007547034"),))},
            "CdtrRefInf/Tp/CdOrPrtry/Cd",
            ["SCOR"],
            id="Strd without type is SCOR",
        ),
        pytest.param(
            {"remittance": Remittance(structured=(StructuredReference(other=True),))},
            "RmtInf",
            [],
            id="Strd without reference stays behind",
        ),
    ],
)
def test_order(change: dict[str, Any], path: str, expected: list[str]) -> None:
    document = fit(pacs008(replace(PLAIN, **change))[0], KIND, EPC)
    assert found(document, path) == expected


@pytest.mark.parametrize("method", ["CLRG", "INGA", "INDA"])
def test_clearing_system_stands_only_with_clearing(method: Any) -> None:
    profile = replace(PROFILE, clearing=replace(PROFILE.clearing, settlement_method=method))
    document = fit(pacs008(PLAIN, profile=profile)[0], KIND, EPC)
    assert found(document, "SttlmInf/SttlmMtd") == [method]
    assert found(document, "ClrSys/Prtry") == (["SIPS"] if method == "CLRG" else [])


@given(distinct(TRANSFERS))
@settings(max_examples=150, deadline=None)
def test_whatever_the_rules_accept_is_valid_and_reads_back_the_same(transfers: list[Transaction]) -> None:
    written, told = pacs008(*transfers)
    types = {each.type for order in transfers if order.remittance for each in order.remittance.structured}
    document = fit(written, KIND, *([] if "!OWN" in types else [EPC]))
    payments = [paid(each) for each in transfers]
    assert found(document, "CdtTrfTxInf/IntrBkSttlmAmt") == [
        amount_text(each.amount_cents) for each in payments
    ]
    assert found(document, "PmtId/TxId") == [each.key for each in payments]
    assert found(document, "PmtId/EndToEndId") == [each.end_to_end_id for each in transfers]
    assert found(document, "Dbtr/Nm") == [to_sepa_text(each.debtor.name or "") for each in transfers]
    assert found(document, "Cdtr/Nm") == [
        to_sepa_text(each.creditor.name or "NOTPROVIDED") for each in transfers
    ]
    assert found(document, "CdtrAcct/Id/IBAN") == [each.creditor_account.iban for each in transfers]
    assert told.sum_cents == sum(each.amount_cents for each in payments)


def test_same_input_same_bytes() -> None:
    assert pacs008(PLAIN, RICH) == pacs008(PLAIN, RICH)


@pytest.mark.parametrize(
    "given_orders",
    [
        pytest.param([], id="none"),
        pytest.param(orders_of(PLAIN), id="one missing"),
        pytest.param(orders_of(RICH, PLAIN), id="another order"),
        pytest.param(orders_of(PLAIN, RICH, replace(PLAIN, position=3)), id="one too many"),
        pytest.param([*orders_of(PLAIN), (paid(RICH, amount_cents=1231), RICH)], id="another sum"),
    ],
)
def test_orders_that_were_not_sealed_are_a_broken_promise(
    given_orders: list[tuple[Payment, Transaction]],
) -> None:
    with pytest.raises(BrokenPromise, match="bulk SCT-"):
        write_transfers(io.BytesIO(), sealed(orders_of(PLAIN, RICH)), given_orders)


@pytest.mark.parametrize(
    ("bulk_id", "kept"),
    [
        pytest.param("SCT-20260402-0830-1f2e3d4c", True, id="fit"),
        pytest.param("a/b", True, id="a/b"),
        pytest.param("x" * 35, True, id="35"),
        pytest.param("x" * 36, False, id="36"),
        pytest.param("/a", False, id="/a"),
        pytest.param("a/", False, id="a/"),
        pytest.param("a//b", False, id="a//b"),
        pytest.param("2026-04-02T08:30", False, id="colon"),
        pytest.param("", False, id="empty"),
    ],
)
def test_message_id(bulk_id: str, kept: bool) -> None:
    told = message_id(bulk_id)
    assert (told == bulk_id) is kept
    assert 1 <= len(told) <= 35
    assert told == message_id(bulk_id) != message_id(bulk_id + "1")


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:
        return len(chunk)


def test_a_large_bulk_is_never_whole_in_memory() -> None:
    count = 20_000
    payment = paid(PLAIN)
    keys = tuple(f"{payment.file_key[:24]}-{position}" for position in range(count))
    bulk = sealed([], keys=keys, sum_cents=count * payment.amount_cents)

    def orders() -> Iterator[tuple[Payment, Transaction]]:
        for key in keys:
            yield replace(payment, key=key), PLAIN

    tracemalloc.start()
    written = write_transfers(_Nowhere(), bulk, orders())  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written.bytes > 12_000_000
    assert peak < 2_000_000
