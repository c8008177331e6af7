"""The stages of `sepa check` inside one process, each timed by itself."""

import hashlib
import time
from pathlib import Path

import msgspec

from bench.desk import RECEIVED
from sepa.decide import Judging
from sepa.model.finding import Unreadable
from sepa.model.message import MessageHead
from sepa.model.reference import Reference
from sepa.pipeline.check import payment_line
from sepa.pipeline.home import read_instant
from sepa.pipeline.judge import desk_for
from sepa.store.profiles import load_profile
from sepa.wire import read

PROFILE = "otp-sk"


def stages(path: Path) -> dict[str, float]:
    """Seconds spent hashing, reading, judging and writing JSON lines. A file that cannot be read is a mistake."""
    profile = load_profile(PROFILE)
    desk = desk_for(profile, Reference(), read_instant(RECEIVED, profile), None)
    spent = dict.fromkeys(("hash", "read", "judge", "JSON lines"), 0.0)
    clock = time.perf_counter
    with path.open("rb") as source:
        start = clock()
        judging = Judging(desk, hashlib.file_digest(source, "sha256").hexdigest())
        spent["hash"] += clock() - start
        items = read(source, offered=profile.intake.messages, size_bytes_max=profile.intake.size_bytes_max)
        name = ""
        while True:
            start = clock()
            item = next(items, None)
            read_at = clock()
            spent["read"] += read_at - start
            if item is None:
                return spent
            if isinstance(item, Unreadable):
                raise SystemExit(f"{path} cannot be read: {item}")
            if isinstance(item, MessageHead):
                name = item.name
                judging.head(item)
                continue
            verdicts = judging.piece(item)
            judged_at = clock()
            spent["judge"] += judged_at - read_at
            for verdict in verdicts:
                msgspec.json.encode(payment_line(verdict, item.payment_information.id, name))
            spent["JSON lines"] += clock() - judged_at
