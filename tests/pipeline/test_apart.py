"""Partners are kept apart: no name, link, content or order of one leads into another's files, accounts or reports."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sepa.orchestration.triggers import files_in
from sepa.pipeline.publish import publish_as, stem_of
from sepa.store.reference import ReferenceFault
from tests.pipeline.house import House
from tools.sample_bank import B1, TRADER, order, transfers

OWNER, STRANGER = "stavebniny", "mzdy"
ONE = transfers("ONE-1", TRADER, [order("PAY", "10.00", "Oceliareň", B1)])
SAME_FROM_STRANGER = transfers("TWO-1", TRADER, [order("PAY", "10.00", "Oceliareň", B1)])
SECRET = b"owners-only\n"


def told(house: House, partner: str) -> dict[str, bytes]:
    """All that a partner can fetch, but for what is named by the bytes of the pages: texts only."""
    folder = house.root / "outbox" / partner
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".txt", ".xml", ".html")
    }


# --- accounts ---


def came_before(house: House) -> None:
    house.drop(OWNER, "first.xml", ONE)
    house.run("2026-04-02T09:00")


def owner_is_listed(house: House) -> None:
    with (house.root / "reference" / "screening.csv").open("a", encoding="utf-8") as lists:
        lists.write("vzor-sankcie,2026-04-01,sanction,Stavebniny\n")


def state(**cells: str) -> Callable[[House], None]:
    return lambda house: house.set_account(TRADER, **cells)


def switched(house: House) -> None:
    (house.root / "reference" / "switches.csv").write_text(
        f"iban,effective_on\n{TRADER},2026-04-01\n", "utf-8"
    )


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(came_before, id="the same order came from its owner"),
        pytest.param(owner_is_listed, id="its owner stands on a list"),
        pytest.param(switched, id="moved to another bank"),
        pytest.param(state(closed_on="2026-04-01"), id="closed"),
        pytest.param(state(owner_died_on="2026-03-20"), id="its owner died"),
        pytest.param(state(ebanking="passive"), id="passive"),
        pytest.param(state(identification_refused="true"), id="unidentified"),
        pytest.param(state(name="Iné meno", language="sl"), id="another owner"),
        pytest.param(state(balance="0.00"), id="empty"),
        pytest.param(state(product="savings"), id="a savings account"),
    ],
)  # fmt: skip
def test_whoever_orders_from_anothers_account_learns_nothing_of_it(
    house: House, tmp_path: Path, secret: Callable[[House], None]
) -> None:
    """CT-09: the answer is the same, byte for byte, whatever the account's state, its owner's name and orders."""
    twin = House(tmp_path / "twin")
    shutil.copytree(house.root, twin.root)
    secret(twin)
    answers = []
    for each in (house, twin):
        key = each.drop(STRANGER, "b.xml", SAME_FROM_STRANGER)
        each.run()
        assert each.states(key) == {"PAY": "rejected"}
        answers.append(told(each, STRANGER))
    assert answers[0] == answers[1]
    assert answers[0]
    assert not any(b"Stavebniny" in content for content in answers[0].values())


def test_nor_does_a_folder_without_an_agreement(house: House) -> None:
    house.set_account(TRADER, closed_on="2026-04-01")
    key = house.drop("nobody", "b.xml", SAME_FROM_STRANGER)
    house.run()
    assert house.status_report(key).codes == ["DS0H"]
    answer = told(house, "nobody")
    assert answer
    assert not any(b"Stavebniny" in content or b"2026-04-01" in content for content in answer.values())


def test_a_right_that_has_ended_tells_nothing_either(house: House) -> None:
    ended = {"iban": TRADER, "until": "2026-04-01T12:00+02:00"}
    house.change_partner(STRANGER, accounts=[ended])
    house.set_account(TRADER, closed_on="2026-03-01")
    key = house.drop(STRANGER, "b.xml", SAME_FROM_STRANGER)
    house.run()
    with house.open() as home:
        (block,) = home.journal.blocks(key)
    assert [finding.rule for finding in block.findings] == ["CT-10"]
    assert not any(b"Stavebniny" in content for content in told(house, STRANGER).values())


def test_the_owner_pays_no_fee_for_a_strangers_order(house: House) -> None:
    house.drop(STRANGER, "b.xml", SAME_FROM_STRANGER)
    house.run()
    assert house.outbox("desk", "fees*") == []
    house.set_account(TRADER, closed_on="2026-04-01")  # the nearest: the owner's own order, refused
    house.drop(OWNER, "a.xml", ONE)
    house.run("2026-04-02T10:05")
    assert len(house.outbox("desk", "fees*.csv")) == 1


def test_when_the_agreement_is_mended_the_owner_is_written_to_again(house: House) -> None:
    house.set_account(TRADER, balance="0.00", overdraft="0.00", unsettled_notice="true")
    key = house.drop(STRANGER, "b.xml", SAME_FROM_STRANGER)
    house.run()
    house.add_account_to_partner(STRANGER, TRADER)
    house.reprocess("judge-again", key=key)
    house.run("2026-04-02T21:15")
    assert {state.split()[0] for state in house.states(key).values()} == {"unsettled"}
    (letter,) = house.outbox(STRANGER, "notices/notice_unsettled*.txt")
    assert "Stavebniny" in letter.read_text("utf-8")


# --- names ---


def test_the_same_names_of_two_partners_stay_two(house: House) -> None:
    """File name, MsgId, PmtInfId and EndToEndId are each partner's own."""
    house.change_partner(STRANGER, accounts=[TRADER])
    keys = [
        house.drop(partner, "a.xml", transfers("SAME", TRADER, [order("SAME", amount, "Oceliareň", B1)]))
        for partner, amount in ((OWNER, "1.00"), (STRANGER, "2.00"))
    ]
    house.run()
    assert [house.states(key) for key in keys] == [{"SAME": "paid"}] * 2
    for partner, key in zip((OWNER, STRANGER), keys, strict=True):
        assert key[:12] in " ".join(told(house, partner))
        other = keys[1] if key == keys[0] else keys[0]
        assert other[:12] not in " ".join(told(house, partner))


