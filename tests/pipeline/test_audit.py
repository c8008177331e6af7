"""The past of a real home is whole, and whatever was done to it is named: rows, files, manifests, snapshots, seals."""

import datetime
import json
import shutil
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from sepa.cli import app
from sepa.pipeline.audit import Audited, NoSeal, audit, read_seal, seal_day
from sepa.pipeline.purge import purge
from sepa.store.places import fixtures_folder
from sepa.store.snapshots import kept_at, lay_out, profiles_of, read_snapshot
from tests.pipeline.conftest import STEPS
from tests.pipeline.house import DAY, House
from tools.sample_bank import A2, B1, TRADER, order, transfers

EVENING = "2026-04-02T22:00"


def audited(house: House, **how: object) -> Audited:
    with house.open() as home:
        return audit(home, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lived(sample_thursday: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sample day and the days after, with acts of people, sealed twice. Look, do not touch."""
    house = House(tmp_path_factory.mktemp("audited") / "home")
    shutil.copytree(sample_thursday.root, house.root)
    for step in STEPS[1:4]:
        house.run(step)
    with house.open() as home:
        seal_day(home, DAY, house.at(EVENING))
    house.release("2026-04-03T09:00", partner="stavebniny", day=DAY)
    house.run(STEPS[4])
    with house.open() as home:
        seal_day(home, datetime.date(2026, 4, 7), house.at("2026-04-07T22:00"))
    return house


@pytest.fixture
def copied(lived: House, tmp_path: Path) -> House:
    shutil.copytree(lived.root, tmp_path / "home")
    return House(tmp_path / "home")


def test_a_lived_week_is_whole(lived: House) -> None:
    found = audited(lived, all_files=True)
    assert (found.flaws, found.gone, found.fetched) == ((), (), ())
    assert [each.day for each in found.seals] == [DAY, datetime.date(2026, 4, 7)]
    assert found.links > 90


def test_an_audit_changes_nothing(copied: House) -> None:
    before = copied.digest(), copied.bytes_of()
    audited(copied)
    assert (copied.digest(), copied.bytes_of()) == before


def one(house: House, pattern: str) -> Path:
    return sorted(path for path in house.root.glob(pattern) if path.is_file())[0]


@pytest.mark.parametrize(
    "pattern",
    [
        "archive/[0-9a-f]*/*",
        "archive/quarantine/*",
        "archive/reference/*/*",
        "outbox/*/*.xml",
        "outbox/*/notices/*",
        "outbox/desk/seal_*.json",
        "clearing/out/*.csv",
        "clearing/out/*.manifest.json",
    ],
)
def test_a_file_that_was_changed_removed_or_added_is_named(copied: House, pattern: str) -> None:
    path = one(copied, pattern)
    place = str(path.relative_to(copied.root))
    kept = path.read_bytes()
    path.unlink()  # the same bytes may lie in two places
    path.write_bytes(kept[:-1] + b"#")
    assert (place, "changed") in {(each.place, each.what) for each in audited(copied).flaws}
    path.unlink()
    if "quarantine" not in pattern:  # it only shows what lies in the archive
        assert [(each.place, each.what) for each in audited(copied, all_files=True).flaws] == [
            (place, "removed")
        ]
    path.write_bytes(kept)
    assert audited(copied).flaws == ()
    path.with_name("more" + path.suffix).write_bytes(b"more")
    assert [each.what for each in audited(copied).flaws] == ["added"]


def test_a_file_that_was_fetched_is_only_named(copied: House) -> None:
    path = one(copied, "outbox/*/*.xml")
    path.unlink()
    found = audited(copied)
    assert (found.flaws, found.fetched) == ((), (str(path.relative_to(copied.root)),))


def test_files_exchanged_for_one_another_are_named(copied: House) -> None:
    one_file, other = sorted(copied.root.glob("outbox/*/*.xml"))[:2]
    one_bytes, other_bytes = one_file.read_bytes(), other.read_bytes()
    for path, content in ((one_file, other_bytes), (other, one_bytes)):
        path.unlink()
        path.write_bytes(content)
    assert [each.what for each in audited(copied).flaws] == ["changed", "changed"]


def test_a_seal_kept_outside_finds_a_past_that_was_rewritten(copied: House, tmp_path: Path) -> None:
    """Somebody plays the day anew with one file less, and publishes seals of his own: inside, all is whole."""
    kept = read_seal(one(copied, "outbox/desk/seal_2026-04-02*").read_bytes())
    assert audited(copied, seal=kept).flaws == ()
    (flaw,) = audited(copied, seal=msgspec.structs.replace(kept, digest="0" * 64)).flaws
    assert (flaw.place, flaw.what) == ("seal of 2026-04-02", "broken")
    forged = House.new(tmp_path / "forged")
    next(path for path in sorted((forged.root / "inbox").rglob("*")) if path.is_file()).unlink()
    for step in STEPS[:4]:
        forged.run(step)
    with forged.open() as home:
        seal_day(home, DAY, forged.at(EVENING))
    assert audited(forged).flaws == ()
    (flaw,) = audited(forged, seal=kept).flaws
    assert (flaw.place, flaw.what) == ("seal of 2026-04-02", "broken")


def test_a_seal_is_small_and_given_once(copied: House) -> None:
    with copied.open() as home:
        again = seal_day(home, DAY, copied.at(EVENING))
        before = home.journal.head()
        assert seal_day(home, DAY, copied.at(EVENING)) == again
        assert home.journal.head() == before
    told = json.loads((copied.root / again.path).read_text())
    assert told["day"] == "2026-04-02"
    assert told["digest"] == again.seal.digest


@pytest.mark.parametrize("content", [b"", b"{}", b'{"day": 3}'])
def test_what_is_no_seal_is_said(content: bytes) -> None:
    with pytest.raises(NoSeal, match="no seal of a day"):
        read_seal(content)


def test_what_was_purged_is_told_and_no_flaw(house: House) -> None:
    house.set_profile(records={"transaction_years": 10})
    ended = [order("E-PAID", "10.00", "Oceliareň", A2), order("E-BAD", "1.00", "Nikto", B1[:-1] + "0")]
    key = house.drop("stavebniny", "a.xml", transfers("M-1", TRADER, ended))
    house.run()
    with house.open() as home:
        purge(home, datetime.date(2026, 6, 1), by="Eva", reason="ten years", at=house.at("2036-06-01T10:00"),
              really=True)  # fmt: skip
    found = audited(house, all_files=True)
    assert found.flaws == ()
    assert [(each.file_key, each.by, each.reason) for each in found.gone] == [(key, "Eva", "ten years")]


def test_what_judged_and_settled_is_kept_for_good(copied: House, tmp_path: Path) -> None:
    """Every state of the reference folder, with the profile as it was read, comes back byte for byte."""
    copied.set_profile(ebanking={"maintenance_mode": "nothing"})
    copied.drop("stavebniny", "new.xml", transfers("M-9", TRADER, [order("E-9", "1.00", "Nikto", A2)]))
    copied.run("2026-04-08T09:00")
    with copied.open() as home:
        first, second = (read_snapshot(home.snapshots, each) for each in _in_order(home))
        assert profiles_of(home.snapshots, second) == home.versions
        lay_out(home.snapshots, first, tmp_path / "reference")
    bank = fixtures_folder() / "sample-bank" / "reference"
    files = {path.relative_to(bank): path.read_bytes() for path in bank.rglob("*") if path.is_file()}
    laid = {path.relative_to(tmp_path / "reference"): path.read_bytes()
            for path in (tmp_path / "reference").rglob("*") if path.is_file()}  # fmt: skip
    assert laid == files
    with copied.open() as home:
        lay_out(home.snapshots, second, tmp_path / "reference")
        assert "profile.yaml" in second.files
        lay_out(home.snapshots, first, tmp_path / "reference")
        assert not (tmp_path / "reference" / "profile.yaml").exists()
        changed = kept_at(home.snapshots, second.files["profile.yaml"])
    changed.chmod(0o600)
    changed.write_bytes(b"other")
    with copied.open() as home, pytest.raises(ValueError, match="other bytes"):
        lay_out(home.snapshots, second, tmp_path / "reference")


def _in_order(home: object) -> list[str]:
    journal = home.journal  # type: ignore[attr-defined]
    named = [journal.link(number).snapshot for number in range(1, journal.head() + 1)]
    return list(dict.fromkeys(named))


# --- the command ---


def test_the_command_tells_and_ends_with_one_when_the_past_was_changed(copied: House) -> None:
    run = CliRunner().invoke
    seal = one(copied, "outbox/desk/seal_2026-04-02*")
    whole = run(app, ["audit", "verify", "--home", str(copied.root), "--seal", str(seal)])
    assert (whole.exit_code, "every row and file is as it was written" in whole.stdout) == (0, True)
    assert "Nothing written before the seal of 2026-04-02 was changed since." in whole.stdout
    path = one(copied, "clearing/out/*.csv")
    path.write_bytes(b"")
    told = run(app, ["audit", "verify", "--home", str(copied.root), "--json"])
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.exit_code == 1
    assert [(each["kind"], each.get("place")) for each in lines] == [
        ("flaw", str(path.relative_to(copied.root))),
        ("audit", None),
    ]
    assert not lines[-1]["holds"]
    sealed = run(app, ["audit", "seal", "2026-04-08", "--at", "2026-04-08T22:00", "--home", str(copied.root)])
    assert (sealed.exit_code, "is sealed at link" in sealed.stdout) == (0, True)


def test_a_file_that_is_no_seal_is_wrong_usage(copied: House) -> None:
    from sepa.cli.options import Stop

    asked = ["audit", "verify", "--home", str(copied.root), "--seal", str(one(copied, "clearing/out/*.csv"))]
    ended = CliRunner().invoke(app, asked)
    assert isinstance(ended.exception, Stop)
    assert "no seal of a day" in str(ended.exception)
