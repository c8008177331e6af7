"""Files that no message can be made of: what is said, to whom, and that their bytes are kept as they came."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.house import House
from tools.sample_bank import GOOD, SUPPLIERS, TRADER, transfers

A = "stavebniny"
LONG = transfers("LONG-1", TRADER, SUPPLIERS)

BAD = [
    pytest.param(b"", "FIL-01", "the file", "", None, id="empty"),
    pytest.param(b" \n\n ", "FIL-01", "the file", "", None, id="only blanks"),
    pytest.param(LONG[:1800].encode(), "CT-07", "line", "", "LONG-1", id="cut off"),
    pytest.param("Prosím zaplaťte 100 EUR.\n".encode(), "CT-07", "line 1", "", None, id="not XML"),
    pytest.param(
        GOOD.replace("GOOD-0001", "GOOD\x1f0001").encode(), "CT-07", "line", "", None, id="a control sign"
    ),
    pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "FIL-03", "line 1", "", None, id="a picture"),
    pytest.param(
        GOOD.replace("<Document ", '<!DOCTYPE Document [<!ENTITY who "O">]>\n<Document ', 1).encode(),
        "FIL-04",
        "line 2",
        "<!DOCTYPE",
        "GOOD-0001",
        id="document type",
    ),
    pytest.param(GOOD.encode("utf-16"), "FIL-03", "line 1", "UTF-16", None, id="UTF-16"),
    pytest.param(
        GOOD.replace("Oceliareň", "Oceliare\udcf2").encode("utf-8", "surrogateescape"),
        "FIL-03",
        "line 4",
        "0xf2",
        "GOOD-0001",
        id="one byte that is not UTF-8",
    ),
    pytest.param(b"<invoice><total>1</total></invoice>", "FIL-06", "root", "invoice", None, id="wrong root"),
    pytest.param(
        GOOD.replace("pain.001.001.09", "pain.001.001.99").encode(),
        "FIL-07",
        "Document",
        "pain.001.001.99",
        "GOOD-0001",
        id="unknown message",
    ),
    pytest.param(
        b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>',
        "FIL-08",
        "Document",
        "camt.053.001.08",
        None,
        id="message not offered",
    ),
    pytest.param(
        GOOD.replace("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>CASH</PmtMtd>").encode(),
        "CT-07",
        "PmtMtd",
        "CASH",
        "GOOD-0001",
        id="breaks the schema",
    ),
]


@pytest.mark.parametrize(("content", "rule", "where", "found", "message_id"), BAD)
def test_what_is_said_and_kept(
    house: House, content: bytes, rule: str, where: str, found: str, message_id: str | None
) -> None:
    key = house.drop(A, "bad.xml", content)
    house.run()

    file = house.file(key)
    (finding,) = file.findings
    assert (file.status, file.count, finding.code, finding.rule) == ("RJCT", 0, "FF01", rule)
    assert where in finding.element
    assert found in finding.found
    assert str(finding.remedy)
    for kept in (house.root / "archive" / key[:2] / key, house.root / "archive" / "quarantine" / key):
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == key

    told = house.published(key, "judged")
    assert len(told) == 1
    if message_id:
        report = house.status_report(key)
        assert (report.group, report.codes) == ("RJCT", ["FF01"])
        assert report.texts("OrgnlGrpInfAndSts/OrgnlMsgId") == [message_id]
        assert rule in report.sentences
        assert report.transactions == {}
    else:
        receipt = told[0].read_text("utf-8")
        assert told[0].name.startswith("receipt_")
        assert key in receipt
        assert rule in receipt
    assert house.prove().faults == ()


def test_a_file_larger_than_the_banks_own_limit(house: House) -> None:
    house.set_profile(intake={"size_bytes_max": len(LONG.encode()) - 1})
    large, small = house.drop(A, "large.xml", LONG), house.drop(A, "small.xml", GOOD)
    house.run()
    (finding,) = house.file(large).findings
    assert (finding.rule, finding.found) == ("FIL-02", str(len(LONG.encode())))
    assert str(len(LONG.encode()) - 1) in str(finding.expected)
    assert house.states(small) == {"REF-1": "paid"}


def test_a_broken_end_undoes_the_orders_before_it(house: House) -> None:
    """A file is taken whole or not at all: what was judged before the break is not paid."""
    key = house.drop(A, "cut.xml", LONG[: LONG.rindex("</PmtInf>")])
    house.run()
    assert (house.file(key).status, house.orders(key)) == ("RJCT", [])
    assert house.clearing("pacs") == []


def test_a_bad_file_stops_no_neighbour(house: House) -> None:
    for number, each in enumerate(BAD):
        house.drop(A, f"{number:02d}.xml", each.values[0])
    good = house.drop(A, "99.xml", GOOD.replace("GOOD-0001", "GOOD-0099"))
    ran = house.run()
    assert len(ran.judged) == len(BAD) + 1
    assert house.states(good) == {"REF-1": "paid"}


@pytest.mark.slow
def test_check_says_the_same_of_every_bad_file(tmp_path: Path) -> None:
    paths = []
    for number, each in enumerate(BAD):
        paths.append(tmp_path / f"{number:02d}.xml")
        paths[-1].write_bytes(each.values[0])
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "sepa"),
            "check",
            "--json",
            "--at",
            "2026-04-02T10:00",
            *map(str, paths),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, "")
    assert [line["kind"] for line in lines] == ["file"] * len(BAD)
    assert [(line["status"], line["reasons"][0]["rule"]) for line in lines] == [
        ("RJCT", each.values[1]) for each in BAD
    ]
