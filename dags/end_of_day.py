"""
### End of day: the proof and the seal

Proves that the day's money adds up to the cent (received = paid + waiting + held + refused + unsettled; sealed =
posted; everything due was published), and writes the day's report, a page with plots and tables as CSV, to
`outbox/desk/`. Then seals the day: `seal_the_day` tells in its log and in `outbox/desk/seal_DAY_*.json` how far the
chain of the journal goes. Keep that file outside; `sepa audit verify --seal FILE` holds the past against it.

- **When:** every evening at 22:00 of the bank's clock, after the last window.
- **You may** clear it or trigger it as often as you like, for any day. It only reads and reports. Clearing a run keeps
  the report of that evening; a new run writes one of how things stand now.
- **When `call_for_help` is red,** something does not add up; the last lines of its log name each difference. The
  report is written and the day is sealed all the same. Pause *Settlement* and call an engineer before the next window.
"""

import datetime

from airflow.sdk import Param, dag, get_current_context, task
from airflow.timetables.trigger import CronTriggerTimetable

from sepa.orchestration import steps, terms


@dag(
    dag_display_name="End of day",
    description="Proves that the day's money adds up to the cent, writes the day's report, seals the day.",
    schedule=CronTriggerTimetable("0 22 * * *", timezone=terms.bank_timezone()),
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
    def at() -> datetime.datetime:
        context = get_current_context()
        return steps.instant(context["params"]["at"], context["dag_run"].run_after)

    @task
    def prove_and_report() -> dict:
        return steps.close_day(at(), get_current_context()["params"]["day"])

    @task(show_return_value_in_logs=True)  # a day, a number and a digest
    def seal_the_day() -> dict:
        return steps.seal_day(at(), get_current_context()["params"]["day"])

    @task(retries=0)
    def call_for_help(proven: dict) -> None:
        steps.stop_unless_proven(proven["faults"])

    proven = prove_and_report()
    proven >> seal_the_day() >> call_for_help(proven)


end_of_day()
