"""A real home in a folder of the test, and short words for what is done in it and what it holds."""

import csv
import datetime
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from sepa.model.journal import Act, FileRow, OrderRow
from sepa.pipeline.claim import claim
from sepa.pipeline.day import Proof, end_of_day, reconcile
from sepa.pipeline.emit import emit_reports
from sepa.pipeline.home import Home, open_home, read_instant
from sepa.pipeline.recall import emit_recalls
from sepa.pipeline.reprocess import Reprocessed, reprocess
from sepa.pipeline.run import Ran, run
from sepa.pipeline.start import start
from sepa.store.files import TEMPORARY

THURSDAY = "2026-04-02T10:00"
TUESDAY = "2026-04-07T08:30"
DAY = datetime.date(2026, 4, 2)


class House:
    """One home. Instants are texts in the bank's local time, as on the command line."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def new(cls, root: Path, *, sample: bool = True) -> "House":
        """A home with the sample bank's reference data; with `sample` its drops lie in the inboxes."""
        start(root, sample=True)
        if not sample:
            for inbox in (root / "inbox").iterdir():
                for drop in inbox.iterdir():
                    drop.unlink()
        return cls(root)

    # --- what is done ---

    @contextmanager
    def open(self) -> Iterator[Home]:
        with open_home(self.root) as home:
            yield home

    def at(self, instant: str) -> datetime.datetime:
        with self.open() as home:
            return read_instant(instant, home.profile)

    def drop(self, partner: str, name: str, content: str | bytes) -> str:
        """Put a finished file into an inbox; return its key."""
        raw = content if isinstance(content, bytes) else content.encode()
        inbox = self.root / "inbox" / partner
        inbox.mkdir(exist_ok=True)
        (inbox / name).write_bytes(raw)
        return hashlib.sha256(raw).hexdigest()

    def run(self, instant: str = THURSDAY) -> Ran:
        with self.open() as home:
            return run(home, read_instant(instant, home.profile))

    def claim(self, instant: str = THURSDAY) -> list[str]:
        """Claim only; return `partner/name` of what was taken."""
        with self.open() as home:
            return [
                f"{each.partner}/{each.name}" for each in claim(home, read_instant(instant, home.profile))
            ]

    def reprocess(self, act: Act, instant: str = "2026-04-02T12:00", **what: Any) -> list[Reprocessed]:
        what = {"reason": "asked by telephone", "by": "operator"} | what
        with self.open() as home:
            at = read_instant(instant, home.profile)
            done = reprocess(home, act=act, at=at, **what)
            emit_recalls(home, at)
            emit_reports(home, at)
            return done

    def release(self, instant: str = "2026-04-02T12:00", **what: Any) -> list[Reprocessed]:
        """Two people release; what the second one's word did."""
        self.reprocess("release", instant, **(what | {"by": "colleague"}))
        return self.reprocess("release", instant, **what)

    def prove(self, day: datetime.date = DAY, instant: str = "2026-04-02T23:00") -> Proof:
        with self.open() as home:
            return reconcile(home, day, read_instant(instant, home.profile))

    def close_day(self, day: datetime.date = DAY, instant: str = "2026-04-02T23:00") -> list[str]:
        with self.open() as home:
            proof, paths = end_of_day(home, day, read_instant(instant, home.profile))
            assert proof.faults == ()
            return paths

    # --- what the bank's own tables say ---

    def set_account(self, iban: str, **cells: str) -> None:
        self._rewrite("accounts.csv", lambda row: row | cells if row["iban"] == iban else row)

    def add_bank(self, bic: str, country: str, national_code: str) -> None:
        yes = {"credit_transfer": "true", "direct_debit_core": "true", "direct_debit_b2b": "false"}
        row = {"bic": bic, "country": country, "national_code": national_code, "name": "Pridaná banka"}
        self._rewrite("participants.csv", lambda kept: kept, row | yes)

    def add_account_to_partner(self, partner: str, iban: str) -> None:
        path = self.root / "reference" / "partners.yaml"
        listed = yaml.safe_load(path.read_text("utf-8"))
        for each in listed["partners"]:
            if each["id"] == partner:
                each["accounts"].append(iban)
        path.write_text(yaml.safe_dump(listed, allow_unicode=True), "utf-8")

    def change_partner(self, partner: str, **values: Any) -> None:
        path = self.root / "reference" / "partners.yaml"
        listed = yaml.safe_load(path.read_text("utf-8"))
        for each in listed["partners"]:
            if each["id"] == partner:
                each.update(values)
        path.write_text(yaml.safe_dump(listed, allow_unicode=True), "utf-8")

    def set_profile(self, name: str = "profile.yaml", **sections: Any) -> None:
        text = yaml.safe_dump({"extends": "otp-sk", **sections})
        (self.root / "reference" / name).write_text(text, "utf-8")

    def _rewrite(self, table: str, change: Any, *more: dict[str, str]) -> None:
        path = self.root / "reference" / table
        rows = [*map(change, csv.DictReader(io.StringIO(path.read_text("utf-8")))), *more]
        out = io.StringIO()
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(out.getvalue(), "utf-8")

    # --- what it holds ---

    def file(self, key: str) -> FileRow:
        with self.open() as home:
            found = home.journal.file(key)
            assert found is not None
            return found

    def files(self) -> list[FileRow]:
        with self.open() as home:
            return home.journal.find_files()

    def orders(self, key: str) -> list[OrderRow]:
        with self.open() as home:
            return list(home.journal.orders(key))

    def all_orders(self) -> list[OrderRow]:
        with self.open() as home:
            return [order for file in home.journal.find_files() for order in home.journal.orders(file.key)]

    def states(self, key: str) -> dict[str, str]:
        """End-to-end id → state, with the rule and code that decided where there is one."""
        return {order.end_to_end_id: stands(order) for order in self.orders(key)}

    def digest(self) -> str:
        with self.open() as home:
            return home.journal.digest()

    def bytes_of(self) -> dict[str, str]:
        """Every file of the home but the journal and temporary ones: path → digest of its bytes."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.name.startswith(("journal.db", TEMPORARY))
        }

    def told(self) -> dict[str, str]:
        """As `bytes_of`, but for the desk's second book, in which every decision is noted."""
        return {path: digest for path, digest in self.bytes_of().items() if "archive/book/" not in path}

    def outbox(self, partner: str, pattern: str = "*") -> list[Path]:
        return sorted(path for path in (self.root / "outbox" / partner).glob(pattern) if path.is_file())

    def published(self, key: str, occasion: str) -> list[Path]:
        """What left about a file (or bulk) on occasions that begin so."""
        with self.open() as home:
            return [
                self.root / each.path
                for each in home.journal.publications(key)
                if each.occasion.startswith(occasion)
            ]

    def status_report(self, key: str, occasion: str = "judged") -> "StatusReport":
        (path,) = [
            path
            for path in self.published(key, occasion)
            if path.name.startswith("pain.002") and path.exists()
        ]
        return StatusReport(path)

    def clearing(self, kind: str) -> list[Path]:
        return sorted((self.root / "clearing" / "out").glob(f"{kind}*.xml"))


