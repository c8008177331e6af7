"""Components beyond Airflow's own four: started by what is said to them, killed with all they started, and again."""

import os
from pathlib import Path

import pytest

from sepa.orchestration.supervisor import Supervisor, free_port
from tests.dags.test_real_stack import processes_with, until


@pytest.fixture
def sleeper(tmp_path: Path) -> Path:
    """In the place of `airflow`: starts another process and waits for ever."""
    script = tmp_path / "airflow"
    script.write_text('#!/bin/sh\necho "$@"\nsleep 600 &\nexec sleep 600\n')
    script.chmod(0o700)
    return script


def test_a_killed_worker_takes_all_with_it_and_is_started_again(sleeper: Path, tmp_path: Path) -> None:
    home = f"AIRFLOW_HOME={tmp_path}"
    supervisor = Supervisor(
        {**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        port=free_port(),
        workers={"worker-1": ("celery", "worker"), "worker-2": ("celery", "worker")},
    )
    supervisor._airflow = str(sleeper)
    try:
        for worker in ("worker-1", "worker-2"):
            supervisor._start(worker)
        until("both have started what they start", lambda: len(processes_with(home)) == 4)
        supervisor.kill("worker-1")
        until("one is gone with all that it started", lambda: len(processes_with(home)) == 2)
        assert supervisor.tend() == ["worker-1"]
        until("both are there again", lambda: len(processes_with(home)) == 4)
        assert (tmp_path / "worker-1.log").read_text() == "celery worker\n" * 2
    finally:
        for worker in ("worker-1", "worker-2"):
            supervisor.kill(worker)
    until("nothing is left", lambda: processes_with(home) == [])
