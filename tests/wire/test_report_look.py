"""The quick look at a status report: what a pattern says of a transaction is what the schema says."""

import io
import random
from typing import Any

import pytest
from lxml import etree
from outgoing import GOLDEN, mangled, own_schema

from sepa.model.broken import BrokenPromise
from sepa.wire.emitted import Stretch, _Lines, all_fit, check_emitted, schema_folder, schema_name
from sepa.wire.outline import outline

VERSIONS = ("pain.002.001.10", "pain.002.001.03")
OPENS, CLOSES = b"<TxInfAndSts>", b"</OrgnlPmtInfAndSts>\n"
TRIES = 3000
ALPHABET = b"<>/&;\"'!?[]-. 0123456789ABCXYZabcxyz=#\n\xc3\xa1\xc5\xbe\x00"


def example(kind: str) -> tuple[bytes, list[bytes], bytes]:
    """A report with one block: what stands before its transactions, these, and what closes it."""
    for path in sorted(GOLDEN.glob(f"{kind}*.xml")):
        before, mark, rest = path.read_bytes().replace(b"-13Z<", b"-13<").partition(OPENS)
        inside, close, _ = rest.partition(CLOSES)
        if mark and close:
            lines = (mark + inside).splitlines(keepends=True)
            return before, lines, CLOSES + b"</CstmrPmtStsRpt></Document>\n"
    raise LookupError(kind)


def fits(kind: str) -> Any:
    return outline(schema_folder() / schema_name(kind), "TxInfAndSts", "")


def valid(kind: str, line: bytes) -> bool:
    """Whether the schema takes the line for one more transaction."""
    before, lines, after = example(kind)
    try:
        whole = etree.fromstring(before + lines[0] + line + after)
    except etree.XMLSyntaxError:
        return False
    space = "{urn:iso:std:iso:20022:tech:xsd:" + kind + "}TxInfAndSts"
    return bool(own_schema(kind).validate(whole)) and len(list(whole.iter(space))) == 2


@pytest.mark.parametrize("kind", VERSIONS)
def test_whatever_fits_is_valid(kind: str) -> None:
    """Transactions with one to three bytes changed, added or gone, or a stretch of another put in."""
    chance = random.Random(20260402)  # noqa: S311
    _, lines, _ = example(kind)
    fitting = broken = 0
    for _ in range(TRIES):
        line = mangled(lines, chance, ALPHABET)
        if fits(kind).fullmatch(line) is None:
            broken += 1
            continue
        fitting += 1
        assert valid(kind, line), line
    assert fitting > TRIES // 50
    assert broken > TRIES // 50


@pytest.mark.parametrize("kind", VERSIONS)
def test_every_transaction_is_counted_and_few_are_read(kind: str) -> None:
    before, lines, after = example(kind)
    plain = lines[0]
    assert fits(kind).fullmatch(plain)
    written = before + plain * 50 + after
    assert check_emitted(io.BytesIO(written), kind) == 50
    handed = _Lines(io.BytesIO(written), fits(kind))
    read = b"".join(iter(lambda: handed.read(1 << 15), b""))
    assert handed.counted == 49
    assert read == before + plain + b"\n" * 49 + after


def test_a_transaction_of_another_form_is_read_by_the_schema() -> None:
    before, lines, after = example(VERSIONS[0])
    strange = lines[0].replace(b"<StsId>", b"<StsId >", 1)
    assert fits(VERSIONS[0]).fullmatch(strange) is None
    assert check_emitted(io.BytesIO(before + (lines[0] * 3 + strange) * 4 + after), VERSIONS[0]) == 16


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"<TxSts>", b"<TxSts>X", id="a status that is none"),
        pytest.param(b"</StsId>", b"</StsId><StsId>x</StsId>", id="an element twice"),
        pytest.param(b"<StsId>", b"<StsId>&", id="a bare ampersand"),
        pytest.param(b"</TxInfAndSts>", b"", id="an element left open"),
    ],
)
def test_a_fault_in_the_midst_is_found_on_its_line(old: bytes, new: bytes) -> None:
    before, lines, after = example(VERSIONS[0])
    bad = lines[0].replace(old, new, 1)
    line = before.count(b"\n") + 21
    with pytest.raises(BrokenPromise, match=rf"not fit to leave, line ({line}|{line + 1}):"):
        check_emitted(io.BytesIO(before + lines[0] * 20 + bad + lines[0] * 20 + after), VERSIONS[0])


def test_transactions_outside_a_block_are_a_fault() -> None:
    before, lines, after = example(VERSIONS[0])
    block, end = after.split(b"\n", 1)
    with pytest.raises(BrokenPromise, match="not fit to leave"):
        check_emitted(io.BytesIO(before + lines[0] * 3 + block + b"\n" + lines[0] * 3 + end), VERSIONS[0])


