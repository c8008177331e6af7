"""pain.002 in both generations: valid by our schema and ISO's, and by the EPC's but for what we add."""

import datetime
import io
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace
from outgoing import (
    AMENDED,
    COLLECTED,
    COLLECTIONS,
    DUE,
    GOLDEN,
    OWN_BIC,
    PLAIN,
    REFERENCES,
    RICH,
    TRANSFERS,
    WINDOW,
    fit,
    found,
    official_schema,
    same_as_golden,
    texts,
    without,
)

from sepa.model.message import AccountId, Agent, Party
from sepa.model.report import BlockStatus, StatusCount, StatusReason, StatusReport, TransactionStatus
from sepa.scheme.characters import SEPA_CHARACTERS, to_sepa_text
from sepa.wire import echo
from sepa.wire.pain002 import (
    LINE_CHARS,
    StatusDrawing,
    Version,
    _is_plain,
    additional_lines,
    masked,
    write_pain002,
)

VERSIONS: tuple[Version, ...] = ("pain.002.001.10", "pain.002.001.03")
EPC = {
    "pain.002.001.10": "epc/EPC132-08_2025_V1.0_pain.002.001.10",
    "pain.002.001.03": "epc/EPC132-08_2019_V1.0_pain.002.001.03",
}
# What the EPC's subset leaves to agreements between a bank and its customer.
BY_AGREEMENT = ("AddtlInf", "NbOfTxsPerSts", "OrgnlCreDtTm", "IntrBkSttlmDt")

WRONG_IBAN = StatusReason(
    "AC03",
    "IDN-01",
    "The payee's account AT611904300234573201 is wrong: its check digits do not agree. Copy it again.",
)
MOVED = StatusReason("CH19", "CUT-03", "The order came after 21:00 and counts as handed in on 2026-04-07.")


def refused(order: Any = PLAIN, *reasons: StatusReason) -> TransactionStatus:
    return TransactionStatus(f"k-{order.position}", "RJCT", order, reasons or (WRONG_IBAN,))


def report(*blocks: BlockStatus, **changes: Any) -> StatusReport:
    facts: dict[str, Any] = {
        "message_id": "REP-1",
        "created_at": WINDOW,
        "bank_bic": OWN_BIC,
        "original_message_id": "MSG-1",
        "original_message_name": "pain.001.001.09",
        "status": "PART",
        "blocks": blocks,
    }
    return StatusReport(**(facts | changes))


def written(report: StatusReport, version: Version = "pain.002.001.10") -> bytes:
    out = io.BytesIO()
    write_pain002(out, drawn(report, version), version=version)
    return out.getvalue()


def drawn(report: StatusReport, version: Version) -> StatusReport:
    """The report with its transactions drawn, as the writer takes them: here one by one."""
    drawing = StatusDrawing(report.bank_bic, report.original_message_name, version)
    return replace(
        report,
        blocks=(
            replace(
                block,
                transactions=(drawing.draw([each], block.requested_date) for each in block.transactions),
            )
            for block in report.blocks
        ),
    )


