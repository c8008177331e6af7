"""Carry, as a run of the real Airflow: both ways, as often as one likes."""

from pathlib import Path
from typing import Any

import pytest

from sepa.orchestration.demo import INTAKE
from tests.pipeline.house import House
from tools.sample_bank import GOOD


@pytest.mark.slow
def test_the_dag_carries_both_ways(dag_bag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.dag_processing.dagbag import DagBag

    bucket = tmp_path / "bucket"
    monkeypatch.setenv("SEPA_BUCKET", bucket.as_uri())
    dag = DagBag(dag_bag.dags["carry"].fileloc).dags["carry"]
    house = House.new(tmp_path / "home", sample=False)
    monkeypatch.setenv("SEPA_HOME", str(house.root))
    lying = bucket / "inbox" / "stavebniny" / "a.xml"
    lying.parent.mkdir(parents=True)
    lying.write_text(GOOD, "utf-8")
    assert str(dag.test().state) == "success"
    assert not lying.exists()
    house.run(INTAKE)
    assert str(dag.test().state) == "success"
    assert list((bucket / "outbox" / "stavebniny").glob("*.xml"))


def test_without_a_bucket_there_is_no_such_dag(dag_bag: Any) -> None:
    from airflow.dag_processing.dagbag import DagBag

    assert DagBag(dag_bag.dags["carry"].fileloc).dags == {}
