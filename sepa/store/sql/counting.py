"""What a sender's orders of a day come to, for the limit of a day."""

import datetime

import sqlalchemy as sa

from sepa.store.sql.connection import insert
from sepa.store.tables import counted, file_verdicts, files, orders

_COUNT_NOT = ("rejected", "not-executed", "routed")


def note_day(connection: sa.Connection, file_key: str, device: str, day: datetime.date | None) -> None:
    """Write down on which day a file counts, where it counts on one."""
    if day is not None:
        insert(connection, counted, {"file_key": file_key, "device": device, "day": day})


def ordered_elsewhere(connection: sa.Connection, file_key: str, device: str, day: datetime.date) -> int:
    """Cents of orders in other files that came through `device` and count on `day`."""
    return _sum(connection, _elsewhere(file_key, device, day))


def ordered_before(connection: sa.Connection, file_key: str, day: datetime.date) -> int:
    """As `ordered_elsewhere`, of files that were judged before this one, which came through the same device.

    Files judged at the same instant are in the order in which a run takes them.
    """
    own = connection.execute(
        sa.select(files.c.partner, *_PLACE).join(file_verdicts).where(files.c.key == file_key)
    ).one()
    device, *place = own
    before = sa.tuple_(*_PLACE) < sa.tuple_(*map(sa.literal, place))
    wanted = _elsewhere(file_key, device, day)
    judged = wanted.join(files, files.c.key == counted.c.file_key).join(
        file_verdicts, file_verdicts.c.file_key == files.c.key
    )
    return _sum(connection, judged.where(before))


_PLACE = (file_verdicts.c.judged_at, files.c.received_at, files.c.name, files.c.key)


def _elsewhere(file_key: str, device: str, day: datetime.date) -> sa.Select[tuple[int]]:
    file, order = counted.c, orders.c
    return (
        sa.select(sa.func.coalesce(sa.func.sum(order.amount_cents), 0))
        .select_from(counted)
        .join(orders, order.file_key == file.file_key)
        .where(file.device == device, file.day == day, file.file_key != file_key)
        .where(order.state.not_in(_COUNT_NOT))
    )


def _sum(connection: sa.Connection, wanted: sa.Select[tuple[int]]) -> int:
    return int(connection.scalar(wanted) or 0)
