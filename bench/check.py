"""The inner stages of judging, each timed by itself in one stream on one core: `python -m bench.check FILE HOME`.

All of the bank's tables are those of the home, so that every rule is asked what it is asked there.
"""

import hashlib
import sys
import time
from pathlib import Path

from bench.desk import PARTNER, RECEIVED
from bench.spent import BenchFault, Spent, tell
from sepa.decide import Judging
from sepa.model.finding import Unreadable
from sepa.pipeline.desk import desk_for
from sepa.pipeline.home import open_home, read_instant
from sepa.rules import RULES
from sepa.wire.gate import gate
from sepa.wire.pieces import slabs
from sepa.wire.read import PIECE_BYTES
from sepa.wire.records import Builder, message_head

JUDGE = "judge by every rule"
_ASKED_LATER = frozenset({"endings", "funds", "holds", "reviews", "withdrawals"})
"""Families of rules that are asked when an order is due or withdrawn, not when it is judged."""


def rules_asked() -> int:
    """How many rules look at each transfer of a file when it is judged."""
    return sum(
        rule.subject == "transaction" and "credit-transfer" in rule.kinds and not rule.needs
        for rule in RULES
        if rule.name.split(".")[0] not in _ASKED_LATER
    )


def stages(path: Path, root: Path) -> dict[str, Spent]:
    """What each stage takes of a plain file. One that cannot be read is a BenchFault."""
    taken: dict[str, Spent] = {}
    last = [time.perf_counter(), time.process_time()]

    def took(name: str) -> None:
        now = [time.perf_counter(), time.process_time()]
        before = taken.get(name, Spent(0, 0))
        taken[name] = Spent(before.wall + now[0] - last[0], before.cpu + now[1] - last[1])
        last[:] = now

    with open_home(root) as home, path.open("rb") as source:
        profile = home.profile
        desk = desk_for(
            home.terms(read_instant(RECEIVED, profile)),
            home.reference(),
            read_instant(RECEIVED, profile),
            PARTNER,
        )
        intake = desk.profile.intake
        took("tables")
        key = hashlib.file_digest(source, "sha256").hexdigest()
        took("hash")
        admitted = gate(source, offered=intake.messages, size_bytes_max=intake.size_bytes_max)
        took("gate")
        if isinstance(admitted, Unreadable) or not admitted.plain:
            raise BenchFault(f"{path.name} is no plain file")
        judging, builder = Judging(desk, key), Builder(admitted.message_name)
        headed = False
        for slab in slabs(source, admitted.message_name, PIECE_BYTES):
            took("parse and schema")
            if not headed:
                judging.head(message_head(slab.document, admitted.message_name))
                headed = True
            pieces = list(builder.pieces(slab.document, continued=slab.continued, usual=slab.usual))
            took("read the fields")
            for piece in pieces:
                verdicts = judging.piece(piece)
                took(JUDGE)
                home.journal.order_lines(key, verdicts)
                took("make the journal's lines")
        judging.close()
        took(JUDGE)
    del taken["tables"]
    return taken


if __name__ == "__main__":
    tell(stages(Path(sys.argv[1]), Path(sys.argv[2])))
