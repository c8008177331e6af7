"""Airflow for the tests: a home of its own, set up once and before anything imports it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sepa.orchestration.environment import airflow_environment
from sepa.pipeline.start import start


@pytest.fixture(scope="session")
def dag_bag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Every DAG file of the repository, parsed; Airflow's own database lies in a temporary folder."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("airflow")
        for name, value in airflow_environment(home, home / "no-desk-yet").items():
            patch.setenv(name, value)
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils import db

        db.initdb()
        with pytest.MonkeyPatch.context() as only_to_parse:  # a real Airflow would carry all away
            only_to_parse.setenv("SEPA_BUCKET", (home / "bucket").as_uri())
            parsed = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        yield parsed


@pytest.fixture
def sample_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the sample bank with the drops of its day, which the DAGs' tasks work in."""
    root = tmp_path / "home"
    start(root, sample=True)
    monkeypatch.setenv("SEPA_HOME", str(root))
    return root
