"""What is deployed asks for nothing that nobody reads: a misspelt setting would be ignored in silence."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sepa.orchestration.environment import airflow_environment, celery_settings

ROOT = Path(__file__).resolve().parents[2]
VALUES = ROOT / "deploy" / "kubernetes" / "values.yaml"
OF_THE_CHART = {
    "airflowVersion", "executor", "images", "data", "fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName",
    "postgresql", "redis", "createUserJob", "secret", "env", "config", "uid", "gid", "securityContexts", "volumes",
    "volumeMounts", "triggerer", "dagProcessor", "workers",
}  # fmt: skip
"""Keys of the official chart's values.yaml (its version for Airflow 3.1), as far as we use them."""


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(VALUES.read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """Section → options that Airflow and the providers installed here describe."""
    from airflow.configuration import conf

    described = conf.configuration_description
    return {section: set(told["options"]) for section, told in described.items()}


def read_by_us() -> set[str]:
    """The variables that our own code asks the environment for."""
    code = "".join(path.read_text("utf-8") for path in (ROOT / "sepa").rglob("*.py"))
    return set(re.findall(r'environ(?:\.get\(|\[)"(SEPA_[A-Z_]+)"', code))


def is_known(name: str, known: dict[str, set[str]]) -> bool:
    """Whether `AIRFLOW__SECTION__OPTION` is one that Airflow describes, or `SEPA_...` one that we read."""
    if name.startswith("SEPA_"):
        return name in read_by_us()
    _, section, option = name.lower().split("__")
    return option in known.get(section, set())


def test_every_setting_of_the_values_is_one_that_airflow_knows(
    values: dict[str, Any], known: dict[str, set[str]]
) -> None:
    unknown = [
        f"{section}.{option}"
        for section, options in values["config"].items()
        for option in options
        if option not in known.get(section, set())
    ]
    assert unknown == []
    assert all(isinstance(value, str) for options in values["config"].values() for value in options.values())


def test_every_variable_is_one_that_we_read(values: dict[str, Any]) -> None:
    names = {each["name"] for each in values["env"]} | {each["envName"] for each in values["secret"]}
    assert names <= read_by_us()
    assert {"SEPA_BUCKET", "SEPA_HOME", "SEPA_JOURNAL", "SEPA_SPREAD_BYTES"} <= names
    assert all(isinstance(each["value"], str) for each in values["env"])


def test_every_key_is_one_of_the_chart(values: dict[str, Any]) -> None:
    assert values.keys() <= OF_THE_CHART
    assert values["airflowVersion"] == lock_version("apache-airflow")


def test_everybody_has_the_home(values: dict[str, Any]) -> None:
    (home,) = [each["value"] for each in values["env"] if each["name"] == "SEPA_HOME"]
    (mount,) = values["volumeMounts"]
    (volume,) = values["volumes"]
    assert mount["mountPath"] == home
    assert mount["name"] == volume["name"]


def test_the_settings_for_celery_are_known_and_complete(known: dict[str, set[str]], tmp_path: Path) -> None:
    ours = celery_settings(metadata="postgresql+psycopg://m", broker="b", results="r", share_bytes=64)
    asked = ours | airflow_environment(tmp_path / "airflow", tmp_path / "home")
    names = [name for name in asked if name.startswith(("AIRFLOW__", "SEPA_"))]
    known["celery_broker_transport_options"] = {
        *known["celery_broker_transport_options"],
        "visibility_timeout",
    }
    assert [name for name in names if not is_known(name, known)] == []
    assert ours["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"] == "postgresql+psycopg_async://m"
    assert ours["SEPA_SPREAD_BYTES"] == "64"


def test_what_the_readme_names_is_known(known: dict[str, set[str]]) -> None:
    text = (ROOT / "deploy" / "README.md").read_text("utf-8")
    names = set(re.findall(r"\b(?:AIRFLOW__[A-Z_]+|SEPA_[A-Z_]+)", text))
    assert len(names) > 5
    assert [name for name in sorted(names) if not is_known(name, known)] == []
    assert "celery_settings" in text


def lock_version(name: str) -> str:
    found = re.search(rf"^{name}==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]
