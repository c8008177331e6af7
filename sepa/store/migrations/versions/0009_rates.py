"""Rates: what a posting moves on an account in another currency, and by which snapshot a window decided."""

from alembic import op

revision = "0009"
down_revision = "0008"

COLUMNS = (
    "postings ADD COLUMN currency TEXT",
    "postings ADD COLUMN own_cents BIGINT",
    "postings ADD COLUMN rate BIGINT",
    "attempts ADD COLUMN reference_digest TEXT",
    "attempts ADD COLUMN rate BIGINT",
    "bulks ADD COLUMN reference_digest TEXT",
)


def upgrade() -> None:
    for column in COLUMNS:
        wording = f"ALTER TABLE {column}"
        if op.get_context().dialect.name == "postgresql":
            wording = wording.replace(" TEXT", ' TEXT COLLATE "C"')
        op.execute(wording)
