"""The journal's first form, as `sepa.store.tables` describes it."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE files (
    key TEXT PRIMARY KEY,
    partner TEXT NOT NULL,
    name TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    received_at TEXT NOT NULL
);
CREATE INDEX ix_files_received_at ON files (received_at);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    partner TEXT NOT NULL,
    name TEXT NOT NULL,
    file_key TEXT NOT NULL REFERENCES files (key),
    size_bytes BIGINT NOT NULL,
    received_at TEXT NOT NULL,
    "first" BOOLEAN NOT NULL
);
CREATE INDEX ix_deliveries_file_key ON deliveries (file_key);
CREATE INDEX ix_deliveries_partner ON deliveries (partner, name, received_at);

CREATE TABLE file_verdicts (
    file_key TEXT PRIMARY KEY REFERENCES files (key),
    status TEXT NOT NULL,
    kind TEXT,
    message_name TEXT,
    message_id TEXT,
    created TEXT,
    declared_count TEXT,
    declared_sum TEXT,
    count INTEGER NOT NULL,
    sum_text TEXT NOT NULL,
    findings TEXT NOT NULL,
    not_judged TEXT NOT NULL,
    profile TEXT NOT NULL,
    profile_digest TEXT NOT NULL,
    reference_digest TEXT NOT NULL,
    judged_at TEXT NOT NULL
);

CREATE TABLE message_ids (
    partner TEXT NOT NULL,
    message_id TEXT NOT NULL,
    file_key TEXT NOT NULL REFERENCES files (key),
    PRIMARY KEY (partner, message_id)
);

CREATE TABLE blocks (
    file_key TEXT NOT NULL REFERENCES files (key),
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    requested_date TEXT,
    batch_booking BOOLEAN,
    declared_count TEXT,
    declared_sum TEXT,
    count INTEGER NOT NULL,
    sum_text TEXT NOT NULL,
    findings TEXT NOT NULL,
    PRIMARY KEY (file_key, position)
);

CREATE TABLE orders (
    key TEXT PRIMARY KEY,
    file_key TEXT NOT NULL REFERENCES files (key),
    position INTEGER NOT NULL,
    block INTEGER NOT NULL,
    state TEXT NOT NULL,
    step INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    route TEXT,
    amount_cents BIGINT,
    received_on DATE,
    booking_date DATE,
    settlement_date DATE,
    debtor_iban TEXT,
    creditor_iban TEXT,
    local_instrument TEXT,
    sequence_type TEXT,
    creditor_identifier TEXT,
    mandate_id TEXT,
    fingerprint TEXT,
    findings TEXT NOT NULL,
    "transaction" TEXT NOT NULL
);
CREATE UNIQUE INDEX ix_orders_file_key ON orders (file_key, position);
CREATE INDEX ix_orders_fingerprint ON orders (fingerprint);
CREATE INDEX ix_orders_open ON orders (booking_date, state)
    WHERE state IN ('waiting', 'pending-funds', 'held');
CREATE INDEX ix_orders_mandate
    ON orders (debtor_iban, creditor_identifier, mandate_id, booking_date, route)
    WHERE state = 'paid' AND mandate_id IS NOT NULL;

CREATE TABLE history (
    key TEXT NOT NULL REFERENCES orders (key),
    step INTEGER NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    route TEXT,
    amount_cents BIGINT,
    booking_date DATE,
    settlement_date DATE,
    findings TEXT NOT NULL,
    "at" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (key, step)
) WITHOUT ROWID;

CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    "at" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX ix_decisions_subject ON decisions (subject);

CREATE TABLE windows (
    "window" TEXT PRIMARY KEY,
    "by" TEXT NOT NULL
);

CREATE TABLE attempts (
    key TEXT NOT NULL REFERENCES orders (key),
    "window" TEXT NOT NULL REFERENCES windows ("window"),
    PRIMARY KEY (key, "window")
) WITHOUT ROWID;

CREATE TABLE bulks (
    id TEXT PRIMARY KEY,
    "window" TEXT NOT NULL REFERENCES windows ("window"),
    kind TEXT NOT NULL,
    settlement_date DATE NOT NULL,
    scheme TEXT NOT NULL,
    count INTEGER NOT NULL,
    sum_cents BIGINT NOT NULL
);
CREATE INDEX ix_bulks_window ON bulks ("window");

CREATE TABLE bulk_members (
    key TEXT PRIMARY KEY REFERENCES orders (key),
    bulk TEXT NOT NULL REFERENCES bulks (id),
    position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX ix_bulk_members_bulk ON bulk_members (bulk, position);

CREATE TABLE postings (
    bulk TEXT NOT NULL REFERENCES bulks (id),
    line INTEGER NOT NULL,
    key TEXT NOT NULL,
    account TEXT NOT NULL,
    side TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    booking_date DATE NOT NULL,
    value_date DATE NOT NULL,
    PRIMARY KEY (bulk, line)
) WITHOUT ROWID;

CREATE TABLE reports_due (
    file_key TEXT NOT NULL REFERENCES files (key),
    occasion TEXT NOT NULL,
    partner TEXT NOT NULL,
    "at" TEXT NOT NULL,
    PRIMARY KEY (file_key, occasion)
);

CREATE TABLE publications (
    path TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    occasion TEXT NOT NULL,
    "at" TEXT NOT NULL
);
CREATE INDEX ix_publications_subject ON publications (subject);

CREATE TABLE told (
    subject TEXT NOT NULL,
    occasion TEXT NOT NULL,
    PRIMARY KEY (subject, occasion)
);
"""


def upgrade() -> None:
    wording = TABLES
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"').replace(" WITHOUT ROWID", "")
    else:
        # SQLite lets a primary key of text be empty unless it is told not to.
        wording = wording.replace(" TEXT PRIMARY KEY", " TEXT NOT NULL PRIMARY KEY")
    for statement in wording.split(";\n"):
        if statement.strip():
            op.execute(statement)
