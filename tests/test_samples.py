"""Messages that other people wrote, judged by sepa-2026: what the index expects of them and nothing else.

Each is judged twice: two days before the first date it asks for, and on 2026-11-21 at 10:00, which the index
speaks of. Where we refuse what the index does not, the line stands in DIFFERENCES with its reason
(docs/decisions/0050-samples.md). Every outcome and reason is pinned as well, under both profiles:
`UPDATE_GOLDEN=1 python -m pytest tests/test_samples.py` writes tests/golden/samples anew.
"""

import datetime
import json
import os
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from sepa.cli import app
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.pipeline.check import check_file
from sepa.store.reference import load_reference
from tests.build import OTP, SEPA_2026, instant
from tests.samples import FOLDER, Claim, Sample, samples

if not FOLDER.is_dir():
    pytest.skip("the sample messages are not at hand", allow_module_level=True)

ON_THE_DAY = instant("2026-11-21T10:00:00", SEPA_2026)
BANK = Path(__file__).resolve().parents[1] / "fixtures" / "sample-bank" / "reference"
GOLDEN = Path(__file__).resolve().parent / "golden" / "samples"
EVERY = tuple(samples())
NOTHING_KNOWN = Reference()
TABLES = load_reference(BANK)


class Reason(NamedTuple):
    """A reason as the command tells it, with where it stands: position 0 is the file's own."""

    kind: str
    position: int
    rule: str
    code: str
    element: str
    found: str | None
    refuses: bool


class Judged(NamedTuple):
    """What the command says of a file, line by line. `orders` tells the block of each order."""

    status: str
    blocks: dict[int, str]
    orders: dict[int, int]
    outcomes: dict[int, str]
    reasons: tuple[Reason, ...]


def judge(path: Path, received_at: datetime.datetime, profile: Profile, reference: Reference) -> Judged:
    checked = check_file(path, profile=profile, reference=reference, received_at=received_at)
    lines: list[dict[str, Any]] = [json.loads(line) for line in checked.lines()]
    reasons = tuple(
        Reason(
            kind=line["kind"],
            position=line.get("position", 0),
            rule=reason["rule"],
            code=reason["code"],
            element=reason["element"],
            found=reason["found"],
            refuses=reason["effect"] == "reject",
        )
        for line in lines
        for reason in line["reasons"]
    )
    payments = [line for line in lines if line["kind"] == "payment"]
    return Judged(
        lines[0]["status"],
        {line["position"]: line["status"] for line in lines if line["kind"] == "payment_information"},
        {line["position"]: line["block"] for line in payments},
        {line["position"]: line["outcome"] for line in payments},
        reasons,
    )


class Difference(NamedTuple):
    """A reason for which we refuse and the index does not. `files` is a name with `*`."""

    files: str
    rule: str
    code: str
    why: str


_NOT_ALTERED = (
    "a reference reaches the payee as sent, so it is refused where the index would also let us convert"
)
_HYBRID = "of 2020: lines beside a town are carried from 2025-10-05 on"
_SIGNED = "the mandate bears the requested date, which at this instant is still to come"
_URGENT = "HIGH asks for an urgent payment"
_LONG = "the structured remittance takes more than 140 characters with its tags"
_TWO = "a text beside a reference: SEPA carries one of them, and we choose none for the customer"
_NAMELESS = "the scheme makes the name mandatory"

