"""Whether declared counts and sums are those of the orders that came. Judged when all are known."""

from decimal import Decimal

import msgspec

from sepa.model.finding import NOTHING, Finding, Findings
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.money import cents

_PARTS_OF_CENT = 1000
_ISO_DECIMALS = 5


class Tally(msgspec.Struct):
    """Counts and sums as they were found, growing with every order; exact, in whole numbers only.

    `parts` are hundred-thousandths of a euro, from amounts that are no whole cents; `unread` counts
    orders whose amount is no number, so that the sum cannot be told.
    """

    count: int = 0
    cents: int = 0
    parts: int = 0
    unread: int = 0

    def add(self, amount: str | None, whole_cents: int | None) -> None:
        """Count one order; `whole_cents` is what `amount` comes to, None where it is no whole cents."""
        self.count += 1
        if whole_cents is not None:
            self.cents += whole_cents
            return
        parts = _parts(amount)
        if parts is None:
            self.unread += 1
        else:
            self.parts += parts

    def include(self, other: "Tally") -> None:
        """Add what another tally counted."""
        self.count += other.count
        self.cents += other.cents
        self.parts += other.parts
        self.unread += other.unread

    @property
    def sum_text(self) -> str:
        """The sum with two decimals, or as many as it needs."""
        whole, parts = divmod(self.cents * _PARTS_OF_CENT + self.parts, 10**_ISO_DECIMALS)
        decimals = f"{parts:0{_ISO_DECIMALS}d}"
        return f"{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def _parts(amount: str | None) -> int | None:
    if amount is None:
        return None
    euros, _, decimals = amount.partition(".")
    if len(decimals) > _ISO_DECIMALS or not (euros + decimals).isascii():
        return None
    if not euros.isdigit() or not (decimals.isdigit() or not decimals):
        return None
    return int(euros + decimals.ljust(_ISO_DECIMALS, "0"))


class Totals(msgspec.Struct, frozen=True):
    """What one level declares and what was found there; `id_repeated`: its PmtInfId stood there before."""

    number_of_transactions: str | None
    control_sum: str | None
    found: Tally
    id: str = ""
    id_repeated: bool = False


def _count_finding(judge: Rule, totals: Totals, element: str) -> Findings:
    declared = totals.number_of_transactions
    if declared is None or (
        declared.isascii() and declared.isdigit() and int(declared) == totals.found.count
    ):
        return NOTHING
    return (judge.finding("AM18", element, declared, "{count}", count=str(totals.found.count)),)


def _sum_finding(judge: Rule, totals: Totals, element: str) -> Findings:
    declared = totals.control_sum
    if declared is None or totals.found.unread or _same_sum(declared, totals.found):
        return NOTHING
    return (judge.finding("AM10", element, declared, "{sum}", sum=totals.found.sum_text),)


def _same_sum(declared: str, found: Tally) -> bool:
    if not found.parts and cents(declared) == found.cents:
        return True
    number = declared.removeprefix("+")
    plain = number.isascii() and number.replace(".", "", 1).isdigit()
    return plain and Decimal(number) == Decimal(found.sum_text)


def _missing(judge: Rule, totals: Totals, case: Case, prefix: str) -> Findings:
    absent: list[Finding] = []
    for element, declared in (
        ("number_of_transactions", totals.number_of_transactions),
        ("control_sum", totals.control_sum),
    ):
        if declared is None:
            effect = case.profile.batch.control_sum_mandatory
            absent.append(judge.finding("CH21", prefix + element, None, "a value", effect=effect))
    return tuple(absent)


_SOURCE = "EPC132-08 2025, NbOfTxs and CtrlSum"


@rule(
    "BAT-03",
    subject="message",
    source=_SOURCE,
    codes=("AM18",),
    message="The message says it holds {found} orders, but it holds {count}.",
    remedy="Check that no order is missing, correct the number and send the message again.",
)
def number_of_transactions(subject: Totals, case: Case) -> Findings:
    """The number of orders in the message is the number declared."""
    return _count_finding(number_of_transactions, subject, "group_header.number_of_transactions")