MIXED = report(
    BlockStatus(
        "PMT-1",
        "PART",
        count="3",
        control_sum="36.9",
        requested_date="2026-04-02",
        counts=(StatusCount("ACWC", 1, 1230), StatusCount("PDNG", 1, 1230), StatusCount("RJCT", 1)),
        transactions=(
            refused(PLAIN, WRONG_IBAN, StatusReason("NARR")),
            TransactionStatus("k-2", "ACWC", RICH, (MOVED,), settlement_date=datetime.date(2026, 4, 7)),
            TransactionStatus("k-3", "PDNG", PLAIN),
        ),
    ),
    BlockStatus("PMT-2", "RJCT", (StatusReason("DT01", "DAT-01", "The date 2026-02-30 does not exist."),)),
    BlockStatus("PMT-3", "ACCP", counts=(StatusCount("ACCP", 2, 5000),)),
    original_created="2026-04-02T09:00:00",
    original_count="6",
    original_control_sum="123.4",
    counts=(StatusCount("ACCP", 2, 5000), StatusCount("RJCT", 2)),
)
COLLECTIONS_REFUSED = report(
    BlockStatus(
        "PMT-1", "RJCT", requested_date="2026-04-13Z", transactions=(refused(COLLECTED), refused(AMENDED))
    ),
    original_message_name="pain.008.001.08",
    status="RJCT",
    bank_serves="creditor",
)
WHOLE_FILE = report(
    status="RJCT", reasons=(StatusReason("DU01", "BAT-04", "The message MSG-1 has been here before."),)
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("mixed", MIXED, id="mixed"),
        pytest.param("collections", COLLECTIONS_REFUSED, id="collections"),
        pytest.param("whole", WHOLE_FILE, id="whole file"),
    ],
)
def test_golden(name: str, told: StatusReport, version: Version) -> None:
    document = written(told, version)
    fit(document, version)
    same_as_golden(document, GOLDEN / f"{version}.{name}.xml")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "told",
    [
        pytest.param(WHOLE_FILE, id="whole file"),
        pytest.param(report(BlockStatus("PMT-1", "RJCT", (WRONG_IBAN,)), status=None), id="one block"),
        pytest.param(
            report(
                BlockStatus("PMT-1", None, requested_date="2026-04-02", transactions=(refused(),)),
                status=None,
            ),
            id="one transaction",
        ),
    ],
)
def test_plain_refusal_is_an_epc_one_but_for_the_lines_we_add(told: StatusReport, version: Version) -> None:
    document = without(fit(written(told, version), version), *BY_AGREEMENT)
    official_schema(EPC[version]).assertValid(document)


def test_refusal_without_a_sentence_is_an_epc_one_as_it_stands() -> None:
    bare = refused(PLAIN, StatusReason("AC03"))
    told = report(BlockStatus("PMT-1", None, requested_date="2026-04-02", transactions=(bare,)), status=None)
    fit(written(told), "pain.002.001.10", EPC["pain.002.001.10"])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "told", [MIXED, COLLECTIONS_REFUSED, WHOLE_FILE], ids=["mixed", "collections", "whole"]
)
def test_every_reason_names_the_bank(told: StatusReport, version: Version) -> None:
    document = etree.fromstring(written(told, version))
    own = "AnyBIC" if version == "pain.002.001.10" else "BICOrBEI"
    reasons = found(document, "StsRsnInf")
    assert reasons
    assert found(document, f"StsRsnInf/Orgtr/Id/OrgId/{own}") == [OWN_BIC] * len(reasons)


