"""A bank's profile: every number and switch that rules, dates and settlement read.

One YAML file fills one Profile (`sepa.store.profiles`); unknown keys fail there. Rules read these
parameters and never the profile's name. Source of each value: the comment beside it in the YAML file.
"""

import datetime
from functools import cached_property
from typing import Literal

import msgspec

from sepa.model.authorisation import AuthorisationKind

RejectOrWarn = Literal["reject", "warn"]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every part of a profile: frozen, and a key it does not know is a fault."""


class Identity(Section, frozen=True):
    """Which terms these are. One that is `reference_only` may leave open what the terms leave open (`GAPS`)."""

    id: str
    title: str
    version: str
    status: Literal["reference_only", "production"]
    customer_segment: Literal["consumer", "corporate"]
    announced_on: datetime.date | None
    change_notice_months: int
    effective_from: datetime.date


class Hours(Section, frozen=True):
    """When people answer, on working days."""

    opens: datetime.time
    closes: datetime.time


class Contact(Section, frozen=True):
    """`complaints` is a paragraph of the bank's complaints procedure. None where the bank does not say."""

    phone: str
    phone_abroad: str
    complaints: str | None
    hours: Hours | None


class WhichBank(Section, frozen=True):
    """What makes a bank this one: the same in every version of its terms."""

    bic: str
    national_bank_code: str
    country: str
    timezone: str


class Bank(WhichBank, frozen=True):
    name: str
    notice_language: str
    contact: Contact


class ReducedService(Section, frozen=True):
    """From when on an evening belongs to the next day's opening. When that comes the core system says."""

    start: datetime.time


class Calendar(Section, frozen=True):
    """`banking_date_source`: who says under which day is booked, where the core system tells the desk (DAT-07).

    `reduced_service_window`: None where there is no night; the core system's closed books count all the same.
    """

    working_day_basis: Literal["target", "national", "target_and_national"]
    national: str
    roll_convention: Literal["following"]
    banking_date_source: Literal["core_system", "calendar"] = "core_system"
    reduced_service_window: ReducedService | None = None


class CountryList(Section, frozen=True, dict=True):
    """Country codes valid from a day on, until the next list begins."""

    valid_from: datetime.date
    codes: tuple[str, ...]

    @cached_property
    def distinct(self) -> frozenset[str]:
        return frozenset(self.codes)


class Scope(Section, frozen=True):
    currency: str
    participant_check: bool
    sct_inst: bool
    sdd_creditor_side: bool
    sdd_schemes: tuple[Literal["CORE", "B2B"], ...]
    foreign_currency_account_forms: tuple[Literal["single", "batch"], ...]
    sepa_countries: tuple[CountryList, ...]
    eea_countries: tuple[CountryList, ...]


class Intake(Section, frozen=True):
    messages: tuple[str, ...]
    size_bytes_max: int
    authorisation: tuple[AuthorisationKind, ...]


class ChargeBearer(Section, frozen=True):
    iso: str
    alias: tuple[str, ...]


class DueDate(Section, frozen=True):
    past: Literal["reject", "roll"]
    max_years_ahead: int
    with_conversion: Literal["same_day", "any"]


class Orders(Section, frozen=True):
    creditor_name_mandatory: bool
    charge_bearer: ChargeBearer
    service_level_mandatory: bool
    remittance_max_chars: int
    name_max_chars: int
    amount_max_cents: int
    due_date: DueDate


class Addresses(Section, frozen=True):
    """`unstructured_until`: last settlement day on which an address of lines only may still go out.

    `debtor_outside_eea`: what a missing payer's address does where one of the banks is outside the EEA.
    """

    unstructured_until: datetime.date
    hybrid_from: datetime.date
    lines_max: int
    line_max_chars: int
    debtor_outside_eea: RejectOrWarn = "reject"


class Characters(Section, frozen=True):
    """What happens to a text or a reference outside the SEPA character set."""

    text: Literal["reject", "convert"]
    reference: RejectOrWarn


class Identifiers(Section, frozen=True):
    cross_border_bic: Literal["required", "required_outside_eea", "optional"]


class Symbols(Section, frozen=True):
    vs_max: int
    ss_max: int
    ks_max: int
    reference_max: int
    on_cross_border: RejectOrWarn


class TransferCutoffs(Section, frozen=True):
    eur_account: datetime.time
    fx_account: datetime.time


class CollectionCutoffs(Section, frozen=True):
    """None means: no intraday cut-off, calendar days alone decide (CUT-14)."""

    pain008: datetime.time | None


class Cutoffs(Section, frozen=True):
    """File drops are electronic. At exactly the stated time an order is still in time (CUT-12).

    From `priority_domestic` on they are those of the families outside SEPA.
    """

    late_action: Literal["next_working_day", "reject"]
    sct: TransferCutoffs
    sdd: CollectionCutoffs
    on_us_conversion: datetime.time
    priority_domestic: datetime.time
    on_us_foreign_currency: datetime.time
    otp_express: datetime.time
    foreign_other: datetime.time
    foreign_with_fx_deal: datetime.time


