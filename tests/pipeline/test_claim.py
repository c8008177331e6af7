"""Claiming: what is taken and what is left alone, and that a file is delivered once under the instant of its taking."""

import hashlib
import os
import pkgutil
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sepa.pipeline.undone import LeftUndone
from sepa.store.files import copy_hashed
from tests.pipeline.house import THURSDAY, House
from tools.sample_bank import GOOD

A = "stavebniny"
LATER = "2026-04-02T11:30"
DIGEST = hashlib.sha256(GOOD.encode()).hexdigest()


def text(name: str, content: str) -> Callable[[Path], None]:
    def drop(inbox: Path) -> None:
        (inbox / name).write_text(content, "utf-8")

    return drop


def renamed(inbox: Path) -> None:
    (inbox / "a.xml.part").write_text(GOOD)
    (inbox / "a.xml.part").rename(inbox / "a.xml")


def linked(inbox: Path) -> None:
    elsewhere = inbox.parent / "mzdy" / "salaries.txt"
    elsewhere.write_text(GOOD)
    (inbox / "link.xml").symlink_to(elsewhere)
    elsewhere.rename(elsewhere.with_suffix(".part"))


def folder(inbox: Path) -> None:
    (inbox / "a.xml").mkdir()
    (inbox / "a.xml" / "inside.xml").write_text(GOOD)


def both(*those: Callable[[Path], None]) -> Callable[[Path], None]:
    def drop(inbox: Path) -> None:
        for each in those:
            each(inbox)

    return drop


GOOD_A = text("a.xml", GOOD)


@pytest.mark.parametrize(
    ("drop", "taken", "left"),
    [
        pytest.param(GOOD_A, ["a.xml"], [], id="a finished file is taken"),
        pytest.param(text("a.xml.part", GOOD), [], ["a.xml.part"], id="part is left alone"),
        pytest.param(text("a.xml.PART", GOOD), [], ["a.xml.PART"], id="PART is left alone"),
        pytest.param(text("a.xml.tmp", GOOD), [], ["a.xml.tmp"], id="tmp is left alone"),
        pytest.param(text("a.filepart", GOOD), [], ["a.filepart"], id="filepart is left alone"),
        pytest.param(renamed, ["a.xml"], [], id="renamed when finished is taken"),
        pytest.param(
            both(GOOD_A, text("a.xml.part", "<")), [], ["a.xml", "a.xml.part"], id="unfinished twin"
        ),
        pytest.param(both(GOOD_A, text("b.xml.part", "<")), ["a.xml"], ["b.xml.part"], id="twin of another"),
        pytest.param(both(GOOD_A, text("a.xml.ok", "")), ["a.xml"], [], id="ok beside it goes with it"),
        pytest.param(text("a.xml.ok", ""), [], ["a.xml.ok"], id="ok alone waits for its file"),
        pytest.param(both(GOOD_A, text("a.xml.sha256", DIGEST)), ["a.xml"], [], id="checksum agrees"),
        pytest.param(
            both(GOOD_A, text("a.xml.sha256", f"{DIGEST.upper()}  a.xml\n")), ["a.xml"], [], id="as sha256sum"
        ),
        pytest.param(
            both(GOOD_A, text("a.xml.sha256", "0" * 64)), [], ["a.xml", "a.xml.sha256"], id="checksum differs"
        ),
        pytest.param(
            both(GOOD_A, text("a.xml.sha256", "")), [], ["a.xml", "a.xml.sha256"], id="checksum not yet there"
        ),
        pytest.param(linked, [], ["link.xml"], id="a link is not followed"),
        pytest.param(text(".hidden.xml", GOOD), [], [".hidden.xml"], id="hidden"),
        pytest.param(folder, [], ["a.xml"], id="a folder"),
        pytest.param(text("bez prípony", GOOD), ["bez prípony"], [], id="any name without an ending"),
        pytest.param(text("a\nb.xml", GOOD), ["a_b.xml"], [], id="line end in the name"),
        pytest.param(text("a\u202eb.xml", GOOD), ["a_b.xml"], [], id="turned direction in the name"),
        pytest.param(text("a\x1b[31m.xml", GOOD), ["a_[31m.xml"], [], id="escape in the name"),
        pytest.param(text("-rf -- *.xml", GOOD), ["-rf -- _.xml"], [], id="looks like options"),
        pytest.param(text("x" * 251 + ".xml", GOOD), ["x" * 100], [], id="longest name"),
        pytest.param(text("ž" * 125 + ".xml", GOOD), None, [], id="longest name in two bytes a letter"),
    ],
)
def test_what_is_taken(
    house: House, drop: Callable[[Path], None], taken: list[str] | None, left: list[str]
) -> None:
    inbox = house.root / "inbox" / A
    drop(inbox)
    found = house.claim()
    assert len(found) == 1 if taken is None else found == [f"{A}/{name}" for name in taken]
    assert sorted(path.name for path in inbox.iterdir() if path.name != ".taken") == left
    assert not list((inbox / ".taken").iterdir())


