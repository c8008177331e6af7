"""Small files judged ahead, on all cores: the same as one after the other, whatever they have in common."""

import gc
import os
import shutil
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sepa.pipeline.judge
from sepa.decide.judging import Judging
from sepa.pipeline import ahead
from sepa.pipeline.ahead import JudgedAhead, judged_ahead
from sepa.pipeline.claim import claim
from sepa.pipeline.judge import judge_all
from sepa.pipeline.undone import LeftUndone
from tests.pipeline.house import THURSDAY, House
from tests.pipeline.test_together import A, orders, state
from tools.sample_bank import B1, GOOD, TRADER, order, transfers

FILES = 8


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers, and a few files are many."""
    monkeypatch.setenv("SEPA_WORKERS", "2")
    monkeypatch.setattr(ahead, "WORTH_FILES", 2)


def contents() -> list[str]:
    """Files that have nothing in common, a MsgId that comes again, orders that come again, bad files and bad orders."""
    again = transfers("SMALL-OTHER", TRADER, [order("REF-1", "10.00", "Oceliareň", B1)])
    bad = transfers("BAD-1", TRADER, [order("BAD", "1.00", "X", B1[:-1] + "0")])
    known = transfers("SMALL-2", TRADER, [order("REF-NEW", "11.00", "Oceliareň", B1)])
    return [*map(orders, range(FILES)), again, known, bad, GOOD[:700], "", orders(0)]


def filled(house: House, mixed: int) -> None:
    files = contents()
    files = files[mixed * 3 :] + files[: mixed * 3][::-1]
    for number, content in enumerate(files):
        house.drop(A, f"{number:02}.xml", content)


def copied(house: House, to: Path) -> House:
    other = House(to)
    shutil.copytree(house.root, other.root)
    return other


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each file that was judged ahead was put down as it was."""
    found: list[bool] = []
    real = JudgedAhead.put_down
    monkeypatch.setattr(
        JudgedAhead, "put_down", lambda self, *given: (found.append(real(self, *given)), found[-1])[1]
    )
    return found


@pytest.mark.parametrize("mixed", range(4))
def test_ahead_or_one_after_the_other_comes_to_the_same(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mixed: int
) -> None:
    filled(house, mixed)
    other = copied(house, tmp_path / "other")
    put_down = counted(monkeypatch)
    house.run()
    assert put_down.count(False) == 2, "the MsgId and the order that came again"
    assert put_down.count(True) == len(contents()) - 3, "and the same bytes are one file"
    monkeypatch.setenv("SEPA_WORKERS", "1")
    other.run()
    assert len(put_down) == len(contents()) - 1
    assert state(house) == state(other)
    assert house.digest() == other.digest()
    with house.open() as home:
        assert home.journal.audit() == []


def judged(house: House) -> None:
    with house.open() as home:
        at = house.at(THURSDAY)
        claim(home, at)
        judge_all(home, home.journal.unjudged(), at=at)


def test_a_fork_that_is_gone_leaves_its_files_to_this_process(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(house, 1)
    other = copied(house, tmp_path / "other")
    parent, real, seen = os.getpid(), ahead._judged, []

    def gone(*given: Any) -> JudgedAhead:
        seen.append(given)
        if len(seen) == 3 and os.getpid() != parent:
            os._exit(9)
        return real(*given)

    put_down = counted(monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(ahead, "_judged", gone)
        judged(house)
    assert len(put_down) == 4, "two of each fork"
    judged(other)
    assert state(house) == state(other)


def test_what_fails_ahead_fails_here_and_keeps_no_other_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(house, 2)
    with house.open() as home:
        at = house.at(THURSDAY)
        claim(home, at)
        keys = home.journal.unjudged()
        for module in (ahead, sepa.pipeline.judge):
            monkeypatch.setattr(module, "judge_stream", failing(module.judge_stream, keys[5]))
        with pytest.raises(LeftUndone, match=f"{len(keys) - 1} done, 1 left undone: file {keys[5][:12]}"):
            judge_all(home, keys, at=at)
        assert home.journal.unjudged() == [keys[5]]
        assert home.journal.audit() == []


def failing(real: Callable[..., Any], key: str) -> Callable[..., Any]:
    def judge_stream(source: Any, desk: Any, file_key: str, **given: Any) -> Any:
        if file_key == key:
            raise ZeroDivisionError
        return real(source, desk, file_key, **given)

    return judge_stream


def test_limits_of_a_day_are_reached_in_the_order_of_the_files(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = house.root / "reference" / "limits.csv"
    limits.write_text(
        f"partner,valid_from,per_order,per_day\n{A},2026-01-01T00:00:00+01:00,,35.00\n", "utf-8"
    )
    for number in range(FILES):
        house.drop(A, f"{number:02}.xml", orders(number))
    other = copied(house, tmp_path / "other")
    put_down = counted(monkeypatch)
    judged(house)
    assert put_down == [], "only whoever seals knows what came before"
    monkeypatch.setenv("SEPA_WORKERS", "1")
    judged(other)
    assert state(house) == state(other)
    assert [each.state for each in house.all_orders()] == ["waiting"] * 3 + ["rejected"] * 5


def test_a_file_that_is_judged_already_is_passed_over(house: House) -> None:
    filled(house, 3)
    with house.open() as home:
        at = house.at(THURSDAY)
        claim(home, at)
        keys = home.journal.unjudged()
        judge_all(home, keys[:3], at=at)
        with judged_ahead(home, home.reference(), keys) as others:
            assert others.take(keys[1]) is None
            made = others.take(keys[4])
            assert made is not None
            assert made.file_key == keys[4]
            assert others.take(keys[3]) is None, "it came before"
            assert others.take(keys[4]) is None, "each is given once"
            assert others.take("f" * 64) is None


def test_few_files_or_one_worker_begin_no_fork(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(house, 0)
    put_down = counted(monkeypatch)
    monkeypatch.setattr(ahead, "WORTH_FILES", 50)
    judged(house)
    assert put_down == []


def test_a_fork_keeps_no_file_that_it_has_judged(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks for no cycles by itself, and ten thousand files came to half a gigabyte."""
    monkeypatch.setattr(ahead, "_AT_ONE_MOMENT", 2)
    judged: list[weakref.ref[Judging]] = []
    begin = Judging.__init__

    def noted(self: Judging, *given: Any, **named: Any) -> None:
        judged.append(weakref.ref(self))
        begin(self, *given, **named)

    monkeypatch.setattr(Judging, "__init__", noted)
    filled(house, 0)
    house.claim()
    gc.disable()
    try:
        with house.open() as home:
            assert len(list(ahead._share(home, home.reference(), home.journal.unjudged()))) > FILES
            kept = [each for each in judged if each() is not None]
    finally:
        gc.enable()
    assert len(judged) >= FILES
    assert kept == []
