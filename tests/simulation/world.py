"""The real desk in a home of its own: takes steps, is disturbed as they say, and is looked at after each."""

import datetime
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sepa.pipeline.catch_up import catch_up
from sepa.pipeline.claim import claim
from sepa.pipeline.correct import correct, emit_corrections
from sepa.pipeline.day import reconcile
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home, read_instant
from sepa.pipeline.judge import judge_all
from sepa.pipeline.recall import emit_recalls
from sepa.pipeline.reprocess import NotFound, reprocess
from sepa.pipeline.run import run
from sepa.pipeline.settle import seal_window
from sepa.store.profiles import load_versions
from sepa.store.sql import SqlJournal, open_journal
from sepa.store.tables import metadata
from tests.faults import Disk, Faults, Stopped, lock_or
from tests.simulation.bank import MISSING_BANK, make_home
from tests.simulation.facts import Facts, Outside, look
from tests.simulation.model import Model
from tests.simulation.schedule import Step


class Broken(AssertionError):
    """Something that must hold does not; the text says what."""


class Bench:
    """A folder and a journal that one schedule after another is played in; what SQL was made of stays warm."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.root = folder / "home"
        self.template = folder / "template"
        make_home(self.template)
        self.versions = load_versions(sorted((self.template / "reference").glob("profile*.yaml")))
        self.root.mkdir()
        self.journal: SqlJournal = open_journal(url or f"sqlite:///{folder / 'journal.db'}")

    def fresh(self) -> "World":
        self.journal.close()
        shutil.rmtree(self.root)
        shutil.copytree(self.template, self.root)
        refill(self.journal, {})
        return World(self)


def refill(journal: SqlJournal, rows: dict[str, list[dict[str, Any]]]) -> None:
    with journal.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for table in metadata.sorted_tables:
            if rows.get(table.name):
                connection.execute(table.insert(), rows[table.name])


class World:
    def __init__(self, bench: Bench) -> None:
        self.root, self.journal = bench.root, bench.journal
        self.home = Home(root=bench.root, versions=bench.versions, journal=bench.journal)
        self.model, self.outside = Model(), Outside(bench.root)
        self.backup: dict[str, list[dict[str, Any]]] | None = None
        self.behind = False
        self.played: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.points = 0

    # --- one step, with what is looked at after it ---

    def play(self, step: Step) -> None:
        """Take one step. Broken where something does not hold."""
        self.played[step.kind if step.kind != "act" else f"act {step.what['act']}"] += 1
        if step.kind in BEFORE:
            try:
                BEFORE[step.kind](self, step)
            except Exception as fault:
                raise Broken(f"{type(fault).__name__}: {fault}") from fault
            self._follow([step] if step.kind == "catch-up" else [], whole=False)
            return
        if step.beside is not None:
            self._together(step, step.beside)
            return
        disturbed = self._alone(step)
        self._follow([step], whole=step.kind == "run" and not disturbed, must=not disturbed)
        if disturbed and step.again and not self.behind:
            self._do(step)
            self._follow([step], whole=step.kind == "run", must=True)

    def _alone(self, step: Step) -> bool:
        """Take the step with its fault; whether the fault happened."""
        if step.fault is None:
            self._do(step)
            return False
        kind, where, number = step.fault
        faults = Faults(lambda point, count: kind if (point, count) == (where, number) else None)
        if kind == "power-cut":
            faults.disk = Disk(self.root)
        try:
            with faults.into():
                self._do(step, disturbed=faults)
        except Stopped:
            self.journal.close()
            if faults.disk is not None:
                faults.disk.lose()
        self.points += len(faults.names)
        for happened, point in faults.happened[:1]:
            self.faults[f"{happened} at {point}"] += 1
        return bool(faults.happened)

    def _do(self, step: Step, disturbed: Faults | None = None) -> None:
        try:
            DONE[step.kind](self, self.instant(step.at), step.what)
        except Exception as fault:
            if disturbed is not None and disturbed.happened:
                return
            if self.behind and REFUSES in str(fault):
                self.played["refused, for the journal is behind"] += 1
                return
            raise Broken(f"{type(fault).__name__}: {fault}") from fault

    def _together(self, one: Step, other: Step) -> None:
        """Two workers, each stopped where the other goes on; whatever came first, it must be one after the other."""
        two = Two(lambda: self._do(one), lambda: self._do(other), one.switch)
        two.work()
        self.faults["two workers"] += bool(two.turns)
        self.faults["a worker waits"] += bool(two.waits)
        self._follow([one, other], whole=False)

    # --- what must be true now ---

    def _follow(self, steps: list[Step], *, whole: bool, must: bool = False) -> None:
        facts = look(self.journal._engine)
        wrong = list(facts.wrong) + list(self.outside.see())
        wrong += [
            f"the archive lacks {key}" for key in sorted(facts.files) if not self.home.archived(key).is_file()
        ]
        if not self.behind:
            self._stamp(steps)
            wrong += self._agree(steps, facts, must)
            wrong += self.outside.agree(facts, whole)
        if wrong:
            raise Broken("; ".join(wrong[:6]))

    def _stamp(self, steps: list[Step]) -> None:
        """A file that is no longer in its inbox has its instant, whatever came after."""
        for step in steps[:1]:
            for drop in self.model.inbox:
                if drop.stamp is None and not (self.root / "inbox" / drop.partner / drop.name).exists():
                    drop.stamp = local_of(step.at)

    def _agree(self, steps: list[Step], facts: Facts, must: bool) -> list[str]:
        """The model goes on as far as the journal did, in one of the orders that are possible."""
        first: list[str] = []
        for order in _orders(steps):
            model = self.model.clone()
            missed = model_goes_on(model, order, facts) if must else go_on(model, order, facts)
            wrong = [f"{each} did not happen" for each in missed if must] + differences(model, facts)
            if not wrong:
                self.model = model
                return []
            first = first or wrong
        return first

    def instant(self, text: str) -> datetime.datetime:
        return read_instant(text, self.home.profile)


def _orders(steps: list[Step]) -> Iterator[list[Step]]:
    yield steps
    if len(steps) == 2:
        yield steps[::-1]


def go_on(model: Model, steps: list[Step], facts: Facts) -> list[str]:
    missed = []
    for step in steps:
        for effect in model.effects(step, local_of(step.at)):
            if effect.seen(facts):
                effect.apply()
            else:
                missed.append(effect.name)
    return missed


model_goes_on = go_on


def differences(model: Model, facts: Facts) -> list[str]:
    """Where the model and the journal do not say the same."""
    expected, found = model.states(), facts.states
    wrong = [
        f"order {key} ({names(model)[key]}) is {found.get(key)}, it must be {expected.get(key)}"
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    ]
    if model.deliveries != facts.deliveries:
        wrong.append(
            f"delivered {sorted((facts.deliveries - model.deliveries).items())} too much, "
            f"{sorted((model.deliveries - facts.deliveries).items())} too little"
        )
    judged = {each.key for each in model.files.values() if each.judged}
    if judged != facts.judged:
        wrong.append(f"judged {len(facts.judged)} files, it must be {len(judged)}")
    for name, told, found_keys in (
        ("recalled", {each.key for each in model.orders() if each.recalled}, facts.recalls),
        ("corrected", {each.key for each in model.orders() if each.corrected}, facts.corrections),
        (
            "begun to leave",
            {each.key for each in model.orders() if each.begun},
            facts.begun - facts.taken_out,
        ),
        ("ordered", model.decisions, facts.decisions),
        ("tried in vain", model.attempts, facts.attempts),
        (
            "paid in a window",
            {(each.key, each.window) for each in model.orders() if each.state == "paid"},
            facts.paid_in_windows(),
        ),
    ):
        if told != found_keys:
            wrong.append(f"{name}: {sorted(map(str, found_keys ^ told))[:3]} differ")
    return wrong


class names(dict):
    def __init__(self, model: Model) -> None:
        super().__init__({each.key: each.id for each in model.orders()})

    def __missing__(self, key: str) -> str:
        return "unknown"


def local_of(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


# --- what a step does ---

REFUSES = "knows nothing of"


def _act(world: World, at: datetime.datetime, what: dict[str, Any]) -> None:
    file = world.model.named(what["file"])
    if file is None:
        return
    key = file.key if what["position"] is None else f"{file.key[:24]}-{what['position']}"
    if what["act"] == "correct":
        correct(world.home, key, by=what["by"], initiator="own_bank", code="TECH", proof="case 7", at=at)
        emit_corrections(world.home, at)
        return
    asked = what.get("asked_on") if what["act"] == "revoke" else None
    received = world.model.files[file.key].received
    day = datetime.date.fromisoformat(asked) if asked else None
    if day is not None and received is not None and day < received.date():
        day = received.date()
    try:
        reprocess(world.home, act=what["act"], reason="asked", by=what["by"], at=at, key=key, asked_on=day)
    except NotFound:
        return
    emit_recalls(world.home, at)
    emit_reports(world.home, at)


def _publish(world: World, at: datetime.datetime, _: Any) -> None:
    for work in (emit_bulks, emit_corrections, emit_recalls):
        work(world.home, at)


def _judge(world: World, at: datetime.datetime, _: Any) -> None:
    if not world.home.in_maintenance:
        judge_all(world.home, world.journal.unjudged(), at=at)


DONE: dict[str, Callable[[World, datetime.datetime, dict[str, Any]], Any]] = {
    "run": lambda world, at, _: run(world.home, at),
    "claim": lambda world, at, _: claim(world.home, at),
    "judge": _judge,
    "seal": lambda world, at, _: seal_window(world.home, at),
    "publish": _publish,
    "tell": lambda world, at, _: emit_reports(world.home, at),
    "act": _act,
}


def _drop(world: World, step: Step) -> None:
    what = step.what
    content = world.model.drop(what["file"], what["partner"], what["name"], what["content"])
    place = world.root / "inbox" / what["partner"] / what["name"]
    place.write_bytes(content)


def _prove(world: World, step: Step) -> None:
    at = world.instant(step.at)
    wrong = world.journal.faults() if world.behind else []
    if not world.behind:
        wrong += [
            each
            for each in reconcile(world.home, local_of(step.at).date(), at).faults
            if "not written yet" not in each and "is due" not in each
        ]
    if wrong:
        raise Broken("; ".join(wrong))


def _backup(world: World, _: Step) -> None:
    with world.journal.reading() as connection:
        world.backup = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in metadata.sorted_tables
        }


def _restore(world: World, step: Step) -> None:
    if world.backup is not None:
        before = look(world.journal._engine)
        world.journal.close()
        refill(world.journal, world.backup)
        world.behind = look(world.journal._engine).forgot(before)
        world.outside.told_before |= set(world.outside.digests)
        _judge_as_before(world, step)


def _catch_up(world: World, step: Step) -> None:
    if world.behind:
        told = catch_up(world.home, world.instant(step.at))
        if told.conflicts:
            raise Broken("; ".join(told.conflicts))
        world.played["caught up"] += 1
        world.behind = False
        _judge_as_before(world, step)


def _judge_as_before(world: World, step: Step) -> None:
    """What was judged since the backup is judged anew by the next who looks; nothing else depends on when."""
    judged = {each.key for each in world.model.files.values() if each.judged}
    if not world.behind:
        judge_all(
            world.home, [key for key in world.journal.unjudged() if key in judged], at=world.instant(step.at)
        )


def _mend(world: World, _: Step) -> None:
    if not world.model.mended:
        world.model.mended = True
        world.backup = None  # whoever changes the tables makes a backup after it
        with (world.root / "reference" / "participants.csv").open("a", encoding="utf-8") as table:
            table.write(MISSING_BANK)


def _rest(world: World, _: Step) -> None:
    world.model.maintenance = True
    (world.root / "reference" / "maintenance.txt").write_text("repairs", "utf-8")


def _wake(world: World, _: Step) -> None:
    world.model.maintenance = False
    (world.root / "reference" / "maintenance.txt").unlink(missing_ok=True)


BEFORE: dict[str, Callable[[World, Step], None]] = {
    "drop": _drop,
    "prove": _prove,
    "backup": _backup,
    "restore": _restore,
    "catch-up": _catch_up,
    "fetch": lambda world, _: world.outside.fetch(look(world.journal._engine)),
    "mend": _mend,
    "rest": _rest,
    "wake": _wake,
}


class Two:
    """Two workers, one awake at a time: the first to its turn, the second to its own, then the first to its end."""

    def __init__(
        self, first: Callable[[], None], second: Callable[[], None], switch: tuple[int, int]
    ) -> None:
        self.turns = self.waits = 0
        self._work = (first, second)
        self._switch = switch
        self._seen = [0, 0]
        self._awake = 0
        self._over = [False, False]
        self._writer: int | None = None
        self._failed: list[BaseException] = []
        self._told = threading.Condition()
        self._of: dict[int, int] = {}

    def work(self) -> None:
        faults = Faults()
        faults.at = self._at  # type: ignore[method-assign]
        with faults.into(), pytest.MonkeyPatch.context() as patched:
            patched.setattr("fcntl.flock", lock_or(self._wait))
            self._watch(patched)
            threads = [threading.Thread(target=self._live, args=(number,)) for number in (0, 1)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if self._failed:
            raise self._failed[0]

    def _live(self, number: int) -> None:
        self._of[threading.get_ident()] = number
        with self._told:
            self._told.wait_for(lambda: self._awake == number)
        try:
            self._work[number]()
        except BaseException as failed:
            self._failed.append(failed)
        finally:
            with self._told:
                self._over[number] = True
                self._awake = 1 - number
                self._told.notify_all()

    def _at(self, point: str, original: Callable[..., Any], *given: Any, **named: Any) -> Any:
        number = self._of[threading.get_ident()]
        self._seen[number] += 1
        if self._seen[number] == self._switch[number]:
            self.turns += 1
            self._pass_on(number)
        return original(*given, **named)

    def _pass_on(self, number: int) -> None:
        with self._told:
            if self._over[1 - number]:
                return
            self._awake = 1 - number
            self._told.notify_all()
            self._told.wait_for(lambda: self._awake == number)

    def _wait(self) -> None:
        """What this worker wants, the other holds."""
        number = self._of[threading.get_ident()]
        if self._over[1 - number]:
            raise Broken("a lock is held by nobody")
        self.waits += 1
        self._pass_on(number)

    def _watch(self, patched: pytest.MonkeyPatch) -> None:
        """One transaction writes at a time, as in the real database; the other worker waits for its end."""
        from sepa.store.sql.connection import Connected

        original = Connected.writing

        @contextmanager
        def writing(connected: Connected, **named: Any) -> Iterator[sa.Connection]:
            number = self._of[threading.get_ident()]
            while self._writer not in (None, number):
                self._wait()
            self._writer = number
            try:
                with original(connected, **named) as connection:
                    yield connection
            finally:
                self._writer = None

        patched.setattr(Connected, "writing", writing)
