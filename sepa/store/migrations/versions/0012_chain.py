"""The chain of all that is written, the seals of days, and the digest of the signature that came with a file."""

from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = (
    """
CREATE TABLE links (
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    snapshot TEXT,
    PRIMARY KEY (number)
)
""",
    """
CREATE TABLE chained (
    link INTEGER NOT NULL REFERENCES links (number),
    place INTEGER NOT NULL,
    "of" TEXT NOT NULL,
    columns TEXT NOT NULL,
    rewritten BOOLEAN NOT NULL,
    keys BLOB NOT NULL,
    digests BLOB NOT NULL,
    PRIMARY KEY (link, place)
)
""",
    """
CREATE TABLE seals (
    day DATE NOT NULL,
    at TEXT NOT NULL,
    link INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (day, at)
)
""",
    "ALTER TABLE deliveries ADD COLUMN signature TEXT",
)


def upgrade() -> None:
    for wording in TABLES:
        if op.get_context().dialect.name == "postgresql":
            wording = wording.replace(" TEXT", ' TEXT COLLATE "C"').replace(" BLOB", " BYTEA")
        op.execute(wording)
