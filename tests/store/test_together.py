"""Many small things written together: each whole or not at all, and all of them settled before anybody is told."""

import errno
import hashlib
import itertools
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sepa.model.broken import BrokenPromise
from sepa.store import together
from sepa.store.files import TEMPORARY, copy_hashed, move, publish
from sepa.store.together import settled_together
from tests.faults import Disk, Faults, Stopped


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Watched:
    """What the disk was asked for, in its order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fault: int | None = None) -> None:
        self.asked: list[str] = []
        self._link, self._fsync, self._system = os.link, os.fsync, together.settle_system
        monkeypatch.setattr(os, "link", self._note("link", self._link))
        monkeypatch.setattr(os, "fsync", self._note("fsync", self._fsync))
        monkeypatch.setattr(together, "settle_system", self._note("system", self._system))
        self._fault = fault

    def _note(self, what: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*given: object) -> None:
            self.asked.append(what)
            if self._fault is not None and what == "system":
                raise OSError(self._fault, os.strerror(self._fault))
            real(*given)

        return call


def test_many_files_wait_for_the_disk_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    with settled_together():
        for number in range(20):
            assert (
                publish(tmp_path, f"{number}.xml", b"%d" % number)
                == hashlib.sha256(b"%d" % number).hexdigest()
            )
        assert all(name.startswith(TEMPORARY) for name in names(tmp_path))
        assert watched.asked == []
    assert watched.asked == ["system", *["link"] * 20, "fsync"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        f"{number}.xml": b"%d" % number for number in range(20)
    }


def test_a_few_files_are_settled_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    with settled_together():
        publish(tmp_path, "a.xml", b"a")
        publish(tmp_path, "b.xml", b"b")
    assert watched.asked == ["fsync", "fsync", "link", "link", "fsync"]


@pytest.mark.parametrize("uname", [("Linux", "5.7.19-generic"), ("Darwin", "23.1.0")])
def test_where_a_system_would_not_tell_of_faults_each_file_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uname: tuple[str, str]
) -> None:
    said = os.uname_result((uname[0], "desk", uname[1], "", ""))
    monkeypatch.setattr(os, "uname", lambda: said)
    watched = Watched(monkeypatch)
    with settled_together():
        for number in range(10):
            publish(tmp_path, f"{number}.xml", b"")
    assert watched.asked == [*["fsync"] * 10, *["link"] * 10, "fsync"]


def test_so_many_are_open_at_once_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    with settled_together():
        for number in range(together._FULL + 1):
            publish(tmp_path, f"{number}.xml", b"")
        assert len([name for name in names(tmp_path) if name.startswith(TEMPORARY)]) == 1
    assert watched.asked.count("link") == together._FULL + 1


def test_copies_and_moves_are_settled_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, taken, archive = (tmp_path / name for name in ("inbox", "taken", "archive"))
    for folder in (inbox, taken, archive):
        folder.mkdir()
    (inbox / "a.xml").write_bytes(b"a")
    watched = Watched(monkeypatch)
    with settled_together():
        move(inbox / "a.xml", taken / "a.xml")
        assert watched.asked == []
        digest, size = copy_hashed(taken / "a.xml", archive)
    assert (archive / digest[:2] / digest).read_bytes() == b"a"
    assert (size, watched.asked.count("link"), watched.asked.count("fsync")) == (1, 1, 5)


def test_of_a_moved_file_the_new_folder_is_settled_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, taken = tmp_path / "inbox", tmp_path / "taken"
    for folder in (inbox, taken):
        folder.mkdir()
    (inbox / "a.xml").write_bytes(b"a")
    settled: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: settled.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    )
    with settled_together():
        move(inbox / "a.xml", taken / "a.xml")
    assert settled == [str(taken), str(inbox)]


@pytest.mark.parametrize("count", [3, 6], ids=["one-by-one", "by-their-disk"])
@pytest.mark.parametrize("keeps_names", [False, True], ids=["names-lost", "names-kept"])
@pytest.mark.parametrize("work", ["publish", "copy"])
def test_a_power_cut_at_any_point_leaves_all_or_nothing_of_each(
    tmp_path: Path, work: str, count: int, keeps_names: bool
) -> None:
    contents = [b"content %d" % number for number in range(count)]
    for content in contents:
        (tmp_path / content.decode()).write_bytes(content)
    for cut in itertools.count(1):
        folder = tmp_path / str(cut)
        folder.mkdir()
        points = itertools.count(1)
        faults = Faults(lambda *_, cut=cut, points=points: "power-cut" if next(points) == cut else None)
        faults.disk = Disk(folder)
        places = {}
        with suppress(Stopped), faults.into(), settled_together():
            for content in contents:
                name = digest = hashlib.sha256(content).hexdigest()
                places[folder / name if work == "publish" else folder / digest[:2] / digest] = content
                if work == "publish":
                    publish(folder, name, content)
                else:
                    copy_hashed(tmp_path / content.decode(), folder)
        faults.disk.lose(keeps_names=keeps_names)
        assert all(not place.exists() or place.read_bytes() == content for place, content in places.items())
        if not faults.gone:
            assert all(place.exists() for place in places), "what is done is done for good"
            break
    assert cut > 4


def test_what_the_disk_refuses_is_named_and_nothing_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Watched(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        _publish_together(tmp_path, 10)
    assert names(tmp_path) == []


def test_other_bytes_under_the_name_are_found_at_the_end(tmp_path: Path) -> None:
    publish(tmp_path, "a.xml", b"a")
    with settled_together():
        publish(tmp_path, "a.xml", b"a")
    with pytest.raises(BrokenPromise), settled_together():
        publish(tmp_path, "a.xml", b"b")
    assert (names(tmp_path), (tmp_path / "a.xml").read_bytes()) == (["a.xml"], b"a")


def test_after_a_failure_the_next_is_no_part_of_it(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        _publish_together(tmp_path, 1, into=tmp_path / "nowhere")
    publish(tmp_path, "b.xml", b"b")
    assert names(tmp_path) == ["b.xml", "nowhere"]


def _publish_together(folder: Path, count: int, into: Path | None = None) -> None:
    with settled_together():
        for number in range(count):
            publish(folder, f"{number}.xml", b"")
        if into is not None:
            into.touch()
            publish(into, "a.xml", b"")


def test_a_group_within_a_group_is_the_same_group(tmp_path: Path) -> None:
    with settled_together():
        with settled_together():
            publish(tmp_path, "a.xml", b"a")
        assert "a.xml" not in names(tmp_path)
    assert names(tmp_path) == ["a.xml"]


def test_the_disk_is_really_asked(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    together.settle_system(descriptor)
    os.close(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        together.settle_system(descriptor)
