"""Screening: no party of an order stands on a list of the bank. Asked at intake, and again when the order is due.

What the lists say stays inside the bank (`Finding.inside`): the client learns no more than from HLD-10.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from sepa.model.finding import NOTHING, Effect, Findings
from sepa.model.message import AccountId, Agent, Party, Transaction
from sepa.model.profile import Profile
from sepa.model.reference import Reference, account_of, bank_of
from sepa.model.screening import Entry, ListKind, Lists
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.iban import canonical_iban
from sepa.scheme.money import cents
from sepa.scheme.name_key import long_words, name_key

_BETWEEN_CAUSES = " | "
_BEFORE_VERSION = " @ "
_REFUSED = "The bank does not carry out this order."


def _nothing_listed(subject: Transaction, case: Case) -> bool:
    lists = case.reference.screening
    return lists is None or not _suspicious(subject, lists, case.reference)


@rule(
    "HLD-02",
    subject="transaction",
    source="otp-sk VII.8(14)",
    codes=("RR04", "MS03"),
    message="The bank has stopped this order.",
    remedy="Please ask the bank about it.",
    parameters=("compliance.sanctions.action",),
    needs=("screening",),
    blames="bank",
    quiet_if=_nothing_listed,
)
def sanctions(subject: Transaction, case: Case) -> Findings:
    """The bank carries out no order for a person under international sanctions."""
    return screened(sanctions, subject, case.reference, case.profile, case.received_at.date())


@rule(
    "HLD-01",
    subject="transaction",
    source="otp-sk VII.8(14)",
    codes=("MS03", "RR04"),
    message="The bank has stopped this order.",
    remedy="Please ask the bank about it.",
    parameters=("compliance.unusual.action",),
    needs=("screening",),
    effect="hold",
    blames="bank",
    quiet_if=_nothing_listed,
)
def unusual(subject: Transaction, case: Case) -> Findings:
    """The bank may stop or refuse an order that suggests an unusual operation."""
    return screened(unusual, subject, case.reference, case.profile, case.received_at.date())


RULES: tuple[Rule, ...] = (sanctions, unusual)


def screened_again(
    order: Transaction, reference: Reference, profile: Profile, day: datetime.date, lifted: frozenset[str]
) -> Findings:
    """What the lists say of an order on its due day. `lifted` are causes for which a person let it go on (`causes`).

    A hold for these alone is not repeated; a refusal is never lifted.
    """
    lists = reference.screening
    if lists is None or not _suspicious(order, lists, reference):
        return NOTHING
    found = NOTHING
    for judge in RULES:
        found += screened(judge, order, reference, profile, day)
    return tuple(each for each in found if each.effect == "reject" or not causes((each,)) <= lifted)


def causes(findings: Findings) -> frozenset[str]:
    """Why screening held an order, in texts that stay the same when a list gets a new version."""
    return frozenset(
        cause.partition(_BEFORE_VERSION)[0]
        for finding in findings
        if finding.effect == "hold"
        for cause in finding.inside.split(_BETWEEN_CAUSES)
        if cause
    )


def screened(
    judge: Rule, order: Transaction, reference: Reference, profile: Profile, day: datetime.date
) -> Findings:
    """The finding of `judge` on an order when a party of it stands on a list of its kind on `day`, else nothing.

    One refusal among several lines refuses. `inside` names every line that fits, with its list and version.
    """
    kind: ListKind = "sanction" if judge is sanctions else "unusual"
    usual = profile.compliance.sanctions.action if judge is sanctions else profile.compliance.unusual.action
    hits = list(_hits(kind, order, reference, day)) if reference.screening is not None else []
    if not hits:
        return NOTHING
    refused = any((entry.action or usual) == "refuse" for _, entry in hits)
    effect: Effect = "reject" if refused else "hold"
    return (
        judge.finding(
            "RR04" if refused else "MS03",
            "end_to_end_id",
            order.end_to_end_id,
            "an order that nobody has stopped",
            effect=effect,
            message=_REFUSED if refused else None,
            inside=_BETWEEN_CAUSES.join(
                dict.fromkeys(
                    f"{kind} list {entry.list}: {party.role} fits {_told(entry)}"
                    f"{' (politically exposed)' if party.exposed else ''}{_BEFORE_VERSION}version {entry.edition}"
                    for party, entry in hits
                )
            ),
        ),
    )


class _Party(NamedTuple):
    """All that is known of one party. An empty set or None means: the order does not say."""

    role: str
    names: frozenset[str]
    ibans: frozenset[str]
    bics: frozenset[str]
    countries: frozenset[str]
    exposed: bool


def _hits(
    kind: ListKind, order: Transaction, reference: Reference, day: datetime.date
) -> Iterator[tuple[_Party, Entry]]:
    amount_cents = cents(order.amount) if order.amount is not None else None
    for party in _parties(order, reference):
        meant = [
            entry
            for entry in _found_by(party, reference.screening or Lists())
            if entry.kind == kind and entry.counts_on(day)
        ]
        if any(each.action == "pass" and _fits(each, party, amount_cents, surely=True) for each in meant):
            continue
        for entry in meant:
            if entry.action != "pass" and _fits(entry, party, amount_cents, surely=False):
                yield party, entry


def _found_by(party: _Party, lists: Lists) -> Iterator[Entry]:
    for index, keys in (
        (lists.names, party.names),
        (lists.ibans, party.ibans),
        (lists.bics, party.bics),
        (lists.countries, party.countries),
    ):
        for key in sorted(keys):
            yield from index.get(key, ())
    yield from lists.exposed


def _fits(entry: Entry, party: _Party, amount_cents: int | None, *, surely: bool) -> bool:
    """Whether all that the line says fits. What the order does not say fits too, unless it must fit `surely`."""
    said = (
        (entry.name, party.names),
        (entry.iban, party.ibans),
        (entry.bic and entry.bic[:8], party.bics),
        (entry.country, party.countries),
    )
    if any(cell is not None and cell not in known and (known or surely) for cell, known in said):
        return False
    if entry.exposed and not party.exposed:
        return False
    return entry.amount_from_cents is None or amount_cents is None or amount_cents >= entry.amount_from_cents


def _told(entry: Entry) -> str:
    cells = {"name": entry.name, "IBAN": entry.iban, "BIC": entry.bic, "country": entry.country}
    cells["owner"] = "exposed" if entry.exposed else None
    return ", ".join(f"{what} {cell}" for what, cell in cells.items() if cell is not None)


def _parties(order: Transaction, reference: Reference) -> Iterator[_Party]:
    yield _banked("debtor", order.debtor, order.debtor_account, order.debtor_agent, reference)
    yield _banked("creditor", order.creditor, order.creditor_account, order.creditor_agent, reference)
    for role, party in (
        ("ultimate-debtor", order.ultimate_debtor),
        ("ultimate-creditor", order.ultimate_creditor),
    ):
        if party is not None:
            country = party.address.country if party.address is not None else None
            yield _Party(role, _keys(party.name), frozenset(), frozenset(), _given(country), False)


def _banked(role: str, party: Party, named: AccountId, agent: Agent, reference: Reference) -> _Party:
    """A party with an account. Of our own accounts the owner's name in our books counts as well as the one sent."""
    iban = canonical_iban(named.iban) if named.iban else None
    account = account_of(iban, reference)
    bank = bank_of(iban, reference) if iban else None
    bic = agent.bic or (bank.bic if bank is not None else None)
    return _Party(
        role,
        _keys(party.name, account.name if account is not None else None),
        _given(iban),
        _given(bic and bic[:8].upper()),
        _given(party.address.country if party.address is not None else None, iban and iban[:2]),
        account is not None and account.politically_exposed,
    )


