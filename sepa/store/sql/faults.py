"""What can be wrong inside the journal, found by the journal itself: one search for each promise."""

from collections.abc import Iterator

import sqlalchemy as sa

from sepa.model.journal import MOVES
from sepa.scheme.rates import in_currency
from sepa.store.sql.leaving import still_in
from sepa.store.sql.moves import PROJECTED
from sepa.store.tables import (
    bulk_members,
    bulks,
    corrections,
    emissions,
    file_verdicts,
    history,
    orders,
    postings,
    recalls,
    taken_out,
)


def find_faults(connection: sa.Connection) -> Iterator[str]:
    """Every fault, as a sentence, in a fixed order."""
    for search in (
        _lines,
        _steps,
        _bulk_sums,
        _members,
        _taken_out,
        _emissions,
        _recalls,
        _postings,
        _corrections,
        _files,
    ):
        yield from search(connection)


def _lines(connection: sa.Connection) -> Iterator[str]:
    """The projection of each order equals its last line, and no line is missing."""
    line, row = history.c, orders.c
    last = sa.select(line.key, sa.func.max(line.step).label("step"), sa.func.count().label("count"))
    last = last.where(line.step > 0).group_by(line.key)
    ends = last.subquery()
    for key, step, count in connection.execute(last.having(sa.func.max(line.step) != sa.func.count())):
        yield f"Order {key} has {count} moves but its last one is number {step}."
    wrong = (
        sa.select(row.key, row.step, sa.func.coalesce(ends.c.step, 0))
        .join_from(orders, ends, ends.c.key == row.key, isouter=True)
        .where(row.step != sa.func.coalesce(ends.c.step, 0))
        .order_by(row.key)
    )
    for key, step, there in connection.execute(wrong):
        yield f"Order {key} stands at step {step}, but its last line is step {there}."
    differs = sa.or_(*(row[name].is_distinct_from(line[name]) for name in PROJECTED))
    same_step = sa.and_(line.key == row.key, line.step == row.step)
    unlike = sa.select(row.key, row.step).join(history, same_step).where(differs).order_by(row.key)
    for key, step in connection.execute(unlike):
        yield f"Order {key} does not say what its line {step} says."


def _steps(connection: sa.Connection) -> Iterator[str]:
    """Every move was allowed, beginning with the state that the verdict gave."""
    line, row, before = history.c, orders.c, history.alias("before")
    judged = sa.case((row.outcome.in_(("accepted", "rolled")), "waiting"), else_=row.outcome)
    untrue = sa.select(row.key, row.state, row.outcome).where(row.step == 0, row.state != judged)
    for key, state, outcome in connection.execute(untrue.order_by(row.key)):
        yield f"Order {key} is {state}, but it was judged {outcome} and never moved."
    previous = sa.and_(before.c.key == line.key, before.c.step == line.step - 1)
    pairs = sa.select(line.key, before.c.state, line.state).join(before, previous)
    allowed = sa.or_(
        *(sa.and_(before.c.state == state, line.state.in_(sorted(after))) for state, after in MOVES.items())
    )
    for key, state, after in connection.execute(pairs.where(~allowed).order_by(line.key, line.step)):
        yield f"Order {key} went from {state} to {after}, which is not allowed."


def _bulk_sums(connection: sa.Connection) -> Iterator[str]:
    """Each bulk's count and sum are those of its members."""
    count = sa.func.count(bulk_members.c.key)
    total = sa.func.coalesce(sa.func.sum(orders.c.amount_cents), 0)
    wanted = (
        sa.select(bulks.c.id, bulks.c.count, count, bulks.c.sum_cents, total)
        .join_from(bulks, bulk_members, bulk_members.c.bulk == bulks.c.id, isouter=True)
        .join(orders, orders.c.key == bulk_members.c.key, isouter=True)
        .group_by(bulks.c.id, bulks.c.count, bulks.c.sum_cents)
        .having(sa.or_(count != bulks.c.count, total != bulks.c.sum_cents))
        .order_by(bulks.c.id)
    )
    for bulk, said, found, cents, sum_cents in connection.execute(wanted):
        yield f"Bulk {bulk} says {said} orders, {cents} cents, but has {found}, {int(sum_cents)} cents."


def _taken_out(connection: sa.Connection) -> Iterator[str]:
    """What was taken out of a bulk was in it, and is withdrawn."""
    line, member, row = taken_out.c, bulk_members.c, orders.c
    was_in = sa.exists().where(member.key == line.key, member.bulk == line.bulk)
    wrong = (
        sa.select(line.key, line.bulk)
        .join(orders, row.key == line.key)
        .where(sa.or_(row.state != "revoked", ~was_in))
        .order_by(line.key)
    )
    for key, bulk in connection.execute(wrong):
        yield f"Order {key} was taken out of bulk {bulk}, but it is not withdrawn or was never there."