def stands(order: OrderRow) -> str:
    """`paid`, or `rejected AC01 IDN-01`."""
    main = next((each for each in order.findings if each.effect == "reject"), None)
    main = main or next((each for each in order.findings if each.effect != "warn"), None)
    return f"{order.state} {main.code} {main.rule}" if main and order.state != "paid" else order.state


class StatusReport:
    """A pain.002 read back, in the words of its tags."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = etree.parse(path).getroot()

    def texts(self, path: str, below: Any = None) -> list[str]:
        found = (self.root if below is None else below).iterfind(".//{*}" + path.replace("/", "/{*}"))
        return [each.text or "" for each in found]

    @property
    def group(self) -> str | None:
        """GrpSts."""
        return next(iter(self.texts("OrgnlGrpInfAndSts/GrpSts")), None)

    @property
    def blocks(self) -> list[str]:
        """PmtInfSts of every block."""
        return self.texts("OrgnlPmtInfAndSts/PmtInfSts")

    @property
    def transactions(self) -> dict[str, str]:
        """OrgnlEndToEndId → TxSts."""
        return {
            self.texts("OrgnlEndToEndId", each)[0]: self.texts("TxSts", each)[0]
            for each in self.root.iterfind(".//{*}TxInfAndSts")
        }

    def counts(self, level: str) -> dict[str, int]:
        """Status → number, summed over every element `level`."""
        found: dict[str, int] = {}
        for element in self.root.iterfind(".//{*}" + level):
            for each in element.iterfind("{*}NbOfTxsPerSts"):
                status, number = self.texts("DtldSts", each)[0], self.texts("DtldNbOfTxs", each)[0]
                found[status] = found.get(status, 0) + int(number)
        return found

    @property
    def codes(self) -> list[str]:
        """Every reason code."""
        return self.texts("StsRsnInf/Rsn/Cd")

    @property
    def sentences(self) -> str:
        return " ".join(self.texts("AddtlInf"))
