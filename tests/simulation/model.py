"""What must be true, in the plainest words: orders, what they may become, and money.

Written from the design (section 4) and the bank's terms, and from nothing of `sepa`. It does each thing at once and
whole; where the desk was disturbed, it asks which of these things happened (`Effect.seen`) and follows.
"""

import datetime
import hashlib
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.bank import (
    ACCOUNTS,
    BALANCES,
    BANK,
    CUSTOMER,
    PAYEES,
    RETRIES,
    after,
    message,
    working,
    works,
)  # fmt: skip
from tools.sample_bank import A2, DE

NAMES = {"trader": "TRADER"}
CUT_OFF = datetime.time(21)
LAST_WINDOW = datetime.time(21, 15)
INTERBANK = datetime.time(15, 30)
LEAD_DAYS = 2
REFUSED = ("rejected", "not-executed")
OPEN = ("waiting", "pending-funds", "held")


@dataclass
class Order:
    key: str
    id: str
    cents: int
    kind: str
    debtor: str
    creditor: str
    away: bool
    due: datetime.date
    flaw: str
    twin: tuple = ()
    state: str = ""
    booked: datetime.date | None = None
    stopped: bool = False
    repeat: bool = False
    refused_by_person: bool = False
    approved_by: str = ""
    begun: bool = False
    recalled: bool = False
    corrections: tuple[str, ...] = ()
    corrected: bool = False
    window: datetime.datetime | None = None


@dataclass
class File:
    name: str
    partner: str
    key: str
    digest: str
    content: dict
    orders: list[Order]
    received: datetime.datetime | None = None
    first: tuple = ()
    judged: bool = False
    refused_unread: bool = False


@dataclass
class Dropped:
    """A file in an inbox; `file` names it for people. `stamp` once a sweep has begun to take it."""

    partner: str
    name: str
    file: str
    digest: str
    content: dict
    stamp: datetime.datetime | None = None


@dataclass
class Effect:
    """One thing that happens whole or not at all."""

    name: str
    seen: Callable[[Any], bool]
    apply: Callable[[], None]
    must: bool = True


