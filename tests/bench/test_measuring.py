"""The bench runs and says what it measured. No time is asserted here: `make bench` shows those."""

import math
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from bench import harness
from bench.cases import CASES, MILLION, Case
from bench.figures import SAVED, Figure, Figures, Round, exponent, load, save
from bench.harness import Measurement, chosen, foreseen_seconds, measure, refuse_full_disk
from bench.page import PAGE, pictures, text
from bench.plots import memory_plot, time_plot
from bench.spent import BenchFault, Spent, run
from bench.targets import targets

ROOT = Path(__file__).resolve().parents[2]
MACHINE = {
    "measured": "2026-04-02 10:00 UTC", "commit": "abc", "cores": "2", "CPU": "one", "memory": "8 GB", "load": "0.1",
    "Python": "3.11", "SQLite": "3", "lxml": "6", "SQLAlchemy": "2",
}  # fmt: skip


def figure(orders: int, ratio: float = 1.5, megabytes: float = 200.0, *, times: int = 1) -> Figure:
    """Ours takes `ratio` U of one microsecond an order, in three stages alike."""
    unit = orders / 1e6
    stage = Spent(unit * ratio / 3, unit * ratio / 2)
    stages = {"one": stage, "two": stage, "three": stage}
    slower = {name: Spent(2 * wall, 3 * cpu) for name, (wall, cpu) in stages.items()}
    rounds = [
        Round(Spent(unit, unit), stages, megabytes),
        *[Round(Spent(unit, unit), slower, 1.0)] * (times - 1),
    ]
    return Figure(orders, orders * 940, MACHINE, tuple(rounds))


def figures(**changed: float) -> Figures:
    ratios = {"intake": 1.5, "one-core": 3.0, "settlement": 0.9, "refused": 2.0, **changed}
    return {
        case: {size: figure(size, ratio) for size in (10_000, 100_000, MILLION)}
        for case, ratio in ratios.items()
    }


