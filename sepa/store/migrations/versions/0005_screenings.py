"""Screenings: against which lists a file's orders, and those of a window, were screened."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLE = """
CREATE TABLE screenings (
    subject TEXT NOT NULL,
    lists TEXT NOT NULL,
    PRIMARY KEY (subject, lists)
) WITHOUT ROWID
"""


def upgrade() -> None:
    wording = TABLE
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"').replace(" WITHOUT ROWID", "")
    op.execute(wording)
