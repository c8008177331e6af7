"""
### Intake: from the drop folder to an answer for every order

Two DAGs work together. **Intake** lists every partner's folder, takes the files whose senders say they are complete,
archives them untouched, stamps each once with the instant it was received, and starts one run of **Judge files** for
each batch. A batch may hold many small files or one large one; its run is named by what is in it
(`files-<digest>`), so nothing is judged twice. **Judge files** judges every order and writes the partner's
`pain.002`, notices and receipts to its outbox.

- **When:** within seconds after a file appears; every ten minutes anyway.
- **You may** clear any task, trigger Intake as often as you like, stop it at any moment. What is judged stays as it is;
  what is half taken is finished by the next sweep under the instant it first got.
- **A bad file** is no error here: it is refused, answered, and shown in `archive/quarantine/`.
- **When it is red,** disk, database or reference data need help; the last lines of the log say which. Mend it, then
  clear the red task.

**A file is not taken?** It is still called `.part`, `.tmp` or `.filepart`, somebody still has it open, or the
checksum in the `.sha256` beside it does not agree. Intake waits for its sender.
"""

import datetime

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Asset, AssetWatcher, Param, dag, get_current_context, task
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.trigger import CronTriggerTimetable

from sepa.orchestration import steps
from sepa.orchestration.triggers import InboxTrigger

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
SETTINGS = {"retries": 3, "retry_delay": datetime.timedelta(seconds=20), "show_return_value_in_logs": False}

inbox = Asset(
    "inbox", watchers=[AssetWatcher(name="inbox", trigger=InboxTrigger(str(steps.home_path() / "inbox")))]
)


@dag(
    dag_display_name="Intake",
    description="Takes complete files out of the partners' folders and starts their judgement.",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=[inbox]
    ),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=SETTINGS,
    doc_md=__doc__,
    tags=["sepa", "by itself"],
)
def intake():
    @task
    def claim() -> list[dict]:
        return steps.claim_files(steps.now())

    TriggerDagRunOperator.partial(
        task_id="start_judging", trigger_dag_id="judge_files", skip_when_already_exists=True
    ).expand_kwargs(claim())


@dag(
    dag_display_name="Judge files",
    description="Judges a batch of files and reports to their senders. Started by Intake.",
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=2,
    default_args=SETTINGS,
    params={
        "file_keys": Param(
            [],
            type="array",
            items={"type": "string", "pattern": "^[0-9a-f]{64}$"},
            title="Keys of the files",
            description="Filled in by Intake. You need not start this by hand: Intake does it for all that waits.",
        ),
        "at": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Instant of the work",
            description="Empty: now. It decides nothing: all dates follow from the instant the file was received.",
        ),
    },
    doc_md=__doc__,
    tags=["sepa", "by itself"],
)
def judge_files():
    def at() -> datetime.datetime:
        context = get_current_context()
        return steps.instant(context["params"]["at"], context["dag_run"].run_after)

    @task
    def judge() -> dict:
        return steps.judge_files(get_current_context()["params"]["file_keys"], at())

    @task
    def tell() -> int:
        return steps.publish_reports(at())

    judge() >> tell()


intake()
judge_files()
