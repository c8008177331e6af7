"""The reference snapshot: what the bank knows about accounts, consents, banks and partners at one moment.

A table that is None was not given: rules that need it say so (`not judged`) and never pass in silence.
"""

import datetime
from typing import Literal

import msgspec

from sepa.model.authorisation import AuthorisationKind, SignatureForm, SigningKey
from sepa.model.compliance import Declaration, Stop, Switch
from sepa.model.limit import Limit
from sepa.model.profile import Bank
from sepa.model.rates import Deal, Rate
from sepa.model.screening import Lists
from sepa.scheme.iban import bank_code, canonical_iban

Product = Literal["current", "savings", "term-deposit", "twin", "dynamic", "sub-deposit"]


class Block(msgspec.Struct, frozen=True, gc=False):
    """A block of funds: of an amount, or of the whole account when `amount_cents` is None (ACC-09)."""

    since: datetime.datetime
    amount_cents: int | None = None
    until: datetime.datetime | None = None


class Account(msgspec.Struct, frozen=True, gc=False):
    """One of our own accounts. Money in integer cents of the account's currency.

    `barred_creditors` are identifiers of creditors who may not collect (DD-16). In electronic banking an
    `active` account may be debited, a `passive` one only looked at (EB-06), and from `ebanking_until` on it takes
    no electronic order any more (SWI-05).

    `term_months`, `renewal_day` and the day of a written request for early withdrawal are a term deposit's (ACC-03,
    ACC-04); a TWIN account pays out from `withdrawable_from` on (ACC-06).
    """

    iban: str
    owner: str
    name: str
    product: Product = "current"
    currency: str = "EUR"
    opened_on: datetime.date = datetime.date(2000, 1, 1)
    closed_on: datetime.date | None = None
    consumer: bool = True
    balance_cents: int = 0
    overdraft_cents: int = 0
    card_holds_cents: int = 0
    minimum_balance_cents: int = 0
    enforcement: bool = False
    owner_died_on: datetime.date | None = None
    renewal_day: datetime.date | None = None
    term_months: int | None = None
    withdrawal_requested_on: datetime.date | None = None
    withdrawable_from: datetime.date | None = None
    blocks: tuple[Block, ...] = ()
    retry_days: int = 0
    unsettled_notice: bool = False
    language: str | None = None
    collections_blocked: bool = False
    identification_refused: bool = False
    politically_exposed: bool = False
    barred_creditors: tuple[str, ...] = ()
    ebanking: Literal["active", "passive"] = "active"
    ebanking_until: datetime.datetime | None = None


class Consent(msgspec.Struct, frozen=True, gc=False):
    """A payer's consent to collections, lodged with us (DD-02). `periodicity` is None for a one-off one.

    `last_collected_on` is the day of the last collection executed before our own journal began.
    """

    id: str
    debtor_iban: str
    creditor_identifier: str
    mandate_id: str
    one_off: bool
    periodicity: Literal["weekly", "monthly", "quarterly", "half-yearly", "yearly"] | None
    limit_cents: int
    lodged_on: datetime.date
    effective_from: datetime.date | None = None
    cancelled_on: datetime.date | None = None
    last_collected_on: datetime.date | None = None


class Participant(msgspec.Struct, frozen=True, gc=False):
    """A bank that can be reached. `country` and `national_code` find it from an IBAN; dates bound its membership."""

    bic: str
    country: str
    national_code: str
    name: str
    credit_transfer: bool = True
    direct_debit_core: bool = True
    direct_debit_b2b: bool = False
    since: datetime.date = datetime.date(2008, 1, 28)
    until: datetime.date | None = None


class Authority(msgspec.Struct, frozen=True):
    """How long somebody may dispose of one account (CT-09, CT-10): from `since` on and before `until`.

    `until` is the instant at which the bank was told of the revocation. `in_doubt`: the bank has asked for a
    confirmation and does not have it yet.
    """

    iban: str
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    in_doubt: bool = False


