"""From one seed: days of drops, windows, acts of operators, clocks that jump, and faults. Drawn before anything is run.

A step is plain data, names what it is about, and means nothing where that is not there: so a schedule stays one when
steps are taken out of it.
"""

import datetime
import random
from dataclasses import dataclass, field, replace
from typing import Any

from tests.faults import PLACES
from tests.simulation.bank import BANK, CUSTOMER, MANDATES, OTHER, after, working

STARTS = ("2026-01-08", "2026-03-26", "2026-04-01", "2026-04-29", "2026-06-15", "2026-10-22", "2026-12-21")
"""An ordinary week, the two changes of the clock, Easter, the first of May, summer, Christmas."""
DAYS = 4
WINDOWS = ("08:30", "11:30", "15:30", "21:15")
OFTEN = {"commit": 8, "begin": 8, "link": 12, "fsync": 24, "unlink": 20, "rename": 2, "write": 24, "read": 40}
"""About as many points of each name does a step have; the one at which a fault comes is drawn below it."""
TASKS = ("claim", "judge", "seal", "publish", "tell")


@dataclass(frozen=True)
class Step:
    """One thing that somebody does at the instant `at`, by the bank's clock. `again`: it is repeated after a fault."""

    kind: str
    at: str
    what: dict[str, Any] = field(default_factory=dict)
    fault: tuple[str, str, int] | None = None
    beside: "Step | None" = None
    switch: tuple[int, int] = (0, 0)
    again: bool = True

    def __str__(self) -> str:
        said = [self.at, self.kind, *(f"{name}={value}" for name, value in self.what.items())]
        said += [f"!{self.fault[0]} at {self.fault[1]} {self.fault[2]}"] if self.fault else []
        said += [f"|| {self.beside} (turns at {self.switch})"] if self.beside else []
        return " ".join(map(str, said))


def schedule(seed: int, days: int = DAYS) -> list[Step]:
    """The steps of some banking days and of the days after them on which everything comes to its end."""
    return _Writer(seed).days(days)