@pytest.mark.parametrize(
    ("told", "path", "expected"),
    [
        pytest.param(MIXED, "TxInfAndSts/StsId", ["k-1", "k-2", "k-3"], id="StsId = key"),
        pytest.param(MIXED, "TxInfAndSts/OrgnlInstrId", ["INSTR-2"], id="OrgnlInstrId"),
        pytest.param(MIXED, "TxInfAndSts/TxSts", ["RJCT", "ACWC", "PDNG"], id="TxSts"),
        pytest.param(MIXED, "OrgnlPmtInfAndSts/PmtInfSts", ["PART", "RJCT", "ACCP"], id="PmtInfSts"),
        pytest.param(MIXED, "OrgnlTxRef/IntrBkSttlmDt", ["2026-04-07"], id="the new day of a moved order"),
        pytest.param(MIXED, "OrgnlTxRef/ReqdExctnDt/Dt", ["2026-04-02"] * 3, id="ReqdExctnDt as sent"),
        pytest.param(
            MIXED,
            "OrgnlTxRef/Cdtr/Pty/Nm",
            ["Alpenstrom GmbH", "Müller <Söhne> KG", "Alpenstrom GmbH"],
            id="Nm as sent",
        ),
        pytest.param(MIXED, "OrgnlGrpInfAndSts/OrgnlCtrlSum", ["123.4"], id="OrgnlCtrlSum as sent"),
        pytest.param(
            MIXED,
            "OrgnlPmtInfAndSts/NbOfTxsPerSts/DtldCtrlSum",
            ["12.30", "12.30", "50.00"],
            id="sum left out where unknown",
        ),
        pytest.param(MIXED, "GrpHdr/DbtrAgt/FinInstnId/BICFI", [OWN_BIC], id="debtor's bank"),
        pytest.param(COLLECTIONS_REFUSED, "GrpHdr/CdtrAgt/FinInstnId/BICFI", [OWN_BIC], id="creditor's bank"),
        pytest.param(
            COLLECTIONS_REFUSED, "OrgnlTxRef/ReqdColltnDt", ["2026-04-13Z"] * 2, id="ReqdColltnDt as sent"
        ),
        pytest.param(COLLECTIONS_REFUSED, "OrgnlTxRef/MndtRltdInf/MndtId", ["MND-1", "MND-2"], id="MndtId"),
        pytest.param(
            COLLECTIONS_REFUSED, "DbtrAgt/FinInstnId/Othr/Id", ["NOTPROVIDED"], id="DbtrAgt NOTPROVIDED"
        ),
        pytest.param(
            report(original_message_id=""), "OrgnlMsgId", ["NOTPROVIDED"], id="OrgnlMsgId unreadable"
        ),
        pytest.param(
            report(original_message_id="M" * 36),
            "OrgnlMsgId",
            ["NOTPROVIDED"],
            id="OrgnlMsgId too long is not cut",
        ),
        pytest.param(report(original_message_id="M" * 35), "OrgnlMsgId", ["M" * 35], id="OrgnlMsgId of 35"),
        pytest.param(
            report(original_message_id="Ž<&>\r\n"), "OrgnlMsgId", ["Ž<&>\r\n"], id="OrgnlMsgId unchanged"
        ),
    ],
)
def test_content(told: StatusReport, path: str, expected: list[str]) -> None:
    document = etree.fromstring(written(told))
    assert found(document, path) == expected


def test_bic_of_2019_in_a_report_of_2009_is_another_identification() -> None:
    order = replace(PLAIN, creditor_agent=Agent(bic="7ABCDE11"))
    document = fit(
        written(report(BlockStatus("P", "RJCT", transactions=(refused(order),))), "pain.002.001.03"),
        "pain.002.001.03",
    )
    assert found(document, "CdtrAgt/FinInstnId/Othr/Id") == ["7ABCDE11"]
    assert found(document, "DbtrAgt/FinInstnId/BIC") == [OWN_BIC, OWN_BIC]


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        pytest.param("SK6552000000000005566783 is wrong", "SK65 ... 6783 is wrong", id="IBAN"),
        pytest.param(
            "(AT61190430023457320) is short", "(AT61 ... 7320) is short", id="IBAN of a wrong length"
        ),
        pytest.param(
            "SK65 5200 0000 0000 0556 6783 has blanks", "SK65 ... 6783 has blanks", id="IBAN in fours"
        ),
        pytest.param("GB82west12345698765432", "GB82 ... 5432", id="small letters"),
        pytest.param("RF18539007547034", "RF18539007547034", id="creditor reference stays"),
        pytest.param("SK36ZZZ70000000007", "SK36ZZZ70000000007", id="creditor identifier stays"),
        pytest.param("MSG-2026-04-02-0001", "MSG-2026-04-02-0001", id="reference stays"),
        pytest.param("AB12 this that more text", "AB12 this that more text", id="words stay"),
    ],
)
def test_masked(sentence: str, shown: str) -> None:
    assert masked(sentence) == shown


@given(st.lists(st.integers(1, 240), max_size=40))
def test_additional_lines_break_where_a_text_is_wrapped(words: list[int]) -> None:
    sentence = " ".join("a" * length for length in words)
    wrapped = textwrap.wrap(f"IDN-01 {sentence}", LINE_CHARS, break_on_hyphens=False)
    assert additional_lines(StatusReason("NARR", "IDN-01", sentence)) == wrapped


