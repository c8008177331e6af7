"""Decide: a message goes in piece by piece, and one verdict a transaction comes out.

Pure: a verdict depends on the message, the Desk and what `seen` answers, and on nothing else. Where more
than one thing is found, refusing goes before holding, holding before routing, routing before a moved date.

A transaction is refused for itself or with its block or message. Refused for itself it is "rejected",
except a collection from an account of ours: there the bank answers as the payer's bank, and the
collection is "not-executed" (bank terms 0.4, DD-09). Refused with its block or message it is always
"rejected": then the sender's file was wrong, whoever the payer is.
"""

from sepa.decide.chunk import REMEMBERED_IDS, Opening, Part
from sepa.decide.judging import (
    Desk,
    Judging,
    Ordered,
    none_seen,
    refuse_unreadable,
    refused_blocks,
)

__all__ = [
    "REMEMBERED_IDS",
    "Desk",
    "Judging",
    "Opening",
    "Ordered",
    "Part",
    "none_seen",
    "refuse_unreadable",
    "refused_blocks",
]
