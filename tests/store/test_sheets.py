"""Postings beside their orders: all of them, each on its order's sheet, wherever the database's pages end."""

from itertools import islice
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sepa.store.sql.sheets import Posted


@given(st.lists(st.integers(0, 4), max_size=12), st.integers(1, 5), st.integers(1, 7), st.integers(0, 2))
def test_postings_stand_on_the_sheet_of_their_order(
    of_order: list[int], orders_a_sheet: int, rows_a_page: int, stray: int
) -> None:
    rows: list[Any] = [(f"{number}", side) for number, count in enumerate(of_order) for side in range(count)]
    rows += [("nobody", number) for number in range(stray)]
    source = iter(rows)
    posted = Posted(iter(lambda: list(islice(source, rows_a_page)), []))
    for start in range(0, len(of_order), orders_a_sheet):
        keys = {f"{number}" for number in range(start, min(start + orders_a_sheet, len(of_order)))}
        assert posted.of(keys) == tuple(row for row in rows if row[0] in keys)
    assert posted.rest() == tuple(rows[len(rows) - stray :])


def test_what_belongs_to_nobody_is_left_with_all_behind_it() -> None:
    posted = Posted(iter([[("1", 0), ("nobody", 0)], [("2", 0)]]))  # type: ignore[list-item]
    assert posted.of({"1"}) == (("1", 0),)
    assert posted.of({"2"}) == ()
    assert posted.rest() == (("nobody", 0), ("2", 0))
