"""The journal's tables. Lines are added and stay; only the projection of `orders` moves, with its history.

Amounts are integer cents. Instants are texts as `datetime.isoformat()` writes them in UTC: they sort and come
back exactly in every database. Lists and records are JSON texts. All texts compare by code point, so that
every database sorts alike.
"""

import sqlalchemy as sa

HEAD = "0016"
"""The newest version in `sepa.store.migrations`; a test holds it to that."""

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Cents = sa.BigInteger()
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""There only a plain INTEGER is the number of the row itself, and what follows goes to the end of the table."""
Day = sa.Date()

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _key(name: str, references: str | None = None) -> sa.Column[str]:
    return sa.Column(name, Text, *([sa.ForeignKey(references)] if references else []), primary_key=True)


def _text(name: str, references: str | None = None) -> sa.Column[str]:
    return sa.Column(name, Text, *([sa.ForeignKey(references)] if references else []), nullable=False)


def _perhaps(name: str) -> sa.Column[str | None]:
    return sa.Column(name, Text, nullable=True)


def _whole(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=key, autoincrement=False, nullable=False)


# --- claim ---

files = sa.Table(
    "files",
    metadata,
    _key("key"),
    _text("partner"),
    _text("name"),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    _text("received_at"),
    sa.Column("sha256", Text, nullable=False, server_default=""),
    sa.Index("ix_files_received_at", "received_at"),
    sa.Index("ix_files_sha256", "sha256"),
)
"""The key is the digest of the bytes, or was computed from it where another sender had brought them before."""

deliveries = sa.Table(
    "deliveries",
    metadata,
    _key("id"),
    _text("partner"),
    _text("name"),
    _text("file_key", "files.key"),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    _text("received_at"),
    sa.Column("first", sa.Boolean, nullable=False),
    _perhaps("signature"),
    sa.Index("ix_deliveries_file_key", "file_key"),
    sa.Index("ix_deliveries_partner", "partner", "name", "received_at"),
)

# --- judge ---

file_verdicts = sa.Table(
    "file_verdicts",
    metadata,
    _key("file_key", "files.key"),
    _text("status"),
    _perhaps("kind"),
    _perhaps("message_name"),
    _perhaps("message_id"),
    _perhaps("created"),
    _perhaps("declared_count"),
    _perhaps("declared_sum"),
    _whole("count"),
    _text("sum_text"),
    _text("findings"),
    _text("not_judged"),
    _text("profile"),
    _text("profile_digest"),
    _text("reference_digest"),
    _text("judged_at"),
    _perhaps("authorised"),
)

message_ids = sa.Table(
    "message_ids", metadata, _key("partner"), _key("message_id"), _text("file_key", "files.key")
)

blocks = sa.Table(
    "blocks",
    metadata,
    _key("file_key", "files.key"),
    _whole("position", key=True),
    _text("id"),
    _text("status"),
    _perhaps("requested_date"),
    sa.Column("batch_booking", sa.Boolean),
    _perhaps("declared_count"),
    _perhaps("declared_sum"),
    _whole("count"),
    _text("sum_text"),
    _text("findings"),
    _perhaps("category_purpose"),
)

transactions = sa.Table(
    "transactions",
    metadata,
    sa.Column("number", Number, primary_key=True, autoincrement=False),
    _text("transaction"),
)
"""The Transaction of each order as it was read. It is most of what is known of an order and never moves, so it stands
apart from what moves. Its number is only a place: the next one at the end, whatever was judged before."""

orders = sa.Table(
    "orders",
    metadata,
    _key("key"),
    _text("file_key", "files.key"),
    _whole("position"),
    _whole("block"),
    _text("state"),
    _whole("step"),
    _text("outcome"),
    _perhaps("route"),
    sa.Column("amount_cents", Cents),
    sa.Column("received_on", Day),
    sa.Column("booking_date", Day),
    sa.Column("settlement_date", Day),
    _perhaps("debtor_iban"),
    _perhaps("creditor_iban"),
    _perhaps("local_instrument"),
    _perhaps("sequence_type"),
    _perhaps("creditor_identifier"),
    _perhaps("mandate_id"),
    _perhaps("fingerprint"),
    _text("findings"),
    sa.Column("number", Number, nullable=False, server_default="0"),
    sa.Index("ix_orders_file_key", "file_key", "position", unique=True),
)
"""One row per order. `state` to `amount_cents`, the two dates and `findings` are the projection of its last
line of history; before the first move the row itself is that line (step 0).
`number` tells where its Transaction stands in `transactions`."""

PRINT_CHARS = 16
"""So much of a fingerprint is in the index: it is written with every order, at a place of its own each time."""
PRINT_BEGINS = sa.func.substr(
    orders.c.fingerprint, sa.literal_column("1"), sa.literal_column(str(PRINT_CHARS))
)
sa.Index("ix_orders_fingerprint", PRINT_BEGINS)

_OPEN = orders.c.state.in_(("waiting", "pending-funds", "held"))
_PAID_UNDER_MANDATE = sa.and_(orders.c.state == "paid", orders.c.mandate_id.is_not(None))

sa.Index("ix_orders_open", orders.c.booking_date, orders.c.state, sqlite_where=_OPEN, postgresql_where=_OPEN)
sa.Index(
    "ix_orders_mandate",
    orders.c.debtor_iban,
    orders.c.creditor_identifier,
    orders.c.mandate_id,
    orders.c.booking_date,
    orders.c.route,
    sqlite_where=_PAID_UNDER_MANDATE,
    postgresql_where=_PAID_UNDER_MANDATE,
)

history = sa.Table(
    "history",
    metadata,
    _key("key", "orders.key"),
    _whole("step", key=True),
    _text("state"),
    _text("outcome"),
    _perhaps("route"),
    sa.Column("amount_cents", Cents),
    sa.Column("booking_date", Day),
    sa.Column("settlement_date", Day),
    _text("findings"),
    _text("at"),
    _text("by"),
    _text("cause"),
    sqlite_with_rowid=False,
)
"""What an order was after each move, whole. Step 0 is the judgement; it is written here only when a move is
about to change more than the state, because until then the order's own row still tells it."""

