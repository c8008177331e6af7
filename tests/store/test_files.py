"""Files come in under their digest and go out once and whole, whoever is killed in between."""

import hashlib
import itertools
import os
import stat
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sepa.model.broken import BrokenPromise
from sepa.store import files
from sepa.store.files import (
    NAME_BYTES,
    NAME_CHARS,
    copy_hashed,
    draft_in,
    move,
    publish,
    safe_name,
    sweep,
)
from sepa.store.leases import is_open_for_writing
from tests.faults import Disk, Faults, Stopped

CONTENT = b"<Document/>" * 200_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Killed(BaseException):
    """The worker was killed here."""


def _killed(*_: object, **__: object) -> None:
    raise Killed


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.xml"
    path.write_bytes(CONTENT)
    return path


# --- in ---


def test_a_copy_lies_under_its_digest(tmp_path: Path, source: Path) -> None:
    archive = tmp_path / "archive"
    assert copy_hashed(source, archive) == (DIGEST, len(CONTENT))
    kept = archive / DIGEST[:2] / DIGEST
    assert kept.read_bytes() == CONTENT
    assert (mode(kept), mode(kept.parent), mode(archive)) == (0o600, 0o700, 0o700)
    assert source.read_bytes() == CONTENT
    assert [path for path in archive.rglob("*") if path.is_file()] == [kept]


