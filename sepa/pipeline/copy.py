"""A copy of one order as it came, for whoever may ask for it (bank-terms REC-03)."""

from sepa.pipeline.home import Home
from sepa.wire.original import original


def copy_of(home: Home, key: str) -> bytes | None:
    """The order cut out of the archived file: a whole document that holds it alone. None for an unknown key.

    BrokenPromise when the archived file cannot be read again; OSError when it is gone.
    """
    order = home.journal.order(key)
    if order is None:
        return None
    with home.archived(order.file_key).open("rb") as source:
        return original(source, order.position)
