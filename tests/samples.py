"""What the index of the sample messages expects of each, as claims that can be checked.

The samples lie in a sibling folder of the checkout; they are messages of other people and stay there.
A wording that is not known here is an error: nothing of the index is passed over in silence.
"""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "../shared/samples"

Level = Literal["file", "block", "totals", "order"]


class Claim(NamedTuple):
    """So many blocks or orders carry a reason with one of the codes at a place that begins with `element`.

    `found` is what stands there, where the index says it; `refuses` is false for a remark; `since` is the
    first settlement day on which the claim holds.
    """

    level: Level
    codes: frozenset[str]
    element: str = ""
    times: int = 1
    of: int | None = None
    found: str | None = None
    refuses: bool = True
    since: datetime.date = datetime.date.min


class Sample(NamedTuple):
    """One line of the index; `requested` are the dates it calls past on 2026-11-21."""

    path: Path
    is_initiation: bool
    claims: tuple[Claim, ...]
    requested: tuple[datetime.date, ...]


NO_MORE_UNSTRUCTURED = datetime.date(2026, 11, 15)

_KINDS: tuple[tuple[str, str, str], ...] = (
    # what the index says, our codes, where
    ("DbtrAcct IBAN fails", "AC02", "DbtrAcct"),
    ("DbtrAcct without IBAN", "AC01 AC02", "DbtrAcct"),
    ("CdtrAcct IBAN fails", "AC03", "CdtrAcct"),
    ("CdtrAcct without IBAN", "AC01 AC03", "CdtrAcct"),
    ("SvcLvl", "FF04", "PmtTpInf/SvcLvl"),
    ("no SvcLvl", "FF04", "PmtTpInf/SvcLvl"),
    ("LclInstrm", "FF05", "PmtTpInf/LclInstrm"),
    ("no LclInstrm", "FF05", "PmtTpInf/LclInstrm"),
    ("no SeqTp", "FF03", "PmtTpInf/SeqTp"),
    ("currency", "AM03", ""),
    ("ChrgBr", "BE19", "ChrgBr"),
    ("PmtMtd", "AG03", "PmtMtd"),
    ("creditor identifier fails", "BE05 CH11", "CdtrSchmeId"),
    ("no creditor identifier", "BE05", "CdtrSchmeId"),
    ("mandate data missing", "MD02", "DrctDbtTx/MndtRltdInf"),
    ("Cdtr address", "BE04 CH16", "Cdtr/PstlAdr"),
    ("Dbtr address", "BE07 CH16", "Dbtr/PstlAdr"),
    ("no InstdAmt", "AM12", "Amt"),
)
_NAMED = re.compile(r"(?:SvcLvl|LclInstrm|currency|ChrgBr|PmtMtd) (\w+).*")
_TOTALS = frozenset({"AM10", "AM18"})
_SILENT = ("no hard error", "2009 version", "characters outside the SEPA set", "XSD-valid")

_COUNTED = re.compile(r"(?:PMTINF x(?P<blocks>\d+)|TX (?P<orders>\d+) of (?P<of>\d+)): (?P<what>.+)")
_UNTRUE_TOTAL = re.compile(
    r"(?:PMTINF: )?PmtInf (?:NbOfTxs|CtrlSum) [\d.]+, actual [\d.]+(?: and (?P<more>\d+) more)?"
)
_UNTRUE_FILE = re.compile(r"FILE: GrpHdr (?:NbOfTxs|CtrlSum) .+ \((?P<code>AM10|AM18)\)")
_PAST = re.compile(r"date (\d{4}-\d{2}-\d{2}) past")


def samples() -> Iterator[Sample]:
    """All messages of the index, in its order."""
    for line in (FOLDER / "INDEX.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 9 or not cells[1].endswith(".xml"):
            continue
        name, message, outcome = cells[1], cells[2], cells[8]
        is_initiation = message.startswith(("pain.001", "pain.008"))
        dates = tuple(map(datetime.date.fromisoformat, _PAST.findall(outcome)))
        claims = tuple(_claims(outcome)) if is_initiation else ()
        yield Sample(FOLDER / name, is_initiation, claims, dates)


def _claims(outcome: str) -> Iterator[Claim]:
    untrue_totals = 0
    for clause in outcome.split("; "):
        if counted := _COUNTED.fullmatch(clause):
            yield _counted(counted)
        elif untrue := _UNTRUE_TOTAL.fullmatch(clause):
            untrue_totals += 1 + int(untrue["more"] or 0)
        elif untrue := _UNTRUE_FILE.fullmatch(clause):
            yield Claim("file", frozenset({untrue["code"]}), "GrpHdr")
        elif clause.startswith("FILE reject") or clause.endswith("not in scope"):
            yield Claim("file", frozenset({"FF01"}))
        elif clause == "no GrpHdr CtrlSum":
            yield Claim("file", frozenset({"CH21"}), "GrpHdr/CtrlSum", refuses=False)
        elif clause == "no PmtInf NbOfTxs/CtrlSum":
            yield Claim("block", frozenset({"CH21"}), refuses=False)
        elif clause.startswith("repeated EndToEndId"):
            yield Claim("order", frozenset({"DU04"}), "PmtId/EndToEndId", refuses=False)
        elif not clause.startswith(_SILENT) and not _PAST.fullmatch(clause):
            raise ValueError(f"the index says something unknown: {clause}")
    if untrue_totals:
        yield Claim("totals", _TOTALS, times=untrue_totals)


def _counted(told: re.Match[str]) -> Claim:
    what = told["what"]
    codes, element = next((codes, at) for said, codes, at in _KINDS if what.startswith(said))
    since = NO_MORE_UNSTRUCTURED if "address" in what else datetime.date.min
    level: Level = "block" if told["blocks"] else "order"
    named = _NAMED.fullmatch(what)
    return Claim(
        level,
        frozenset(codes.split()),
        element,
        times=int(told["blocks"] or told["orders"]),
        of=int(told["of"]) if told["of"] else None,
        found=named[1] if named else None,
        since=since,
    )
