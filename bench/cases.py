"""What is measured: each case by its name, the files it takes, and how it is run."""

from collections.abc import Mapping
from typing import NamedTuple


class Shape(NamedTuple):
    """What the orders look like, whatever their number."""

    message: str = "pain.001.001.09"
    faults: float = 0.0
    orders_per_debtor: int | None = None
    orders_per_block: int | None = None
    orders_per_file: int | None = None

    def debtors(self, orders: int) -> int:
        return -(-orders // self.orders_per_debtor) if self.orders_per_debtor else 1


class Case(NamedTuple):
    """One thing to measure: `work` on files of a shape, upon so many cores and a store.

    `largest` is the largest size that is measured unless asked for outright; `only` the one size of a case
    whose figure does not depend on it. `units` is about what it takes, in U, to foresee how long all will last.
    """

    title: str
    work: str
    shape: Shape = Shape()
    cores: int = 2
    store: str = "SQLite"
    largest: int = 100_000
    only: int | None = None
    units: float = 2.5
    environment: Mapping[str, str] = {}

    @property
    def name(self) -> str:
        return self.title if self.store == "SQLite" else f"{self.title}, {self.store}"


MILLION = 1_000_000
CASES: Mapping[str, Case] = {
    "stages": Case("Judging from the inside, one stream", "check", cores=1, units=2.5),
    "intake": Case("Intake on two cores", "intake", largest=MILLION, environment={"SEPA_WORKERS": "2"}),
    "settlement": Case("Settlement", "settlement", largest=MILLION, units=2),
    "one-core": Case(
        "Intake on one core", "intake", cores=1, largest=MILLION, units=4, environment={"SEPA_WORKERS": "1"}
    ),
    "refused": Case("Intake, every order refused", "refusal", Shape(faults=1.0), largest=MILLION, units=3.5),
    "collections": Case("Intake of direct debits", "intake", Shape("pain.008.001.08")),
    "debtors": Case("Intake, 100 orders a debtor", "intake", Shape(orders_per_debtor=100)),
    "blocks": Case(
        "Intake, a block for each order", "intake", Shape(orders_per_debtor=100, orders_per_block=1), units=6
    ),
    "files": Case("Intake, files of 10 orders", "intake", Shape(orders_per_file=10), units=15),
    "intake-postgresql": Case("Intake on two cores", "intake", store="PostgreSQL"),
    "settlement-postgresql": Case("Settlement", "settlement", store="PostgreSQL", units=2),
    "naive": Case("The usual parts", "naive", cores=1, only=2_000, units=150),
}