@given(texts(500), st.sampled_from(["", "IDN-01"]))
def test_additional_lines_fit_and_lose_nothing(sentence: str, rule: str) -> None:
    lines = additional_lines(StatusReason("NARR", rule, sentence))
    assert all(1 <= len(line) <= 105 and set(line) <= SEPA_CHARACTERS for line in lines)
    said = to_sepa_text(rule + masked(sentence)) if rule + sentence else ""
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")


REASONS = st.lists(
    st.builds(
        StatusReason, st.sampled_from(["AC03", "NARR", "CH19"]), st.sampled_from(["", "IDN-01"]), texts(300)
    ),
    max_size=3,
).map(tuple)
STATUSES: Any = st.sampled_from(["ACTC", "ACCP", "ACSP", "ACSC", "ACWC", "PDNG", "RJCT"])
SENT = (TRANSFERS | COLLECTIONS).map(
    lambda order: replace(
        order,
        creditor=Party(name=order.creditor.name),
        creditor_account=AccountId(other="19-123457/0710") if order.position % 2 else order.creditor_account,
        amount=order.amount if order.position % 3 else None,
    )
)
TRANSACTIONS = st.builds(
    TransactionStatus,
    REFERENCES.filter(lambda text: "/" not in text),
    STATUSES,
    SENT,
    REASONS,
    st.none() | st.just(DUE),
)
BLOCKS = st.builds(
    BlockStatus,
    texts(35),
    st.none() | STATUSES | st.just("PART"),
    REASONS,
    st.none() | st.just("7"),
    st.none() | st.just("0.5"),
    st.none() | st.just("2026-04-02"),
    st.lists(
        st.builds(StatusCount, STATUSES, st.integers(0, 10**9), st.none() | st.integers(0, 10**15)),
        max_size=2,
    ).map(tuple),
    st.lists(TRANSACTIONS, max_size=3).map(tuple),
)


@given(
    st.lists(BLOCKS, max_size=2),
    REASONS,
    st.sampled_from(VERSIONS),
    st.sampled_from(["pain.001.001.03", "pain.008.001.08"]),
)
@settings(max_examples=150, deadline=None)
def test_any_report_is_valid_and_reads_back_the_same(
    blocks: list[BlockStatus], reasons: tuple[StatusReason, ...], version: Version, name: str
) -> None:
    told = report(*blocks, reasons=reasons, original_message_name=name)
    document = fit(written(told, version), version)
    statuses = [each for block in blocks for each in block.transactions]
    assert found(document, "TxInfAndSts/StsId") == [each.key for each in statuses]
    assert found(document, "TxInfAndSts/TxSts") == [each.status for each in statuses]
    assert found(document, "OrgnlTxRef/Amt/InstdAmt") == [
        each.original.amount for each in statuses if each.original.amount
    ]
    assert found(document, "OrgnlPmtInfAndSts/OrgnlPmtInfId") == [block.id for block in blocks]
    assert written(told, version) == written(told, version)


def test_blocks_and_transactions_may_be_streams() -> None:
    def transactions() -> Iterator[TransactionStatus]:
        for position in range(1, 1001):
            yield refused(replace(PLAIN, position=position))

    def blocks() -> Iterator[BlockStatus]:
        for number in range(3):
            yield BlockStatus(f"PMT-{number}", "RJCT", transactions=transactions())

    out = io.BytesIO()
    streamed = drawn(replace(report(), blocks=blocks()), "pain.002.001.10")
    told = write_pain002(out, streamed, version="pain.002.001.10")
    assert (told.count, told.sum_cents, told.bytes) == (3000, 3000 * 1230, len(out.getvalue()))
    assert len(found(fit(out.getvalue(), "pain.002.001.10"), "TxInfAndSts")) == 3000


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["pain.001.001.09", "pain.008.001.08"])
def test_transactions_drawn_together_are_those_drawn_one_by_one(version: Version, name: str) -> None:
    """With the same reasons, the very same, and none; `refused` counts only what is refused."""
    same = (WRONG_IBAN, MOVED)
    statuses = [
        TransactionStatus("k-1", "RJCT", PLAIN, same),
        TransactionStatus("k-2", "RJCT", COLLECTED, same),
        TransactionStatus("k-3", "RJCT", RICH, (WRONG_IBAN,)),
        TransactionStatus("k-4", "PDNG", PLAIN, same),
        TransactionStatus("k-5", "ACSP", AMENDED),
    ]
    drawing = StatusDrawing(OWN_BIC, name, version)
    together = drawing.draw(statuses, "2026-04-02")
    alone = [StatusDrawing(OWN_BIC, name, version).draw([each], "2026-04-02") for each in statuses]
    assert together.text == b"".join(each.text for each in alone)
    assert (together.count, together.sum_cents) == (5, sum(each.sum_cents for each in alone))
    assert together.refused == {"AC03": 3, "CH19": 2}


