"""What only Airflow may know, and what its logs may not show: where the journal is, and whose accounts went wrong."""

import functools
import os
from collections.abc import Callable, Iterator
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import quote

CONNECTION = "sepa_journal"
"""The name of the Airflow connection to the journal's database."""

Given = ParamSpec("Given")
Done = TypeVar("Done")


class Masked(Exception):
    """An error whose own words told an account number: its kind and its words, with the numbers masked."""


def journal_url() -> str | None:
    """The journal's database: `SEPA_JOURNAL`, else the connection `sepa_journal`; None where there is neither.

    Airflow masks the password in whatever a task writes from now on.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from airflow.sdk.log import mask_secret

    url = os.environ.get("SEPA_JOURNAL")
    if not url:
        try:
            url = _url(Connection.get(CONNECTION))
        except AirflowNotFoundException:
            return None
    _, _, after = url.partition("://")
    _, _, password = after.rpartition("@")[0].partition(":")
    if password:
        mask_secret(password)
    return url


def _url(connection: "_Connection") -> str:
    if connection.conn_type == "sqlite":
        return f"sqlite:///{connection.host}"
    who = quote(connection.login or "", safe="")
    if connection.password:
        who += ":" + quote(connection.password, safe="")
    port = f":{connection.port}" if connection.port else ""
    return f"postgresql+psycopg://{who}@{connection.host or ''}{port}/{connection.schema or ''}"


class _Connection(Protocol):
    """What is read off an Airflow connection."""

    conn_type: str
    host: str | None
    login: str | None
    password: str | None
    port: int | None
    schema: str | None


def masked(step: Callable[Given, Done]) -> Callable[Given, Done]:
    """A step whose errors show no account number in the log, also those behind them; others pass as they are."""

    @functools.wraps(step)
    def careful(*given: Given.args, **named: Given.kwargs) -> Done:
        from sepa.tell.mask import mask_log

        try:
            return step(*given, **named)
        except Exception as fault:
            told = [f"{type(each).__name__}: {each}" for each in _behind(fault)]
            if all(mask_log(each) == each for each in told):
                raise
            raise Masked(mask_log("; because of ".join(told))).with_traceback(fault.__traceback__) from None

    return careful


def _behind(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
