"""Which rules are asked about a kind of message: found once, however many files come."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from sepa.model.finding import Effect, Findings
from sepa.model.message import Transaction
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.rules import (
    RULES,
    days,
    duplicates,
    endings,
    files,
    funds,
    holds,
    limits,
    reviews,
    routes,
    switching,
    totals,
    withdrawals,
)
from sepa.rules.rule import Case, Need, Quiet, Rule

Checks = tuple[Callable[[Transaction, Case], Findings], ...]
Questions = tuple[tuple[Quiet | None, Checks], ...]

_OWN_SUBJECTS = frozenset(
    (rule.id, rule.name)
    for family in (
        files,
        totals,
        limits,
        duplicates,
        days,
        funds,
        holds,
        reviews,
        routes,
        withdrawals,
        endings,
    )
    for rule in family.RULES
)
_PLAIN = tuple(rule for rule in RULES if (rule.id, rule.name) not in _OWN_SUBJECTS)
_TABLES: tuple[Need, ...] = tuple(sorted({need for rule in (*RULES, *files.ARRIVAL) for need in rule.needs}))
_OWNERS_TABLES = frozenset({"accounts", "consents", "screening"})


class Asked(NamedTuple):
    """The rules about each part of a message, as the bank has them; of a stranger's block and its orders fewer.

    `not_judged` are the ids of those for which a table is missing.
    """

    arrival: tuple[Rule, ...]
    message: tuple[Rule, ...]
    blocks: tuple[Rule, ...]
    strange_blocks: tuple[Rule, ...]
    orders: Questions
    strange_orders: Questions
    repeats: tuple[Rule, ...]
    not_judged: tuple[str, ...]


def asked_of(profile: Profile, reference: Reference, kind: str) -> Asked:
    """What this bank asks about messages of this kind, with the tables that it has."""
    lacking = tuple([table for table in _TABLES if getattr(reference, table) is None])
    return _asked(tuple(profile.rejection.severity.items()), lacking, kind)


@lru_cache(maxsize=64)
def _asked(severity: tuple[tuple[str, Effect], ...], lacking: tuple[Need, ...], kind: str) -> Asked:
    wanted, missing = dict(severity), frozenset(lacking)

    def as_wanted(rules: Iterable[Rule]) -> list[Rule]:
        return [rule.having(wanted.get(rule.name, rule.effect)) for rule in rules]

    asked = as_wanted(rule for rule in _PLAIN if kind in rule.kinds and missing.isdisjoint(rule.needs))
    blocks = [rule for rule in asked if rule.subject == "payment-information"]
    orders = [rule for rule in asked if rule.subject == "transaction"]
    unjudged = [rule.id for rule in RULES if kind in rule.kinds and not missing.isdisjoint(rule.needs)]
    return Asked(
        arrival=tuple(rule for rule in files.ARRIVAL if missing.isdisjoint(rule.needs)),
        message=tuple(rule for rule in asked if rule.subject == "message"),
        blocks=tuple(blocks),
        strange_blocks=tuple(rule for rule in blocks if not _asks_the_owners(rule)),
        orders=_grouped(orders),
        strange_orders=_grouped(rule for rule in orders if not _asks_the_owners(rule)),
        repeats=tuple(as_wanted(duplicates.RULES)),
        not_judged=tuple(unjudged),
    )


def _asks_the_owners(rule: Rule) -> bool:
    """Whether a rule reads what only the owners of accounts may hear of (`contract.is_strange`)."""
    return not _OWNERS_TABLES.isdisjoint(rule.needs) or rule in switching.RULES


def _grouped(rules: Iterable[Rule]) -> Questions:
    """Neighbouring rules that share a `quiet_if`, which is asked once for them; the order of all stays."""
    neighbours = groupby(rules, key=lambda rule: rule.quiet_if)
    return tuple((quiet, tuple(rule.check for rule in group)) for quiet, group in neighbours)
