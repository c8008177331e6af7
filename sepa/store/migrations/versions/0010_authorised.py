"""How a file was authorised, and by which key."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    collation = ' COLLATE "C"' if op.get_context().dialect.name == "postgresql" else ""
    op.execute(f"ALTER TABLE file_verdicts ADD COLUMN authorised TEXT{collation}")
