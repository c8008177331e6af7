"""The mark of a block that is booked at once, and which windows looked only at what is."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    text = 'TEXT COLLATE "C"' if op.get_context().dialect.name == "postgresql" else "TEXT"
    op.execute(f"ALTER TABLE blocks ADD COLUMN category_purpose {text}")
    op.execute(
        f'CREATE TABLE window_kinds ("window" {text} NOT NULL REFERENCES windows ("window"), kind {text} NOT NULL, '
        'PRIMARY KEY ("window", kind))'
    )
