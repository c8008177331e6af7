"""
### Judge files: an answer for every order

Judges every order of a batch of files, each by the reference data of this moment and as of the instant its file was
received, and writes the partner's `pain.002`, notices and receipts to its outbox. In between it **books** transfers
between the bank's own accounts at once, where the terms say so.

- **When:** Intake starts it, one run for each batch. You need not start it by hand.
- **You may** clear any task at any time: what is judged stays as it is, what is written is not written again. To judge
  an order anew there is *Reprocess*.
- **A bad file** is no error here: it is refused, answered, and shown in `archive/quarantine/`.
- **A large file,** where `SEPA_SPREAD_BYTES` is set (several machines): `plan` cuts it, `judge_share` judges its shares
  on any worker, `judge` puts them together. A red share alone harms nothing: `judge` does its work too, only slower.
- **When it is red,** reference data cannot be read or the database does not answer; the last lines of the log say
  which. The other files of the batch are judged all the same. Mend it, then **clear the run**: Intake does not start a
  run of the same name a second time.
"""

import datetime

from airflow.sdk import Param, dag, get_current_context, task

from sepa.orchestration import spreading, steps, terms


@dag(
    dag_display_name="Judge files",
    description="Judges a batch of files and reports to their senders. Started by Intake.",
    schedule=None,
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=2,
    default_args={
        "retries": 3,
        "retry_delay": datetime.timedelta(seconds=20),
        "show_return_value_in_logs": False,
    },
    params={
        "file_keys": Param(
            [],
            type="array",
            items={"type": "string", "pattern": "^[0-9a-f]{64}$"},
            title="Keys of the files",
            description="Filled in by Intake, which finds all that waits.",
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
    def plan(share_bytes: int) -> list[dict]:
        return spreading.plan_shares(get_current_context()["params"]["file_keys"], share_bytes)

    @task(map_index_template="{{ share }}")
    def judge_share(share: dict) -> int:
        get_current_context()["share"] = f"{share['file_key'][:12]} from chunk {share['first']}"
        return spreading.judge_share(share)

    @task(trigger_rule="all_done")  # whatever became of the shares
    def judge() -> dict:
        return steps.judge_files(get_current_context()["params"]["file_keys"], at())

    @task
    def book() -> int:
        return steps.book_at_once(at())

    @task
    def tell() -> int:
        return steps.publish_reports(at())

    judged = judge()
    if share_bytes := terms.share_bytes():
        judge_share.expand(share=plan(share_bytes)) >> judged
    judged >> book() >> tell()


judge_files()
