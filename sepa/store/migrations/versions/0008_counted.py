"""The day on which a file's transfers count."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLE = """
CREATE TABLE counted (
    file_key TEXT NOT NULL,
    device TEXT NOT NULL,
    day DATE NOT NULL,
    PRIMARY KEY (file_key),
    FOREIGN KEY (file_key) REFERENCES files (key)
)
"""


def upgrade() -> None:
    wording = TABLE
    if op.get_context().dialect.name == "postgresql":
        wording = wording.replace(" TEXT", ' TEXT COLLATE "C"')
    op.execute(wording)
    op.execute("CREATE INDEX ix_counted_day ON counted (device, day)")