@rule(
    "BAT-03",
    subject="message",
    source=_SOURCE,
    codes=("AM10",),
    message="The message says its amounts add up to {found}, but they add up to {sum}.",
    remedy="Check the amounts, correct the control sum and send the message again.",
)
def control_sum(subject: Totals, case: Case) -> Findings:
    """The amounts in the message add up to the control sum."""
    return _sum_finding(control_sum, subject, "group_header.control_sum")


@rule(
    "TOT-01",
    subject="message",
    source=_SOURCE,
    codes=("CH21",),
    message="The message declares no control sum.",
    remedy="Fill in the control sum of the group header.",
    parameters=("batch.control_sum_mandatory",),
)
def totals_given(subject: Totals, case: Case) -> Findings:
    """A message declares how many orders it holds and what they add up to."""
    return _missing(totals_given, subject, case, "group_header.")


@rule(
    "BAT-03",
    subject="message",
    source="profile, batch.max_transactions",
    codes=("FF01",),
    message="The message holds {found} orders, more than the {most} we take at once.",
    remedy="Split the orders over several messages.",
    parameters=("batch.max_transactions",),
)
def transactions_max(subject: Totals, case: Case) -> Findings:
    """A message holds no more orders than we take at once."""
    most = case.profile.batch.max_transactions
    if subject.found.count <= most:
        return NOTHING
    return (
        transactions_max.finding(
            "FF01",
            "group_header.number_of_transactions",
            str(subject.found.count),
            "at most {most} orders",
            most=str(most),
        ),
    )


@rule(
    "BAT-03",
    subject="payment-information",
    source=_SOURCE,
    codes=("AM18",),
    message="The payment block says it holds {found} orders, but it holds {count}.",
    remedy="Check that no order is missing, correct the number and send the orders of this block again.",
)
def block_number_of_transactions(subject: Totals, case: Case) -> Findings:
    """The number of orders in a payment block is the number declared."""
    return _count_finding(block_number_of_transactions, subject, "number_of_transactions")


@rule(
    "BAT-03",
    subject="payment-information",
    source=_SOURCE,
    codes=("AM10",),
    message="The payment block says its amounts add up to {found}, but they add up to {sum}.",
    remedy="Check the amounts, correct the control sum and send the orders of this block again.",
)
def block_control_sum(subject: Totals, case: Case) -> Findings:
    """The amounts in a payment block add up to its control sum."""
    return _sum_finding(block_control_sum, subject, "control_sum")


@rule(
    "TOT-02",
    subject="payment-information",
    source=_SOURCE,
    codes=("CH21",),
    message="The payment block does not declare both the number of its orders and their sum.",
    remedy="Fill in the number of transactions and the control sum of every payment block.",
    parameters=("batch.control_sum_mandatory",),
)
def block_totals_given(subject: Totals, case: Case) -> Findings:
    """A payment block declares how many orders it holds and what they add up to."""
    return _missing(block_totals_given, subject, case, "")


@rule(
    "TOT-03",
    subject="payment-information",
    source="EPC132-08 2025, PmtInfId",
    codes=("DU02",),
    message="The payment block identification {found} already stands on an earlier block of this message.",
    remedy="Give every payment block of a message an identification of its own.",
)
def payment_information_id(subject: Totals, case: Case) -> Findings:
    """Every payment block of a message has an identification of its own."""
    if not subject.id_repeated:
        return NOTHING
    return (payment_information_id.finding("DU02", "id", subject.id, "an identification used once"),)


RULES: tuple[Rule, ...] = (
    number_of_transactions,
    control_sum,
    totals_given,
    transactions_max,
    payment_information_id,
    block_number_of_transactions,
    block_control_sum,
    block_totals_given,
)
