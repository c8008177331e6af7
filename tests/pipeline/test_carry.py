"""Carrying: what lies in a bucket comes in once, what left the desk goes out once, whoever is killed in between.

Played with a folder and with a server that speaks S3, both through the very library that a bank would use.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sepa.model.broken import BrokenPromise
from sepa.pipeline.carry import Carried, carry_in, carry_out
from sepa.pipeline.undone import LeftUndone
from sepa.store.bucket import Bucket, Gone, NoBucket
from tests.pipeline.house import THURSDAY, House
from tools.sample_bank import GOOD

A = "stavebniny"
NAME = f"inbox/{A}/a.xml"
WAITS = "another file of this name waits in the inbox to be claimed"
LATER = "2099-01-01T10:00"


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The URL of a server of ours that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def bucket(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Bucket]":
    if request.param == "folder":
        yield Bucket((tmp_path / "bucket").as_uri())
        return
    endpoint = request.getfixturevalue("s3")
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "desk",
        "AWS_SECRET_ACCESS_KEY": "not-secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = "b" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    client = boto3.client("s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield Bucket(f"s3://{name}/desk")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.new(tmp_path / "home", sample=False)


def lay(bucket: Bucket, tmp_path: Path, name: str, content: str) -> None:
    """As a sender does: one object, whole."""
    source = tmp_path / "sent"
    source.write_text(content, "utf-8")
    bucket.put(name, source)


def bring(house: House, bucket: Bucket) -> Carried:
    with house.open() as home:
        return carry_in(home, bucket)


def send(house: House, bucket: Bucket) -> Carried:
    with house.open() as home:
        return carry_out(home, bucket)


def in_inbox(house: House) -> dict[str, str]:
    folder = house.root / "inbox" / A
    return {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}


# --- in ---


def test_what_a_sender_laid_down_is_judged_once(house: House, bucket: Bucket, tmp_path: Path) -> None:
    lay(bucket, tmp_path, NAME, GOOD)
    assert bring(house, bucket) == Carried((NAME,))
    assert in_inbox(house) == {"a.xml": GOOD}
    assert bucket.found("inbox", deep=True) == []
    assert house.claim() == [f"{A}/a.xml"]
    assert bring(house, bucket) == Carried()


@pytest.mark.parametrize(
    ("objects", "comes", "stays"),
    [
        pytest.param(
            {"a.xml": GOOD, "a.xml.ok": ""}, ["a.xml", "a.xml.ok"], {}, id="a mark goes with its file"
        ),
        pytest.param({"a.xml.sha256": "0"}, [], {"a.xml.sha256": None}, id="a mark waits for its file"),
        pytest.param(
            {"a.xml.part": GOOD},
            [],
            {"a.xml.part": "its name says that it is not finished; rename it when it is"},
            id="an unfinished name",
        ),
        pytest.param(
            {".a.xml": GOOD, "b.xml": "<b/>"},
            ["b.xml"],
            {
                ".a.xml": "its name cannot be a file's here; use letters, digits, '-', '_' and '.', at most 100 of them"
            },
            id="a hidden name keeps no other back",
        ),
        pytest.param({"deep/a.xml": GOOD}, [], {"deep/a.xml": None}, id="a folder below is not looked into"),
    ],
)
def test_what_comes_and_what_stays(
    house: House,
    bucket: Bucket,
    tmp_path: Path,
    objects: dict[str, str],
    comes: list[str],
    stays: dict[str, str | None],
) -> None:
    for name, content in objects.items():
        lay(bucket, tmp_path, f"inbox/{A}/{name}", content)
    done = bring(house, bucket)
    assert sorted(in_inbox(house)) == sorted(comes)
    assert bucket.found("inbox", deep=True) == sorted(f"inbox/{A}/{name}" for name in stays)
    assert dict(done.left) == {f"inbox/{A}/{name}": why for name, why in stays.items() if why}


def test_nobody_is_a_partner_by_laying_something_down(house: House, bucket: Bucket, tmp_path: Path) -> None:
    lay(bucket, tmp_path, "inbox/nobody/a.xml", GOOD)
    assert bring(house, bucket) == Carried()
    assert not (house.root / "inbox" / "nobody").exists()


def test_a_name_that_waits_is_not_replaced(house: House, bucket: Bucket, tmp_path: Path) -> None:
    house.drop(A, "a.xml", "<other/>")
    lay(bucket, tmp_path, NAME, GOOD)
    assert bring(house, bucket) == Carried((), ((NAME, WAITS),))
    assert in_inbox(house) == {"a.xml": "<other/>"}
    house.claim()
    assert bring(house, bucket) == Carried((NAME,))


def test_a_file_waits_with_a_mark_that_cannot_come(house: House, bucket: Bucket, tmp_path: Path) -> None:
    house.drop(A, "a.xml.sha256", "1")
    lay(bucket, tmp_path, NAME, GOOD)
    lay(bucket, tmp_path, f"{NAME}.sha256", "2")
    assert bring(house, bucket) == Carried((), ((f"{NAME}.sha256", WAITS),))
    assert in_inbox(house) == {"a.xml.sha256": "1"}


def stays_unclaimed(house: House) -> None:
    pass


def is_claimed(house: House) -> None:
    assert house.claim(LATER) == [f"{A}/a.xml"]


def is_half_claimed(house: House) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sepa.pipeline.claim._record", _killed)
        with pytest.raises(Killed):
            house.claim(LATER)


class Killed(BaseException):
    pass


def _killed(*_: Any) -> None:
    raise Killed


@pytest.mark.parametrize("then", [stays_unclaimed, is_claimed, is_half_claimed])
def test_a_carrier_killed_before_it_removed_the_object(
    house: House,
    bucket: Bucket,
    tmp_path: Path,
    then: Callable[[House], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lay(bucket, tmp_path, NAME, GOOD)
    with monkeypatch.context() as patch:
        patch.setattr(bucket, "remove", _killed)
        with pytest.raises(Killed):
            bring(house, bucket)
    then(house)
    assert bring(house, bucket) == Carried((NAME,))
    assert bucket.found("inbox", deep=True) == []
    house.claim(LATER)
    with house.open() as home:
        assert [file.name for file in home.journal.find_files()] == ["a.xml"]
        assert [
            each.occasion for each in home.journal.reports_due() if each.occasion.startswith("repeat")
        ] == []
    assert in_inbox(house) == {}


def test_what_is_laid_down_anew_is_a_repeat(house: House, bucket: Bucket, tmp_path: Path) -> None:
    house.drop(A, "a.xml", GOOD)
    house.claim(THURSDAY)
    lay(bucket, tmp_path, NAME, GOOD)
    assert bring(house, bucket) == Carried((NAME,))
    assert house.claim(LATER) == [f"{A}/a.xml"]
    with house.open() as home:
        assert [each.occasion.split(":")[0] for each in home.journal.reports_due()] == ["repeat"]


def test_what_is_written_while_it_is_read_waits(
    house: House, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(bucket, tmp_path, NAME, "<half>")
    fetch = bucket.fetch

    def slow(name: str, out: Any) -> str:
        told = fetch(name, out)
        lay(bucket, tmp_path, NAME, GOOD)
        return told

    monkeypatch.setattr(bucket, "fetch", slow)
    ((name, why),) = bring(house, bucket).left
    assert (name, why) == (NAME, "it was written, or carried by another, while it was read")
    assert in_inbox(house) == {}
    monkeypatch.undo()
    bring(house, bucket)
    assert in_inbox(house) == {"a.xml": GOOD}


def test_one_failure_keeps_no_other_object_back(
    house: House, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ("a", "b", "c"):
        lay(bucket, tmp_path, f"inbox/{A}/{each}.xml", f"<{each}/>")
    fetch = bucket.fetch

    def broken(name: str, out: Any) -> str:
        if name.endswith("b.xml"):
            raise OSError("the line is down")
        return fetch(name, out)

    monkeypatch.setattr(bucket, "fetch", broken)
    with pytest.raises(LeftUndone, match=r"b\.xml: OSError: the line is down"):
        bring(house, bucket)
    assert sorted(in_inbox(house)) == ["a.xml", "c.xml"]


# --- out ---


def left_here(house: House) -> dict[str, bytes]:
    folders = (house.root / "outbox", house.root / "clearing" / "out")
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(house.root)): path.read_bytes() for path in files}


def lies_there(bucket: Bucket, tmp_path: Path) -> dict[str, bytes]:
    found = {}
    for name in [name for start in ("outbox", "clearing") for name in bucket.found(start, deep=True)]:
        with (tmp_path / "fetched").open("w+b") as out:
            bucket.fetch(name, out)
            out.seek(0)
            found[name] = out.read()
    return found


def test_all_that_left_goes_out_in_its_very_bytes(bucket: Bucket, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home")
    house.run()
    left = left_here(house)
    done = send(house, bucket)
    assert set(done.carried) == set(left)
    assert lies_there(bucket, tmp_path) == left
    assert left_here(house) == {}
    manifests = [place for place, name in enumerate(done.carried) if name.endswith(".manifest.json")]
    assert manifests
    for place in manifests:  # whoever waits for a manifest finds what it speaks of
        assert done.carried.index(done.carried[place].removesuffix(".manifest.json")) < place
    assert send(house, bucket) == Carried()


def test_what_the_journal_does_not_know_stays(house: House, bucket: Bucket) -> None:
    unknown = house.root / "outbox" / A / "a.pdf"
    unknown.parent.mkdir(exist_ok=True)
    unknown.write_bytes(b"?")
    name = f"outbox/{A}/a.pdf"
    assert send(house, bucket) == Carried(
        (), ((name, "the journal does not know it yet; the next run of the desk tells it"),)
    )
    assert bucket.found("outbox", deep=True) == []


@pytest.mark.parametrize("there", [b"", b"<cut sh", None], ids=["empty", "cut short", "whole"])
def test_a_carrier_killed_before_it_removed_the_file(
    bucket: Bucket, tmp_path: Path, there: bytes | None
) -> None:
    house = House.new(tmp_path / "home")
    house.run()
    left = left_here(house)
    name, content = next(iter(left.items()))
    (tmp_path / "half").write_bytes(content if there is None else there)
    bucket.put(name, tmp_path / "half")
    send(house, bucket)
    assert lies_there(bucket, tmp_path) == left


def test_a_file_changed_since_it_left_is_not_sent(bucket: Bucket, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home")
    house.run()
    changed = next((house.root / "clearing" / "out").glob("*.xml"))
    changed.write_bytes(changed.read_bytes().replace(b"EUR", b"USD"))
    others = set(left_here(house)) - {f"clearing/out/{changed.name}"}
    with pytest.raises(LeftUndone, match=f"{re.escape(changed.name)} was changed after it was published"):
        send(house, bucket)
    assert set(lies_there(bucket, tmp_path)) == others
    assert changed.exists()


def test_what_does_not_arrive_whole_stays(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.new(tmp_path / "home")
    house.run()
    left = left_here(house)
    monkeypatch.setattr(bucket, "put", lambda name, content: None)
    with pytest.raises(LeftUndone, match=BrokenPromise.__name__):
        send(house, bucket)
    assert left_here(house) == left


def test_the_bank_led_a_folder_elsewhere(bucket: Bucket, tmp_path: Path) -> None:
    house = House.new(tmp_path / "home")
    (tmp_path / "elsewhere").mkdir()
    folder = house.root / "outbox" / A
    if folder.exists():
        folder.rmdir()
    folder.symlink_to(tmp_path / "elsewhere")
    house.run()
    assert not [name for name in send(house, bucket).carried if name.startswith(f"outbox/{A}/")]
    assert list((tmp_path / "elsewhere").iterdir())


# --- which bucket ---


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "named as in s3://"),
        ("some/folder", "named as in s3://"),
        ("s3://key:secret@bucket/desk", "without a key or a password"),
        ("nowhere://bucket", "nowhere:// is no storage that is known here"),
        ("gs://bucket", "gs:// needs a library that is not installed: gcsfs"),
    ],
)
def test_what_is_no_bucket(url: str, said: str) -> None:
    with pytest.raises(NoBucket) as told:
        Bucket(url)
    assert said in str(told.value)
    assert "secret" not in str(told.value).replace("a password", "")


def test_an_object_taken_back_while_it_is_read(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(Gone), (tmp_path / "out").open("wb") as out:
        bucket.fetch("inbox/nobody/a.xml", out)
    bucket.remove("inbox/nobody/a.xml")
    assert bucket.stored("inbox/nobody/a.xml") is None
