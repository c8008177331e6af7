"""Corrections: payments of ours that were our mistake and are booked back."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLE = """
CREATE TABLE corrections (
    key TEXT NOT NULL PRIMARY KEY REFERENCES orders (key),
    decision TEXT NOT NULL REFERENCES decisions (id),
    initiator TEXT NOT NULL,
    code TEXT NOT NULL,
    proof TEXT NOT NULL,
    "at" TEXT NOT NULL,
    booking_date DATE NOT NULL
)
"""


def upgrade() -> None:
    wording = TABLE
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"')
    op.execute(wording)
