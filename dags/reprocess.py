"""
### Reprocess: report again, judge again, release, refuse, withdraw, hold, recall, correct

Carries out what you choose on one file, on one order, or on all files that a partner dropped on a day. Who ordered it
(you, as you are logged in), when and why is written down before anything changes.

| Choice | Effect |
|---|---|
| Report again | A fresh status report and fresh notices of how things stand now |
| Judge again | Refused, held and waiting orders are judged with today's reference data, as of their first receipt |
| Release | Held orders go on to the next window; where two people are needed, the first one's release is an approval |
| Refuse | Held orders are refused |
| Withdraw | Transfers are withdrawn for good, up to the end of the working day before they are due |
| Hold | Orders that wait are stopped until you release or refuse them |
| Recall | Transfers that have left are asked back from the other bank; they stay paid until it answers |
| Correct | One payment between accounts of ours, made by mistake, is booked back; two people order it, alike |

What is none of SEPA's and waits to be handed over is withdrawn and held like the rest, up to its hand-over.

**It never pays twice**, whatever you choose and however often. A paid or unsettled order is never touched, and a
released one waits for a window like any other. What is too late to withdraw stays as it is, and the log says why. The
same run, cleared or repeated, is the same decision and does nothing more.

**Where is the key?** A file's key is the SHA-256 of its bytes. Its first 12 characters stand in the names of its
`pain.002` and notices, and `sepa explain` finds the rest. An order's key is the file's key with its number, as reports
show it.

**When it is red**, the last line of the log says what was wrong with the order. Nothing was changed; start a new run.
"""

import datetime

from airflow.sdk import Param, dag, get_current_context, task

from sepa.orchestration import steps
from sepa.orchestration.choices import CHOICES, INITIATORS, MISTAKES, RECALL_REASONS


def optional(title: str, description: str, **schema: str) -> Param:
    return Param(None, type=["null", "string"], title=title, description=description, **schema)


def choice(title: str, description: str, words: dict[str, str]) -> Param:
    return Param(
        next(iter(words)), enum=list(words), values_display=words, title=title, description=description
    )


@dag(
    dag_display_name="Reprocess",
    description="For operators: report, judge again, release, refuse, withdraw, recall, correct. Never pays twice.",
    schedule=None,
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 2,
        "retry_delay": datetime.timedelta(seconds=10),
        "show_return_value_in_logs": True,  # sentences with keys, days and counts alone
    },
    params={
        "key": optional(
            "Key of a file or an order",
            "For a file the first 8 characters are enough; an order's key is needed whole.",
            pattern="^[0-9a-f]{8,64}(-[0-9]+)?$",
        ),
        "partner": optional("or: a partner ...", "The name of its inbox folder. Fill in the day as well."),
        "day": optional("... and the day received", "A day of the bank's calendar.", format="date"),
        "act": choice("What to do", "Nothing of this can pay an order twice.", CHOICES),
        "reason": Param(
            "",
            type="string",
            minLength=3,
            title="Reason",
            description="Kept for auditors with your user name. Correct: what shows the mistake, a case or a letter.",
        ),
        "asked_on": optional("Withdraw: handed in on", "The day, if it was not today.", format="date"),
        "recall_reason": choice("Recall: why", "The other bank is told this.", RECALL_REASONS),
        "correction_reason": choice("Correct: what was wrong", "Both people choose the same.", MISTAKES),
        "initiator": choice("Correct: who found it", "Both people choose the same.", INITIATORS),
        "asked_by": optional("Asked by", "Who asked for it, if not you. Added to the reason as a note."),
    },
    doc_md=__doc__,
    tags=["sepa", "for operators"],
)
def reprocess():
    @task
    def carry_out() -> list[str]:
        context = get_current_context()
        run = context["dag_run"]
        return steps.reprocess(dict(context["params"]), run.triggering_user_name, run.run_after)

    carry_out()


reprocess()