def test_bytes_of_a_name_that_is_no_text(house: House) -> None:
    inbox = os.fsencode(house.root / "inbox" / A)
    for name, content in ((b"\xff.xml", b"one"), (b"\xfe.xml", b"two"), (b"\xff" * 250, b"three")):
        with open(os.path.join(inbox, name), "wb") as out:
            out.write(content)
    assert len(house.claim()) == 3
    assert {file.size_bytes for file in house.files()} == {3, 5}
    assert len(house.files()) == 3


def test_a_file_open_for_writing_waits_until_it_is_closed(house: House) -> None:
    house.drop(A, "a.xml", GOOD)
    with (house.root / "inbox" / A / "a.xml").open("a"):
        assert house.claim() == []
    assert house.claim(LATER) == [f"{A}/a.xml"]


def test_what_lies_loose_in_the_inbox_belongs_to_nobody(house: House) -> None:
    loose = house.root / "inbox" / "loose.xml"
    loose.write_text(GOOD)
    assert house.claim() == []
    assert loose.exists()


@pytest.mark.parametrize(
    "name",
    ["a.xml", "x" * 251 + ".xml", "ž" * 125 + ".xml", "a?b:c.xml", "a\u202eb.xml"],
    ids=["plain", "longest", "longest of two bytes", "odd", "turned"],
)
def test_the_same_name_again_at_the_same_instant_is_another_delivery(house: House, name: str) -> None:
    for number in range(3):
        house.drop(A, name, f"content {number}")
        assert len(house.claim()) == 1
    assert len(house.files()) == 3


def test_names_that_look_the_same_when_shortened_are_two_deliveries(house: House) -> None:
    for first in "ab":
        house.drop(A, first + "x" * 200 + ".xml", f"content {first}")
    house.claim()
    assert len(house.files()) == 2


@pytest.mark.parametrize("entry", ["file", "folder", "20260401T000000.000000Z-0"], ids=str)
def test_a_stranger_in_the_folder_of_taken_files_stops_nobody(house: House, entry: str) -> None:
    taken = house.root / "inbox" / A / ".taken"
    taken.mkdir()
    (taken / entry).mkdir() if entry == "folder" else (taken / entry).write_text("?")
    house.drop(A, "a.xml", GOOD)
    house.drop("vzorova-banka", "b.xml", "other")
    assert house.claim() == [f"{A}/a.xml", "vzorova-banka/b.xml"]


def test_a_link_in_the_folder_of_taken_files_is_not_followed(house: House) -> None:
    taken = house.root / "inbox" / A / ".taken"
    taken.mkdir()
    (taken / "20260401T000000.000000Z-0-a.xml").symlink_to(house.root / "reference" / "accounts.csv")
    assert house.claim() == []
    assert house.files() == []


# --- when something is wrong with us ---


def test_an_inbox_that_cannot_be_swept_keeps_no_other_back(house: House) -> None:
    (house.root / "inbox" / "mzdy" / ".taken").write_text("in the way")
    key = house.drop(A, "a.xml", GOOD)
    with pytest.raises(LeftUndone, match="inbox mzdy"):
        house.run()
    assert house.states(key) == {"REF-1": "paid"}


def test_a_file_that_cannot_be_taken_keeps_no_other_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(source: Path, into: Path) -> tuple[str, int]:
        if source.name.endswith("bad.xml"):
            raise OSError("the disk says no")
        return copy_hashed(source, into)

    bad, good = house.drop(A, "bad.xml", "bad"), house.drop(A, "good.xml", GOOD)
    with monkeypatch.context() as patched:
        patched.setattr("sepa.pipeline.claim.copy_hashed", broken)
        with pytest.raises(LeftUndone, match=r"bad\.xml: OSError: the disk says no"):
            house.run()
    assert house.states(good) == {"REF-1": "paid"}
    house.run(LATER)
    assert house.file(bad).received_at == house.at(THURSDAY)


