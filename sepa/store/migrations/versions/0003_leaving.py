"""When a bulk begins to leave, what was taken out before, the day a withdrawal was asked for."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE emissions (
    bulk TEXT NOT NULL PRIMARY KEY REFERENCES bulks (id),
    "at" TEXT NOT NULL,
    count INTEGER NOT NULL,
    sum_cents BIGINT NOT NULL
);

CREATE TABLE taken_out (
    key TEXT NOT NULL PRIMARY KEY REFERENCES orders (key),
    bulk TEXT NOT NULL REFERENCES bulks (id),
    decision TEXT NOT NULL REFERENCES decisions (id)
);
CREATE INDEX ix_taken_out_bulk ON taken_out (bulk);

ALTER TABLE decisions ADD COLUMN asked_on DATE;

INSERT INTO emissions (bulk, "at", count, sum_cents) SELECT id, "window", count, sum_cents FROM bulks;
"""


def upgrade() -> None:
    """Make the tables. What was sealed before counts as leaving already: nobody noted when it began."""
    wording = TABLES
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"')
    for statement in wording.split(";\n"):
        if statement.strip():
            op.execute(statement)