@dataclass
class Model:
    files: dict[str, File] = field(default_factory=dict)
    inbox: list[Dropped] = field(default_factory=list)
    deliveries: Counter = field(default_factory=Counter)
    attempts: set = field(default_factory=set)
    decisions: set = field(default_factory=set)
    message_ids: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)
    last_window: datetime.datetime | None = None
    maintenance: bool = False
    mended: bool = False
    spent: Counter = field(default_factory=Counter)
    used: set = field(default_factory=set)

    def clone(self) -> "Model":
        return pickle.loads(pickle.dumps(self, pickle.HIGHEST_PROTOCOL))  # noqa: S301  # far quicker than a deep copy

    # --- what lies there ---

    def drop(self, file: str, partner: str, name: str, content: dict) -> bytes:
        raw = message(content)
        digest = hashlib.sha256(raw).hexdigest()
        called = self.names.setdefault((digest, partner), file)
        self.inbox.append(Dropped(partner, name, called, digest, content))
        return raw

    def _own(self, drop: Dropped) -> File:
        """The sender's own file of these bytes: its key is their digest, or made of both where another came first."""
        key = drop.digest
        if self.owners.setdefault(drop.digest, drop.partner) != drop.partner:
            key = hashlib.sha256(f"{drop.digest}\n{drop.partner}".encode()).hexdigest()
        if key not in self.files:
            orders = list(_orders(key, drop.content))
            self.files[key] = File(drop.file, drop.partner, key, drop.digest, drop.content, orders)
        return self.files[key]

    def _stands_elsewhere(self, file: File) -> bool:
        """Whether an order of another sender's file of the same bytes was not refused."""
        return any(
            order.state and order.state not in REFUSED
            for other in self.files.values()
            if other is not file and other.digest == file.digest
            for order in other.orders
        )

    def named(self, file: str) -> File | None:
        return next((each for each in self.files.values() if each.name == file and each.received), None)

    def orders(self) -> Iterator[Order]:
        for file in self.files.values():
            yield from file.orders

    def states(self) -> dict[str, str]:
        return {each.key: each.state for each in self.orders() if each.state}

    # --- the steps ---

    def effects(self, step: Any, at: datetime.datetime) -> Iterator[Effect]:
        """What `step` at `at` does, in its order; each is settled before the next is asked for."""
        kind = step.kind
        if kind in ("run", "claim"):
            yield from self._claims(at)
        if kind in ("run", "judge", "catch-up"):
            yield from self._judgements()
        if kind in ("run", "seal"):
            yield from self._seals(at)
        if kind in ("run", "publish"):
            yield from self._departures()
        if kind == "act":
            yield from self._acts(step.what, at)

    def _claims(self, at: datetime.datetime) -> Iterator[Effect]:
        def turn(drop: Dropped) -> tuple:
            return drop.partner, drop.stamp is None, drop.stamp or at, drop.name

        for drop in sorted(self.inbox, key=turn):
            stamp = drop.stamp or at
            label = (drop.partner, drop.name, stamp)

            def claimed(drop: Dropped = drop, label: tuple = label, stamp: Any = stamp) -> None:
                self.inbox.remove(drop)
                self.deliveries[label] += 1
                file = self._own(drop)
                if file.received is None:
                    file.received = stamp
                    file.first = (stamp, drop.partner, drop.name)

            yield Effect(
                f"claim {drop.name}",
                lambda facts, label=label: facts.deliveries[label] > self.deliveries[label],
                claimed,
            )

    def _judgements(self) -> Iterator[Effect]:
        if self.maintenance:
            return
        waiting = [each for each in self.files.values() if each.received and not each.judged]
        for file in sorted(waiting, key=lambda each: each.first):
            yield Effect(
                f"judge {file.name}",
                lambda facts, file=file: file.key in facts.judged,
                lambda file=file: self._judge(file),
            )

    def _judge(self, file: File) -> None:
        file.judged = True
        if file.content["flaw"] == "cut":
            return
        owner = self.message_ids.setdefault((file.partner, file.content["message"]), file.key)
        if owner != file.key or self._stands_elsewhere(file):
            file.refused_unread = True
            return
        for order in file.orders:
            self._decide(file, order)

    def _decide(self, file: File, order: Order) -> None:
        """The fate of an order as it is judged, at the instant at which its file came."""
        assert file.received is not None
        came = file.received
        order.state, order.repeat = "waiting", False
        if order.kind == "transfer":
            order.booked = _booking_day(came, order.due)
        else:
            order.booked = working(order.due)
            if working(came.date()) > after(order.booked, -LEAD_DAYS):  # the terms name no hour here
                order.booked = None
        wrong_account = file.partner != (CUSTOMER if file.content["of"] == "transfers" else BANK)
        unreached = order.flaw == "unknown bank" and not self.mended
        whole = file.content["flaw"] == "sum"
        if order.booked is None or order.flaw == "typo" or unreached or whole or wrong_account:
            ours = order.kind == "collection" and not order.away and order.due >= came.date()
            order.state = "not-executed" if ours and not whole and not wrong_account else "rejected"
            return
        if self._collected(order):
            order.state = "not-executed"
            return
        if any(
            each.twin == order.twin and each.state not in REFUSED
            for other in self.files.values()
            if other is not file
            for each in other.orders
            if each.state
        ):
            order.state, order.repeat = "held", True

    def _collected(self, order: Order) -> bool:
        """Whether something was collected already under the consent, which is for once a month."""
        return (
            order.kind == "collection"
            and not order.away
            and (order.twin[-1], order.booked.month) in self.used
        )

    # --- windows ---

    def _seals(self, window: datetime.datetime) -> Iterator[Effect]:
        if self.maintenance or not works(window.date()):
            return
        if self.last_window is not None and window < self.last_window:
            return
        changed = self._window(window)
        if not changed:
            return

        def apply() -> None:
            self.last_window = window
            for key, (state, cents) in changed.items():
                order = by_key[key]
                order.state = state
                if state == "paid":
                    order.window = window
                    if order.kind == "collection" and not order.away:
                        self.used.add((order.twin[-1], order.booked.month))
                    self._move_money(order, window, cents)
                else:
                    self.attempts.add((key, window))

        by_key = {each.key: each for each in self.orders()}
        was = {key: by_key[key].state for key in changed}
        yield Effect(
            f"window {window:%d. %H:%M}",
            lambda facts: any(
                (facts.states.get(key) == state != was[key])
                or (state not in ("paid",) and (key, window) in facts.attempts)
                for key, (state, _) in changed.items()
            ),
            apply,
        )

    def _window(self, window: datetime.datetime) -> dict[str, tuple[str, int]]:
        """What becomes of everything that is due: paid as far as the money goes, in the order of the terms."""
        today = window.date()
        due = [
            (order.booked, file.received, int(order.key.split("-")[1]), order.cents, order.key, order)
            for file in self.files.values()
            for order in file.orders
            if order.state in ("waiting", "pending-funds")
            and file.received is not None
            and file.received <= window
            and (order.booked <= today or (order.kind == "collection" and order.away))
            and (order.key, window) not in self.attempts
        ]
        room = {account: cents + self.spent[account] for account, cents in BALANCES.items()}
        changed: dict[str, tuple[str, int]] = {}
        used: set = set()
        for *_, order in sorted(due, key=lambda each: each[:5]):
            if order.kind == "collection" and order.away:
                changed[order.key] = ("paid", order.cents)
            elif self._collected(order) or (order.twin[-1] is not None and order.twin[-1] in used):
                changed[order.key] = ("not-executed", 0)
            elif room[order.debtor] >= order.cents:
                used.add(order.twin[-1])
                room[order.debtor] -= order.cents
                if order.creditor in room:
                    room[order.creditor] += order.cents
                changed[order.key] = ("paid", order.cents)
            elif order.kind == "collection":
                changed[order.key] = ("not-executed", 0)
            else:
                last = order.booked + datetime.timedelta(days=RETRIES.get(order.debtor, 0))
                while not works(last):
                    last -= datetime.timedelta(days=1)
                over = today > last or (today == last and window.time() >= LAST_WINDOW)
                changed[order.key] = ("unsettled" if over else "pending-funds", 0)
        return changed

    def _move_money(self, order: Order, window: datetime.datetime, cents: int) -> None:
        if not (order.kind == "collection" and order.away):
            self.spent[order.debtor] -= cents
        if order.creditor in BALANCES:
            self.spent[order.creditor] += cents

    def _departures(self) -> Iterator[Effect]:
        for order in list(self.orders()):
            if order.state == "paid" and not order.begun:
                yield Effect(
                    f"departure of {order.id}",
                    lambda facts, order=order: order.key in facts.begun,
                    lambda order=order: setattr(order, "begun", True),
                )

    # --- people ---

    def _acts(self, what: dict, at: datetime.datetime) -> Iterator[Effect]:
        file = self.named(what["file"])
        if file is None:
            return
        position = what.get("position")
        if position is not None and not any(
            each.state for each in file.orders if each.key.endswith(f"-{position}")
        ):
            return
        subject = f"{file.key[:24]}-{position}" if position is not None else file.key
        decision = (at, what["by"], what["act"], subject)
        if decision in self.decisions:
            return
        if what["act"] == "correct":
            if not self._correctable(file, subject, what):
                return
        elif what["act"] == "judge-again" and file.refused_unread:
            pass

        def apply() -> None:
            self.decisions.add(decision)
            for order in file.orders:
                if order.state and subject in (file.key, order.key):
                    self._act(what, at, file, order)

        yield Effect(f"{what['act']} {subject[-6:]}", lambda facts: decision in facts.decisions, apply)

    def _correctable(self, file: File, subject: str, what: dict) -> bool:
        order = next((each for each in file.orders if each.key == subject), None)
        return (
            order is not None
            and order.state == "paid"
            and order.begun
            and not order.away
            and not order.corrected
            and what["by"] not in order.corrections
        )

    def _act(self, what: dict, at: datetime.datetime, file: File, order: Order) -> None:
        act = what["act"]
        was = order.state
        if act == "hold" and was == "waiting":
            order.state, order.stopped = "held", True
        elif act == "release" and was == "held":
            if order.approved_by and order.approved_by != what["by"]:
                order.state, order.stopped, order.repeat = "waiting", False, False
            else:
                order.approved_by = what["by"]
                return
        elif act == "refuse" and was == "held":
            order.state, order.refused_by_person = "rejected", True
        elif act == "revoke" and order.kind == "transfer":
            asked = what.get("asked_on")
            day = max(datetime.date.fromisoformat(asked), file.received.date()) if asked else at.date()
            unsent = was == "paid" and not order.begun and order.away
            if (was in OPEN or unsent) and order.booked and day <= after(order.booked, -1):
                if unsent:
                    self._move_money(order, at, -order.cents)
                order.state = "revoked"
        elif act == "judge-again":
            self._judge_again(file, order)
        elif act == "recall" and was == "paid" and order.begun and order.away and order.kind == "transfer":
            order.recalled = True
        elif act == "correct":
            order.corrections += (what["by"],)
            if len(order.corrections) == 2:
                order.corrected = True
                self._move_money(order, at, -order.cents)
        if order.state != was:
            order.approved_by = ""

    def _judge_again(self, file: File, order: Order) -> None:
        """Today's tables, the first day; what a person decided stays."""
        if order.state not in ("held", *REFUSED) or order.stopped or order.refused_by_person:
            return
        if (
            order.state == "not-executed"
            and order.window is None
            and (order.key in {k for k, _ in self.attempts})
        ):
            return
        if self._stands_elsewhere(file):
            return
        approved, was = order.approved_by, order.state
        self._decide(file, order)
        order.approved_by = approved if was == order.state else ""


