"""A large file spread over mapped tasks: any task may be cleared; the home is that of one which judged it alone."""

from pathlib import Path
from typing import Any

import pytest

from bench.orders import OWN_ACCOUNT, write_orders
from sepa.orchestration import spreading
from sepa.orchestration.demo import INTAKE, fingerprint
from sepa.orchestration.terms import share_bytes
from sepa.pipeline.home import open_home
from tests.pipeline.house import House
from tools.sample_bank import A1

slow = pytest.mark.slow
SHARE_BYTES = 100_000


@pytest.fixture
def spread_dag(dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Judge files, parsed where large files are spread."""
    from airflow.dag_processing.dagbag import DagBag

    monkeypatch.setenv("SEPA_SPREAD_BYTES", str(SHARE_BYTES))
    file = dag_bag.dags["judge_files"].fileloc
    return DagBag(file).dags["judge_files"]


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[House, str]:
    """A home with one claimed file of 900 orders, one of ten of them bad; its key."""
    for module in ("sepa.pipeline.judge", "sepa.pipeline.spread"):
        monkeypatch.setattr(f"{module}.CHUNK_BYTES", 50_000)
    house = House.new(tmp_path / "home", sample=False)
    monkeypatch.setenv("SEPA_HOME", str(house.root))
    house.change_partner("mzdy", accounts=["*"])
    house.set_account(A1, balance="900000.00")
    path = tmp_path / "large.xml"
    write_orders(path, "pain.001.001.09", 900, orders_per_block=400, faults=0.1)
    key = house.drop("mzdy", "large.xml", path.read_bytes().replace(OWN_ACCOUNT.encode(), A1.encode()))
    house.claim()
    return house, key


def run_one(dag: Any, key: str) -> dict[str, list[str]]:
    """The states of the tasks, by their names."""
    done = dag.test(run_conf={"file_keys": [key], "at": INTAKE})
    states: dict[str, list[str]] = {}
    for instance in done.get_task_instances():
        states.setdefault(instance.task_id, []).append(str(instance.state))
    return states


@slow
def test_the_mapped_tasks_leave_what_one_task_leaves(
    dag_bag: Any, spread_dag: Any, large: tuple[House, str]
) -> None:
    house, key = large
    states = run_one(spread_dag, key)
    assert len(states["judge_share"]) > 5
    assert {state for each in states.values() for state in each} == {"success"}
    spread = fingerprint(house.root)
    assert run_one(spread_dag, key)["judge_share"] == ["skipped"]  # nothing is left to plan
    assert fingerprint(house.root) == spread
    plain = alone(dag_bag, house, key)
    assert spread == plain


@slow
def test_shares_that_fail_keep_no_file_from_its_answer(
    dag_bag: Any, spread_dag: Any, large: tuple[House, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, key = large
    whole = spreading.judge_share

    def fall(share: dict[str, Any]) -> int:
        if share["first"]:
            raise ConnectionError("the machine is gone")
        return whole(share)

    monkeypatch.setattr(spreading, "judge_share", fall)
    for task in spread_dag.tasks:
        task.retries = 0
    states = run_one(spread_dag, key)
    assert sorted(set(states["judge_share"])) == ["failed", "success"]
    assert states["judge"] == states["tell"] == ["success"]
    assert fingerprint(house.root) == alone(dag_bag, house, key)


@slow
def test_without_the_setting_there_are_no_such_tasks(dag_bag: Any) -> None:
    assert set(dag_bag.dags["judge_files"].task_ids) == {"judge", "book", "tell"}


@pytest.mark.parametrize("told", ["0", "64 MB", "-1", "²"])
def test_a_share_that_is_no_size_is_said(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPA_SPREAD_BYTES", told)
    with pytest.raises(ValueError, match="SEPA_SPREAD_BYTES"):
        share_bytes()


def alone(dag_bag: Any, house: House, key: str) -> str:
    """The fingerprint of the same home, where one task judged the file and in one stream."""
    with open_home(house.root) as home:
        content = home.archived(key).read_bytes()
    other = House.new(house.root.parent / "alone", sample=False)
    for table in (house.root / "reference").iterdir():
        (other.root / "reference" / table.name).write_bytes(table.read_bytes())
    other.drop("mzdy", "large.xml", content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEPA_HOME", str(other.root))
        patch.setenv("SEPA_WORKERS", "1")
        other.claim()
        assert set(run_one(dag_bag.dags["judge_files"], key)) == {"judge", "book", "tell"}
    return fingerprint(other.root)