DIFFERENCES = (
    Difference("obp_C2B_SCT_pain.001.001.03_example.xml", "CHR-03", "FF08", _NOT_ALTERED),
    Difference("obp_C2B_SCT_pain.001.001.03_example.xml", "CHR-03", "RR10", _NOT_ALTERED),
    Difference("obp_C2B_SCT_pain.001.001.03_example.xml", "ADR-01", "BE04", _HYBRID),
    Difference("obp_C2B_SCT_pain.001.001.03_example.xml", "ADR-01", "BE07", _HYBRID),
    Difference("pain001corpus_ch.international.usd.*", "SC-02", "AG02", _URGENT),
    Difference("pain001corpus_se.rix.urgent.*", "SC-02", "AG02", _URGENT),
    Difference("pain001cov_03-transfer-*", "SC-02", "AG02", _URGENT),
    Difference("pain001cov_01-collection-*", "SC-02", "AG02", _URGENT),
    Difference("pain001corpus_ch.sps.qr-bill.*", "SCH-10", "CH15", _LONG),
    Difference("pain001cov_03-transfer-*", "SCH-10", "CH15", _LONG),
    Difference("pain001cov_01-collection-*", "SCH-10", "CH15", _LONG),
    Difference("pain001cov_04-collection-*", "SCH-10", "CH15", _LONG),
    Difference("pain001pkg_pain.001.001.03.xml", "SCH-09", "CH17", _TWO),
    Difference("pain001cov_01-collection-*", "SCH-09", "CH17", _TWO),
    Difference("pain001cov_03-transfer-*", "SCH-12", "BE21", _NAMELESS),
    Difference("pain001cov_04-collection-*", "SCH-12", "BE22", _NAMELESS),
    Difference("pain001cov_0[35]-transfer-*", "CT-05", "BE22", _NAMELESS),
    Difference("pain001cov_04-collection-*", "SDD-11", "BE21", _NAMELESS),
    Difference("pain001cov_10-cheque-*", "SCH-04", "CH17", "a cheque is asked for"),
    Difference("pain001cov_01-collection-*", "SDD-06", "MD02", _SIGNED),
    Difference("phpsepaxml_pain.008.*", "SDD-06", "MD02", _SIGNED),
    Difference("pain001cov_01-collection-*", "SDD-08", "MD02", "the former bank of the payer can only be SMNDA"),
    Difference("pain001pkg_template.xml", "TOT-03", "DU02", "two blocks bear one name: a report could not tell them"),
    Difference("phpsepagen_sepa_ct_00100103.xml", "SC-04", "AG06", "of 2019: Moldova is reached from 2025-10 on"),
)  # fmt: skip


def initiations() -> list[Any]:
    """Each initiation at its instants; one without a readable date only on the day of the index."""
    cases = []
    for sample in (each for each in EVERY if each.is_initiation):
        name = sample.path.stem
        if sample.requested:
            early = min(sample.requested) - datetime.timedelta(days=2)
            cases.append(pytest.param(sample, instant(f"{early}T10:00:00", SEPA_2026), id=f"{name} in time"))
        cases.append(pytest.param(sample, ON_THE_DAY, id=f"{name} on 2026-11-21"))
    return cases


def claims_at(sample: Sample, received_at: datetime.datetime, judged: Judged) -> list[Claim]:
    """What must be found at an instant: all that holds by then; nothing inside a file that is no message."""
    unreadable = [claim for claim in sample.claims if claim.codes == {"FF01"}]
    if unreadable:
        return unreadable[:1]
    claims = [claim for claim in sample.claims if claim.since <= received_at.date()]
    if received_at == ON_THE_DAY and sample.requested:
        claims.append(Claim("block", frozenset({"CH04"}), "Reqd", times=len(judged.blocks)))
    return claims


def means(claim: Claim, reason: Reason) -> bool:
    same_place = reason.element.startswith(claim.element)
    same_value = claim.found in (None, reason.found)
    return reason.code in claim.codes and same_place and same_value and reason.refuses == claim.refuses


def carried(claim: Claim, judged: Judged) -> int:
    """How many carry what is claimed: reasons on the file or on totals, blocks, or orders.

    An order carries the reasons of its block. A block carries its own and those that all its orders have:
    what may stand on either level is judged on the order.
    """
    meant = [(reason.kind, reason.position) for reason in judged.reasons if means(claim, reason)]
    if claim.level == "file":
        return meant.count(("file", 0))
    if claim.level == "totals":
        return sum(kind == "payment_information" for kind, _ in meant)
    itself = {block for block in judged.blocks if ("payment_information", block) in meant}
    if claim.level == "order":
        return sum(("payment", at) in meant or block in itself for at, block in judged.orders.items())
    spared = {block for at, block in judged.orders.items() if ("payment", at) not in meant}
    return sum(block in itself or block not in spared for block in judged.blocks)


def known_difference(sample: Sample, reason: Reason) -> Difference | None:
    for known in DIFFERENCES:
        if (known.rule, known.code) == (reason.rule, reason.code) and fnmatchcase(
            sample.path.name, known.files
        ):
            return known
    return None