class Clearing(Section, frozen=True):
    """`windows` are the bank's settlement runs of a working day; a bulk of a later one than `interbank_until`
    settles the next day.

    The limits hold for each emitted file.
    """

    windows: tuple[datetime.time, ...]
    interbank_until: datetime.time
    max_transactions_per_file: int
    max_bytes_per_file: int
    max_cents_per_file: int
    settlement_method: Literal["CLRG", "INGA", "INDA"]
    clearing_system: str


class Execution(Section, frozen=True):
    """`on_us_batch_mode`: whether transfers between our own accounts wait for the next window or are booked at once."""

    interbank_max_working_days: int
    on_us_batch_mode: Literal["next_run", "immediate"] = "next_run"


class Fx(Section, frozen=True):
    """`funds_check_margin_per_mille`: what an account in another currency must hold on top, by the rate."""

    rate_moment: Literal["final_settlement"] = "final_settlement"
    funds_check_margin_per_mille: int | None = None


class Retry(Section, frozen=True):
    default_days: int
    max_days: int


class Funds(Section, frozen=True):
    minimum_balance_with_overdraft: Literal["ignore", "deduct"]
    overdraft_counts: bool
    overdraft_under_enforcement_cents: int
    card_holds_reduce_available: bool
    final_check: Literal["last_run_of_day", "first_run"]
    allocation_order: tuple[Literal["due_date", "received_at", "file_sequence", "amount"], ...]
    retry: Retry


class DynamicDeposit(Section, frozen=True):
    minimum_cents: int = 40_000
    funding_days: int = 7


class Accounts(Section, frozen=True):
    term_deposit_credit_window: Literal["renewal_day", "any"]
    savings_legacy_any_internal_until: datetime.date
    term_deposit_funding_days: int = 10
    term_deposit_anytime_products: tuple[Literal["fx_1_month"], ...] = ("fx_1_month",)
    term_deposit_early_withdrawal_notice_days: int = 31
    dynamic: DynamicDeposit = DynamicDeposit()
    business_use_of_consumer_account: Literal["flag", "reject"] = "flag"


class LeadDays(Section, frozen=True):
    OOFF: int
    FRST: int
    RCUR: int
    FNAL: int


class DirectDebit(Section, frozen=True):
    debtor_account_types: tuple[str, ...]
    debtor_account_currency: str
    consent_required: bool
    consent_deadline_working_days_before_delivery: int
    consent_effective_after_working_days: int
    cancellation_effective_after_working_days: int
    periodicity_window: Literal["calendar_period"]
    lead_days: LeadDays
    late_action: Literal["reject", "execute"]
    creditor_late_action: Literal["shift", "reject"]
    earliest_calendar_days: int | None
    mandate_lapse_months: int
    controls: tuple[Literal["block_all", "blacklist"], ...]


class StageMatrix(Section, frozen=True):
    """What becomes of a transfer that is withdrawn in time but was sealed already (REV-06): `remove` takes it out of a
    bulk that has not begun to leave, `keep` does not."""

    in_file_not_sent: Literal["remove", "keep"] = "keep"


class RecallPeriods(Section, frozen=True):
    """How long after settlement a recall may be sent: for the bank's own faults (DUPL, TECH) in days on which banks
    settle, for every other reason in months."""

    bank_fault_days: int = 10
    months: int = 13


class Revocation(Section, frozen=True):
    """Withdrawing a transfer before it is executed (REV-01) or has left (REV-06), and asking it back (REV-05)."""

    deadline_working_days: int = 1
    stage_matrix: StageMatrix = StageMatrix()
    after_execution: Literal["recall", "nothing"] = "nothing"
    recall: RecallPeriods = RecallPeriods()


class FourEyes(Section, frozen=True):
    """What two different people must release: orders of at least `from_cents` (None: of no amount), possible
    repeats, and what was stopped on compliance grounds or by a person."""

    from_cents: int | None = None
    repeats: bool = False
    compliance: bool = False


class Rejection(Section, frozen=True):
    """`severity`: what a finding of a rule does that is named in `AT_CHOICE`; a rule that is not named does as its
    card says (CT-06).
    """

    severity: dict[str, RejectOrWarn] = {}


class Unsettled(Section, frozen=True):
    pain002_status: Literal["RJCT"]


class Notices(Section, frozen=True):
    """`cite_terms`: whether the paragraphs that rules name are those of this bank's own terms.

    `formats`: in what forms a notice is laid down, each saying the same. `also`: of what else than refusals and agreed
    unsettled transactions a letter tells.
    """

    include_correction_hint: bool
    cite_terms: bool
    formats: tuple[Literal["html", "text", "pdf"], ...]
    also: tuple[Literal["held", "routed", "rolled", "revoked"], ...]
    suppress_on_death: bool


