"""Brings a journal to its newest form. Run by `sepa.store.sql.open_journal`, which gives the connection."""

from alembic import context

from sepa.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
