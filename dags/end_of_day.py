"""
### End of day: the proof

Proves that the day's money adds up to the cent (received = paid + waiting + held + refused + unsettled; sealed =
posted; everything due was published), and writes the day's report, a page with plots and tables as CSV, to
`outbox/desk/`.

- **When:** every evening at 22:00 of the bank's clock, after the last window.
- **You may** clear it or trigger it as often as you like, for any day. It only reads and reports. Clearing a run keeps
  the report of that evening; a new run writes one of how things stand now.
- **When it is red,** something does not add up; the last lines of the log name each difference. Pause *Settlement* and
  call an engineer before the next window.
"""

import datetime

from airflow.sdk import Param, dag, get_current_context, task
from airflow.timetables.trigger import CronTriggerTimetable

from sepa.orchestration import steps


@dag(
    dag_display_name="End of day",
    description="Proves that the day's money adds up to the cent, and writes the day's report.",
    schedule=CronTriggerTimetable("0 22 * * *", timezone=steps.bank_timezone()),
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 1,
        "retry_delay": datetime.timedelta(seconds=60),
        "show_return_value_in_logs": False,
    },
    params={
        "day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Day",
            description="The day to prove. Empty: the day of the run.",
        ),
        "at": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="As of",
            description="Empty: the run's own instant. It names the report and cannot lie in the future.",
        ),
    },
    doc_md=__doc__,
    tags=["sepa", "by itself"],
)
def end_of_day():
    @task
    def prove_and_report() -> dict:
        context = get_current_context()
        at = steps.instant(context["params"]["at"], context["dag_run"].run_after)
        return steps.close_day(at, context["params"]["day"])

    prove_and_report()


end_of_day()
