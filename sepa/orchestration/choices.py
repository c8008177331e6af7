"""What the form of the DAG Reprocess offers, each with its words."""

CHOICES = {
    "report-again": "Report again: how things stand now",
    "judge-again": "Judge again: with today's reference data",
    "release": "Release: held orders go on to the next window",
    "refuse": "Refuse: held orders are refused",
    "revoke": "Withdraw: in time before they are due",
    "hold": "Hold: waiting orders stop until released",
    "recall": "Recall: ask back transfers that have left",
}