screenings = sa.Table("screenings", metadata, _key("subject"), _key("lists"), sqlite_with_rowid=False)
"""Against which lists a file's orders were screened (by file key), and what a window sealed (by its cause)."""

counted = sa.Table(
    "counted",
    metadata,
    _key("file_key", "files.key"),
    _text("device"),
    sa.Column("day", Day, nullable=False),
    sa.Index("ix_counted_day", "device", "day"),
)
"""Through which device (the sender's channel) and for which day a file's transfers were ordered. What they come to is
asked of the orders themselves: a refused one counts no more."""

# --- people ---

decisions = sa.Table(
    "decisions",
    metadata,
    _key("id"),
    _text("at"),
    _text("by"),
    _text("act"),
    _text("subject"),
    _text("reason"),
    sa.Column("asked_on", Day),
    sa.Index("ix_decisions_subject", "subject"),
)

approvals = sa.Table(
    "approvals",
    metadata,
    _key("key", "orders.key"),
    _whole("step", key=True),
    _text("by"),
    _text("at"),
    _text("decision", "decisions.id"),
    sqlite_with_rowid=False,
)
"""One word for an order that two people must release, and the step at which it was given: it counts while the
order stands there. A second word is no line: it moves the order."""

# --- seal ---

windows = sa.Table("windows", metadata, _key("window"), _text("by"))

window_kinds = sa.Table(
    "window_kinds",
    metadata,
    _key("window", "windows.window"),
    _key("kind"),
)
"""`full`: a window looked at all that was due; `express`: only at what is booked at once. An instant may see both."""

attempts = sa.Table(
    "attempts",
    metadata,
    _key("key", "orders.key"),
    _key("window", "windows.window"),
    _perhaps("reference_digest"),
    sa.Column("rate", Cents),
    sqlite_with_rowid=False,
)
"""Orders that a window did not pay; by which snapshot of the bank's tables, and at which rate where one was used."""

bulks = sa.Table(
    "bulks",
    metadata,
    _key("id"),
    _text("window", "windows.window"),
    _text("kind"),
    sa.Column("settlement_date", Day, nullable=False),
    _text("scheme"),
    _whole("count"),
    sa.Column("sum_cents", Cents, nullable=False),
    _perhaps("reference_digest"),
    sa.Index("ix_bulks_window", "window"),
)

bulk_members = sa.Table(
    "bulk_members",
    metadata,
    _key("key", "orders.key"),
    _text("bulk", "bulks.id"),
    _whole("position"),
    sa.Index("ix_bulk_members_bulk", "bulk", "position", unique=True),
    sqlite_with_rowid=False,
)

postings = sa.Table(
    "postings",
    metadata,
    _key("bulk", "bulks.id"),
    _whole("line", key=True),
    _text("key"),
    _text("account"),
    _text("side"),
    sa.Column("amount_cents", Cents, nullable=False),
    sa.Column("booking_date", Day, nullable=False),
    sa.Column("value_date", Day, nullable=False),
    _perhaps("currency"),
    sa.Column("own_cents", Cents),
    sa.Column("rate", Cents),
    sqlite_with_rowid=False,
)
"""Euro cents, which balance; beside them what moves on an account in another `currency`, at `rate` millionths of its
unit for one euro. Nothing stands there for an account in euro, and no amount where no rate was known."""

