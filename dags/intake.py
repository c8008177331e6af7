"""
### Intake: from the drop folder to the desk

Lists every partner's folder, takes the files whose senders say they are complete, archives them untouched, stamps each
once with the instant it arrived, and starts one run of **Judge files** for each batch. A batch may hold many small
files or one large one; its run is named by what is in it (`files-<digest>`), so nothing is judged twice.

- **When:** within seconds after a file appears; every ten minutes anyway.
- **You may** clear any task, trigger it as often as you like, stop it at any moment. What is judged stays as it is;
  what is half taken is finished by the next sweep under the instant it first got.
- **When `call_for_help` is red,** one folder or file needs help; its log says which. Everybody else's files went on.
  **When `claim` is red,** the disk or the database does. Mend it, then clear the red task.

**A file is not taken?** It is still called `.part`, `.tmp` or `.filepart`, somebody still has it open, or the checksum
in the `.sha256` beside it does not agree (its sender is told after ten minutes). Intake waits for its sender.
"""

import datetime

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Asset, AssetWatcher, dag, task
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.trigger import CronTriggerTimetable

from sepa.orchestration import steps, terms
from sepa.orchestration.triggers import InboxTrigger

inbox = Asset(
    "inbox", watchers=[AssetWatcher(name="inbox", trigger=InboxTrigger(str(terms.home_path() / "inbox")))]
)


@dag(
    dag_display_name="Intake",
    description="Takes complete files out of the partners' folders and starts their judgement.",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=[inbox]
    ),
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": datetime.timedelta(seconds=20),
        "show_return_value_in_logs": False,
    },
    doc_md=__doc__,
    tags=["sepa", "by itself"],
)
def intake():
    @task
    def claim() -> dict:
        return steps.claim_files(steps.now(), by_clock=steps.by_clock())

    @task
    def batches(claimed: dict) -> list[dict]:
        return claimed["runs"]

    @task(retries=0)
    def call_for_help(claimed: dict) -> None:
        steps.stop_if(claimed["left_undone"])

    claimed = claim()
    TriggerDagRunOperator.partial(
        task_id="start_judging", trigger_dag_id="judge_files", skip_when_already_exists=True
    ).expand_kwargs(batches(claimed))
    call_for_help(claimed)


intake()