@pytest.mark.slow
def test_every_case_runs_and_is_saved(tmp_path: Path) -> None:
    saved = tmp_path / "figures.json"
    databases = {name for name, case in CASES.items() if case.store == "PostgreSQL"}
    options = ["all", "--small", "--without", *sorted(databases), "--saved", str(saved)]
    ran = subprocess.run(
        [sys.executable, "-m", "bench", *options], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = load(saved)
    assert found.keys() == CASES.keys() - databases
    for name, sizes in found.items():
        assert sizes.keys() == {CASES[name].only or 100}
        one = next(iter(sizes.values()))
        assert min(one.megabytes, one.unit.wall, one.whole.wall, one.whole.cpu) > 0
    assert " rules a second " in ran.stdout
    assert "Growth of time" in text(found)


@pytest.mark.slow
def test_what_fails_or_would_take_too_long_keeps_nothing_else_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Case("Broken", "intake", environment={"SEPA_JOURNAL": "weather://today"})
    monkeypatch.setattr(harness, "CASES", {**CASES, "broken": broken})
    monkeypatch.setattr(harness, "_BEGINNING", 0.0)
    wanted = [Measurement("broken", 10), Measurement("stages", 50), Measurement("stages", 10**9)]
    words: list[str] = []
    failed = measure(wanted, 1, tmp_path / "figures.json", tmp_path, words.append, patience=600)
    assert [each.split(":")[0] for each in failed] == ["broken at 10 orders"]
    assert words[-1] == "stages at 1,000,000,000 orders takes long: 0 of 1 rounds"
    assert {case: list(sizes) for case, sizes in load(tmp_path / "figures.json").items()} == {"stages": [50]}
    assert [each.name for each in tmp_path.iterdir()] == ["figures.json"]


def test_the_page_is_what_the_saved_figures_give() -> None:
    found = load(SAVED)
    assert PAGE.read_text("utf-8") == text(found)
    for name, drawing in pictures(found).items():
        assert (PAGE.parent / name).read_text("utf-8") == drawing


def test_targets_that_are_kept_are_reached() -> None:
    verdicts = [each.verdict for each in targets(figures())]
    assert verdicts == ["reached"] * 10 + ["not measured yet"]


@pytest.mark.parametrize(("changed", "lost"), [
    ({"intake": 2.01}, "Intake on two cores"),
    ({"one-core": 3.51}, "Intake on one core"),
    ({"settlement": 1.01}, "Settlement"),
    ({"refused": 2.26}, "All orders refused against none"),
])  # fmt: skip
def test_a_target_that_is_missed_is_called_so(changed: dict[str, float], lost: str) -> None:
    found = figures(**changed)
    assert [each.what for each in targets(found) if each.missed] == [lost]
    assert f"- {lost}: " in text(found)
    assert "**missed**" in text(found)


def test_memory_and_growth_have_targets_too() -> None:
    found = figures()
    found["intake"][MILLION] = figure(MILLION, 1.9, megabytes=410)
    missed = [each.what for each in targets(found) if each.missed]
    assert missed == [
        "Memory of all processes, intake",
        "The same, from ten times fewer orders, intake",
        "Growth of time, intake",
    ]


def test_small_files_are_given_in_milliseconds_a_file() -> None:
    found = {"files": {100_000: figure(100_000, 600)}}
    (target,) = [each for each in targets(found) if each.unit == "ms"]
    assert (target.ours, target.verdict) == (pytest.approx(6.0), "**missed**")


def test_what_a_smaller_size_tells_is_not_called_reached() -> None:
    found = {"intake": {100_000: figure(100_000)}}
    assert targets(found)[0].verdict == "reached, as far as 100,000 orders tell"


def test_the_shortest_time_and_the_largest_memory_count() -> None:
    one = figure(1_000, 1.5, times=2)
    assert (one.ratio, one.cpu_ratio, one.megabytes) == (pytest.approx(1.5), pytest.approx(2.25), 200.0)


def test_the_exponent_is_the_slope_of_a_power() -> None:
    sizes = {size: figure(size, 2) for size in (10, 100, 1_000)}
    assert exponent(sizes, lambda each: each.orders**1.25) == pytest.approx(1.25)
    assert exponent({10: figure(10)}, lambda each: each.whole.wall) is None


def test_a_later_run_lies_beside_earlier_ones(tmp_path: Path) -> None:
    saved = tmp_path / "figures.json"
    save(saved, "intake", figure(1_000, 3))
    save(saved, "intake", figure(10_000, 2))
    save(saved, "settlement", figure(1_000, 1))
    save(saved, "intake", figure(1_000, 1.2, times=2))
    found = load(saved)
    assert {case: list(sizes) for case, sizes in found.items()} == {
        "intake": [1_000, 10_000],
        "settlement": [1_000],
    }
    again = found["intake"][1_000]
    assert math.isclose(again.ratio, 1.2, rel_tol=1e-3)
    assert (len(again.rounds), again.machine, again.size_bytes) == (2, MACHINE, 940_000)


def test_a_case_leaves_the_largest_sizes_to_others() -> None:
    wanted = chosen(["intake", "files", "naive"], [10_000, MILLION], whole=False)
    assert wanted == [
        Measurement("naive", 2_000),
        Measurement("intake", 10_000),
        Measurement("files", 10_000),
        Measurement("intake", MILLION),
    ]
    assert Measurement("files", MILLION) in chosen(["files"], [MILLION], whole=True)


def test_the_whole_bench_is_foreseen_to_take_half_an_hour() -> None:
    wanted = chosen(list(CASES), [10_000, 100_000, MILLION], whole=False)
    assert foreseen_seconds(wanted, 2, 32e-6) < 35 * 60


def test_a_disk_that_is_too_small_is_told_before(tmp_path: Path) -> None:
    with pytest.raises(BenchFault, match="TMPDIR"):
        refuse_full_disk([Measurement("intake", 10**12)], tmp_path)


def test_what_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(BenchFault, match="no home of a clearing desk"):
        run("bench.desk", "intake", tmp_path)


def has_ended(pid: int) -> bool:
    try:
        ended = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    found, _, _ = select.select([ended], [], [], 10)
    os.close(ended)
    return bool(found)


def test_what_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless.py").write_text(
        f"import os, time\nif os.fork() == 0:\n    open({str(tmp_path / 'child')!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(600)\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(BenchFault, match="not over after 2 s"):
        run("endless", longest=2)
    assert has_ended(int((tmp_path / "child").read_text("ascii")))


def test_memory_is_that_of_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "held.py").write_text(
        "import os, sys, time\n"
        "started = os.fork()\n"
        "held = os.urandom(60_000_000)\n"
        "time.sleep(0.5)\n"
        "if started:\n    os.wait()\n    print('{\"held\": [1, 2]}')\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ran = run("held")
    assert ran.stages == {"held": Spent(1, 2)}
    assert 115 < ran.megabytes < 160


@pytest.mark.parametrize("plot", [time_plot, memory_plot])
def test_pictures_are_the_same_for_the_same_figures(plot: object) -> None:
    assert callable(plot)
    assert plot(figures()) == plot(figures())