class AccessBlock(Section, frozen=True):
    """Orders that came so many hours before a block of access are looked at by a person (EB-10)."""

    review_hours_before: int


class Batch(Section, frozen=True):
    """`control_sum_mandatory`: whether a missing count or sum is refused, or only remarked on.

    `express_marker`: the CategoryPurpose of a block whose on-us transfers are booked at once: a code, or `!` and a
    proprietary value. None reads no mark.
    """

    control_sum_mandatory: RejectOrWarn
    max_transactions: int
    on_duplicate_content: Literal["hold", "warn"]
    booking_default: Literal["single", "batch"]
    express_marker: str | None = None


class RejectionFee(Section, frozen=True):
    """When the notice of a rejected order costs something."""

    when: Literal["attributable_to_client", "never"]


class RetryFee(Section, frozen=True):
    """`order`: each order that was tried again is an event; `agreement`: the core system charges the agreement."""

    per: Literal["order", "agreement"]


class Fees(Section, frozen=True):
    """What costs a fee. How much stands in the price lists, which change apart from the terms (GOV-02)."""

    rejection: RejectionFee
    retry: RetryFee


class PriceList(Section, frozen=True):
    """The price list in force from a day on, of its own edition. Cents; None is a gap: the core system knows.

    A fee follows the list of the day it is charged (FEE-01).
    """

    edition: str
    valid_from: datetime.date
    rejection: int | None
    retry: int | None
    unsettled_notice: int | None
    order_copy: int | None
    recall: int | None


class Sanctions(Section, frozen=True):
    """What a hit on a list of sanctions does where the line does not say (HLD-02)."""

    action: Literal["refuse", "hold"] = "refuse"


class Unusual(Section, frozen=True):
    """What a hit on a list of unusual operations does where the line does not say (HLD-01)."""

    action: Literal["hold", "refuse"] = "hold"


class DatedCents(Section, frozen=True):
    """An amount that counts from a day on, until the next one begins."""

    valid_from: datetime.date
    cents: int


class GlobalStop(Section, frozen=True):
    max_days_forced_administration: int = 30


class Compliance(Section, frozen=True):
    """`ownership_threshold_cents`: from which amount on we must know whose money it is, that amount included."""

    ownership_threshold_cents: tuple[DatedCents, ...]
    sanctions: Sanctions = Sanctions()
    unusual: Unusual = Unusual()
    global_stop: GlobalStop = GlobalStop()


class Switching(Section, frozen=True):
    """What ends here when an account moves to another bank (SWI-01). Standing orders are the core system's."""

    cancelled_items: tuple[
        Literal["standing_orders", "standing_collections", "dd_consents", "future_dated_orders"], ...
    ]


class Routes(Section, frozen=True):
    """The channel to which each family outside SEPA is handed over; None refuses the family."""

    priority_domestic: str | None
    on_us_foreign_currency: str | None
    on_us_conversion: str | None
    regulated: str | None
    urgent_regulated: str | None
    standard: str | None
    urgent: str | None
    otp_express: str | None


class PriorityDomestic(Section, frozen=True):
    file_allowed: bool


class ForeignDays(Section, frozen=True):
    """Working days from the due date within which a bank abroad has the money (EXE-06)."""

    eur_eea: int
    other_to_correspondent: int
    other_to_payee_bank: int


class OtpExpress(Section, frozen=True):
    """`banks` are the first eight characters of the BICs of the group; `extra` names further currencies by country."""

    currencies: tuple[str, ...]
    extra: dict[str, tuple[str, ...]]
    banks: tuple[str, ...]


ForeignElement = Literal["amount", "creditor_name", "creditor_address", "creditor_bank", "charge_bearer"]


class NonSepa(Section, frozen=True):
    """What becomes of orders outside SEPA (NSP-01): refused, or handed over where their family has a route."""

    action: Literal["reject", "route"]
    routes: Routes
    priority_domestic: PriorityDomestic
    execution: ForeignDays
    due_date_max_working_days: int
    mandatory: tuple[ForeignElement, ...]
    ben_to_sha: Literal["eea_currency_to_eea", "never"]
    otp_express: OtpExpress


class Records(Section, frozen=True):
    """`receipt_stamp_source`: a file is received when it arrives, or when the sweep takes it (REC-06).

    `transaction_years`: for how long what was sent is kept; None, as long as the bank has not said so, is for ever
    (PDP-02).
    """

    transaction_years: int | None = None
    receipt_stamp_source: Literal["gateway", "sweep"] = "gateway"


