"""The whole of Airflow, really running: files dropped, tasks cleared, runs repeated, an operator's order.

Whatever was repeated, what leaves is what one undisturbed day leaves, to the byte. Only the schedules' own runs
follow the clock of this machine; windows that would strike while the test runs are moved out of its way.
"""

import datetime
import json
import time
import urllib.request
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sepa.orchestration.demo import INTAKE
from sepa.orchestration.environment import airflow_environment
from sepa.orchestration.supervisor import Supervisor, free_port
from sepa.pipeline.claim import claim
from sepa.pipeline.day import end_of_day
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home, open_home
from sepa.pipeline.judge import judge
from sepa.pipeline.reprocess import reprocess
from sepa.pipeline.settle import seal_window
from sepa.pipeline.start import drop_sample_day, start
from sepa.store.places import fixtures_folder
from tests.dags.leavings import left_in

pytestmark = pytest.mark.slow

FIRST, LAST, AFTER_EASTER = (
    "2026-04-02T11:30:00+02:00",
    "2026-04-02T21:15:00+02:00",
    "2026-04-07T08:30:00+02:00",
)
PROOF = {"day": "2026-04-02", "at": "2026-04-07T22:00:00+02:00"}
DEADLINE_SECONDS = 120
LONGEST_TEST_MINUTES = 10


def until(what: str, happened: Callable[[], Any], seconds: float = DEADLINE_SECONDS) -> Any:
    """What `happened` returns as soon as that is true; the test fails when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)
    return found


class Desk:
    """What an operator can do: drop files, and ask Airflow by its API under the operator's own name."""

    def __init__(self, root: Path, supervisor: Supervisor) -> None:
        self.root = root
        self.supervisor = supervisor
        self._token = ""

    def log_in(self) -> None:
        password = self.supervisor.passwords()["operator"]
        self._token = self.ask("POST", "/auth/token", {"username": "operator", "password": password})[
            "access_token"
        ]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.supervisor.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def runs(self, dag: str) -> dict[str, str]:
        """Run id → state."""
        return {
            run["dag_run_id"]: run["state"]
            for run in self.ask("GET", f"/api/v2/dags/{dag}/dagRuns")["dag_runs"]
        }

    def order(self, dag: str, **conf: str) -> str:
        """Trigger a run as the form does; return its id."""
        run: str = self.ask("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})[
            "dag_run_id"
        ]
        return run

    def finish(self, dag: str, run: str) -> None:
        state = until(f"{dag} {run} ends", lambda: self._ended(dag, run))
        assert state == "success", f"{dag} {run}"

    def do(self, dag: str, **conf: str) -> str:
        run = self.order(dag, **conf)
        self.finish(dag, run)
        return run

    def clear(self, dag: str, run: str) -> None:
        """Clear all tasks of a run, as an operator does who is not sure, and wait until they ran again."""
        cleared = {"dag_run_id": run, "dry_run": False, "only_failed": False, "reset_dag_runs": True}
        assert self.ask("POST", f"/api/v2/dags/{dag}/clearTaskInstances", cleared)["total_entries"]
        self.finish(dag, run)

    def _ended(self, dag: str, run: str) -> str | None:
        state = self.runs(dag)[run]
        return state if state in ("success", "failed") else None


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    root = tmp_path / "home"
    make_home(root)
    environment = airflow_environment(tmp_path / "airflow", root) | {"SEPA_NOW": INTAKE}
    supervisor = Supervisor(environment, port=free_port())
    try:
        supervisor.start()
        until("all components are healthy", supervisor.is_healthy)
        desk = Desk(root, supervisor)
        desk.log_in()
        yield desk
    finally:
        supervisor.stop()
    assert processes_with(f"AIRFLOW_HOME={supervisor.airflow_home}") == []


