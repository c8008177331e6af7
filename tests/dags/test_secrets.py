"""Where the journal is comes from an Airflow connection or the environment; neither is ever shown in a log."""

from typing import Any

import pytest

from sepa.model.broken import BrokenPromise
from sepa.orchestration import steps
from sepa.orchestration.secrets import Masked, journal_url, masked

IBAN = "SK6552000000000005566783"


@pytest.fixture(autouse=True)
def airflow(dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEPA_JOURNAL", raising=False)


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        ("postgres://desk:p%40ss%2Fw%3Ard@db.bank:5433/journal", "postgresql+psycopg://desk:p%40ss%2Fw%3Ard@db.bank:5433/journal"),
        ("postgres://desk@db.bank/journal", "postgresql+psycopg://desk@db.bank/journal"),
        ('{"conn_type": "sqlite", "host": "/var/desk/j.db"}', "sqlite:////var/desk/j.db"),
    ],
)  # fmt: skip
def test_the_connection_names_the_journal(connection: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SEPA_JOURNAL", connection)
    assert journal_url() == url


def test_the_environment_goes_before_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SEPA_JOURNAL", "postgres://desk@db.bank/journal")
    monkeypatch.setenv("SEPA_JOURNAL", "sqlite:////var/desk/j.db")
    assert journal_url() == "sqlite:////var/desk/j.db"


def test_without_either_the_journal_lies_in_the_home() -> None:
    assert journal_url() is None


def test_airflow_masks_the_password_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.log import redact

    monkeypatch.setenv("SEPA_JOURNAL", "postgresql+psycopg://desk:s3cr3t-Word@db/journal")
    journal_url()
    assert "s3cr3t-Word" not in str(redact("said s3cr3t-Word aloud"))


def test_a_step_works_on_the_journal_of_the_connection(
    sample_home: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "elsewhere.db"
    monkeypatch.setenv("AIRFLOW_CONN_SEPA_JOURNAL", f'{{"conn_type": "sqlite", "host": "{there}"}}')
    steps.claim_files(steps.datetime.datetime(2026, 4, 2, 8, 0, tzinfo=steps.datetime.UTC))
    assert there.stat().st_size > 0
    assert not (sample_home / "journal.db").exists()


def test_an_error_shows_no_account_neither_itself_nor_behind_it() -> None:
    @masked
    def fails(text: str) -> None:
        try:
            raise KeyError(IBAN)
        except KeyError as fault:
            raise BrokenPromise(text) from fault

    with pytest.raises(Masked) as shown:
        fails("left undone")
    told = str(shown.value)
    assert (IBAN in told, "BrokenPromise: left undone" in told, "SK65 ... 6783" in told) == (
        False,
        True,
        True,
    )
    assert shown.value.__cause__ is None
    assert shown.value.__suppress_context__


def test_other_errors_stay_what_they_are() -> None:
    @masked
    def fails() -> None:
        raise BrokenPromise("bulk 7 is gone")

    with pytest.raises(BrokenPromise, match="bulk 7 is gone"):
        fails()


@pytest.mark.parametrize(
    "name",
    [
        "claim_files",
        "judge_files",
        "publish_reports",
        "seal_window",
        "publish_bulks",
        "close_day",
        "reprocess",
    ],
)
def test_every_step_is_masked(name: str) -> None:
    assert getattr(getattr(steps, name), "__wrapped__", None) is not None


def test_roles_bind_whoever_is_logged_in_to_airflow(sample_home: Any) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    at = steps.datetime.datetime(2026, 4, 2, 8, 0, tzinfo=steps.datetime.UTC)
    steps.claim_files(at)
    (sample_home / "reference" / "roles.yaml").write_text("roles: {clerk: [hold]}\npeople: {eva: [clerk]}\n")
    order = {
        "act": "report-again",
        "reason": "asked",
        "partner": "mzdy",
        "day": "2026-04-02",
        "asked_by": "eva",
    }
    for by in ("eva", "operator"):
        with pytest.raises(AirflowFailException, match=f"{by}"):
            steps.reprocess(order, by, at)
