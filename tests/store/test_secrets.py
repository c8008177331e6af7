"""No password and no row of the journal is told by an error or a log."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from sepa.store.sql import JournalUnreachable, open_journal
from sepa.store.sql.connection import engine_of, pour
from sepa.store.tables import files
from tests.pipeline.house import House
from tests.store.conftest import Store

PASSWORD = "s3cr3t-Word"
NAME, IBAN = "Ján Tajný", "SK3552000000003000000100"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://desk:{PASSWORD}@nohost.invalid/journal",
        f"postgresql+psycopg://desk:x@{PASSWORD}@nohost.invalid/journal",
        f"postgresql+psycopg://desk:{PASSWORD}/@nohost.invalid/journal",
        f"postgresql+psycopg://desk:{PASSWORD}@127.0.0.1:{PASSWORD}/journal",
        f"postgresql+psycopg://desk:{PASSWORD}@127.0.0.1:1/journal",
        f"mysql://desk:{PASSWORD}@127.0.0.1/journal",
        f"postgresql:{PASSWORD}",
        f"nothing://desk:{PASSWORD}@127.0.0.1/journal",
    ],
)  # fmt: skip
def test_a_password_is_never_told(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises((JournalUnreachable, ValueError)) as fault:
        open_journal(url)
    shown: list[str] = [caplog.text]
    behind: BaseException | None = fault.value
    while behind is not None:
        shown.append(f"{behind} {behind!r}")
        behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
    assert PASSWORD not in "\n".join(shown)
    assert (":1/" in url) == ("refused" in str(fault.value)), "what is no secret is told"


def test_an_error_tells_no_row(store: Store) -> None:
    """Neither what was to be written, nor what PostgreSQL adds of its own: the failing row, the line of a COPY."""
    journal = store.open()
    row = {"key": None, "partner": NAME, "name": IBAN, "size_bytes": 1, "received_at": "x"}
    with pytest.raises(sa.exc.IntegrityError) as single, journal.writing() as connection:
        connection.execute(sa.insert(files), row)
    with pytest.raises(sa.exc.DBAPIError) as many, journal.writing() as connection:
        pour(connection, files, tuple(row), [tuple(row.values())])
    for fault in (single, many):
        shown = f"{fault.value} {fault.value!r} {fault.value.orig} {fault.value.__cause__}"
        assert NAME not in shown
        assert IBAN not in shown
        assert "null" in shown.lower()


def test_a_wrong_kind_of_value_tells_no_row(postgresql_store: Store) -> None:
    """SQLite takes a text for a number."""
    postgresql_store.empty()
    journal = postgresql_store.open()
    columns = ("key", "partner", "name", "size_bytes", "received_at")
    with pytest.raises(sa.exc.DBAPIError) as fault, journal.writing() as connection:
        pour(connection, files, columns, [("k", NAME, "a.xml", IBAN, "x")])
    assert NAME not in str(fault.value)


def test_no_log_of_a_day_tells_an_account_or_a_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Everything logs all it has to say, and the day holds orders of every kind."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "sqlalchemy")
    house = House.new(tmp_path / "home")
    house.run()
    house.run("2026-04-02T21:15")
    house.close_day()
    said = caplog.text
    accounts, names = set(), set()
    with house.open() as home:
        reference = home.reference()
        for file in home.journal.find_files():
            for order in home.journal.orders(file.key):
                accounts |= {order.debtor_iban, order.creditor_iban}
                names |= {order.transaction.debtor.name, order.transaction.creditor.name}
    assert len(accounts) > 5
    names |= {account.name for account in (reference.accounts or {}).values()}
    told = [each for each in (*accounts, *names) if each and len(each) > 3 and each in said]
    assert told == []


def test_rows_would_be_logged_without_the_guard() -> None:
    """The nearest that does: an engine of SQLAlchemy as it comes logs rows when everything logs."""
    ours = engine_of("sqlite://")
    assert not ours._should_log_info()
    assert ours.hide_parameters
