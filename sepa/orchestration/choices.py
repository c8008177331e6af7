"""What the form of the DAG Reprocess offers, each with its words."""

CHOICES = {
    "report-again": "Report again: how things stand now",
    "judge-again": "Judge again: with today's reference data",
    "release": "Release: held orders go on to the next window",
    "refuse": "Refuse: held orders are refused",
    "revoke": "Withdraw: in time before they are due",
    "hold": "Hold: waiting orders stop until released",
    "recall": "Recall: ask back transfers that have left",
    "correct": "Correct: book back one payment between accounts of ours that was a mistake",
}

RECALL_REASONS = {
    "CUST": "CUST: the payer wishes it",
    "DUPL": "DUPL: sent twice",
    "TECH": "TECH: a technical fault",
    "FRAD": "FRAD: fraud",
    "AM09": "AM09: wrong amount",
    "AC03": "AC03: wrong account",
}

MISTAKES = {
    "TECH": "TECH: a technical fault",
    "DUPL": "DUPL: paid twice",
    "AM09": "AM09: wrong amount",
}

INITIATORS = {
    "own_bank": "We ourselves",
    "other_bank_with_written_proof": "The other bank, in writing",
}
