"""What the desk's journal and folders say, read with plain SQL and plain parsing, and what must hold between them."""

import csv
import datetime
import hashlib
import io
import json
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from lxml import etree

ZONE = zoneinfo.ZoneInfo("Europe/Bratislava")
FOLLOWS = {
    "waiting": {"paid", "pending-funds", "unsettled", "rejected", "not-executed", "revoked", "held"},
    "pending-funds": {"paid", "pending-funds", "unsettled", "rejected", "not-executed", "revoked", "held"},
    "held": {"waiting", "rejected", "not-executed", "revoked", "held"},
    "rejected": {"waiting", "held", "rejected", "not-executed"},
    "not-executed": {"waiting", "held", "rejected", "not-executed"},
    "paid": {"revoked"},
}


def local(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).astimezone(ZONE).replace(tzinfo=None)


@dataclass
class Facts:
    """One look at the journal."""

    states: dict[str, str]
    cents: dict[str, int]
    deliveries: Counter
    files: set[str]
    judged: set[str]
    attempts: set
    begun: set[str]
    decisions: set
    members: dict[str, str]
    taken_out: set[str]
    bulks: dict[str, tuple]
    publications: dict[str, tuple[str, str, str]]
    recalls: set[str]
    corrections: set[str]
    due: int
    wrong: list[str]

    def paid_in_windows(self) -> set[tuple[str, datetime.datetime]]:
        """Each order that is paid, and the window of the bulk it is paid in."""
        return {(key, self.bulks[bulk][2]) for key, bulk in self.members.items() if key not in self.taken_out}

    def forgot(self, before: "Facts") -> bool:
        """Whether something came, was ordered, settled or left that is known no more."""
        return (
            self.deliveries != before.deliveries
            or self.decisions != before.decisions
            or self.bulks != before.bulks
            or self.attempts != before.attempts
            or self.begun != before.begun
        )


def look(engine: sa.Engine) -> Facts:
    """Read it all in one transaction, and name what contradicts itself."""
    with engine.connect() as connection:

        def ask(statement: str) -> list[Any]:
            return list(connection.exec_driver_sql(statement))

        orders = ask("SELECT key, file_key, state, step, amount_cents FROM orders")
        history = ask("SELECT key, step, state FROM history ORDER BY key, step")
        postings = ask("SELECT bulk, key, side, amount_cents FROM postings")
        members = ask("SELECT key, bulk FROM bulk_members")
        facts = Facts(
            states={row.key: row.state for row in orders},
            cents={row.key: row.amount_cents for row in orders},
            deliveries=Counter(
                (row.partner, row.name, local(row.received_at))
                for row in ask("SELECT partner, name, received_at FROM deliveries")
            ),
            files={row.key for row in ask("SELECT key FROM files")},
            judged={row.file_key for row in ask("SELECT file_key FROM file_verdicts")},
            attempts={(row.key, local(row.window)) for row in ask('SELECT key, "window" FROM attempts')},
            begun={
                row.key
                for row in ask("SELECT key FROM bulk_members WHERE bulk IN (SELECT bulk FROM emissions)")
            },
            decisions={
                (local(row.at), row.by, row.act, row.subject)
                for row in ask('SELECT at, "by", act, subject FROM decisions')
            },
            members={row.key: row.bulk for row in members},
            taken_out={row.key for row in ask("SELECT key FROM taken_out")},
            bulks={
                row.id: (row.kind, row.settlement_date, local(row.window), row.count, row.sum_cents)
                for row in ask('SELECT id, kind, settlement_date, "window", count, sum_cents FROM bulks')
            },
            publications={
                row.path: (row.sha256, row.kind, row.subject)
                for row in ask("SELECT path, sha256, kind, subject FROM publications")
            },
            recalls={row.key for row in ask("SELECT key FROM recalls")},
            corrections={row.key for row in ask("SELECT key FROM corrections")},
            due=len(
                ask(
                    "SELECT 1 FROM reports_due d WHERE NOT EXISTS (SELECT 1 FROM told t WHERE t.subject = d.file_key "
                    "AND t.occasion = d.occasion)"
                )
            ),
            wrong=[],
        )
    facts.wrong += _histories(orders, history)
    facts.wrong += _money(facts, postings)
    return facts