def _keys(*names: str | None) -> frozenset[str]:
    return frozenset(key for key in map(name_key, filter(None, names)) if key)


def _given(*texts: str | None) -> frozenset[str]:
    return frozenset(text for text in texts if text)


def _suspicious(order: Transaction, lists: Lists, reference: Reference) -> bool:
    """Whether anything of the order is found in the lists at all, on whatever day: quick, for every order there is."""
    if lists.names:
        for party in (order.debtor, order.creditor, order.ultimate_debtor, order.ultimate_creditor):
            if party is not None and party.name and _is_listed(party.name, lists):
                return True
        accounts = reference.accounts
        if accounts:
            for iban in (order.debtor_account.iban, order.creditor_account.iban):
                if iban is None:
                    continue
                account = accounts.get(iban) if iban.isupper() else account_of(iban, reference)
                if account is not None and _is_listed(account.name, lists):
                    return True
    if not (lists.ibans or lists.bics or lists.countries or lists.exposed):
        return False
    return any(next(_found_by(party, lists), None) is not None for party in _parties(order, reference))


def _is_listed(name: str, lists: Lists) -> bool:
    """Whether a name is one of the lists; most have a word that no name there has."""
    words = lists.words
    for part in name.split():
        if not words.issuperset(long_words(part)):
            return False
    return name_key(name) in lists.names
