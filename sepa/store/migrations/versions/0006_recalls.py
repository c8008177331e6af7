"""Recalls: transfers that have left and are asked back."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = """
CREATE TABLE recalls (
    key TEXT NOT NULL PRIMARY KEY REFERENCES orders (key),
    bulk TEXT NOT NULL REFERENCES bulks (id),
    reason TEXT NOT NULL,
    decision TEXT NOT NULL REFERENCES decisions (id)
)
"""


def upgrade() -> None:
    wording = TABLE
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"')
    op.execute(wording)
