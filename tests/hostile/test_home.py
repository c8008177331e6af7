"""A day on which every sender is hostile: whatever they write and name their files, what leaves is harmless."""

import csv
import json
import os
import re
import shutil
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from lxml import etree

from sepa.pipeline.undone import LeftUndone
from tests.hostile.attacks import TEXTS, VALUES
from tests.pipeline.house import House
from tools.sample_bank import GOOD

PARTNER = "stavebniny"
TOLD = [*TEXTS, *(row for row in VALUES if row[0].startswith(("end-to-end", "message")))]
NAMES = [
    pytest.param("..xml", None, id="two points"),
    pytest.param("=cmd|' C calc'!A1.xml", "=cmd_' C calc'!A1.xml", id="a formula"),
    pytest.param("{{7*7}}.xml", "{{7_7}}.xml", id="a template"),
    pytest.param("<script>alert(1)<.xml", "_script_alert(1)_.xml", id="markup"),
    pytest.param("${jndi:ldap:x}.xml", "${jndi_ldap_x}.xml", id="a template of Java"),
    pytest.param("\x1b[2J\x07.xml", "_[2J_.xml", id="an escape of a terminal"),
    pytest.param("a\r\nERROR b.xml", "a__ERROR b.xml", id="line ends"),
    pytest.param("..\\..\\x.xml", None, id="a path of DOS"),
    pytest.param("CON", "CON", id="a device of DOS"),
    pytest.param("a\u202elmx.exe", "a_lmx.exe", id="turned direction"),
    pytest.param("'; DROP TABLE files;--.xml", "'; DROP TABLE files;--.xml", id="SQL"),
    pytest.param("$(touch x).xml", "$(touch x).xml", id="a command"),
    pytest.param("%2e%2e%2f.xml", "%2e%2e%2f.xml", id="a path in per cent"),
    pytest.param("[red]a.xml", "[red]a.xml", id="markup of a console"),
    pytest.param("a" * 250, "a" * 100, id="long"),
]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The evening of that day. Look, do not touch."""
    house = House.new(tmp_path_factory.mktemp("hostile") / "home", sample=False)
    house.set_account("SK3552000000003000000100", balance="900000.00")
    for number, (_, content, _) in enumerate(TOLD):
        assert isinstance(content, str)
        text = content.replace("GOOD-0001", f"H-{number:04d}")
        house.drop(PARTNER, f"{number:04d}.xml", text.encode("utf-8", "surrogatepass"))
    house.run()
    house.close_day()
    return house


def left(house: House, *endings: str) -> list[Path]:
    """What left the home, of some kinds."""
    folders = (house.root / "outbox", house.root / "clearing")
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix in endings
    )


def test_the_books_agree(evening: House) -> None:
    assert len(evening.files()) == len({content for _, content, _ in TOLD})
    assert evening.prove().faults == ()


HIDDEN = "[\u202a-\u202e\u2066-\u2069\u200b\x1b\x9b\x07]"


def test_what_leaves_for_other_banks_holds_no_hidden_sign(evening: House) -> None:
    """The sender alone gets back what it wrote, in its own status report; our sentences are clean there, too."""
    for file in left(evening, ".xml"):
        root = etree.parse(file).getroot()
        ours = root.itertext() if "clearing" in file.parts else root.itertext("{*}AddtlInf")
        assert not re.search(HIDDEN, "".join(ours)), file
    assert len(left(evening, ".xml")) > len(TOLD)


def test_no_cell_runs_as_a_formula(evening: House) -> None:
    cells = [
        cell
        for file in left(evening, ".csv")
        for row in csv.reader(file.read_text("utf-8").splitlines(), delimiter=";")
        for cell in row
    ]
    assert any(cell.startswith("'=") for cell in cells)
    assert [cell for cell in cells if re.match(r"[=+@\t\r＝]|-(?![0-9.]+$)", cell)] == []


def test_letters_hold_no_markup_no_script_no_hidden_sign(evening: House) -> None:
    pages = left(evening, ".html")
    assert pages
    for file in [*pages, *left(evening, ".txt", ".md")]:
        text = file.read_text("utf-8")
        assert "<script>alert" not in text, file
        assert 'onmouseover="alert' not in text or file.suffix != ".html", file
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", text), file


def test_pages_on_paper_hold_no_action(evening: House) -> None:
    for file in left(evening, ".pdf"):
        content = file.read_bytes()
        for action in (b"/JavaScript", b"/Launch", b"/URI", b"/SubmitForm", b"/EmbeddedFile"):
            assert action not in content, file


def test_manifests_are_json(evening: House) -> None:
    files = left(evening, ".json")
    assert files
    for file in files:
        json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize(("name", "told"), NAMES)
def test_a_hostile_name_is_shown_harmless(house: House, name: str, told: str | None) -> None:
    house.drop(PARTNER, name, GOOD)
    assert house.claim() == ([] if told is None else [f"{PARTNER}/{told}"])


def test_only_files_are_taken(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what only looks like one, and nothing of it is opened; the neighbour is taken all the same."""
    inbox = house.root / "inbox" / PARTNER
    secret = tmp_path / "secret.xml"
    secret.write_text(GOOD, "utf-8")
    (inbox / "link.xml").symlink_to(secret)
    (inbox / "loop.xml").symlink_to("loop.xml")
    os.link(secret, inbox / "hard.xml")
    (inbox / "folder.xml").mkdir()
    os.mkfifo(inbox / "pipe.xml")
    monkeypatch.chdir(inbox)  # a socket's address holds about a hundred signs, wherever the tests may run
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.xml")
        (inbox / "loop.xml.sha256").symlink_to("loop.xml.sha256")
        house.drop(PARTNER, "neighbour.xml", GOOD)
        assert house.claim() == [f"{PARTNER}/neighbour.xml"]
    left_there = {path.name for path in inbox.iterdir() if not path.name.startswith(".")}
    assert left_there == {
        "hard.xml",
        "link.xml",
        "loop.xml",
        "folder.xml",
        "pipe.xml",
        "socket.xml",
        "loop.xml.sha256",
    }
    assert secret.read_text("utf-8") == GOOD


@pytest.mark.parametrize("mark", [".sha256", ".ok", ".sig"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "link to itself", "NULs"])
def test_hostile_marks_stop_nobody_else(house: House, mark: str, kind: str) -> None:
    place = house.root / "inbox" / PARTNER / f"a.xml{mark}"
    house.drop(PARTNER, "a.xml", GOOD)
    key = house.drop(PARTNER, "b.xml", GOOD.replace("GOOD-0001", "GOOD-0002"))
    match kind:
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "link to itself":
            place.symlink_to(place.name)
        case _:
            place.write_bytes(b"\0" * 100)
    with suppress(LeftUndone):  # names the file whose mark it is
        house.claim()
    assert (house.root / "archive" / key[:2] / key).exists()


@pytest.fixture
def house(evening_before: Path, tmp_path: Path) -> House:
    shutil.copytree(evening_before, tmp_path / "home")
    return House(tmp_path / "home")


@pytest.fixture(scope="module")
def evening_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return House.new(tmp_path_factory.mktemp("before") / "home", sample=False).root
