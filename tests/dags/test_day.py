"""Every DAG, run to its end in one process on the sample bank; and all of it again, which changes nothing."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sepa.model.journal import Decision
from sepa.orchestration.demo import INTAKE, STEPS, fingerprint, live
from sepa.pipeline.correct import correct
from sepa.pipeline.emit import emit_reports
from sepa.pipeline.home import open_home
from sepa.pipeline.reprocess import reprocess
from sepa.pipeline.run import run
from tests.dags.leavings import left_in

pytestmark = pytest.mark.slow
ORDERED = datetime.datetime(2026, 4, 2, 9, 0, tzinfo=datetime.UTC)

RunDag = Callable[..., str]


@pytest.fixture
def run_dag(dag_bag: Any) -> RunDag:
    def run_one(dag: str, conf: dict[str, Any], run_after: datetime.datetime | None = None) -> str:
        when = {"run_after": run_after, "logical_date": run_after} if run_after else {}
        return str(dag_bag.dags[dag].test(run_conf=conf, **when).state)

    return run_one


def test_the_day_lived_twice_is_the_day_lived_once(run_dag: RunDag, sample_home: Path) -> None:
    assert live(run_dag, sample_home) == []
    once = fingerprint(sample_home)
    with open_home(sample_home) as home:
        assert home.journal.unjudged() == []
        assert home.journal.faults() == []
        assert {file.status for file in home.journal.find_files()} == {"ACCP", "PART", "RJCT", "PDNG"}
    assert live(run_dag, sample_home) == []
    assert fingerprint(sample_home) == once


def test_the_dags_and_the_command_leave_the_same_files(
    run_dag: RunDag, sample_home: Path, tmp_path: Path
) -> None:
    from sepa.pipeline.claim import claim
    from sepa.pipeline.day import end_of_day
    from sepa.pipeline.judge import judge
    from sepa.pipeline.start import start

    live(run_dag, sample_home)
    other = tmp_path / "by-hand"
    start(other, sample=True)
    with open_home(other) as home:
        taken = datetime.datetime.fromisoformat(INTAKE)
        claim(home, taken)
        for key in home.journal.unjudged():
            judge(home, key, at=taken)
        emit_reports(home, taken)
        for dag, conf in STEPS:
            at = datetime.datetime.fromisoformat(conf["at"])
            if dag == "settlement":
                run(home, at)
            else:
                end_of_day(home, datetime.date.fromisoformat(conf["day"]), at)
    assert left_in(sample_home) == left_in(other)


def test_a_form_with_a_future_window_is_refused(sample_home: Path) -> None:
    from sepa.orchestration.steps import instant

    of_run = datetime.datetime(2026, 4, 2, 12, 0, tzinfo=datetime.UTC)
    assert instant(None, of_run) == of_run
    assert instant("2026-04-02T14:00", of_run) == of_run
    with pytest.raises(ValueError, match="lies in the future"):
        instant("2026-04-02T14:00:01", of_run)


def test_the_second_person_releases_what_is_held_with_one_decision(
    run_dag: RunDag, sample_home: Path
) -> None:
    held = _judged_home(sample_home)
    with open_home(sample_home) as home:
        (first,) = reprocess(home, act="release", reason="seen", by="colleague", at=ORDERED, key=held)
    assert (first.moved, first.approved) == (0, 1)
    order = {"key": held, "act": "release", "reason": "confirmed by phone", "asked_by": "branch 12"}
    assert run_dag("reprocess", order, ORDERED) == "success"
    once = fingerprint(sample_home)
    with open_home(sample_home) as home:
        (_, decision) = home.journal.decisions(held)
        assert _told(decision) == ("dag_test", "release", "confirmed by phone (asked by: branch 12)", ORDERED)
        assert [row.state for row in home.journal.orders(held)] == ["waiting"]
        assert home.journal.reports_due() == []
    assert run_dag("reprocess", order, ORDERED) == "success"
    assert fingerprint(sample_home) == once


@pytest.mark.parametrize(
    ("act", "state"),
    [pytest.param("revoke", "revoked", id="revoke"), pytest.param("hold", "held", id="hold")],
)
def test_an_order_due_later_is_withdrawn_or_held_and_never_paid(
    run_dag: RunDag, sample_home: Path, act: str, state: str
) -> None:
    _judged_home(sample_home)
    with open_home(sample_home) as home:
        (future,) = [file.key for file in home.journal.find_files() if file.name == "02-future.xml"]
    order = {"key": future, "act": act, "reason": "letter of the payer", "asked_by": "branch 7"}
    assert run_dag("reprocess", order, ORDERED) == "success"
    once = fingerprint(sample_home)
    assert run_dag("reprocess", order, ORDERED) == "success"
    assert fingerprint(sample_home) == once
    assert run_dag("settlement", {"at": "2026-04-15T08:30:00+02:00"}) == "success"
    with open_home(sample_home) as home:
        assert [row.state for row in home.journal.orders(future)] == [state]
        (decision,) = home.journal.decisions(future)
    assert _told(decision) == ("dag_test", act, "letter of the payer (asked by: branch 7)", ORDERED)


def test_the_second_person_books_a_mistake_back_once(run_dag: RunDag, sample_home: Path) -> None:
    key = _paid_within(sample_home)
    order = {"key": key, "act": "correct", "reason": "case 7", "correction_reason": "DUPL"}
    assert run_dag("reprocess", order, ORDERED) == "success"
    assert run_dag("reprocess", order, ORDERED + datetime.timedelta(minutes=1)) == "success"
    with open_home(sample_home) as home:
        assert home.journal.correction(key) is None  # one person, however often
        first = ORDERED - datetime.timedelta(minutes=5)
        correct(home, key, by="colleague", initiator="own_bank", code="DUPL", proof="case 7", at=first)
    assert run_dag("reprocess", order, ORDERED + datetime.timedelta(minutes=2)) == "success"
    once = fingerprint(sample_home)
    with open_home(sample_home) as home:
        correction = home.journal.correction(key)
        assert correction is not None
        assert (correction.code, correction.initiator, correction.proof) == ("DUPL", "own_bank", "case 7")
        assert {each.by for each in home.journal.decisions(key)} == {"dag_test", "colleague"}
        assert home.journal.corrections_unpublished() == []
        assert home.journal.faults() == []
    assert run_dag("reprocess", order, ORDERED + datetime.timedelta(minutes=2)) == "success"
    assert fingerprint(sample_home) == once


@pytest.mark.parametrize("key", ["0" * 24 + "-1", "0" * 12, ""], ids=["no such order", "a file", "nothing"])
def test_a_correction_without_an_order_is_red_and_changes_nothing(
    run_dag: RunDag, sample_home: Path, key: str
) -> None:
    before = fingerprint(sample_home)
    assert (
        run_dag("reprocess", {"key": key or None, "act": "correct", "reason": "case 7"}, ORDERED) == "failed"
    )
    assert fingerprint(sample_home) == before


@pytest.mark.parametrize(
    "what",
    [
        pytest.param({}, id="nothing chosen"),
        pytest.param({"partner": "stavebniny"}, id="a partner without a day"),
        pytest.param({"key": "0" * 12}, id="a key that no file has"),
        pytest.param({"key": "0" * 24 + "-1"}, id="a key that no order has"),
        pytest.param({"partner": "nobody", "day": "2026-04-02"}, id="a partner who sent nothing"),
    ],
)
def test_a_mistaken_form_fails_at_once_and_changes_nothing(
    run_dag: RunDag, sample_home: Path, what: dict[str, str]
) -> None:
    before = fingerprint(sample_home)
    assert run_dag("reprocess", {"act": "release", "reason": "why not", **what}, ORDERED) == "failed"
    assert fingerprint(sample_home) == before


def _judged_home(root: Path) -> str:
    """Judge the sample day; return the key of a file with a held order."""
    with open_home(root) as home:
        run(home, datetime.datetime.fromisoformat(INTAKE))
        return next(file.key for file in home.journal.find_files() if file.status == "PDNG")


def _paid_within(root: Path) -> str:
    """Pay the sample day; return the key of a payment between two accounts of ours."""
    with open_home(root) as home:
        run(home, datetime.datetime.fromisoformat(INTAKE))
        return next(
            order.key
            for file in home.journal.find_files()
            for order in home.journal.orders(file.key, states=("paid",))
            if order.route == "on-us"
        )


def _told(decision: Decision) -> tuple[str, str, str, datetime.datetime]:
    return decision.by, decision.act, decision.reason, decision.at


def test_one_broken_inbox_keeps_nobody_else_waiting(
    dag_bag: Any, sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sample_home / "inbox" / "mzdy" / ".taken").write_text("a file where the desk needs a folder")
    monkeypatch.setenv("SEPA_NOW", INTAKE)
    run = dag_bag.dags["intake"].test(run_conf={})
    ended = {instance.task_id: str(instance.state) for instance in run.get_task_instances()}
    assert ended == {
        "claim": "success",
        "batches": "success",
        "start_judging": "success",
        "call_for_help": "failed",
    }
    with open_home(sample_home) as home:
        waiting = [home.journal.file(key) for key in home.journal.unjudged()]
        assert {file.partner for file in waiting if file} == {"stavebniny", "vzorova-banka"}
