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
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def celery_settings(*, metadata: str, broker: str, results: str, share_bytes: int) -> dict[str, str]:
    """What changes where several machines work: one database, one queue, and how soon the lost work of one is missed.

    Beside these every machine needs the same home, `SEPA_JOURNAL` and Airflow's secrets. A task whose worker is gone is
    missed by its heartbeat and tried again; one that the worker had only taken off the queue, by waiting too long. The
    queue itself gives a task out again only after a day: one that still runs must never be given to a second worker.
    """
    return {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__PARALLELISM": "16",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata.replace("+psycopg:", "+psycopg_async:"),
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW__CELERY__RESULT_BACKEND": results,
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
        "AIRFLOW__CELERY__WORKER_PREFETCH_MULTIPLIER": "1",
        "AIRFLOW__CELERY__TASK_ACKS_LATE": "True",
        "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "90",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
        "SEPA_SPREAD_BYTES": str(share_bytes),
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
