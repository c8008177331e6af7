"""The reference day: small, but with every way in which the desk writes. Each stage is killed at each of its points."""

import datetime
import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sepa.cli import main
from sepa.model.journal import file_key_of
from sepa.orchestration import steps
from sepa.pipeline.home import open_home
from tests.pipeline.house import House
from tests.pipeline.test_handing_over import CHANNELS, FOREIGN
from tools.sample_bank import B1, DE, GOOD, POOR, TRADER, collection, collections, order, transfers

A, OTHER, BANK = "stavebniny", "mzdy", "vzorova-banka"
MORNING, NOON, EVENING, TUESDAY = (
    "2026-04-02T10:00+02:00",
    "2026-04-02T11:30+02:00",
    "2026-04-02T21:15+02:00",
    "2026-04-07T08:30+02:00",
)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


PART = transfers(
    "PART-1", TRADER, [order("OK", "10.00", "Oceliareň", B1), order("BAD", "11.00", "X", B1[:-1] + "0")]
)
EASTER = transfers(
    "EASTER-1",
    TRADER,
    [order("OUT", "12.00", "Oceliareň", B1), order("STAYS", "13.00", "Oceliareň", B1)],
    due="2026-04-07",
)
EARLY = {
    f"{OTHER}/00-copy.xml": GOOD,
    f"{A}/01-good.xml.sig": "no key of ours",
    f"{A}/01-good.xml": GOOD,
    f"{A}/02-again.xml": GOOD,
    f"{A}/03-part.xml.sha256": _digest(PART),
    f"{A}/03-part.xml": PART,
    f"{A}/04-easter.xml": EASTER,
    f"{A}/05-broken.xml": GOOD[:700],
    f"{A}/06-abroad.xml": FOREIGN,
    f"{BANK}/07-collection.xml": collections(
        "DD-1", [("RCUR", "2026-04-09", [collection("INK", "46.00", DE, "EXT-2", bic="VZORDEFFXXX")])]
    ),
}
LATE = {
    f"{A}/08-copy.xml": GOOD,
    f"{A}/09-held.xml": GOOD.replace("GOOD-0001", "GOOD-0002"),
    f"{A}/10-poor.xml": transfers("POOR-1", POOR, [order("LACK", "900.00", "Oceliareň", B1)]),
    f"{A}/11-more.xml": transfers("MORE-1", TRADER, [order("MORE", "5.00", "Oceliareň", B1)]),
}


class Stage(NamedTuple):
    """What is dropped, and then done in the home; done again after a kill, it must end as if never killed."""

    name: str
    work: Callable[[Path], None]
    drops: Mapping[str, str] = MappingProxyType({})


RIGHTFUL = file_key_of(_digest(GOOD), A, OTHER)
"""The key of the good file: another partner's copy comes first."""
KEYS = sorted({RIGHTFUL, *(_digest(content) for place, content in EARLY.items() if place.endswith(".xml"))})


def command(*words: str) -> Callable[[Path], None]:
    """What somebody types after `sepa`."""

    def work(root: Path) -> None:
        sys.argv = ["sepa", *words, "--home", str(root)]
        try:
            main()
        except SystemExit as end:
            if end.code not in (None, 0, 1):
                raise RuntimeError(f"sepa {words[0]} ended with {end.code}") from end

    return work


def task(name: str, instant: str) -> Callable[[Path], None]:
    """What a task of a DAG calls."""

    def work(root: Path) -> None:
        os.environ["SEPA_HOME"] = str(root)
        at = datetime.datetime.fromisoformat(instant)
        if name == "judge_files":
            steps.judge_files(KEYS, at)
        else:
            getattr(steps, name)(at)

    return work


def _said(instant: str) -> tuple[str, ...]:
    return "--by", "Eva", "--reason", "asked by letter", "--at", instant


STAGES = (
    Stage("claim", task("claim_files", MORNING), EARLY),
    Stage("judge", task("judge_files", MORNING)),
    Stage("tell", task("publish_reports", MORNING)),
    Stage("withdraw", command("order", "revoke", f"{_digest(EASTER)[:24]}-1", *_said("2026-04-02T10:30"))),
    Stage("seal", task("seal_window", NOON)),
    Stage("publish", task("publish_bulks", NOON)),
    Stage("tell the window", task("publish_reports", NOON)),
    Stage("recall", command("order", "recall", f"{RIGHTFUL[:24]}-1", *_said("2026-04-02T12:00"))),
    Stage("run", command("run", "--at", EVENING), LATE),
    Stage("run again", command("run", "--at", TUESDAY)),
    Stage("close", task("close_day", TUESDAY)),
)


def new_home(root: Path) -> None:
    House.new(root, sample=False).set_profile(non_sepa=CHANNELS)
    with open_home(root):
        pass


def drop(root: Path, drops: Mapping[str, str]) -> None:
    house = House(root)
    for place, content in drops.items():
        partner, _, name = place.partition("/")
        house.drop(partner, name, content)
