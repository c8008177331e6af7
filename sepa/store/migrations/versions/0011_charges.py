"""Events that cost a fee, as they were told to the core system."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLE = """
CREATE TABLE charges (
    key TEXT NOT NULL,
    event TEXT NOT NULL,
    account TEXT NOT NULL,
    cents BIGINT,
    prices TEXT NOT NULL,
    charged_on DATE NOT NULL,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    occasion TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (key, event)
)
"""


def upgrade() -> None:
    wording = TABLE
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"')
    op.execute(wording)
    op.execute("CREATE INDEX ix_charges_charged_on ON charges (charged_on)")
    op.execute("CREATE INDEX ix_charges_subject ON charges (subject)")
