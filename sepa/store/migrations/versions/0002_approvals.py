"""Approvals: of two people who release an order, the first one's word."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLE = """
CREATE TABLE approvals (
    key TEXT NOT NULL REFERENCES orders (key),
    step INTEGER NOT NULL,
    "by" TEXT NOT NULL,
    "at" TEXT NOT NULL,
    decision TEXT NOT NULL REFERENCES decisions (id),
    PRIMARY KEY (key, step)
) WITHOUT ROWID
"""


def upgrade() -> None:
    wording = TABLE
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"').replace(" WITHOUT ROWID", "")
    op.execute(wording)
