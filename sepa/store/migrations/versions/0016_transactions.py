"""What was sent of each order moves into a table of its own, so that an order that moves is a small row."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        kind, text = "BIGINT", 'TEXT COLLATE "C"'
        numbered = "SELECT key, row_number() OVER (ORDER BY file_key, position) AS number FROM orders"
        number = f"UPDATE orders SET number = n.number FROM ({numbered}) n WHERE n.key = orders.key"
    else:
        kind, text = "INTEGER", "TEXT"
        number = "UPDATE orders SET number = rowid"
    op.execute(
        f'CREATE TABLE transactions (number {kind} NOT NULL PRIMARY KEY, "transaction" {text} NOT NULL)'
    )
    op.execute(f"ALTER TABLE orders ADD COLUMN number {kind} NOT NULL DEFAULT 0")
    op.execute(number)
    op.execute('INSERT INTO transactions SELECT number, "transaction" FROM orders ORDER BY number')
    op.execute('ALTER TABLE orders DROP COLUMN "transaction"')
