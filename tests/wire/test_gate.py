"""What is refused before and while it is parsed: each fault with its place, and the nearest file that passes."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incoming import read_bytes, refusal, rich, transactions

from sepa.model.finding import Unreadable
from sepa.scheme.letters import SHOWN_CHARS
from sepa.wire.gate import NAMESPACES_MAX, ROOT_BYTES_MAX, SCAN_BYTES, STRETCH_BYTES_MAX, Admitted, gate
from sepa.wire.read import read
from sepa.wire.schema import READABLE, is_known
from sepa.wire.stream import PART_BYTES_MAX

NAME = "pain.001.001.09"
GOOD = rich(NAME)


def change(old: str, new: str, content: bytes = GOOD) -> bytes:
    changed = content.replace(old.encode(), new.encode(), 1)
    assert changed != content
    return changed


@pytest.mark.parametrize(
    ("content", "fault", "where", "found"),
    [
        pytest.param(b"", "empty", "the file", "0", id="no byte"),
        pytest.param(b"\xef\xbb\xbf \n", "empty", "the file", "5", id="mark and blanks only"),
        pytest.param(GOOD.decode().encode("utf-16"), "not-utf8", "line 1", "UTF-16", id="UTF-16 with mark"),
        pytest.param(
            GOOD.decode().encode("utf-16-be"), "not-utf8", "line 1", "UTF-16", id="UTF-16 without mark"
        ),
        pytest.param(GOOD.decode().encode("utf-32"), "not-utf8", "line 1", "UTF-32", id="UTF-32"),
        pytest.param(
            change("UTF-8", "ISO-8859-1"), "not-utf8", "line 1", "ISO-8859-1", id="another encoding declared"
        ),
        pytest.param(
            GOOD.replace("č".encode(), b"\xe8").replace("Košice".encode(), b"Ko\x9aice"),
            "not-utf8",
            "line 7",
            "0x9a",
            id="windows-1250 bytes",
        ),
        pytest.param(change("Start", "St\0art"), "not-utf8", "line 2", "0x00", id="NUL"),
        pytest.param(
            change("?>", '?><!DOCTYPE Document SYSTEM "file:///etc/passwd">'),
            "dtd",
            "line 1",
            "<!DOCTYPE",
            id="DOCTYPE",
        ),
        pytest.param(
            change("Start", "<!-- <!DOCTYPE x> -->"), "dtd", "line 2", "<!DOCTYPE", id="DOCTYPE in a comment"
        ),
        pytest.param(
            change("?>", '?><!DOCTYPE d [<!ENTITY a "b">]>'),
            "dtd",
            "line 1",
            "<!DOCTYPE",
            id="entity declared",
        ),
        pytest.param(b"hello", "not-xml", "line 1, column 1", "hello", id="no XML at all"),
        pytest.param(
            change("</Nm>", "</Name>"),
            "not-xml",
            "line 2, column",
            "<Nm> (line 2) </Name>",
            id="wrong closing tag",
        ),
        pytest.param(change("Start", "A & B"), "not-xml", "line 2, column", "A & B", id="bare ampersand"),
        pytest.param(
            change("Start", "&nbsp;"), "not-xml", "line 2, column", "&nbsp;", id="undeclared entity"
        ),
        pytest.param(change("Start", "\x01"), "not-xml", "line 2, column", "", id="control character"),
        pytest.param(
            change("<InitgPty>", "<x:InitgPty>").replace(b"</InitgPty>", b"</x:InitgPty>"),
            "not-xml",
            "line 2, column",
            "",
            id="undeclared prefix",
        ),
        pytest.param(
            change("<Document ", '<Document x:a="1" '),
            "not-xml",
            "line 1, column",
            "",
            id="undeclared prefix of an attribute",
        ),
        pytest.param(
            GOOD.replace(b"Document", b"x:Document"),
            "wrong-root",
            "the root element",
            "x:Document",
            id="undeclared prefix of the root",
        ),
        pytest.param(
            GOOD.replace(b"PmtInf>", b"x:PmtInf>"),
            "not-xml",
            "line 3, column",
            "",
            id="undeclared prefix of a block",
        ),
        pytest.param(
            GOOD.replace(b"CstmrCdtTrfInitn", b"x:CstmrCdtTrfInitn"),
            "not-xml",
            "line 1, column",
            "",
            id="undeclared prefix of the body",
        ),
        pytest.param(
            change("<Document ", '<Document xmlns:q=">" q:a="1" '),
            "not-xml",
            "line 1, column",
            "",
            id="namespace that is no URI",
        ),
        pytest.param(GOOD + b"<Document/>", "not-xml", "line", "", id="two documents"),
        pytest.param(GOOD[: len(GOOD) // 2], "truncated", "line", "", id="half a file"),
        pytest.param(GOOD[:-1], "truncated", "line", "", id="last byte missing"),
        pytest.param(GOOD[:60], "truncated", "line 1", "", id="inside the first tag"),
        pytest.param(
            change("Start", "<!-- never closed"), "truncated", "line", "", id="comment never closed"
        ),
        pytest.param(change("<Nm>Start", "<a>" * 300), "too-deep", "line 2, column", "", id="300 levels"),
        pytest.param(
            GOOD.replace(b"Document", b"Message"),
            "wrong-root",
            "the root element",
            "Message",
            id="another root",
        ),
        pytest.param(
            b"<Document><CstmrCdtTrfInitn/></Document>",
            "wrong-root",
            "the root element",
            "Document",
            id="no namespace",
        ),
        pytest.param(
            change(NAME, "pain.001.001.99"),
            "unknown-message",
            "Document",
            "pain.001.001.99",
            id="pain.001.001.99",
        ),
        pytest.param(
            change("urn:iso", "urn:swift"), "unknown-message", "Document", "urn:swift", id="another registry"
        ),
        pytest.param(
            change(NAME, "pain.001.001.08"),
            "message-not-offered",
            "Document",
            "pain.001.001.08",
            id="pain.001.001.08",
        ),
        pytest.param(
            change(NAME, "pain.001.002.03"),
            "message-not-offered",
            "Document",
            "pain.001.002.03",
            id="pain.001.002.03",
        ),
        pytest.param(
            change(NAME, "pacs.008.001.08"),
            "message-not-offered",
            "Document",
            "pacs.008.001.08",
            id="pacs.008",
        ),
    ],
)
def test_refused(content: bytes, fault: str, where: str, found: str) -> None:
    unreadable = refusal(content)
    assert unreadable.fault == fault
    assert unreadable.where.startswith(where)
    assert found in unreadable.found


def test_an_entity_is_refused_wherever_it_stands() -> None:
    unreadable = refusal(change("<CstmrCdtTrfInitn>", "<CstmrCdtTrfInitn><!-- <!ENTITY e 'e'> -->"))
    assert (unreadable.fault, unreadable.found) == ("dtd", "<!ENTITY")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD, id="as it is"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="UTF-8 mark"),
        pytest.param(change(' encoding="UTF-8"', ""), id="no encoding declared"),
        pytest.param(change("UTF-8", "utf-8"), id="utf-8 in small letters"),
        pytest.param(GOOD[GOOD.index(b"?>") + 2 :], id="no declaration"),
        pytest.param(change("Start", "Li\u0161ka &amp; &#x160;yn"), id="predefined entity and reference"),
        pytest.param(GOOD + b"\n<!-- the end -->\n", id="comment behind"),
    ],
)
def test_let_in(content: bytes) -> None:
    assert len(transactions(read_bytes(content))) == 1


def test_size_is_checked_to_the_byte() -> None:
    assert len(transactions(read_bytes(GOOD, size=len(GOOD)))) == 1
    refused = refusal(GOOD, size=len(GOOD) - 1)
    assert (refused.fault, refused.found) == ("too-large", str(len(GOOD)))


@pytest.mark.parametrize("filler", ["<!-- {} -->", "<SplmtryData><Envlp>{}</Envlp></SplmtryData>"])
def test_one_part_has_a_limit(filler: str) -> None:
    parts = filler.format(" " * 50_000) * (PART_BYTES_MAX // 50_000 + 5)
    refused = refusal(change("</CdtTrfTxInf>", "</CdtTrfTxInf>" + parts))
    assert (refused.fault, refused.found) == ("overlong", f"more than {PART_BYTES_MAX}")
    # A tenth of it is only odd, and is judged like any other file.
    odd = refusal_or_none(change("</CdtTrfTxInf>", "</CdtTrfTxInf>" + filler.format(" " * 50_000)))
    assert odd is None or odd.fault == "schema"


ROOT = GOOD[: GOOD.index(b"<CstmrCdtTrfInitn>")]


def looked_at(behind_the_root: bytes, root: bytes = ROOT) -> Admitted | Unreadable:
    """What the gate says, which asks nothing of what stands below the root."""
    return gate(io.BytesIO(root + behind_the_root), offered=READABLE, size_bytes_max=1 << 30)


@pytest.mark.parametrize("lines", [0, *range(SCAN_BYTES // 8 - 9_000, SCAN_BYTES // 8 + 20, 1_500)])
def test_a_stretch_has_a_limit_to_the_byte(lines: int) -> None:
    """However many lines stand before it, and wherever a piece of the scan ends."""
    before = b"<a></a>\n" * lines
    assert isinstance(looked_at(before + b"<a".ljust(STRETCH_BYTES_MAX) + b"<"), Admitted)
    assert isinstance(looked_at(before + b"<a".ljust(STRETCH_BYTES_MAX)), Admitted)
    refused = looked_at(before + b"<a".ljust(STRETCH_BYTES_MAX + 1) + b"<")
    assert isinstance(refused, Unreadable)
    assert (refused.fault, refused.where) == ("overlong", f"after line {lines + 1}")


@pytest.mark.parametrize("lines", [0, *range(SCAN_BYTES // 8 - 300, SCAN_BYTES // 8 + 20, 40)])
def test_a_tag_declares_so_many_namespaces(lines: int) -> None:
    def declaring(number: int) -> bytes:
        return (
            b"<a></a>\n" * lines + b"<a" + b"".join(b" xmlns:p%d='u'" % each for each in range(number)) + b">"
        )

    assert isinstance(looked_at(declaring(NAMESPACES_MAX) + declaring(NAMESPACES_MAX)), Admitted)
    refused = looked_at(declaring(NAMESPACES_MAX + 1))
    assert isinstance(refused, Unreadable)
    assert (refused.fault, refused.found) == ("overlong", f"{NAMESPACES_MAX + 1} × xmlns")
    assert refused.where == f"after line {lines + 1}"


def test_the_root_comes_soon() -> None:
    comments = b"<!-- -->" * (ROOT_BYTES_MAX // 8 - 40)
    assert isinstance(looked_at(b"", comments + ROOT[ROOT.index(b"<Document") :]), Admitted)
    refused = looked_at(b"", comments * 2 + ROOT[ROOT.index(b"<Document") :])
    assert isinstance(refused, Unreadable)
    assert (refused.fault, refused.where) == ("overlong", "line 1")


def test_what_is_no_xml_is_told_as_that_however_long_it_is() -> None:
    assert refusal(b"Please pay. " * STRETCH_BYTES_MAX).fault == "not-xml"


def test_a_comment_never_closed_hides_all_behind_it() -> None:
    """Also where thousands are opened, each of which would else be followed to the end of the file."""
    hidden = refusal(b"<!--" * 16_000 + change("M-1", "M-2"))
    assert (hidden.fault, hidden.message_id) == ("not-xml", None)


def test_a_long_text_in_a_sentence_of_the_parser_is_looked_at_in_part() -> None:
    for sign in ("'", "The value '", "' is not a valid value of the "):
        text = sign * ((STRETCH_BYTES_MAX - 200) // len(sign))
        refused = refusal(change("> 12.30\n</InstdAmt>", f">{text}</InstdAmt>"))
        assert refused.fault == "schema"
        assert len(refused.found) <= SHOWN_CHARS + 1
        assert "InstdAmt" in refused.where


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD.replace(b"Document", b"D" * 60_000), id="root"),
        pytest.param(
            change("<Document ", "<" + "p" * 30_000 + ":Document xmlns:" + "p" * 30_000 + '="u" '),
            id="prefix",
        ),
        pytest.param(change("urn:iso", "u" * 60_000), id="namespace"),
        pytest.param(change(NAME, NAME + "9" * 60_000), id="message"),
        pytest.param(change("UTF-8", "X" * 60_000), id="encoding"),
        pytest.param(change("<InitgPty>", "<" + "a" * 60_000 + "/><InitgPty>"), id="element"),
        pytest.param(change("<InitgPty>", "<InitgPty " + "a" * 60_000 + "='1'>"), id="attribute"),
        pytest.param(change("<InitgPty>", "<" + "a" * 60_000 + ">"), id="element never closed"),
        pytest.param(
            change("<Nm>Start", "<Nm><" + "b" * 60_000 + ">" + "</" + "c" * 40_000 + ">"), id="closing tag"
        ),
        pytest.param(change('Ccy="EUR"', 'Ccy="' + "E" * 60_000 + '"'), id="currency"),
    ],
)
def test_what_is_told_of_a_file_is_short(content: bytes) -> None:
    refused = refusal(content)
    for told in (refused.where, refused.found, str(refused.expected)):
        assert len(told) <= 4 * SHOWN_CHARS


def refusal_or_none(content: bytes) -> Unreadable | None:
    last = read_bytes(content)[-1]
    return last if isinstance(last, Unreadable) else None


def test_head_is_told_as_far_as_it_can_be_read() -> None:
    cut = refusal(GOOD[: GOOD.index(b"</GrpHdr>")])
    assert (cut.message_id, cut.message_name) == ("M-1", NAME)
    headless = refusal(b"hello")
    assert (headless.message_id, headless.message_name) == (None, None)
    hidden = refusal(change("<MsgId>M-1</MsgId>", "<!-- <MsgId>M-2</MsgId> -->"))
    assert hidden.message_id is None
    for sign in "\x1f\x7f\u202e\uffff":  # no answer could name it
        assert refusal(change("M-1", f"M{sign}1")[:-9]).message_id is None


def test_a_bank_may_offer_less() -> None:
    refused = read_bytes(GOOD, offered=("pain.008.001.08",))
    assert [item.fault for item in refused if isinstance(item, Unreadable)] == ["message-not-offered"]


def test_offering_what_nobody_can_read_is_our_fault() -> None:
    with pytest.raises(ValueError, match=r"pain\.001\.001\.08"):
        read(io.BytesIO(GOOD), offered=("pain.001.001.08",), size_bytes_max=1)


def test_disk_errors_pass_through() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk"):
        list(read(Broken(GOOD), offered=READABLE, size_bytes_max=1 << 30))


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        pytest.param(GOOD, True, id="plain"),
        pytest.param(change("<PmtInf>", "<!-- x --><PmtInf>"), False, id="comment"),
        pytest.param(change("Start", "<![CDATA[Start]]>"), False, id="CDATA"),
        pytest.param(change("<PmtInf>", "<?x?><PmtInf>"), False, id="instruction"),
        pytest.param(change("<PmtInf>", '<PmtInf xmlns:a="b">'), False, id="namespace further down"),
        pytest.param(
            change('<Document xmlns="', '<Document xmlns:xsi="i" xmlns="'), True, id="two namespaces on top"
        ),
        pytest.param(change("Start", "SplmtryData"), False, id="the word SplmtryData"),
        pytest.param(change("Start", "a > b"), True, id="greater-than in a text"),
    ],
)
def test_plain_means_nothing_can_disguise_a_tag(content: bytes, plain: bool) -> None:
    admitted = gate(io.BytesIO(content), offered=READABLE, size_bytes_max=1 << 30)
    assert isinstance(admitted, Admitted)
    assert admitted.plain is plain


@given(shift=st.integers(0, 40), mark=st.sampled_from(["<!-- -->", "<?x?>", "SplmtryData"]))
@settings(max_examples=30, deadline=None)
def test_marks_are_found_across_the_edges_of_the_scan(shift: int, mark: str) -> None:
    start = GOOD.index(b"Start")
    missing = SCAN_BYTES - start - shift
    padding = "<i/>" * (missing // 4) + " " * (missing % 4)
    admitted = gate(io.BytesIO(change("Start", padding + mark)), offered=READABLE, size_bytes_max=1 << 30)
    assert isinstance(admitted, Admitted)
    assert not admitted.plain


@given(st.integers(20, len(GOOD) - 1))
@settings(max_examples=150, deadline=None)
def test_wherever_a_file_is_cut_it_is_truncated(place: int) -> None:
    unreadable = refusal(GOOD[:place])
    assert unreadable.fault == "truncated"
    assert unreadable.where.startswith("line " + str(GOOD[:place].count(b"\n") + 1))


@given(st.binary(max_size=400), st.integers(0, len(GOOD)), st.integers(0, 30))
@settings(max_examples=150, deadline=None)
def test_no_bytes_raise(junk: bytes, place: int, removed: int) -> None:
    for content in (junk, GOOD[:place] + junk[:8] + GOOD[place + removed :]):
        items = read_bytes(content)
        assert items
        assert all(not isinstance(item, Unreadable) for item in items[:-1])


def test_schema_hints_are_not_followed(tmp_path: Path) -> None:
    """Inside SplmtryData anything goes, unless a schema forbids it: here the sender's own, which nobody asks."""
    forbidding = tmp_path / "other.xsd"
    forbidding.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:other">'
        '<xs:element name="x" type="xs:date"/></xs:schema>',
        encoding="utf-8",
    )
    instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    hint = f'{instance} xsi:schemaLocation="urn:other {forbidding.as_uri()}"'
    other = (
        '<SplmtryData><Envlp><o:x xmlns:o="urn:other">no date</o:x></Envlp></SplmtryData></CstmrCdtTrfInitn>'
    )
    content = change("<Document", f"<Document {hint}", change("</CstmrCdtTrfInitn>", other))
    assert len(transactions(read_bytes(content))) == 1


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("pain.001.001.03", True),
        ("pain.001.001.12", True),
        ("pain.001.001.00", False),
        ("pain.001.001.99", False),
        ("pain.001.004.03", False),
        ("pain.001.001.9", False),
        ("pain.001.001.٠٩", False),
        ("camt.054.001.08", True),
        ("pain", False),
        ("", False),
    ],
)
def test_known_messages(name: str, known: bool) -> None:
    assert is_known(name) is known