def _histories(orders: list[Any], history: list[Any]) -> Iterator[str]:
    """One state for each order, which its own last line tells, reached by moves that may follow each other."""
    lines: dict[str, list[Any]] = defaultdict(list)
    for row in history:
        lines[row.key].append(row)
    for order in orders:
        own = lines[order.key]
        if own and (own[-1].step, own[-1].state) != (order.step, order.state):
            yield f"order {order.key} is {order.state}, its last line says {own[-1].state}"
        if order.step != max((row.step for row in own), default=0):
            yield f"order {order.key} stands at step {order.step}"
        for one, next_one in pairwise(own):
            if next_one.state not in FOLLOWS.get(one.state, ()):
                yield f"order {order.key} went from {one.state} to {next_one.state}"


def _money(facts: Facts, postings: list[Any]) -> Iterator[str]:
    """Each paid order is in one bulk, debited once and credited once, with its own cents; no other is."""
    sides: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for row in postings:
        sides[row.bulk, row.key][row.side] += row.amount_cents
    for key, bulk in facts.members.items():
        wanted = {"debit": facts.cents[key], "credit": facts.cents[key]}
        if dict(sides.pop((bulk, key), {})) != wanted:
            yield f"order {key} is not posted with its cents on both sides"
        if (facts.states[key] == "paid") == (key in facts.taken_out):
            yield f"order {key} is {facts.states[key]}, and it is in a bulk"
    for _, key in sides:
        yield f"order {key} is posted and in no bulk"
    for key, state in facts.states.items():
        if state == "paid" and key not in facts.members:
            yield f"order {key} is paid in no bulk"
    sums: Counter = Counter()
    for key, bulk in facts.members.items():
        sums[bulk] += facts.cents[key]
    for id, (*_, cents) in facts.bulks.items():
        if sums[id] != cents:
            yield f"bulk {id} says {cents} cents, its orders are {sums[id]}"


