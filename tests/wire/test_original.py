"""One order of a file, cut out in the form it came in (REC-03)."""

import io
import re

import pytest
from incoming import orders, read_bytes, rich, transactions
from msgspec.structs import replace

from sepa.model.broken import BrokenPromise
from sepa.model.message import MessageHead, Piece
from sepa.wire.original import original, originals
from sepa.wire.schema import READABLE

NAME = "pain.001.001.09"


def cut(content: bytes, position: int) -> bytes:
    return original(io.BytesIO(content), position)


@pytest.mark.parametrize("lines", [pytest.param(False, id="one line"), pytest.param(True, id="lines")])
@pytest.mark.parametrize("name", READABLE)
def test_what_is_cut_out_reads_as_it_did_in_the_whole_file(name: str, lines: bool) -> None:
    whole = orders(name, 7, per_block=3, lines=lines)
    head, *pieces = read_bytes(whole)
    for piece in pieces:
        assert isinstance(piece, Piece)
        for transaction in piece.transactions:
            copied = cut(whole, transaction.position)
            again, only = read_bytes(copied)
            assert isinstance(again, MessageHead)
            assert again == head
            assert isinstance(only, Piece)
            assert only.transactions == (replace(transaction, position=1, block=1),)
            assert replace(only.payment_information, position=0) == replace(
                piece.payment_information, position=0
            )


def test_one_of_ten_thousand() -> None:
    whole = orders(NAME, 10_000)
    (found,) = transactions(read_bytes(cut(whole, 9_876)))
    assert found.instruction_id == "I9876"
    start = whole.index(b"<CdtTrfTxInf><PmtId><InstrId>I9876<")
    assert whole[start : whole.index(b"</CdtTrfTxInf>", start) + 14] in cut(whole, 9_876)


@pytest.mark.parametrize("name", READABLE)
def test_a_file_of_one_order_comes_out_as_it_is(name: str) -> None:
    whole = rich(name)
    assert cut(whole, 1).replace(b"\n", b"") == whole.replace(b"\n", b"")


def _disguised() -> bytes:
    """Two orders among things that look like orders and are none, prefixed, behind a byte order mark."""
    whole = orders(NAME, 2, per_block=1).decode()
    whole = re.sub(r"<(/?)(?=[A-Z])", r"<\1p:", whole).replace("xmlns=", "xmlns:p=")
    whole = whole.replace("</p:CdtTrfTxInf>", "</p:CdtTrfTxInf \n>")
    whole = whole.replace("Invoice 2026/2", "<![CDATA[</p:CdtTrfTxInf>]]>")
    fake = "<!-- <p:PmtInf><p:CdtTrfTxInf> </p:CdtTrfTxInf> > -->"
    for tag in ("<p:GrpHdr>", "<p:PmtInf>", "<p:CdtTrfTxInf>", "<p:PmtId>"):
        whole = re.sub(f"(?<!<!-- )(?<!<p:PmtInf>){tag}(?! )", fake + tag, whole)
    return b"\xef\xbb\xbf" + whole.encode()


def test_nothing_that_looks_like_an_order_leads_astray() -> None:
    whole = _disguised()
    assert [each.end_to_end_id for each in transactions(read_bytes(whole))] == ["/VS1", "/VS2"]
    copied = cut(whole, 2)
    (found,) = transactions(read_bytes(copied))
    assert found.end_to_end_id == "/VS2"
    assert found.remittance.unstructured == ("</p:CdtTrfTxInf>",)
    assert b"<![CDATA[" in copied
    assert copied.startswith(b"\xef\xbb\xbf")
    assert b"/VS1" not in copied


def test_an_order_that_is_not_there_is_said() -> None:
    with pytest.raises(LookupError, match="no order 3"):
        cut(orders(NAME, 2), 3)


def test_an_archived_file_that_was_spoilt_is_our_own_fault() -> None:
    with pytest.raises(BrokenPromise):
        cut(orders(NAME, 3)[:-900].replace(b"</PmtId>", b"<PmtId>"), 3)


def test_several_are_cut_in_one_reading_as_each_alone() -> None:
    whole = orders(NAME, 3_000, per_block=700)
    wanted = (1, 2, 700, 701, 1_500, 3_000)
    assert list(originals(io.BytesIO(whole), wanted)) == [cut(whole, each) for each in wanted]
    with pytest.raises(LookupError, match="no order 3001"):
        list(originals(io.BytesIO(whole), (5, 3_001)))
