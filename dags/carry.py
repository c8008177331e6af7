"""
### Carry: to and from object storage

Moves what lies in the bucket under `inbox/PARTNER/` into the partners' inboxes, where *Intake* finds it, and what has
left the desk (`outbox/`, `clearing/out/`) into the bucket. It is here only where `SEPA_BUCKET` names one.

- **When:** every minute.
- **You may** clear any task, trigger it twice, stop it anywhere. A file is gone from where it was only once it is safe
  where it shall be; what a killed run left in both places is seen to be the same.
- **When it is red,** the storage did not answer, or one file needs help: the last lines of the log name it. All other
  files went on. Mend it, or wait: the next run carries what is left.

**A file is not carried?** `sepa carry` says why: its name is unfinished or taken, or its mark still waits for it.
"""

import datetime

from airflow.sdk import dag, task
from airflow.timetables.trigger import CronTriggerTimetable

from sepa.orchestration import carrying, terms

BUCKET = terms.bucket()


@dag(
    dag_display_name="Carry",
    description="Moves files from the bucket into the inboxes, and what has left the desk into the bucket.",
    schedule=CronTriggerTimetable("* * * * *", timezone="UTC"),
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
def carry():
    @task(show_return_value_in_logs=True)  # two numbers
    def carry_in() -> dict:
        return carrying.carry(BUCKET, "in")

    @task(show_return_value_in_logs=True)  # two numbers
    def carry_out() -> dict:
        return carrying.carry(BUCKET, "out")

    carry_in()
    carry_out()


if BUCKET:
    carry()