def test_a_repeat_from_another_partner_does_not_name_the_first(house: House) -> None:
    house.drop(OWNER, "first-name.xml", ONE)
    house.run("2026-04-02T09:00")
    house.drop(STRANGER, "second-name.xml", ONE)
    house.run()
    answer = b"".join(told(house, STRANGER).values())
    assert b"second-name.xml" in answer
    assert b"first-name" not in answer
    assert b"09:00" not in answer
    assert b"Stavebniny" not in answer


@pytest.mark.parametrize(
    "name",
    ["..xml", "....//a.xml".replace("/", "\u2215"), "a\u202etxt.xml", "-rf.xml", "a'; DROP TABLE orders;--.xml",
     "=cmd|x.xml", "a\nb.xml", "%2e%2e%2fb.xml", "ž" * 120 + ".xml", "a b.xml", "\udcff.xml"],
)  # fmt: skip
def test_no_file_name_leaves_its_folder(house: House, name: str) -> None:
    before = set(house.bytes_of())
    inbox = house.root / "inbox" / OWNER
    (inbox / os.fsencode(name).decode("utf-8", "surrogateescape")).write_text(ONE, "utf-8")
    house.run()
    new = set(house.bytes_of()) - before
    rooms = (f"outbox/{OWNER}/", "archive/", "clearing/out/", f"inbox/{OWNER}/")
    assert new
    assert {path for path in new if not path.startswith(rooms)} == set()
    assert all(path.isprintable() and ".." not in path for path in new if not path.startswith("inbox/"))


@pytest.mark.parametrize("evil", ["../../outbox/mzdy/x", "/etc/passwd", "{{7*7}}", "' OR 1=1 --", "mzdy"])
def test_no_identification_leads_anywhere(house: House, evil: str) -> None:
    content = transfers(evil, TRADER, [order(evil, "10.00", "Oceliareň", B1)])
    house.drop(OWNER, "a.xml", content)
    before = set(house.bytes_of())
    house.run()
    rooms = (f"outbox/{OWNER}/", "outbox/desk/", "archive/", "clearing/out/")
    assert {path for path in set(house.bytes_of()) - before if not path.startswith(rooms)} == set()
    assert told(house, STRANGER) == {}


@pytest.mark.parametrize("id", ["../mzdy", "a/b", ".hidden", "a\nb", "", "-x", "desk "])
def test_no_partner_is_named_like_a_path(house: House, id: str) -> None:
    path = house.root / "reference" / "partners.yaml"
    listed = yaml.safe_load(path.read_text("utf-8"))
    listed["partners"].append({"id": id, "name": "X", "accounts": []})
    path.write_text(yaml.safe_dump(listed, allow_unicode=True), "utf-8")
    with house.open() as home, pytest.raises(ReferenceFault, match=r"partners\.yaml"):
        home.reference()


# --- what lies in an inbox and is no file ---


def lay_link(place: Path, secret: Path) -> None:
    place.symlink_to(secret)


