"""No document of the W3C's suite passes for a payment file, nor makes one pass that holds its fault.

What is well-formed is judged a second time by expat, which shares no line with the parser we use.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.parsers import expat

import pytest

from tests.hostile import suite
from tests.hostile.attacks import BODY, XML
from tests.hostile.chamber import Chamber

TOGETHER = 40
NEWER_NAMES = ("/eduni/errata-4e/", "/xml-1.1/")
"""Documents about letters in names: XML 1.0 takes more of them since its fifth edition, as our parser does; expat
does not."""
_REFUSED = re.compile(r"(FIL-\d\d|CT-07) .+", re.ASCII)
_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s.*?\?>)?(?:\s|<!--.*?-->|<\?.*?\?>)*(?:<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)?",
    re.DOTALL,
)
_ROOT = re.compile(rb"<[A-Za-z_:]")


def ends(chamber: Chamber, files: Sequence[Path]) -> dict[Path, str]:
    """How each file ends, a few at a time; all that is told of one that crashes is that it does."""
    found: dict[Path, str] = {}
    for start in range(0, len(files), TOGETHER):
        together = files[start : start + TOGETHER]
        ended = chamber.ask("ends_of", [str(file) for file in together])
        assert ended.strayed == ()
        if ended.crash:
            together = [file for file in together if chamber.ask("end_of", str(file)).crash]
            pytest.fail(f"{ended.crash}\nat one of {together}")
        found |= dict(zip(together, ended.answer, strict=True))
    return found


@pytest.fixture(scope="module")
def cases() -> list[suite.Case]:
    return suite.cases()


def test_the_suite_is_there(cases: list[suite.Case]) -> None:
    kinds = Counter(case.kind for case in cases)
    assert kinds["not-wf"] > 1_000
    assert kinds["valid"] > 600


def test_every_file_of_it_is_refused_by_name(chamber: Chamber) -> None:
    files = sorted(file for file in suite.folder().rglob("*") if file.is_file())
    assert len(files) > 3_000
    passed = {file: end for file, end in ends(chamber, files).items() if _REFUSED.fullmatch(end) is None}
    assert passed == {}


def test_a_fault_inside_a_payment_file_refuses_it(
    cases: list[suite.Case], chamber: Chamber, tmp_path: Path
) -> None:
    """Each document, without its prologue, stands in an envelope in which the schema takes anything."""
    before, after = BODY.encode().split(b"</CdtTrfTxInf>")
    made = []
    for number, case in enumerate(cases):
        root = _PROLOGUE.sub(b"", case.file.read_bytes(), count=1)
        made.append(tmp_path / f"{number}.xml")
        made[-1].write_bytes(
            b"%s\n%s<SplmtryData><Envlp>%s</Envlp></SplmtryData></CdtTrfTxInf>%s"
            % (XML.encode(), before, root, after)
        )
    _told_as_expat_tells(cases, ends(chamber, made), refused_at_least=500)


def test_a_fault_before_a_payment_file_refuses_it(
    cases: list[suite.Case], chamber: Chamber, tmp_path: Path
) -> None:
    """Each document's prologue and misplaced beginnings stand before a sound root."""
    made = []
    for number, case in enumerate(cases):
        content = case.file.read_bytes()
        root = _ROOT.search(content)
        made.append(tmp_path / f"{number}.xml")
        made[-1].write_bytes(content[: root.start()] + BODY.encode() if root else content + BODY.encode())
    _told_as_expat_tells(cases, ends(chamber, made), refused_at_least=900)


def _told_as_expat_tells(cases: list[suite.Case], found: dict[Path, str], *, refused_at_least: int) -> None:
    """Whatever another parser cannot read is refused."""
    refused = 0
    for case, (file, end) in zip(cases, found.items(), strict=True):
        if any(newer in case.file.as_posix() for newer in NEWER_NAMES) or _is_well_formed(file.read_bytes()):
            continue
        refused += 1
        assert _REFUSED.fullmatch(end), (case, end)
    assert refused >= refused_at_least


def _is_well_formed(content: bytes) -> bool:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(content, True)
    except expat.ExpatError:
        return False
    except ValueError:  # an encoding of several bytes a letter, which expat leaves to others
        return True
    return True