class Outside:
    """What the world has seen of the desk: every byte that ever lay in a folder for others, fetched or not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.digests: dict[str, str] = {}
        self.paid_in: dict[str, str] = {}
        self.booked_in: dict[str, str] = {}
        self.recalled_in: dict[str, str] = {}
        self.sums: dict[str, tuple[int, int]] = {}
        self.manifests: dict[str, dict[str, Any]] = {}
        self.fetched: set[str] = set()
        self.told_before: set[str] = set()
        self.gone_for_good: set[str] = set()
        self.counted: set[str] = set()

    def see(self) -> Iterator[str]:
        """Look at all that lies there now; name what may not be."""
        for folder in ("clearing/out", "outbox"):
            for path in sorted((self.root / folder).rglob("*")):
                if not path.is_file() or path.name.startswith(".tmp-"):
                    continue
                name = str(path.relative_to(self.root))
                if name in self.gone_for_good and name.startswith("clearing/out/pacs"):
                    yield f"{name} lies there again after it was fetched"
                content = path.read_bytes()
                digest = hashlib.sha256(content).hexdigest()
                if self.digests.setdefault(name, digest) != digest:
                    yield f"{name} came again with other bytes"
                elif name not in self.sums and folder == "clearing/out":
                    try:
                        yield from self._read(name, content)
                    except (etree.XMLSyntaxError, ValueError, KeyError) as broken:
                        yield f"{name} lies there and cannot be read: {broken!r}"

    def _read(self, name: str, content: bytes) -> Iterator[str]:
        plain = name.rsplit("/", 1)[-1]
        self.sums[name] = (0, 0)
        if plain.startswith(("pacs", "bookings")) and not plain.endswith(".json"):
            self.counted.add(name)
        if plain.endswith(".manifest.json"):
            self.manifests[name.removesuffix(".manifest.json")] = json.loads(content)
        elif plain.startswith(("pacs.008", "pacs.003")):
            keys = [each.text or "" for each in etree.fromstring(content).iterfind(".//{*}TxId")]
            cents = [_cents(each.text) for each in etree.fromstring(content).iterfind(".//{*}IntrBkSttlmAmt")]
            self.sums[name] = (len(keys), sum(cents))
            for key in keys:
                if self.paid_in.setdefault(key, name) != name:
                    yield f"order {key} is paid in {name} and in {self.paid_in[key]}"
        elif plain.startswith("bookings"):
            rows = list(csv.DictReader(io.StringIO(content.decode()), delimiter=";"))
            debits = [row for row in rows if row["side"] == "debit"]
            self.sums[name] = (len(debits), sum(_cents(row["amount"]) for row in debits))
            back = " back" if any(row["text"].startswith("correction ") for row in rows) else ""
            for label in sorted({row["key"] + back for row in rows}):
                if self.booked_in.setdefault(label, name) != name:
                    yield f"order {label} is booked in {name} and in {self.booked_in[label]}"
        elif plain.startswith("camt.056"):
            for each in etree.fromstring(content).iterfind(".//{*}OrgnlTxId"):
                if self.recalled_in.setdefault(each.text or "", name) != name:
                    yield f"order {each.text} is recalled in {name} and in {self.recalled_in[each.text or '']}"

    def fetch(self, facts: Facts) -> None:
        """The clearing takes its files away. What the journal knows to have left must never lie there again."""
        for path in sorted((self.root / "clearing" / "out").iterdir()):
            if path.is_file() and not path.name.startswith(".tmp-"):
                name = str(path.relative_to(self.root))
                self.fetched.add(name)
                self.gone_for_good |= {name} & facts.publications.keys()
                path.unlink()

    def agree(self, facts: Facts, whole: bool) -> Iterator[str]:
        """Journal, manifests and folders say the same; with `whole` nothing is on its way any more."""
        for path, (sha256, _, _) in facts.publications.items():
            if path not in self.digests:
                yield f"{path} was published and never lay there"
            elif self.digests[path] != sha256:
                yield f"{path} was published with other bytes than it has"
            elif not (self.root / path).exists() and path not in self.fetched:
                yield f"{path} was published and is gone"
        for name, told in self.manifests.items():
            if name not in self.digests:
                yield f"{name} has a manifest and is not there"
            elif self.digests[name] != told["sha256"]:
                yield f"{name} is not what its manifest tells"
            elif name in self.counted and self.sums[name] != (told["count"], _cents(told["sum"])):
                yield f"{name} holds {self.sums[name]}, its manifest tells {told['count']}, {told['sum']}"
        for key, name in self.paid_in.items():
            if facts.states.get(key) != "paid":
                yield f"order {key} left in {name} and is {facts.states.get(key)}"
        if not whole:
            return
        for name in self.digests:
            if name not in facts.publications and not (
                name.startswith("outbox") and name in self.told_before
            ):
                yield f"{name} lies there and was never published"
        for name in self.digests:
            sent = name.startswith("clearing/out/") and not name.endswith(".manifest.json")
            if sent and name not in self.manifests:
                yield f"{name} has no manifest"
        for key, bulk in facts.members.items():
            if key not in facts.taken_out:
                kind = facts.bulks[bulk][0]
                if kind != "on-us" and key not in self.paid_in:
                    yield f"order {key} is paid and never left"
                if key not in self.booked_in:
                    yield f"order {key} is paid and was never booked"
        if facts.recalls != set(self.recalled_in):
            yield "the recalls that left are not those that were asked for"


def _cents(text: str | None) -> int:
    euros_, _, rest = (text or "").partition(".")
    return int(euros_) * 100 + int((rest + "00")[:2])