class CorrectionTerms(Section, frozen=True):
    """Who may start a correction of our own mistake (COR-01), and that no owner need agree to it (COR-02)."""

    initiators: tuple[Literal["own_bank", "other_bank_with_written_proof"], ...] = (
        "own_bank",
        "other_bank_with_written_proof",
    )
    owner_consent: Literal["not_required"] = "not_required"


class Limits(Section, frozen=True):
    """Limits of orders through electronic banking. `bank_maximum_cents` is the bank's own for one order, None where
    it has none (EB-03).

    `client_may`: a client's own limit counts where it is lower, or in place of the bank's. A day's limit is of one
    device (EB-04), for a banking day, which changes at the cut-off, or for a day of the calendar. `versioned`: a limit
    counts for orders received from its first moment on (SLO-04); else the newest line counts at once.
    """

    bank_maximum_cents: int | None = None
    client_may: Literal["lower_only", "any"] = "lower_only"
    daily_scope: Literal["per_device"] = "per_device"
    day: Literal["banking_date", "calendar_date"] = "banking_date"
    versioned: bool = True


class Ebanking(Section, frozen=True):
    """`maintenance_mode`: what goes on while the desk stands still for maintenance (EB-08).

    `account_flag_check`: whether accounts marked for inquiry only are debited by no electronic order (EB-06).
    """

    account_flag_check: bool
    block: AccessBlock
    maintenance_mode: Literal["store_only", "nothing"] = "store_only"
    limit: Limits = Limits()


Stated = str | int | bool | tuple[str | int, ...] | None
"""A value of the terms that nothing here computes with."""


class Profile(Section, frozen=True):
    """All of a bank's terms. `stated` are those that this desk keeps to as a matter of course, or that other systems
    of the bank read: they stand here so that one file holds the whole of the terms, by their dotted names.
    """

    schema_version: int
    profile: Identity
    bank: Bank
    calendar: Calendar
    scope: Scope
    intake: Intake
    orders: Orders
    addresses: Addresses
    characters: Characters
    identifiers: Identifiers
    symbols: Symbols
    cutoffs: Cutoffs
    clearing: Clearing
    execution: Execution
    funds: Funds
    accounts: Accounts
    direct_debit: DirectDebit
    unsettled: Unsettled
    notices: Notices
    batch: Batch
    compliance: Compliance
    switching: Switching
    non_sepa: NonSepa
    stated: dict[str, Stated]
    fees: Fees
    prices: tuple[PriceList, ...]
    ebanking: Ebanking
    revocation: Revocation = Revocation()
    four_eyes: FourEyes = FourEyes()
    records: Records = Records()
    correction: CorrectionTerms = CorrectionTerms()
    fx: Fx = Fx()
    rejection: Rejection = Rejection()


class Unchanging(msgspec.Struct, frozen=True):
    """What no version of a bank's terms may change, and so may be asked of none in particular."""

    bank: WhichBank


OfOneBank = Profile | Unchanging
"""A version of the terms, or only what all of them say alike: enough to know whose clock counts."""


def countries_on(lists: tuple[CountryList, ...], day: datetime.date) -> frozenset[str]:
    """The codes of the list in force on `day`; before the first list begins, that first list."""
    current = lists[0]
    for candidate in lists:
        if candidate.valid_from <= day:
            current = candidate
    return current.distinct


def cents_on(amounts: tuple[DatedCents, ...], day: datetime.date) -> int:
    """The amount in force on `day`; before the first begins, that first one."""
    current = amounts[0]
    for candidate in amounts:
        if candidate.valid_from <= day:
            current = candidate
    return current.cents


GAPS: frozenset[str] = frozenset(
    {
        "bank.contact.hours",
        "ebanking.limit.bank_maximum_cents",
        "profile.announced_on",
        "records.transaction_years",
    }
)
"""Parameters that the terms name and give no value to. Where one is null, nothing that needs it is decided, and a
profile in production does not load (bank terms, section 30)."""

AT_CHOICE: frozenset[str] = frozenset(
    {
        "duplicates.end_to_end_id",
        "extras.block",
        "extras.order",
        "identifiers.creditor_bic_country",
        "identifiers.creditor_national_digits",
        "identifiers.debtor_bic_country",
        "identifiers.debtor_national_digits",
        "identifiers.own_national_digits",
        "instrument.payment_type_once",
        "mandates.new_account_alone",
        "names.initiating_party",
        "purposes.block_category",
        "purposes.category",
        "purposes.purpose",
        "remittance.creditor_reference",
        "symbols.constant_symbol",
        "symbols.form",
        "symbols.specific_symbol",
        "symbols.variable_symbol",
        "texts.block_id",
        "texts.message_id",
    }
)
"""Rules of which neither money nor a message between banks depends, by their names. A bank may choose for each whether
it refuses or only warns (CT-06). Every other rule guards money, a right of the payer or what the clearing takes, or has
a parameter of its own."""
