"""The inbox's wake-up: it tells of each file once it is quiet, touches nothing, and forgets what was taken."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "partner").mkdir()
    return tmp_path


def test_only_finished_names_in_partners_folders_count(inbox: Path) -> None:
    from sepa.orchestration.triggers import files_in

    for name in ("partner/a.xml", "partner/b.xml.part", "partner/.hidden", "loose.xml"):
        (inbox / name).write_text("x")
    (inbox / "partner/.taken").mkdir()
    (inbox / "partner/.taken/c.xml").write_text("x")
    assert {name for name, _, _ in files_in(inbox)} == {"partner/a.xml"}


def test_each_file_is_told_once_and_again_when_it_changed(inbox: Path) -> None:
    def change() -> None:
        (inbox / "partner/a.xml").write_text("longer")

    (inbox / "partner/a.xml").write_text("x")
    (inbox / "partner/b.xml").write_text("x")
    assert told(inbox, 3, after_two=change) == ["partner/a.xml", "partner/b.xml", "partner/a.xml"]


def test_a_file_that_was_taken_and_comes_again_is_told_again(inbox: Path) -> None:
    def again() -> None:
        (inbox / "partner/a.xml").unlink()
        (inbox / "partner/a.xml").write_text("x")
        os.utime(inbox / "partner/a.xml", (1, 1))

    (inbox / "partner/a.xml").write_text("x")
    (inbox / "partner/b.xml").write_text("x")
    assert told(inbox, 3, after_two=again) == ["partner/a.xml", "partner/b.xml", "partner/a.xml"]


def test_a_trigger_comes_back_from_what_airflow_stores(inbox: Path) -> None:
    from sepa.orchestration.triggers import InboxTrigger

    path, arguments = InboxTrigger(str(inbox)).serialize()
    assert path == f"{InboxTrigger.__module__}.{InboxTrigger.__qualname__}"
    assert InboxTrigger(**arguments).serialize() == (path, arguments)


def told(inbox: Path, count: int, *, after_two: Callable[[], None]) -> list[str]:
    """The names in the first `count` events; `after_two` happens when the second was told."""
    from sepa.orchestration.triggers import InboxTrigger

    async def listen() -> list[str]:
        names: list[str] = []
        async for event in InboxTrigger(str(inbox), poke_interval=0.01).run():
            names.append(event.payload["name"])
            if len(names) == 2:
                after_two()
            if len(names) == count:
                break
        return names

    return asyncio.run(asyncio.wait_for(listen(), timeout=30))
