"""The settings that Airflow needs here, in one place: for the demo, the tests and the UI alike."""

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
USERS = {"admin": "admin", "operator": "user", "viewer": "viewer"}
"""Name → role. An operator may start, clear and mark runs; only an administrator sees connections and pools."""


def airflow_environment(airflow_home: Path, sepa_home: Path, *, quiet: bool = True) -> dict[str, str]:
    """Environment variables for an Airflow that runs our DAGs on SQLite with few slots, for one person.

    They must stand before Airflow is first imported. Why each: docs/decisions/0004-airflow.md.
    """
    airflow_home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "AIRFLOW_HOME": str(airflow_home),
        "SEPA_HOME": str(sepa_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
            f"{name}:{role}" for name, role in USERS.items()
        ),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow_home / 'airflow.db'}?timeout=60",
        "AIRFLOW__API__INSTANCE_NAME": "SEPA clearing desk",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR" if quiet else "INFO",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def listening_on(port: int, *, task_logs: int, trigger_logs: int) -> dict[str, str]:
    """Where the components listen: pages and API on `port` of this machine alone, and the two servers of logs."""
    address = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(task_logs),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_logs),
    }
