"""The digest of a file's bytes beside its key: another sender's file with the same bytes has a key of its own."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    collation = ' COLLATE "C"' if op.get_context().dialect.name == "postgresql" else ""
    op.execute(f"ALTER TABLE files ADD COLUMN sha256 TEXT{collation} NOT NULL DEFAULT ''")
    op.execute("UPDATE files SET sha256 = key")
    op.execute("CREATE INDEX ix_files_sha256 ON files (sha256)")