MOVED = sa.case(
    (postings.c.currency.is_(None), postings.c.amount_cents), else_=sa.func.coalesce(postings.c.own_cents, 0)
)
"""What a posting moves on its account, in the account's currency."""

# --- leave ---

emissions = sa.Table(
    "emissions",
    metadata,
    _key("bulk", "bulks.id"),
    _text("at"),
    _whole("count"),
    sa.Column("sum_cents", Cents, nullable=False),
)
"""Written before the first byte of a bulk: from then on nothing is taken out of it. Count and sum are what leaves."""

taken_out = sa.Table(
    "taken_out",
    metadata,
    _key("key", "orders.key"),
    _text("bulk", "bulks.id"),
    _text("decision", "decisions.id"),
    sa.Index("ix_taken_out_bulk", "bulk"),
)
"""Orders withdrawn after the seal and before their bulk began to leave. Their places and postings there stay, and
count for nothing."""

# --- correct ---

corrections = sa.Table(
    "corrections",
    metadata,
    _key("key", "orders.key"),
    _text("decision", "decisions.id"),
    _text("initiator"),
    _text("code"),
    _text("proof"),
    _text("at"),
    sa.Column("booking_date", Day, nullable=False),
)
"""Payments booked back, each once. Its postings are those of the payment with their sides exchanged and their value
dates kept, so they are not written again: they cannot differ from what they undo."""

# --- recall ---

recalls = sa.Table(
    "recalls",
    metadata,
    _key("key", "orders.key"),
    _text("bulk", "bulks.id"),
    _text("reason"),
    _text("decision", "decisions.id"),
)
"""Transfers that have left and were asked back, once each."""

# --- tell ---

reports_due = sa.Table(
    "reports_due",
    metadata,
    _key("file_key", "files.key"),
    _key("occasion"),
    _text("partner"),
    _text("at"),
)

publications = sa.Table(
    "publications",
    metadata,
    _key("path"),
    _text("sha256"),
    _text("kind"),
    _text("subject"),
    _text("occasion"),
    _text("at"),
    sa.Index("ix_publications_subject", "subject"),
)

withheld = sa.Table(
    "withheld",
    metadata,
    _key("subject"),
    _key("occasion"),
    _key("letter"),
    _key("account"),
    _text("why"),
    _text("at"),
)
"""Letters that were due and are not written: after the owner's death, nobody writes about the account."""

charges = sa.Table(
    "charges",
    metadata,
    _key("key"),
    _key("event"),
    _text("account"),
    sa.Column("cents", Cents),
    _text("prices"),
    sa.Column("charged_on", Day, nullable=False),
    _text("rule"),
    _text("subject"),
    _text("occasion"),
    _text("at"),
    sa.Index("ix_charges_charged_on", "charged_on"),
    sa.Index("ix_charges_subject", "subject"),
)
"""Events that cost a fee, as the lists for the core system told them. `key` is an order's or that of a whole block."""

told = sa.Table("told", metadata, _key("subject"), _key("occasion"))
"""What is done with: a report by file key and occasion, a bulk by its id and the occasion `sealed`, a recall by
its order's key and `recalled`."""

# --- chain ---

links = sa.Table(
    "links",
    metadata,
    _whole("number", key=True),
    _text("digest"),
    _perhaps("snapshot"),
)
"""One line for each transaction that wrote anything, in the order in which they ended. `digest` covers the link before,
`snapshot` (what the bank's folder of reference data held, by its digest), and this link's rows of `chained`."""

chained = sa.Table(
    "chained",
    metadata,
    sa.Column("link", sa.Integer, sa.ForeignKey("links.number"), primary_key=True, autoincrement=False),
    _whole("place", key=True),
    _text("of"),
    _text("columns"),
    sa.Column("rewritten", sa.Boolean, nullable=False),
    sa.Column("keys", sa.LargeBinary, nullable=False),
    sa.Column("digests", sa.LargeBinary, nullable=False),
)
"""Which rows of which table a transaction wrote: their keys, and of each row a digest over the named columns. Rows that
a purge left with less are there once more, `rewritten`."""

seals = sa.Table(
    "seals",
    metadata,
    sa.Column("day", Day, primary_key=True),
    _key("at"),
    _whole("link"),
    _text("digest"),
)
"""How long the chain was when a day was sealed, and the digest of its last link then."""

CHAIN = ("links", "chained")
"""The tables of the chain itself."""
NOT_LINKED = (*CHAIN, "transactions")
"""Tables that no link names. A Transaction is digested with the order it belongs to."""


def columns_told(table: sa.Table) -> tuple[str, ...]:
    """What a row of `table` tells, for digests: all its columns; of an order its Transaction in place of the number."""
    names = tuple(table.columns.keys())
    return (*(name for name in names if name != "number"), "transaction") if table is orders else names
