"""Letters that were due and are not written."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLE = """
CREATE TABLE withheld (
    subject TEXT NOT NULL,
    occasion TEXT NOT NULL,
    letter TEXT NOT NULL,
    account TEXT NOT NULL,
    why TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (subject, occasion, letter, account)
)
"""


def upgrade() -> None:
    wording = TABLE
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"')
    op.execute(wording)
