"""`make demo`: the sample bank's day, Thu 2026-04-02, through the real DAGs in one process.

Files are dropped, judged, settled and reported at the instants below; then the days after Easter show what waited.
Run again, it repeats every step and shows that nothing changes.
"""

import datetime
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from sepa.orchestration.demo_table import show
from sepa.orchestration.environment import REPOSITORY, airflow_environment
from sepa.pipeline.home import home_root, open_home
from sepa.pipeline.start import start

INTAKE = "2026-04-02T10:00:00+02:00"
STEPS = (
    ("settlement", {"at": "2026-04-02T11:30:00+02:00"}),
    ("settlement", {"at": "2026-04-02T15:30:00+02:00"}),
    ("settlement", {"at": "2026-04-02T21:15:00+02:00"}),
    ("end_of_day", {"at": "2026-04-02T22:00:00+02:00", "day": "2026-04-02"}),
    ("settlement", {"at": "2026-04-07T08:30:00+02:00"}),
    ("settlement", {"at": "2026-04-09T08:30:00+02:00"}),
    ("settlement", {"at": "2026-04-09T21:15:00+02:00"}),
    ("end_of_day", {"at": "2026-04-09T22:00:00+02:00", "day": "2026-04-09"}),
)

RunDag = Callable[[str, dict[str, Any]], str]
"""Runs a DAG with a configuration to its end and returns the state of the run."""


def main() -> int:
    """Live the day; 0 when every DAG run succeeded, the books hold, and a repeated day changed nothing."""
    root = home_root(None)
    airflow_home = REPOSITORY / ".airflow" / "demo"
    os.environ.update(airflow_environment(airflow_home, root))
    log = airflow_home / "demo.log"
    with chatter_into(log) as screen:
        again = (root / "reference").exists()
        if again:
            screen.print(f"A home is there already: {root}. The whole day is repeated in it.", markup=False)
        else:
            screen.print(
                f"{start(root, sample=True)} files of the sample bank wait in {root / 'inbox'}.",
                markup=False,
                soft_wrap=True,
            )
        before = fingerprint(root)
        screen.print("Preparing Airflow on SQLite ...")
        failed = live(
            load_dags(),
            root,
            told=lambda at, dag, state: screen.print(f"  {at[:16].replace('T', ' ')}  {dag}: {state}"),
        )
        with open_home(root) as home:
            holds = show(screen, home)
        unchanged = fingerprint(root) == before
        if again and unchanged:
            screen.print(
                "The day had been lived before. Doing all of it again changed nothing.", style="green"
            )
        elif again:
            screen.print("Doing the day again changed something, which must never happen.", style="red")
        if failed:
            screen.print(f"Failed: {', '.join(failed)}. Why: {log}", style="red", markup=False)
        return 0 if holds and not failed and (unchanged or not again) else 1


def load_dags() -> RunDag:
    """Bring Airflow's own database to form and load the DAGs. The environment must stand before."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils import db

    db.initdb()
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    if bag.import_errors:
        raise RuntimeError(f"DAGs that cannot be read: {bag.import_errors}")
    return lambda dag, conf: str(bag.dags[dag].test(run_conf=conf).state)


def live(
    run_dag: RunDag, root: Path, *, told: Callable[[str, str, str], object] = lambda *_: None
) -> list[str]:
    """Run every DAG of the day as the scheduler would; return the names of those that failed."""
    failed = []

    def step(dag: str, conf: dict[str, Any], at: str) -> None:
        state = run_dag(dag, conf)
        told(at, dag, state)
        if state != "success":
            failed.append(dag)

    os.environ["SEPA_NOW"] = INTAKE
    try:
        step("intake", {}, INTAKE)
    finally:
        del os.environ["SEPA_NOW"]
    for keys in waiting_batches(root):
        step("judge_files", {"file_keys": keys, "at": INTAKE}, INTAKE)
    for dag, conf in STEPS:
        step(dag, conf, conf["at"])
    return failed


def waiting_batches(root: Path) -> list[list[str]]:
    """What an intake has ordered to be judged; nobody but a scheduler would start those runs."""
    from sepa.pipeline.batches import batches

    with open_home(root) as home:
        return [list(batch.file_keys) for batch in batches(home, datetime.datetime.fromisoformat(INTAKE))]


def fingerprint(root: Path) -> str:
    """One digest over every file of the home but the journal's own, and over every line of the journal."""
    digest = hashlib.sha256()
    for path in sorted(
        path for path in root.rglob("*") if path.is_file() and not path.name.startswith("journal.db")
    ):
        digest.update(f"{path.relative_to(root)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    with open_home(root) as home:
        digest.update(home.journal.digest().encode())
    return digest.hexdigest()


@contextmanager
def chatter_into(log: Path) -> Iterator[Console]:
    """Send all that any library writes to the terminal into `log`; what is printed on the console still gets there."""
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as terminal, log.open("wb") as quiet:
        os.dup2(quiet.fileno(), 1)
        os.dup2(quiet.fileno(), 2)
        try:
            yield Console(file=terminal, highlight=False, width=None if terminal.isatty() else 100)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for here, there in zip(kept, (1, 2), strict=True):
                os.dup2(here, there)
                os.close(here)


if __name__ == "__main__":
    sys.exit(main())