@pytest.mark.parametrize(("sample", "received_at"), initiations())
def test_what_the_index_expects_is_found(sample: Sample, received_at: datetime.datetime) -> None:
    judged = judge(sample.path, received_at, SEPA_2026, NOTHING_KNOWN)
    for claim in claims_at(sample, received_at, judged):
        found = carried(claim, judged)
        assert found == claim.times or (not claim.refuses and found), claim
        assert claim.of in (None, len(judged.orders)), claim
        if claim.level == "file" and claim.refuses:
            assert judged.status == "RJCT"


@pytest.mark.parametrize(("sample", "received_at"), initiations())
def test_nothing_is_refused_that_the_index_takes(sample: Sample, received_at: datetime.datetime) -> None:
    judged = judge(sample.path, received_at, SEPA_2026, NOTHING_KNOWN)
    expected = (*sample.claims, *claims_at(sample, received_at, judged))
    refusing = [reason for reason in judged.reasons if reason.refuses]
    unexpected = [each for each in refusing if not any(means(claim, each) for claim in expected)]
    assert [each for each in unexpected if known_difference(sample, each) is None] == []
    if not refusing:
        assert judged.status == "ACCP"
        assert set(judged.outcomes.values()) <= {"accepted", "rolled"}


def test_no_difference_is_listed_that_is_none() -> None:
    seen = set()
    for case in initiations():
        sample, received_at = case.values
        judged = judge(sample.path, received_at, SEPA_2026, NOTHING_KNOWN)
        seen |= {known_difference(sample, reason) for reason in judged.reasons if reason.refuses}
    assert [known for known in DIFFERENCES if known not in seen] == []


@pytest.mark.parametrize("profile", [pytest.param(each, id=each.profile.id) for each in (OTP, SEPA_2026)])
def test_every_outcome_and_reason_is_pinned(profile: Profile) -> None:
    golden = GOLDEN / f"{profile.profile.id}.txt"
    now = "\n".join(
        line for case in initiations() for line in pinned(str(case.id), *case.values, profile=profile)
    )
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(now + "\n", "utf-8")
    assert now + "\n" == golden.read_text("utf-8")


def pinned(name: str, sample: Sample, received_at: datetime.datetime, profile: Profile) -> list[str]:
    """What became of a sample, one line for the file and one for each reason, however many carry it."""
    judged = judge(sample.path, received_at, profile, NOTHING_KNOWN)
    outcomes = Counter(judged.outcomes.values())
    reasons = Counter(
        f"  {reason.rule} {reason.code} {'refuses' if reason.refuses else 'remarks'} {reason.element}"
        for reason in judged.reasons
    )
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return [
        f"{name}: {judged.status} {told}".rstrip(),
        *(f"{reason} x {count}" for reason, count in sorted(reasons.items())),
    ]


@pytest.mark.parametrize(
    "path", [pytest.param(each.path, id=each.path.stem) for each in EVERY if not each.is_initiation]
)
def test_what_is_no_initiation_is_refused_as_a_file(path: Path) -> None:
    told = CliRunner().invoke(
        app, ["check", str(path), "--bank", "sepa-2026", "--at", "2026-11-21T10:00", "--json"]
    )
    assert told.exit_code == 1
    (line,) = map(json.loads, told.stdout.splitlines())
    (reason,) = line["reasons"]
    assert (line["kind"], line["status"], reason["code"]) == ("file", "RJCT", "FF01")
    assert reason["message"].endswith(".")
    assert reason["remedy"].endswith(".")
    assert reason["expected"]
    assert "{" not in reason["message"] + reason["remedy"] + reason["expected"]


@pytest.mark.parametrize("sample", [pytest.param(each, id=each.path.stem) for each in EVERY])
@pytest.mark.parametrize("profile", [pytest.param(each, id=each.profile.id) for each in (OTP, SEPA_2026)])
def test_a_decision_is_reached_with_and_without_tables(sample: Sample, profile: Profile) -> None:
    """With the sample bank's tables more rules are judged, so never fewer reasons are found."""
    received_at = instant("2026-04-02T10:00:00", profile)
    alone = judge(sample.path, received_at, profile, NOTHING_KNOWN)
    with_tables = judge(sample.path, received_at, profile, TABLES)
    assert alone.blocks.keys() == with_tables.blocks.keys()
    assert alone.orders == with_tables.orders
    assert {each for each in alone.reasons if each.refuses} <= set(with_tables.reasons)