def lay_pipe(place: Path, secret: Path) -> None:
    os.mkfifo(place)


def lay_folder(place: Path, secret: Path) -> None:
    place.mkdir()


def lay_loop(place: Path, secret: Path) -> None:
    place.symlink_to(place.name)


@pytest.mark.parametrize("lay", [lay_link, lay_pipe, lay_folder, lay_loop])
@pytest.mark.parametrize("ending", ["", ".sha256", ".sig", ".ok"])
def test_no_link_pipe_or_folder_is_read_or_stops_the_others(
    house: House, tmp_path: Path, lay: Callable[[Path, Path], None], ending: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    inbox = house.root / "inbox" / STRANGER
    inbox.mkdir(exist_ok=True)
    if ending:
        house.drop(STRANGER, "b.xml", SAME_FROM_STRANGER)
    lay(inbox / f"b.xml{ending}", secret)
    key = house.drop(OWNER, "a.xml", ONE)
    house.run()
    assert house.states(key) == {"PAY": "paid"}
    assert not any(b"owners-only" in content for content in told(house, STRANGER).values())
    assert secret.read_bytes() == SECRET
    assert files_in(house.root / "inbox") == frozenset() or ending == ".sha256"


def test_a_file_with_a_second_name_waits_until_it_has_one(house: House, tmp_path: Path) -> None:
    """Under the other name somebody could still change it, or it is another's file altogether."""
    other = tmp_path / "other.xml"
    other.write_text(ONE, "utf-8")
    inbox = house.root / "inbox" / OWNER
    inbox.mkdir(exist_ok=True)
    os.link(other, inbox / "a.xml")
    assert house.claim() == []
    other.unlink()
    assert house.claim() == [f"{OWNER}/a.xml"]


def test_a_file_that_became_a_link_while_it_was_taken_is_not_read(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sepa.pipeline import claim
    from sepa.pipeline.undone import LeftUndone

    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    inbox = house.root / "inbox" / STRANGER
    house.drop(STRANGER, "b.xml", SAME_FROM_STRANGER)

    def looked_at(file: Path) -> bool:
        if file.name != "b.xml":
            return False
        file.unlink()
        file.symlink_to(secret)  # the sender exchanges it after we looked
        return True

    monkeypatch.setattr(claim, "is_complete", looked_at)
    with pytest.raises(LeftUndone, match="is no file"):
        house.claim()
    assert house.files() == []
    assert not any(
        path.read_bytes() == SECRET for path in (house.root / "archive").rglob("*") if path.is_file()
    )
    assert not (inbox / "b.xml").exists()


def test_an_inbox_that_is_a_link_into_the_home_is_nobodys(house: House, tmp_path: Path) -> None:
    house.drop(OWNER, "a.xml", ONE)
    (house.root / "inbox" / "link").symlink_to(house.root / "inbox" / OWNER)
    outside = tmp_path / "drop"
    outside.mkdir()
    (outside / "b.xml").write_text(SAME_FROM_STRANGER, "utf-8")
    (house.root / "inbox" / STRANGER).rmdir() if (house.root / "inbox" / STRANGER).exists() else None
    (house.root / "inbox" / STRANGER).symlink_to(
        outside
    )  # the bank's own link, to where its server lays files
    assert house.claim() == [f"{STRANGER}/b.xml", f"{OWNER}/a.xml"]


# --- what is fetched ---


def test_nothing_is_published_through_a_link(house: House, tmp_path: Path) -> None:
    with house.open() as home:
        at = house.at("2026-04-02T10:00")
        what = {"kind": "notice", "subject": "x", "occasion": "y", "at": at}
        mine, other = home.outbox(STRANGER), home.outbox(OWNER)
        other.mkdir(parents=True, exist_ok=True)
        mine.mkdir(parents=True, exist_ok=True)
        (mine / "notices").symlink_to(other)
        with pytest.raises(PermissionError, match="is a link"):
            publish_as(home, mine / "notices", "a.txt", b"x", **what)
        (mine / "notices").unlink()
        mine.rmdir()
        mine.symlink_to(other)
        with pytest.raises(PermissionError, match="is a link"):
            publish_as(home, mine, "a.txt", b"x", **what)
        mine.unlink()
        outside = tmp_path / "fetch"
        outside.mkdir()
        mine.symlink_to(outside)
        publish_as(home, mine, "a.txt", b"x", **what)
        assert (outside / "a.txt").read_bytes() == b"x"
        assert list(other.iterdir()) == []


def test_a_stem_is_no_path() -> None:
    assert stem_of("../mzdy/..\\evil name.xml") == "evil-name"
