"""The mark of a block that is booked at once, and which windows looked at everything."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    text = 'TEXT COLLATE "C"' if op.get_context().dialect.name == "postgresql" else "TEXT"
    op.execute(f"ALTER TABLE blocks ADD COLUMN category_purpose {text}")
    op.execute(
        f'CREATE TABLE full_windows ("window" {text} NOT NULL PRIMARY KEY REFERENCES windows ("window"))'
    )
    op.execute('INSERT INTO full_windows ("window") SELECT "window" FROM windows')