@pytest.mark.parametrize("version", VERSIONS)
def test_names_are_echoed_without_what_cannot_be_seen(version: Version) -> None:
    odd = replace(PLAIN, creditor=Party(name="Bad\u202eeman\u200b"), debtor=Party(name="\u3164"))
    content = written(report(BlockStatus("PMT-1", "RJCT", transactions=(refused(odd),))), version)
    assert b"<Nm>Bademan</Nm>" in content
    assert "\u202e" not in content.decode()


def test_what_a_sender_declared_is_echoed_as_it_stood() -> None:
    """ISO's decimal takes a plus, its date-time the year 10000: they count as declared, and go back to the letter."""
    content = written(report(original_control_sum="+75.00", original_created="10000-01-01T00:00:00"))
    assert b"<OrgnlCtrlSum>+75.00</OrgnlCtrlSum>" in content
    assert b"<OrgnlCreDtTm>10000-01-01T00:00:00</OrgnlCreDtTm>" in content
    fit(content, "pain.002.001.10")


SENT = st.sampled_from(["Jana Nováková", "PO-1", "a&b", "<", 'a"b', "a\u202eb", "\r", "ſ", ""]) | texts(20)


@pytest.mark.parametrize("modern", [True, False])
@given(
    told=st.builds(
        TransactionStatus,
        key=st.just("k-1"),
        status=st.sampled_from(["RJCT", "ACWC"]),
        original=st.builds(
            replace,
            st.just(PLAIN),
            instruction_id=st.none() | SENT,
            end_to_end_id=SENT,
            amount=st.none() | st.sampled_from(["12.30", "1<2", ""]),
            debtor=st.builds(Party, name=st.none() | SENT),
            creditor=st.builds(Party, name=SENT),
            creditor_account=st.builds(AccountId, iban=st.none() | SENT, other=SENT),
            creditor_agent=st.builds(Agent, bic=st.sampled_from([None, "GIBAATWW", "12345678"]), other=SENT),
            ultimate_creditor=st.none() | st.builds(Party, name=SENT),
        ),
        settlement_date=st.none() | st.dates(),
    )
)
def test_a_usual_transaction_is_drawn_as_any_other(told: TransactionStatus, modern: bool) -> None:
    usual = echo._usual(told, "<R/>", "<D/>", modern)
    assert usual in (None, echo._in_full(told, "<R/>", "<D/>", False, modern))


@pytest.mark.parametrize("modern", [True, False])
def test_a_usual_transaction_is_taken_for_one(modern: bool) -> None:
    usual = TransactionStatus("k-1", "RJCT", replace(PLAIN, instruction_id="I-1"))
    assert echo._usual(usual, "", "", modern) is not None
    assert echo._usual(replace(usual, key="<"), "", "", modern) is None


@given(st.text("aZ09 .,-é;\t", max_size=12))
def test_to_a_plain_sentence_nothing_need_be_done(sentence: str) -> None:
    if _is_plain(sentence):
        assert to_sepa_text(" ".join(sentence.split())) == sentence
