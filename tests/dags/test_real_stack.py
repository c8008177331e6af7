"""The whole of Airflow, really running: files dropped, tasks killed and cleared, runs repeated, operators' orders.

Whatever was killed and repeated, what leaves is what one undisturbed day leaves, to the byte. Only the schedules
own runs follow the clock of this machine; windows that would strike while the test runs are moved out of its way.
"""

import datetime
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sepa.model.journal import Decision, OrderRow
from sepa.orchestration.demo import INTAKE
from sepa.orchestration.environment import airflow_environment
from sepa.orchestration.supervisor import Supervisor, free_port
from sepa.pipeline.claim import claim
from sepa.pipeline.correct import correct, emit_corrections
from sepa.pipeline.day import end_of_day
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home, open_home
from sepa.pipeline.judge import judge
from sepa.pipeline.reprocess import reprocess
from sepa.pipeline.settle import seal_window
from sepa.pipeline.start import drop_sample_day, start
from sepa.store.places import fixtures_folder
from tests.dags.killing import count, files_in, kill_when, session_of
from tests.dags.leavings import left_in

pytestmark = pytest.mark.slow

FIRST, LAST, AFTER_EASTER = (
    "2026-04-02T11:30:00+02:00",
    "2026-04-02T21:15:00+02:00",
    "2026-04-07T08:30:00+02:00",
)
PROOF = {"day": "2026-04-02", "at": "2026-04-07T22:00:00+02:00"}
DEADLINE_SECONDS = 300
ASKED_AGAIN = 3
LONGEST_TEST_MINUTES = 15


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

    def log_in(self, name: str = "operator") -> None:
        login = {"username": name, "password": self.supervisor.passwords()[name]}
        self._token = self.ask("POST", "/auth/token", login)["access_token"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the API answers. On SQLite it fails with 500, and does nothing, where another of its requests writes."""
        for _ in range(ASKED_AGAIN):
            try:
                return self._ask(method, path, body)
            except urllib.error.HTTPError as failed:
                if failed.code != 500:
                    raise
        return self._ask(method, path, body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.supervisor.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as answer:  # noqa: S310
            return json.load(answer)

    def runs(self, dag: str) -> dict[str, str]:
        """Run id → state."""
        return {
            run["dag_run_id"]: run["state"]
            for run in self.ask("GET", f"/api/v2/dags/{dag}/dagRuns")["dag_runs"]
        }

    def order(self, dag: str, run: str | None = None, **conf: Any) -> str:
        """Trigger a run as the form does, under a name of its own where one is given; return its id."""
        named = {"dag_run_id": run} if run else {}
        asked = {"logical_date": None, "conf": conf} | named
        started: str = self.ask("POST", f"/api/v2/dags/{dag}/dagRuns", asked)["dag_run_id"]
        return started

    def pause(self, dag: str, paused: bool) -> None:
        self.ask("PATCH", f"/api/v2/dags/{dag}", {"is_paused": paused})

    def kill(self, dag: str, run: str, task: str, when: Callable[[], bool]) -> None:
        """Kill the process of a task that runs, or will, at a moment; wait until Airflow knows."""
        place = f"/api/v2/dags/{dag}/dagRuns/{urllib.parse.quote(run, safe='')}/taskInstances/{task}"

        def running() -> int | None:
            told = self.ask("GET", place)
            return told["pid"] if told["state"] == "running" else None

        pid = until(f"{dag} {run} {task} runs", running)
        assert session_of(pid) == self.supervisor.session("scheduler")
        kill_when(pid, when)
        ends = ("up_for_retry", "failed")  # the latter where it had failed before, on a machine too busy
        until(f"Airflow knows that {task} died", lambda: self.ask("GET", place)["state"] in ends)

    def finish(self, dag: str, run: str) -> None:
        state = until(f"{dag} {run} ends", lambda: self._ended(dag, run))
        assert state == "success", f"{dag} {run}"

    def do(self, dag: str, **conf: str) -> str:
        run = self.order(dag, **conf)
        self.finish(dag, run)
        return run

    def clear(self, dag: str, run: str) -> None:
        """Clear all tasks of a run, as an operator does who is not sure."""
        cleared = {"dag_run_id": run, "dry_run": False, "only_failed": False, "reset_dag_runs": True}
        assert self.ask("POST", f"/api/v2/dags/{dag}/clearTaskInstances", cleared)["total_entries"]

    def do_again(self, dag: str, run: str) -> None:
        self.clear(dag, run)
        self.finish(dag, run)

    def _ended(self, dag: str, run: str) -> str | None:
        state = self.runs(dag)[run]
        return state if state in ("success", "failed") else None


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    root = tmp_path / "home"
    make_home(root)
    patience = {
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60"
    }  # of tasks with the server, on a machine too busy
    environment = airflow_environment(tmp_path / "airflow", root) | {"SEPA_NOW": INTAKE} | patience
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
    judged = take_in(desk)
    first = settle_the_first_window(desk)
    desk.do("settlement", at=LAST)
    with open_home(desk.root) as home:
        held = next(file.key for file in home.journal.find_files() if file.status == "PDNG")
        approve(home, held)
        mistaken = next(
            key for key, order in orders(home).items() if (order.state, order.route) == ("paid", "on-us")
        )
    order = {"key": held[:12], "act": "release", "reason": "confirmed by phone", "by": "somebody else"}
    released = desk.do("reprocess", **order)
    corrected = correct_a_payment(desk, mistaken)
    desk.do("settlement", at=AFTER_EASTER)
    proven = desk.do("end_of_day", **PROOF)

    for run in desk.runs("intake"):
        desk.do_again("intake", run)
    for run in desk.runs("judge_files"):
        desk.do_again("judge_files", run)
    desk.do_again("settlement", first)
    desk.do_again("reprocess", released)
    desk.do_again("reprocess", corrected)
    desk.do_again("end_of_day", proven)
    at_once = [desk.order("judge_files", **judged) for _ in range(2)]
    desk.do("intake")
    desk.do("settlement", at=FIRST)
    desk.do("settlement", at=AFTER_EASTER)
    desk.do("end_of_day", **PROOF)
    for run in at_once:
        desk.finish("judge_files", run)

    with open_home(desk.root) as home:
        assert home.journal.faults() == []
        (_, decision) = home.journal.decisions(held)
        assert (decision.by, decision.reason) == ("operator", "confirmed by phone")
        corrections = home.journal.decisions(mistaken)
        assert [each.by for each in corrections] == ["operator", "admin"]
        disturbed = states(home)
    undisturbed = tmp_path / "undisturbed"
    make_home(undisturbed)
    (undisturbed / "reference/profile.yaml").write_bytes((desk.root / "reference/profile.yaml").read_bytes())
    assert {state for key, state in disturbed.items() if held.startswith(key.partition("-")[0])} == {"paid"}
    assert live_undisturbed(undisturbed, held, decision.at, mistaken, corrections) == disturbed
    assert left_in(desk.root, day="2026-04-02") == left_in(undisturbed, day="2026-04-02")


def take_in(desk: Desk) -> dict[str, Any]:
    """The day's files come in, while judging and reporting are killed; return what the largest run was to judge."""
    desk.pause("judge_files", True)
    drop_sample_day(desk.root)
    unfinished = desk.root / "inbox" / "mzdy" / "still-coming.xml.part"
    unfinished.write_text("half of it")
    until("all is taken", lambda: not list((desk.root / "inbox").glob("*/*.xml")))
    waiting = until(
        "it is to be judged", lambda: desk.ask("GET", "/api/v2/dags/judge_files/dagRuns")["dag_runs"]
    )
    largest = max(waiting, key=lambda run: len(run["conf"]["file_keys"]))
    run = largest["dag_run_id"]
    assert len(largest["conf"]["file_keys"]) > 10
    desk.pause("judge_files", False)
    desk.kill("judge_files", run, "judge", lambda: True)
    desk.clear("judge_files", run)
    desk.kill(
        "judge_files", run, "judge", lambda: count(desk.root, "file_verdicts") > 0
    )  # small ones at once
    desk.clear("judge_files", run)
    desk.kill("judge_files", run, "tell", lambda: files_in(desk.root / "outbox") > 2)
    desk.finish("judge_files", run)  # this time Airflow itself tries again
    until("what was dropped is judged and answered", lambda: is_quiet(desk.root))
    assert unfinished.exists()
    conf: dict[str, Any] = largest["conf"]
    return conf


def settle_the_first_window(desk: Desk) -> str:
    """The window is triggered twice, once by a name that is refused the second time, and killed at every step."""
    run = desk.order("settlement", "first-window", at=FIRST)
    with pytest.raises(urllib.error.HTTPError, match="409"):
        desk.order("settlement", run, at=FIRST)
    second = desk.order("settlement", at=FIRST)
    desk.kill("settlement", run, "seal", lambda: True)
    desk.clear("settlement", run)
    desk.kill("settlement", run, "seal", lambda: count(desk.root, "bulks") > 0)
    desk.clear("settlement", run)
    left = desk.root / "clearing" / "out"
    desk.kill("settlement", run, "publish", lambda: files_in(left) > 0)
    desk.clear("settlement", run)
    desk.kill("settlement", run, "publish", lambda: count(desk.root, "emissions") > 1)
    desk.clear("settlement", run)
    for each in (run, second):
        desk.finish("settlement", each)
    return run


def correct_a_payment(desk: Desk, key: str) -> str:
    """Two people book back a payment by the form; the second one's task is killed once it is booked."""
    order = {
        "key": key,
        "act": "correct",
        "reason": "case 7",
        "correction_reason": "DUPL",
        "initiator": "own_bank",
    }
    desk.do("reprocess", **order)
    assert count(desk.root, "corrections") == 0
    desk.log_in("admin")
    run = desk.order("reprocess", **order)
    desk.kill("reprocess", run, "carry_out", lambda: count(desk.root, "corrections") > 0)
    desk.clear("reprocess", run)
    desk.finish("reprocess", run)
    desk.log_in()
    return run


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


def live_undisturbed(
    root: Path, held: str, released_at: datetime.datetime, mistaken: str, corrections: list[Decision]
) -> dict[str, str]:
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
        for each in corrections:
            correct(home, mistaken, by=each.by, initiator="own_bank", code="DUPL", proof="case 7", at=each.at)
            emit_corrections(home, each.at)
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


def orders(home: Home) -> dict[str, OrderRow]:
    return {order.key: order for file in home.journal.find_files() for order in home.journal.orders(file.key)}


def states(home: Home) -> dict[str, str]:
    return {key: order.state for key, order in orders(home).items()}


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