@pytest.mark.parametrize(
    "name", [pytest.param("a.xml", id="the name again"), pytest.param("a*b.xml", id="alike")]
)
def test_what_could_not_be_recorded_is_not_overwritten(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def broken(source: Path, into: Path) -> tuple[str, int]:
        raise OSError("the disk says no")

    first = house.drop(A, name.replace("*", ":"), "first")
    with monkeypatch.context() as patched:
        patched.setattr("sepa.pipeline.claim.copy_hashed", broken)
        for content in ("second", "third"):
            with pytest.raises(LeftUndone):
                house.claim()
            house.drop(A, name, content)
    second, third = (hashlib.sha256(content).hexdigest() for content in (b"second", b"third"))
    house.claim()
    assert {house.file(key).received_at for key in (first, second, third)} == {house.at(THURSDAY)}


def test_two_sweeps_at_a_time_take_every_file_once(house: House) -> None:
    for number in range(40):
        house.drop(A, f"{number}.xml", f"content {number}")
    with ThreadPoolExecutor(4) as workers:
        taken = [name for names in workers.map(lambda _: house.claim(), range(4)) for name in names]
    assert sorted(taken) == sorted(f"{A}/{number}.xml" for number in range(40))
    assert len(house.files()) == 40


# --- killed in between ---


class Killed(BaseException):
    """The worker stops here."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "where",
    [
        "os.rename",
        "os.fsync",
        "os.link",
        "os.unlink",
        "sepa.pipeline.claim.copy_hashed",
        "sepa.store.sql.SqlJournal.deliver",
    ],
)
def test_killed_at_a_step_and_claimed_again_later(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, after: bool
) -> None:
    """One delivery under the first instant, whenever the sweep is repeated; only one that had not begun is later."""
    house.drop(A, "a.xml", GOOD)
    house.drop(A, "a.xml.sha256", DIGEST)
    shutil.copytree(house.root, tmp_path / "undisturbed")
    undisturbed = House(tmp_path / "undisturbed")

    with monkeypatch.context() as patched:
        kill_once(patched, where, after)
        with pytest.raises(Killed):
            house.claim(THURSDAY)
    begun = not (house.root / "inbox" / A / "a.xml").exists()
    house.claim(LATER)
    undisturbed.claim(THURSDAY if begun else LATER)

    assert begun == (where not in ("os.rename", "os.unlink") or (where, after) == ("os.rename", True))
    assert house.digest() == undisturbed.digest()
    assert house.bytes_of() == undisturbed.bytes_of()


def kill_once(patched: pytest.MonkeyPatch, where: str, after: bool) -> None:
    """The first call of `where` is the worker's last; with `after` the call itself is still done."""
    original = pkgutil.resolve_name(where)
    calls = []

    def killed(*given: Any, **named: Any) -> Any:
        calls.append(where)
        if len(calls) > 1:
            return original(*given, **named)
        if after:
            original(*given, **named)
        raise Killed(where)

    patched.setattr(where, killed)


def test_half_a_copy_of_a_killed_sweep_is_removed(house: House) -> None:
    half, other = house.root / "archive" / ".tmp-half", house.root / "outbox" / ".tmp-half"
    for left in (half, other):
        left.write_bytes(b"half a fi")
    house.claim()
    assert (half.exists(), other.exists()) == (False, True)  # somebody may be writing the other one now


def test_a_later_instant_does_not_change_the_stamp(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    key = house.drop(A, "a.xml", GOOD)
    with monkeypatch.context() as patched:
        kill_once(patched, "sepa.pipeline.claim.copy_hashed", after=False)
        with pytest.raises(Killed):
            house.claim(THURSDAY)
    house.run("2026-04-07T09:00")
    assert house.file(key).received_at == house.at(THURSDAY)


def test_a_folder_of_taken_files_that_somebody_else_made_is_not_trusted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = house.root / "inbox" / A
    (inbox / ".taken").mkdir(parents=True, exist_ok=True)
    GOOD_A(inbox)
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    with pytest.raises(LeftUndone, match="forge instants of receipt"):
        house.claim()
    assert (inbox / "a.xml").exists()
    monkeypatch.undo()
    assert len(house.claim()) == 1
