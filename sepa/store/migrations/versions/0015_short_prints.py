"""The index of fingerprints holds their beginnings: a third of the size, which is written with every order."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("DROP INDEX ix_orders_fingerprint")
    op.execute("CREATE INDEX ix_orders_fingerprint ON orders (substr(fingerprint, 1, 16))")