def test_the_same_bytes_again_change_nothing(tmp_path: Path, source: Path) -> None:
    archive = tmp_path / "archive"
    copy_hashed(source, archive)
    kept = archive / DIGEST[:2] / DIGEST
    before = kept.stat()
    assert copy_hashed(source, archive) == (DIGEST, len(CONTENT))
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_empty_file_has_a_digest_too(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert copy_hashed(tmp_path / "empty", tmp_path) == (hashlib.sha256(b"").hexdigest(), 0)


@pytest.mark.parametrize("step", ["_settle", "_appear", "settle_folder"])
def test_a_killed_copy_is_made_by_the_next(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    with monkeypatch.context() as cut:
        cut.setattr(files, step, _killed)
        with pytest.raises(Killed):
            copy_hashed(source, archive)
    for found in archive.rglob("*"):
        assert found.is_dir() or found.read_bytes() == CONTENT
    assert copy_hashed(source, archive) == (DIGEST, len(CONTENT))
    assert (archive / DIGEST[:2] / DIGEST).read_bytes() == CONTENT


# --- out ---


def test_a_file_appears_whole(tmp_path: Path) -> None:
    assert publish(tmp_path, "a.xml", CONTENT) == DIGEST
    assert (tmp_path / "a.xml").read_bytes() == CONTENT
    assert mode(tmp_path / "a.xml") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.xml"]


def test_a_file_is_published_from_a_file_that_stays(tmp_path: Path, source: Path) -> None:
    assert publish(tmp_path, "a.xml", source) == DIGEST
    assert (tmp_path / "a.xml").read_bytes() == source.read_bytes() == CONTENT
    assert (tmp_path / "a.xml").stat().st_ino != source.stat().st_ino


def test_publishing_the_same_bytes_again_is_fine(tmp_path: Path) -> None:
    publish(tmp_path, "a.xml", CONTENT)
    before = (tmp_path / "a.xml").stat()
    assert publish(tmp_path, "a.xml", CONTENT) == DIGEST
    assert (tmp_path / "a.xml").stat().st_ino == before.st_ino


def test_other_bytes_under_a_name_are_our_fault(tmp_path: Path) -> None:
    publish(tmp_path, "a.xml", CONTENT)
    with pytest.raises(BrokenPromise, match="other bytes"):
        publish(tmp_path, "a.xml", CONTENT + b" ")
    assert (tmp_path / "a.xml").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["a.xml"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "/a", "a/", ".tmp-a"])
def test_only_plain_names_are_published(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        publish(tmp_path, name, b"")
    assert list(tmp_path.iterdir()) == []


def test_a_link_under_the_name_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.xml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises((BrokenPromise, FileNotFoundError)):
        publish(tmp_path, "a.xml", CONTENT)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("step", ["_settle", "digest_of", "_appear", "settle_folder"])
def test_a_killed_publication_leaves_all_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(files, step, _killed)
        with pytest.raises(Killed):
            publish(tmp_path, "a.xml", CONTENT)
    assert [path.read_bytes() for path in tmp_path.iterdir()] in ([], [CONTENT])
    assert publish(tmp_path, "a.xml", CONTENT) == DIGEST


# --- leavings ---


def test_a_file_that_is_moved_is_never_in_neither_folder(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[Path] = []
    monkeypatch.setattr("sepa.store.files.settle_folder", settled.append)
    place = tmp_path / "place" / "file"
    place.parent.mkdir()
    move(source, place)
    assert place.is_file()
    assert settled == [place.parent, source.parent], "the new name first, whatever the hash seed"


@pytest.mark.parametrize("keeps_names", [False, True], ids=["names-lost", "names-kept"])
@pytest.mark.parametrize("work", ["publish", "copy"])
def test_a_power_cut_at_any_point_leaves_all_or_nothing(
    tmp_path: Path, source: Path, work: str, keeps_names: bool
) -> None:
    for cut in itertools.count(1):
        folder = tmp_path / str(cut)
        folder.mkdir()
        place = folder / "name" if work == "publish" else folder / DIGEST[:2] / DIGEST
        points = itertools.count(1)
        faults = Faults(lambda *_, cut=cut, points=points: "power-cut" if next(points) == cut else None)
        faults.disk = Disk(folder)
        with suppress(Stopped), faults.into():
            publish(folder, "name", source) if work == "publish" else copy_hashed(source, folder)
        faults.disk.lose(keeps_names=keeps_names)
        assert not place.exists() or place.read_bytes() == CONTENT
        if not faults.gone:
            assert place.exists(), "what is done is done for good"
            break
    assert cut > 4


def test_what_a_killed_worker_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    left = [tmp_path / ".tmp-one", tmp_path / ".tmp-two"]
    kept = [tmp_path / "tmp-three", tmp_path / "ab" / ".tmp-below", tmp_path / ".hidden"]
    for path in (*left, *kept):
        path.touch()
    (tmp_path / ".tmp-folder").mkdir()
    (tmp_path / ".tmp-link").symlink_to(kept[0])
    assert sweep(tmp_path) == sorted(left)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in (*kept, tmp_path / ".tmp-link", tmp_path / ".tmp-folder"))
    assert sweep(tmp_path) == []


def test_a_draft_that_somebody_alive_writes_is_not_swept(tmp_path: Path) -> None:
    with draft_in(tmp_path) as (out, draft):
        out.write(b"half")
        assert sweep(tmp_path) == []
        assert draft.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_draft_that_was_swept_before_it_was_held_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, swept = tempfile.mkstemp, []

    def made_and_swept(**where: Any) -> tuple[int, str]:
        made = real(**where)
        if not swept:
            swept.extend(sweep(tmp_path))
        return made

    monkeypatch.setattr(tempfile, "mkstemp", made_and_swept)
    publish(tmp_path, "report.xml", CONTENT)
    assert len(swept) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["report.xml"]


# --- still being written ---


@pytest.mark.parametrize(
    ("flags", "is_open"),
    [
        pytest.param(os.O_WRONLY, True, id="writing"),
        pytest.param(os.O_RDWR, True, id="reading-and-writing"),
        pytest.param(os.O_WRONLY | os.O_APPEND, True, id="appending"),
        pytest.param(os.O_RDONLY, False, id="reading"),
    ],
)
def test_a_file_that_someone_writes_is_seen(source: Path, flags: int, is_open: bool) -> None:
    assert not is_open_for_writing(source)
    descriptor = os.open(source, flags)
    try:
        assert is_open_for_writing(source) == is_open
    finally:
        os.close(descriptor)
    assert not is_open_for_writing(source)


def test_where_there_are_no_leases_nobody_is_seen(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(files.fcntl, "F_SETLEASE")
    with source.open("ab"):
        assert not is_open_for_writing(source)


# --- names ---


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        pytest.param("pain.001_2026-04-02.xml", "pain.001_2026-04-02.xml", id="as-it-is"),
        pytest.param("výplaty máj.xml", "výplaty máj.xml", id="letters"),
        pytest.param("../../etc/passwd", "_._.._etc_passwd", id="path"),
        pytest.param("a\\b:c", "a_b_c", id="other-systems"),
        pytest.param("a\nb\x00c\x1b[31m", "a_b_c_[31m", id="controls"),
        pytest.param("a\u202egnp.xml", "a_gnp.xml", id="right-to-left"),
        pytest.param("a\u2028b\u200bc", "a_b_c", id="invisible"),
        pytest.param(".hidden", "_hidden", id="hidden"),
        pytest.param("  a \t b  ", "a _ b", id="blanks"),
        pytest.param("", "_", id="empty"),
        pytest.param("...", "_..", id="points"),
        pytest.param("x" * 300, "x" * NAME_CHARS, id="long"),
        pytest.param("ž" * 300, "ž" * NAME_CHARS, id="long-in-two-bytes"),
        pytest.param("€" * 300, "€" * 66, id="long-in-three-bytes"),
        pytest.param("a\udcffb", "a_b", id="not-text"),
        pytest.param("e\u0301.xml", "é.xml", id="composed"),
    ],
)
def test_names_from_outside_are_made_safe(told: str, safe: str) -> None:
    assert safe_name(told) == safe


@given(st.text(max_size=200))
@example("." * 200)
@example(" " * 200)
@example("\u0344" * 100)
def test_a_safe_name_is_one_plain_line_that_stays_as_it_is(text: str) -> None:
    name = safe_name(text)
    assert 1 <= len(name) <= NAME_CHARS
    assert Path(name).name == name
    assert not name.startswith(".")
    assert not any(unicodedata.category(letter).startswith(("C", "Zl", "Zp")) for letter in name)
    assert len(name.encode("utf-8")) <= NAME_BYTES
    assert safe_name(name) == name