def test_a_disturbed_day_leaves_what_an_undisturbed_one_leaves(desk: Desk, tmp_path: Path) -> None:
    for dag in ("settlement", "end_of_day", "intake"):
        until(
            f"the scheduler ran {dag} by itself", lambda dag=dag: set(desk.runs(dag).values()) == {"success"}
        )

    drop_sample_day(desk.root)
    unfinished = desk.root / "inbox" / "mzdy" / "still-coming.xml.part"
    unfinished.write_text("half of it")
    until("what was dropped is judged and answered", lambda: is_quiet(desk.root))
    assert unfinished.exists()

    twice = [desk.order("settlement", at=FIRST) for _ in range(2)]
    for run in twice:
        desk.finish("settlement", run)
    desk.do("settlement", at=LAST)
    with open_home(desk.root) as home:
        held = next(file.key for file in home.journal.find_files() if file.status == "PDNG")
        approve(home, held)
    order = {"key": held[:12], "act": "release", "reason": "confirmed by phone", "by": "somebody else"}
    released = desk.do("reprocess", **order)
    desk.do("settlement", at=AFTER_EASTER)
    proven = desk.do("end_of_day", **PROOF)

    for run in desk.runs("intake"):
        desk.clear("intake", run)
    for run in desk.runs("judge_files"):
        desk.clear("judge_files", run)
    desk.clear("settlement", twice[0])
    desk.clear("reprocess", released)
    desk.clear("end_of_day", proven)
    desk.do("intake")
    desk.do("settlement", at=FIRST)
    desk.do("settlement", at=AFTER_EASTER)
    desk.do("end_of_day", **PROOF)

    with open_home(desk.root) as home:
        assert home.journal.faults() == []
        (_, decision) = home.journal.decisions(held)
        assert (decision.by, decision.reason) == ("operator", "confirmed by phone")
        disturbed = states(home)
    undisturbed = tmp_path / "undisturbed"
    make_home(undisturbed)
    (undisturbed / "reference/profile.yaml").write_bytes((desk.root / "reference/profile.yaml").read_bytes())
    assert {state for key, state in disturbed.items() if held.startswith(key.partition("-")[0])} == {"paid"}
    assert live_undisturbed(undisturbed, held, decision.at) == disturbed
    assert left_in(desk.root, day="2026-04-02") == left_in(undisturbed, day="2026-04-02")


def make_home(root: Path) -> None:
    """A home of the sample bank without drops, whose windows do not strike within the next minutes."""
    start(root, sample=False)
    for table in (fixtures_folder() / "sample-bank" / "reference").iterdir():
        (root / "reference" / table.name).write_bytes(table.read_bytes())
    now = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Bratislava"))
    minutes = [8 * 60 + 30, 11 * 60 + 30, 15 * 60 + 30, 21 * 60 + 15]
    soon = (now.hour * 60 + now.minute - 1, now.hour * 60 + now.minute + LONGEST_TEST_MINUTES)
    calm = [each - 20 if soon[0] <= each <= soon[1] else each for each in minutes]
    windows = ", ".join(f'"{each // 60:02}:{each % 60:02}:00"' for each in calm)
    (root / "reference" / "profile.yaml").write_text(f"extends: otp-sk\nclearing:\n  windows: [{windows}]\n")


def live_undisturbed(root: Path, held: str, released_at: datetime.datetime) -> dict[str, str]:
    """The same day by the pipeline alone, each step once; returns the state of every order."""
    drop_sample_day(root)
    taken = datetime.datetime.fromisoformat(INTAKE)
    with open_home(root) as home:
        claim(home, taken)
        for key in home.journal.unjudged():
            judge(home, key, at=taken)
        emit_reports(home, taken)
        settle(home, FIRST)
        settle(home, LAST)
        approve(home, held)
        reprocess(home, act="release", reason="confirmed by phone", by="operator", at=released_at, key=held)
        emit_reports(home, released_at)
        settle(home, AFTER_EASTER)
        end_of_day(
            home, datetime.date.fromisoformat(PROOF["day"]), datetime.datetime.fromisoformat(PROOF["at"])
        )
        return states(home)


def approve(home: Home, held: str) -> None:
    """The first of the two people who release a possible repeat."""
    at = datetime.datetime.fromisoformat(INTAKE)
    (first,) = reprocess(home, act="release", reason="seen by me", by="colleague", at=at, key=held)
    assert first.approved == 1


def settle(home: Home, window: str) -> None:
    at = datetime.datetime.fromisoformat(window)
    seal_window(home, at)
    emit_bulks(home, at)
    emit_reports(home, at)


def states(home: Home) -> dict[str, str]:
    return {
        order.key: order.state
        for file in home.journal.find_files()
        for order in home.journal.orders(file.key)
    }


def is_quiet(root: Path) -> bool:
    """Whether all that was dropped is taken, judged and answered."""
    with open_home(root) as home:
        waits = (
            list((root / "inbox").glob("*/*.xml")) or home.journal.unjudged() or home.journal.reports_due()
        )
        return bool(home.journal.find_files()) and not waits


def processes_with(variable: str) -> list[str]:
    """Processes of this machine that were started with this environment variable (none where there is no /proc)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(process.name)
        except OSError:
            continue  # ended meanwhile, or another's
    return found
