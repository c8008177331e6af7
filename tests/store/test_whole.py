"""Work in between is there whole or not at all; whoever comes first stays; what was changed is not there."""

from pathlib import Path

import pytest

from sepa.store.whole import code_digest, leave, left


def test_what_is_left_is_found_and_the_first_stays(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert left(folder, "part") is None
    assert leave(folder, "part", b"judged", drafts=tmp_path)
    assert not leave(folder, "part", b"judged later", drafts=tmp_path)
    assert left(folder, "part") == b"judged"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_what_was_changed_is_not_trusted(tmp_path: Path, place: int) -> None:
    leave(tmp_path, "part", b"judged", drafts=tmp_path)
    content = bytearray((tmp_path / "part").read_bytes())
    content[place] ^= 1
    (tmp_path / "part").write_bytes(content)
    assert left(tmp_path, "part") is None


@pytest.mark.parametrize("size", [0, 10, 32, 37])
def test_what_was_cut_off_is_not_trusted(tmp_path: Path, size: int) -> None:
    leave(tmp_path, "part", b"judged", drafts=tmp_path)
    (tmp_path / "part").write_bytes((tmp_path / "part").read_bytes()[:size])
    assert left(tmp_path, "part") is None


def test_the_code_has_one_digest() -> None:
    assert code_digest() == code_digest.__wrapped__()
    assert len(code_digest()) == 64