@pytest.mark.parametrize("odd", [b"<!-- -->\n", b"<?a b?>\n"])
def test_where_lines_could_mean_something_else_all_are_read(odd: bytes) -> None:
    before, lines, after = example(VERSIONS[0])
    written = before + lines[0] * 3 + odd + lines[0] * 3 + after
    assert check_emitted(io.BytesIO(written), VERSIONS[0]) == 6
    handed = _Lines(io.BytesIO(written), fits(VERSIONS[0]))
    assert b"".join(iter(lambda: handed.read(1 << 15), b"")).count(OPENS) == 4


def test_another_declaration_is_read_whole() -> None:
    before, lines, after = example(VERSIONS[0])
    written = before.replace(b' encoding="UTF-8"', b"") + lines[0] * 3 + after
    handed = _Lines(io.BytesIO(written), fits(VERSIONS[0]))
    assert b"".join(iter(lambda: handed.read(1 << 15), b"")) == written


def test_a_comment_over_several_transactions_is_seen() -> None:
    before, lines, after = example(VERSIONS[0])
    opens = lines[0].replace(b"</StsId>", b"</StsId><!--", 1)
    closes = lines[0].replace(b"<OrgnlEndToEndId>", b"--><OrgnlEndToEndId>", 1)
    written = before + lines[0] + opens + lines[0] * 3 + closes + after
    assert check_emitted(io.BytesIO(written), VERSIONS[0]) == 2


def looked_at(
    before: bytes, rows: list[tuple[list[bytes], bool]], after: bytes
) -> tuple[bytes, list[Stretch]]:
    """A report with these rows of transactions in its block, and where those stand that were looked at before."""
    written, fitting = before, []
    for lines, seen in rows:
        text = b"".join(lines)
        if seen:
            assert all_fit(text, VERSIONS[0], len(lines), schemas=schema_folder())
            fitting.append(Stretch(len(written), len(written) + len(text), len(lines)))
        written += text
    return written + after, fitting


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(5, True)], id="all"),
        pytest.param([(3, True), (4, True)], id="two stretches"),
        pytest.param([(2, False), (4, True), (1, False), (3, True)], id="some between"),
        pytest.param([(1, True), (1, True), (2, False)], id="short ones"),
    ],
)
def test_what_was_looked_at_before_is_counted_and_not_read(rows: list[tuple[int, bool]]) -> None:
    before, lines, after = example(VERSIONS[0])
    total = sum(count for count, _ in rows)
    written, fitting = looked_at(before, [([lines[0]] * count, seen) for count, seen in rows], after)
    assert check_emitted(io.BytesIO(written), VERSIONS[0], fitting=fitting) == total
    whole, passing = (_Lines(io.BytesIO(written), fits(VERSIONS[0]), some) for some in ((), fitting))
    assert b"".join(iter(lambda: passing.read(1 << 12), b"")) == b"".join(
        iter(lambda: whole.read(1 << 15), b"")
    )
    assert (
        (passing.number, passing.counted)
        == (whole.number, whole.counted)
        == (written.count(b"\n"), total - 1)
    )


def test_a_fault_behind_what_was_looked_at_is_found_on_its_line() -> None:
    before, lines, after = example(VERSIONS[0])
    bad = lines[0].replace(b"<TxSts>", b"<TxSts>X", 1)
    written, fitting = looked_at(
        before, [([lines[0]] * 20, True), ([bad], False), ([lines[0]] * 9, True)], after
    )
    line = before.count(b"\n") + 21
    with pytest.raises(BrokenPromise, match=rf"not fit to leave, line ({line}|{line + 1}):"):
        check_emitted(io.BytesIO(written), VERSIONS[0], fitting=fitting)


def test_behind_an_odd_line_what_was_looked_at_is_read_again() -> None:
    before, lines, after = example(VERSIONS[0])
    written, fitting = looked_at(before, [([b"<!-- -->\n"], False), ([lines[0]] * 3, True)], after)
    handed = _Lines(io.BytesIO(written), fits(VERSIONS[0]), fitting)
    assert b"".join(iter(lambda: handed.read(1 << 15), b"")) == written


@pytest.mark.parametrize(
    ("count", "behind"), [(4, b""), (3, b"<"), (3, b"\n")], ids=["another number", "more", "a line too many"]
)
def test_a_look_is_sure_of_nothing_else(count: int, behind: bytes) -> None:
    _, lines, _ = example(VERSIONS[0])
    assert all_fit(lines[0] * 3, VERSIONS[0], 3, schemas=schema_folder())
    assert not all_fit(lines[0] * 3 + behind, VERSIONS[0], count, schemas=schema_folder())