def _orders(key: str, content: dict) -> Iterator[Order]:
    for position, each in enumerate(content["orders"], 1):
        due = datetime.date.fromisoformat(content["due"])
        if content["of"] == "collections":
            debtor, creditor = (A2 if each["from"] == "house" else DE), "elsewhere"
            away, flaw, kind = each["from"] != "house", "", "collection"
        else:
            debtor, creditor = ACCOUNTS[content["from"]], PAYEES[each["to"]]
            away, flaw, kind = creditor not in BALANCES, each["to"], "transfer"
        twin = (kind, debtor, creditor, each["cents"], content["due"], each["id"], each.get("mandate"))
        yield Order(
            f"{key[:24]}-{position}", each["id"], each["cents"], kind, debtor, creditor, away, due, flaw, twin
        )


def _counted_day(came: datetime.datetime) -> datetime.date:
    """The working day on which what came then counts: after the cut-off, or on a day off, the next."""
    if not works(came.date()):
        return working(came.date())
    return came.date() if came.time() <= CUT_OFF else after(came.date())


def _booking_day(came: datetime.datetime, due: datetime.date) -> datetime.date | None:
    """The day on which a transfer is booked; None when it was due before it came."""
    if due < came.date():
        return None
    if due == came.date():
        return _counted_day(came)
    return working(due)