def _emissions(connection: sa.Connection) -> Iterator[str]:
    """What began to leave is what is in the bulk: nothing was taken out later."""
    line = emissions.c
    left = (
        sa.select(
            bulk_members.c.bulk,
            sa.func.count().label("count"),
            sa.func.sum(orders.c.amount_cents).label("cents"),
        )
        .join(orders, orders.c.key == bulk_members.c.key)
        .where(still_in(bulk_members.c.key))
        .group_by(bulk_members.c.bulk)
        .subquery()
    )
    count, cents = sa.func.coalesce(left.c.count, 0), sa.func.coalesce(left.c.cents, 0)
    wanted = (
        sa.select(line.bulk, line.count, line.sum_cents, count, cents)
        .join_from(emissions, left, left.c.bulk == line.bulk, isouter=True)
        .where(sa.or_(count != line.count, cents != line.sum_cents))
        .order_by(line.bulk)
    )
    for bulk, said, said_cents, found, sum_cents in connection.execute(wanted):
        yield (
            f"Bulk {bulk} began to leave with {said} orders, {said_cents} cents, "
            f"but has {found}, {int(sum_cents)} cents."
        )


def _recalls(connection: sa.Connection) -> Iterator[str]:
    """What is asked back has left in the bulk that its recall names."""
    line, member = recalls.c, bulk_members.c
    left = sa.exists().where(
        member.key == line.key,
        member.bulk == line.bulk,
        emissions.c.bulk == line.bulk,
        still_in(member.key),
    )
    for key, bulk in connection.execute(sa.select(line.key, line.bulk).where(~left).order_by(line.key)):
        yield f"Order {key} was asked back, but it has not left in bulk {bulk}."


def _members(connection: sa.Connection) -> Iterator[str]:
    """What is paid or handed over is in a bulk of that kind; what is in one and was not taken out is such an order."""
    member, row = bulk_members.c, orders.c
    end = sa.case((bulks.c.kind == "hand-over", "handed-over"), else_="paid")
    unpaid = (
        sa.select(member.key, member.bulk, row.state, end)
        .join_from(bulk_members, orders, row.key == member.key, isouter=True)
        .join(bulks, bulks.c.id == member.bulk)
        .where(row.state.is_distinct_from(end), still_in(member.key))
        .order_by(member.key)
    )
    for key, bulk, state, meant in connection.execute(unpaid):
        yield f"Order {key} is in bulk {bulk}, but it is {state or 'unknown'}, not {meant}."
    loose = sa.select(row.key, row.state).where(
        row.state.in_(("paid", "handed-over")),
        ~sa.exists().where(member.key == row.key, still_in(member.key)),
    )
    for key, state in connection.execute(loose.order_by(row.key)):
        yield f"Order {key} is {state}, but it is in no bulk."


def _postings(connection: sa.Connection) -> Iterator[str]:
    """Debits equal credits in each bulk, other currencies follow their rate, every posting belongs to an order."""
    line, member = postings.c, bulk_members.c
    signed = sa.func.sum(sa.case((line.side == "credit", line.amount_cents), else_=-line.amount_cents))
    for bulk, cents in connection.execute(
        sa.select(line.bulk, signed).group_by(line.bulk).having(signed != 0).order_by(line.bulk)
    ):
        yield f"The postings of bulk {bulk} differ by {int(cents)} cents."
    abroad = sa.select(line.bulk, line.line, line.amount_cents, line.own_cents, line.rate)
    for bulk, number, cents, own_cents, rate in connection.execute(abroad.where(line.rate.is_not(None))):
        if own_cents != in_currency(cents, rate):
            yield f"Posting {number} of bulk {bulk} does not move what its rate says."
    stray = (
        sa.select(line.bulk, line.line, line.key)
        .join_from(
            postings, bulk_members, sa.and_(member.key == line.key, member.bulk == line.bulk), isouter=True
        )
        .where(member.key.is_(None))
        .order_by(line.bulk, line.line)
    )
    for bulk, number, key in connection.execute(stray):
        yield f"Posting {number} of bulk {bulk} belongs to {key}, which is not in the bulk."


def _corrections(connection: sa.Connection) -> Iterator[str]:
    """What was booked back was paid between accounts of ours."""
    row = orders.c
    wrong = (
        sa.select(row.key, row.state)
        .join(corrections, corrections.c.key == row.key)
        .where(sa.or_(row.state != "paid", row.route.is_distinct_from("on-us")))
    )
    for key, state in connection.execute(wrong.order_by(row.key)):
        yield f"Order {key} was booked back, but it is {state} and moved no money between accounts of ours."


def _files(connection: sa.Connection) -> Iterator[str]:
    """Each judged file has as many orders as its verdict counted, and none has orders without a verdict."""
    verdict, row = file_verdicts.c, orders.c
    found = sa.select(row.file_key, sa.func.count().label("count")).group_by(row.file_key).subquery()
    count = sa.func.coalesce(found.c.count, 0)
    wanted = (
        sa.select(verdict.file_key, verdict.count, count)
        .join_from(file_verdicts, found, found.c.file_key == verdict.file_key, isouter=True)
        .where(verdict.count != count)
        .order_by(verdict.file_key)
    )
    for file_key, said, there in connection.execute(wanted):
        yield f"File {file_key} was judged to hold {said} orders, but {there} are here."
    unjudged = sa.select(found.c.file_key).where(~sa.exists().where(verdict.file_key == found.c.file_key))
    for file_key in connection.scalars(unjudged.order_by(found.c.file_key)):
        yield f"File {file_key} has orders but no verdict."
