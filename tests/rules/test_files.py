"""Files: unreadable in any way, come twice, or from a stranger."""

import msgspec
import pytest

from sepa.model.finding import Fault, Unreadable
from sepa.rules import files
from sepa.rules.files import Arrival
from sepa.scheme.phrase import Phrase
from tests.build import case, reference, said, transfer

_FAULTS: list[tuple[Fault, str]] = [
    ("empty", "FIL-01"),
    ("too-large", "FIL-02"),
    ("not-utf8", "FIL-03"),
    ("not-xml", "CT-07"),
    ("truncated", "CT-07"),
    ("dtd", "FIL-04"),
    ("too-deep", "FIL-05"),
    ("overlong", "FIL-10"),
    ("wrong-root", "FIL-06"),
    ("unknown-message", "FIL-07"),
    ("message-not-offered", "FIL-08"),
    ("schema", "CT-07"),
]


@pytest.mark.parametrize(("fault", "rule"), [pytest.param(*row, id=row[0]) for row in _FAULTS])
def test_an_unreadable_file_is_refused_by_the_rule_of_its_fault(fault: Fault, rule: str) -> None:
    unreadable = Unreadable(fault, "line 14, GrpHdr/CreDtTm", "yesterday", Phrase("a date and time"))
    expected = {(rule, "FF01", "line 14, GrpHdr/CreDtTm", "reject")}
    assert said((files.unreadable_finding(unreadable),)) == expected
    spoken = [each.name for each in files.UNREADABLE if each.check(unreadable, case())]
    assert spoken == [f"files.{fault.replace('-', '_')}"]


HEAD = transfer().head


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        pytest.param(Arrival(HEAD), set(), id="first time"),
        pytest.param(
            Arrival(HEAD, same_content="a.xml", same_message_id="a.xml"),
            {("BAT-04", "DU01", "group_header.message_id", "reject")},
            id="same bytes again",
        ),
        pytest.param(
            Arrival(HEAD, same_message_id="a.xml"),
            {("BAT-03", "DU01", "group_header.message_id", "reject")},
            id="MsgId again, other bytes",
        ),
    ],
)
def test_a_message_comes_once(arrival: Arrival, expected: set[tuple[str, str, str, str]]) -> None:
    assert said(tuple(found for rule in files.ARRIVAL for found in rule.check(arrival, case()))) == expected


@pytest.mark.parametrize(
    ("sender", "agreed", "refused"),
    [
        pytest.param("partner", True, False, id="partner with an agreement"),
        pytest.param("stranger", False, True, id="folder without an agreement"),
        pytest.param(None, False, False, id="at the counter"),
    ],
)
def test_a_file_comes_from_someone_we_know(sender: str | None, agreed: bool, refused: bool) -> None:
    partners = reference().partners or {}
    judged = msgspec.structs.replace(case(), partner=partners["partner"] if agreed else None)
    expected = {("FIL-09", "DS0H", "group_header.initiating_party", "reject")} if refused else set()
    assert said(files.known_partner.check(Arrival(HEAD, sender), judged)) == expected


@pytest.mark.parametrize(
    ("received", "warned"),
    [
        pytest.param("2014-12-31T23:59:59", True, id="GOV-03 Wed 31 December 2014"),
        pytest.param("2015-01-01T00:00", False, id="GOV-03 the first day"),
    ],
)
def test_terms_before_their_first_day(received: str, warned: bool) -> None:
    built = transfer()
    found = files.terms_in_force.check(Arrival(built.head), case(built, received=received))
    assert said(found) == ({("GOV-03", "NARR", "group_header.message_id", "warn")} if warned else set())