class _Writer:
    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311
        self.steps: list[Step] = []
        self.later: list[tuple[str, str, dict[str, Any]]] = []
        self.files: list[tuple[str, dict[str, Any]]] = []
        self.count = 0
        self.mandates = 0

    def days(self, count: int) -> list[Step]:
        day = datetime.date.fromisoformat(self.draw.choice(STARTS))
        for _ in range(count):
            self._day(day)
            if self.draw.random() < 0.15:  # the desk stood still for a day
                day = after(day)
            if self.draw.random() < 0.1:  # somebody works on a day off
                self._do("run", day + datetime.timedelta(days=1), "10:00")
            day = after(day)
        self._end(day)
        return self.steps

    def _day(self, day: datetime.date) -> None:
        self.later.sort()
        plan: list[tuple[str, str, dict[str, Any]]] = [
            (hour, "window", {}) for hour in WINDOWS if self.draw.random() < 0.65
        ]
        plan += [(self._hour(6, 21), "drop", {}) for _ in range(self.draw.randint(1, 3))]
        plan += [(self._hour(9, 20), "act", {}) for _ in range(self.draw.randint(0, 2))]
        for kind, odds in (
            ("late", 0.5), ("jump", 0.15), ("backup", 0.35), ("restore", 0.22), ("fetch", 0.2),
            ("mend", 0.1), ("rest", 0.06), ("sweep", 0.3), ("prove", 0.3),
        ):  # fmt: skip
            if self.draw.random() < odds:
                plan.append((self._hour(8, 22), kind, {}))
        for hour, kind, what in sorted(plan, key=lambda each: each[0]):
            while self.later and self.later[0][0] <= f"{day}T{hour}":
                at, act, asked = self.later.pop(0)
                self._step(Step(act, max(at, f"{day}T06:00"), asked))
            getattr(self, f"_{kind}")(day, hour, **what)

    def _end(self, day: datetime.date) -> None:
        """Everything comes to its end: what was begun is finished, and time passes until nothing is due any more."""
        self.steps.append(Step("wake", f"{day}T06:30"))
        for _ in range(9):
            self.steps.append(Step("run", f"{day}T21:15"))
            day = after(day)
        self.steps.append(Step("prove", f"{day}T23:00"))

    def _hour(self, first: int, last: int) -> str:
        return f"{self.draw.randint(first, last):02d}:{self.draw.randrange(60):02d}"

    def _do(self, kind: str, day: datetime.date, hour: str, **what: Any) -> None:
        self._step(Step(kind, f"{day}T{hour}", what))

    def _step(self, step: Step) -> None:
        chance = self.draw.random()
        if chance < 0.45 and step.kind in ("run", *TASKS, "act"):
            kind = self.draw.choice(tuple(PLACES))
            point = self.draw.choice(PLACES[kind])
            number = 1 + int(OFTEN[point] * self.draw.random() ** 2)
            fault = (kind, point, number)
            step = replace(step, fault=fault, again=self.draw.random() < 0.7)
        elif chance < 0.6 and step.kind in ("run", *TASKS, "act"):
            step = replace(
                step,
                beside=self._neighbour(step),
                switch=(self.draw.randint(1, 60), self.draw.randint(1, 60)),
            )
        self.steps.append(step)

    def _neighbour(self, step: Step) -> Step:
        choice = self.draw.random()
        if choice < 0.4:
            return replace(step)
        if choice < 0.7 and self.files:
            return Step("act", step.at, self._order(("hold", "refuse", "release", "revoke", "judge-again")))
        return Step(self.draw.choice(("seal", "publish", "tell", "judge", "claim")), step.at)

    # --- what happens on a day ---

    def _window(self, day: datetime.date, hour: str) -> None:
        if self.draw.random() < 0.5:
            self._do("run", day, hour)
            return
        for task in TASKS:
            if self.draw.random() < 0.85:
                self._do(task, day, hour)

    def _sweep(self, day: datetime.date, hour: str) -> None:
        for task in ("claim", "judge", "tell"):
            self._do(task, day, hour)

    def _late(self, day: datetime.date, hour: str) -> None:
        """A task of some earlier hour comes once more, word for word."""
        earlier = [step for step in self.steps if step.kind in ("run", *TASKS, "act")]
        if earlier:
            self._step(replace(self.draw.choice(earlier), fault=None, beside=None, again=True))

    def _jump(self, day: datetime.date, hour: str) -> None:
        """Somebody's clock is wrong: a sweep or a window at an earlier instant than the last."""
        back = day - datetime.timedelta(days=self.draw.randint(0, 2))
        self._do(self.draw.choice(("claim", "run", "seal")), back, f"0{self.draw.randint(6, 9)}:05")

    def _backup(self, day: datetime.date, hour: str) -> None:
        self._do("backup", day, hour)

    def _restore(self, day: datetime.date, hour: str) -> None:
        """The journal of the last backup comes back; whoever works on is refused, until it is caught up."""
        self._do("restore", day, hour)
        if self.draw.random() < 0.6:
            self._do(self.draw.choice(("run", "seal", "publish", "claim", "judge")), day, hour)
        self._do("catch-up", day, hour)

    def _fetch(self, day: datetime.date, hour: str) -> None:
        self._do("fetch", day, hour)

    def _mend(self, day: datetime.date, hour: str) -> None:
        """A bank that the tables lacked is added; what was refused for it is judged again."""
        self._do("mend", day, hour)
        for file, content in self.files:
            if any(each.get("to") == "unknown bank" for each in content["orders"]):
                self._do("act", day, hour, act="judge-again", file=file, position=None, by="Anna")

    def _rest(self, day: datetime.date, hour: str) -> None:
        self._do("rest", day, hour)
        self._do("run", day, hour)
        self._do("wake", day, hour)

    def _prove(self, day: datetime.date, hour: str) -> None:
        self._do("prove", day, hour)

    def _act(self, day: datetime.date, hour: str) -> None:
        if self.files:
            acts = ("hold", "refuse", "revoke", "judge-again", "report-again", "recall", "release", "correct")
            self._people(f"{day}T{hour}", self._order(acts))

    def _order(self, acts: tuple[str, ...]) -> dict[str, Any]:
        file, content = self.draw.choice(self.files[-6:])
        position = self.draw.randint(1, len(content["orders"]))
        return self._said(self.draw.choice(acts), file, position)

    def _said(self, act: str, file: str, position: int | None) -> dict[str, Any]:
        if act != "correct" and self.draw.random() < 0.4:
            position = None
        return {"act": act, "file": file, "position": position, "by": self.draw.choice(("Anna", "Boris"))}

    def _people(self, at: str, what: dict[str, Any]) -> None:
        """One person's word, and often what others say later: release what was held, correct together."""
        if what["act"] == "revoke" and self.draw.random() < 0.5:
            what = what | {"asked_on": str(after(datetime.date.fromisoformat(at[:10]), -1))}
        self._step(Step("act", at, what))
        hours = datetime.timedelta(hours=self.draw.randint(1, 30))
        later = (datetime.datetime.fromisoformat(at) + hours).isoformat(timespec="minutes")
        if what["act"] in ("hold", "release") and self.draw.random() < 0.8:
            act = self.draw.choice(("release", "release", "refuse"))
            self.later.append((later, "act", what | {"act": act, "by": "Anna"}))
            self.later.append((later + ":30", "act", what | {"act": act, "by": "Boris"}))
        if what["act"] == "correct":
            self.later.append((later, "act", what | {"by": "Cyril"}))
        if self.draw.random() < 0.3:
            self.later.append((at, "act", what))
        self.later.sort(key=lambda each: each[0])

    # --- what is dropped ---

    def _drop(self, day: datetime.date, hour: str) -> None:
        self.count += 1
        file = f"f{self.count}"
        kind = self.draw.random()
        partner = CUSTOMER
        if kind < 0.12 and self.files:
            copied, content = self.draw.choice(self.files)
            if self.draw.random() < 0.3:
                partner = OTHER
            self._do(
                "drop",
                day,
                hour,
                file=file,
                partner=partner,
                name=f"{file}.xml",
                content=content,
                copy=copied,
            )
            return
        if kind < 0.27 and self.files:
            _, content = self.draw.choice(self.files)
            content = content | {"message": f"M-{file}", "flaw": ""}
        elif kind < 0.31 and self.files:
            content = self._transfers(day, file) | {"message": self.draw.choice(self.files)[1]["message"]}
        elif kind < 0.47:
            content = self._collections(day, file)
        else:
            content = self._transfers(day, file)
        if content["of"] == "collections":
            partner = BANK
        self.files.append((file, content))
        self._do("drop", day, hour, file=file, partner=partner, name=f"{file}.xml", content=content)
        if "M-" in content["message"] and kind < 0.27 and self.draw.random() < 0.7:
            moment = datetime.datetime.fromisoformat(f"{day}T{hour}") + datetime.timedelta(hours=5)
            self._answer(moment.isoformat(timespec="minutes"), file)

    def _answer(self, at: str, file: str) -> None:
        """What people say of a file that may be a repeat."""
        act = self.draw.choice(("release", "release", "refuse", "judge-again"))
        for number, by in enumerate(("Anna", "Boris", "Boris")):
            self.later.append(
                (f"{at}:{number}0", "act", {"act": act, "file": file, "position": None, "by": by})
            )
        if act == "refuse":
            what = {"act": "judge-again", "file": file, "position": None, "by": "Anna"}
            self.later.append((f"{at}:40", "act", what))
        self.later.sort(key=lambda each: each[0])

    def _transfers(self, day: datetime.date, file: str) -> dict[str, Any]:
        debtor = self.draw.choice(("trader", "trader", "trader", "poor", "patient"))
        ahead = self.draw.choice((0, 0, 0, 0, 1, 1, 2, 3, 5, -1))
        payees = ("away", "away", "germany", "house", "house", "poor", "patient", "typo", "unknown bank")
        orders = [
            {
                "id": f"{file}-{number}",
                "cents": self.draw.randint(100, 9000),
                "to": self.draw.choice(payees if debtor == "trader" else payees[:5]),
            }
            for number in range(1, self.draw.randint(1, 4) + 1)
        ]
        return {
            "of": "transfers",
            "message": f"MSG-{file}",
            "from": debtor,
            "due": str(day + datetime.timedelta(days=ahead)),
            "orders": orders,
            "flaw": self.draw.choice(("",) * 14 + ("sum", "cut")),
        }

    def _collections(self, day: datetime.date, file: str) -> dict[str, Any]:
        orders = []
        for number in range(1, self.draw.randint(1, 3) + 1):
            self.mandates = (self.mandates + 1) % MANDATES
            where = self.draw.choice(("house", "house", "elsewhere"))
            orders.append(
                {
                    "id": f"{file}-{number}",
                    "cents": self.draw.randint(100, 20000),
                    "from": where,
                    "mandate": f"SIM-{self.mandates}",
                }
            )
        due = working(after(day, self.draw.choice((1, 3, 4, 4, 5))))
        return {"of": "collections", "message": f"MSG-{file}", "due": str(due), "orders": orders, "flaw": ""}