class Partner(msgspec.Struct, frozen=True):
    """Someone who may drop files. `accounts` are the debtor accounts its contract names; `*` means every own account.

    `settlement_account` is its account in our books, credited with what we collect for it. `since` and `until`
    are the first and the last day on which it may send; None means without such a day.

    `authorities` bind single accounts closer than `accounts` do. From `revoked_at` on the whole agreement no
    longer counts, `in_doubt` has a person look at its orders (CT-10). From `blocked_at` on and before
    `unblocked_at` nothing is taken from it (EB-10).

    One whose `authorisation` is an electronic signature signs every file with one of `keys` (CT-08), in the
    form `signature`.
    """

    id: str
    name: str
    accounts: tuple[str, ...]
    bic: str | None = None
    settlement_account: str | None = None
    language: str | None = None
    generation: Literal["2009", "2019"] = "2019"
    messages: tuple[str, ...] = ()
    since: datetime.date | None = None
    until: datetime.date | None = None
    authorities: tuple[Authority, ...] = ()
    revoked_at: datetime.datetime | None = None
    in_doubt: bool = False
    blocked_at: datetime.datetime | None = None
    unblocked_at: datetime.datetime | None = None
    authorisation: AuthorisationKind = "channel_session"
    signature: SignatureForm = "plain"
    keys: tuple[SigningKey, ...] = ()


class BankingDay(msgspec.Struct, frozen=True):
    """The day to which the core system was set from `opened_at` on, until its books closed (DAT-07).

    `closed_at` is None while they are open.
    """

    day: datetime.date
    opened_at: datetime.datetime
    closed_at: datetime.datetime | None = None


class Reference(msgspec.Struct, frozen=True):
    """All tables at one moment, with the digest of the files they came from.

    `consents` is keyed by debtor IBAN, `participants` by (country, national code).
    `balances_as_of` is the moment up to which the accounts' balances hold what this desk has posted; None
    when they hold none of it. `consent_uses` maps a consent's id to the booking dates of its executed
    collections, from our journal. `limits` are those of each partner, oldest first, as are `banking_days`. `deals` are
    those of each account.
    """

    digest: str = ""
    accounts: dict[str, Account] | None = None
    consents: dict[str, tuple[Consent, ...]] | None = None
    participants: dict[tuple[str, str], Participant] | None = None
    partners: dict[str, Partner] | None = None
    consent_uses: dict[str, tuple[datetime.date, ...]] = {}
    balances_as_of: datetime.datetime | None = None
    screening: Lists | None = None
    declarations: dict[str, tuple[Declaration, ...]] = {}
    stops: tuple[Stop, ...] = ()
    switches: dict[str, Switch] = {}
    limits: dict[str, tuple[Limit, ...]] = {}
    rates: tuple[Rate, ...] | None = None
    deals: dict[str, tuple[Deal, ...]] = {}
    banking_days: tuple[BankingDay, ...] | None = None


def account_of(iban: str | None, reference: Reference) -> Account | None:
    """Our own account that `iban` names however it is written, or None when the table holds none."""
    if iban is None or reference.accounts is None:
        return None
    found = reference.accounts.get(iban)
    return found if found is not None or iban.isupper() else reference.accounts.get(canonical_iban(iban))


def bank_of(iban: str, reference: Reference) -> Participant | None:
    """The bank that keeps an account, where the table of participants has it."""
    name = canonical_iban(iban)
    return (reference.participants or {}).get((name[:2], bank_code(name) or ""))


def is_ours(iban: str | None, bank: Bank, reference: Reference) -> bool:
    """Whether `iban` is of this bank: it stands in the table of accounts, or carries our bank code."""
    if iban is None:
        return False
    if reference.accounts is not None and iban in reference.accounts:
        return True
    name = canonical_iban(iban)
    return name[:2] == bank.country and bank_code(name) == bank.national_bank_code
