"""
### Settlement: one clearing window

Chooses what is due, checks the cover account by account in the bank's order, **seals** bulks together with their
postings, **publishes** `pacs.008`, `pacs.003` and the bookings to `clearing/out/`, each with a manifest, and **tells**
the partners what was paid and what was not.

- **When:** at the windows of the bank's profile. On days the bank does not work, and while its books are closed, it
  runs and does nothing.
- **You may** clear any task, trigger it twice, stop it anywhere. What is sealed is never chosen again; a file leaves
  once, under a name computed from its content; a window that a later one has followed seals nothing.
- **When it is red,** nothing is half done: a window is sealed as a whole or not at all. Mend what the last lines of the
  log name, then clear the red task and what follows it.
- **A window was missed?** Trigger it with the field *Window* empty: it takes all that is due by now.
"""

import datetime

from airflow.sdk import Param, dag, get_current_context, task
from airflow.timetables.trigger import MultipleCronTriggerTimetable

from sepa.orchestration import steps, terms

WINDOWS = MultipleCronTriggerTimetable(*terms.window_crons(), timezone=terms.bank_timezone())


@dag(
    dag_display_name="Settlement",
    description="Pays what is due in one clearing window, as far as there is cover, and writes the files.",
    schedule=WINDOWS,
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": datetime.timedelta(seconds=20),
        "show_return_value_in_logs": False,
    },
    params={
        "at": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Window",
            description="Empty: the run's own instant. An earlier one repeats that window; a later one is refused.",
        )
    },
    doc_md=__doc__,
    tags=["sepa", "by itself"],
)
def settlement():
    def window() -> datetime.datetime:
        context = get_current_context()
        return steps.instant(context["params"]["at"], context["dag_run"].run_after)

    @task
    def seal() -> dict:
        scheduled = get_current_context()["dag_run"].run_type == "scheduled"
        return steps.seal_window(window(), scheduled=scheduled)

    @task
    def publish() -> int:
        return steps.publish_bulks(window())

    @task
    def tell() -> int:
        return steps.publish_reports(window())

    seal() >> publish() >> tell()


settlement()
