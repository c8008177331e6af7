"""What we lean on: pinned with digests, under licences we may live with, told in a bill of materials."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from tools import audit, bom
from tools.licences import EXCEPTIONS, PAGE, brought_by, installed, is_permissive, licence_of, page
from tools.locked import ROOT, declared, locked, reached, running

HERE = installed()
PINS = {name: pin for name, pin in locked().items() if name in HERE}
_NEEDED = running()
RUN = {name: pin for name, pin in PINS.items() if name in _NEEDED}
CORE = reached(declared()["core"])


# --- the lock ---


def test_every_pin_has_digests() -> None:
    assert len(PINS) > 150
    assert all(pin.sha256 for pin in locked().values())


def test_of_several_pins_that_for_this_machine_counts() -> None:
    lines = [
        f"six==1.0 ; python_full_version {here} '3' \\\n    --hash=sha256:{digit * 64}\n"
        f"six==2.0 ; python_full_version {there} '3' \\\n    --hash=sha256:{digit * 64}\n"
        for here, there, digit in (("<", ">=", "a"), (">=", "<", "b"))
    ]
    assert [locked(each)["six"].version for each in lines] == ["2.0", "1.0"]


@pytest.mark.parametrize("line", ["requests>=2", "requests", "-e .", "requests==2.0 \\"])
def test_a_line_that_pins_nothing_is_a_fault(line: str) -> None:
    with pytest.raises(ValueError, match="pins nothing"):
        locked(f"six==1.0 \\\n    --hash=sha256:{'a' * 64}\n{line}\n")


@pytest.mark.parametrize("group", sorted(declared()))
def test_the_lock_holds_all_that_we_declare_and_reach(group: str) -> None:
    names = {
        canonicalize_name(each.name)
        for each in declared()[group]
        if each.marker is None or each.marker.evaluate()
    }
    assert names
    assert names - set(locked()) == set()
    assert reached(declared()[group]) - set(locked()) == set()


@pytest.mark.parametrize("name", sorted(RUN))
def test_what_is_installed_is_what_is_locked(name: str) -> None:
    assert HERE[name] == PINS[name].version


def test_the_lock_fits_what_we_declare() -> None:
    wanted = [each for lines in declared().values() for each in lines if canonicalize_name(each.name) in PINS]
    assert wanted
    assert [
        str(each)
        for each in wanted
        if not each.specifier.contains(PINS[canonicalize_name(each.name)].version)
    ] == []


# --- licences ---


@pytest.mark.parametrize("name", sorted(PINS))
def test_a_licence_is_permissive_or_a_known_exception(name: str) -> None:
    assert is_permissive(licence_of(name)) != (name in EXCEPTIONS), licence_of(name)


@pytest.mark.parametrize("name", sorted(CORE))
def test_what_every_desk_needs_obliges_nobody(name: str) -> None:
    """Airflow's own tree included. What is not permissive is named, and comes as a package of its own, unchanged."""
    assert is_permissive(licence_of(name)) or name in {"certifi", "fqdn", "pathspec", "pycountry"}


def test_copyleft_is_where_it_was_said_to_be() -> None:
    groups = brought_by()
    assert {name: groups[name] for name in EXCEPTIONS if "LGPL" in EXCEPTIONS[name]} == {
        "psycopg": "postgres",
        "psycopg-binary": "postgres",
        "pycountry": "core",
        "python-stdnum": "dev",
    }
    assert groups["hypothesis"] == "dev"
    assert all(licence_of(name) in EXCEPTIONS[name] for name in EXCEPTIONS)


@pytest.mark.parametrize(
    ("expression", "permissive"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND BSD-3-Clause", True),
        ("MIT AND LGPL-3.0-only", False),
        ("LGPL-3.0-only", False),
        ("MPL-2.0", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_what_is_permissive(expression: str, permissive: bool) -> None:
    assert is_permissive(expression) is permissive


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tools.licences"


# --- the bill of materials ---


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return bom.bill()


def test_the_bill_names_exactly_what_is_locked(bill: dict[str, Any]) -> None:
    named = {canonicalize_name(each["name"]): each for each in bill["components"]}
    assert set(named) == set(RUN)
    for name, each in named.items():
        assert each["version"] == PINS[name].version
        assert tuple(digest["content"] for digest in each["hashes"]) == PINS[name].sha256
    assert bill["metadata"]["component"]["name"] == "sepa"
    assert {"lxml", "apache-airflow", "psycopg", "signxml"} < set(named)
    assert not {"hypothesis", "pytest", "python-stdnum"} & set(named)


def test_the_bill_says_who_needs_whom_and_nothing_else(bill: dict[str, Any]) -> None:
    refs = {each["bom-ref"] for each in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert {ref for each in bill["dependencies"] for ref in (each["ref"], *each.get("dependsOn", ()))} <= refs
    lines = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert any(
        "sqlalchemy" in ref.lower() for ref in lines[next(ref for ref in lines if ref.startswith("alembic"))]
    )


@pytest.mark.slow
def test_the_bill_is_valid_and_written_by_the_command(tmp_path: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    place = tmp_path / "bom.json"
    subprocess.run([sys.executable, "-m", "tools.bom", str(place)], check=True, cwd=ROOT, capture_output=True)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(place.read_text("utf-8")) is None
    without = subprocess.run(
        [sys.executable, "-m", "tools.bom"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert (without.returncode, "which file" in without.stderr) == (1, True)


def test_another_version_than_the_locked_one_is_no_bill() -> None:
    root = {"component": {"bom-ref": "root", "name": "sepa"}}
    document = {
        "metadata": root,
        "dependencies": [],
        "components": [{"name": "Six", "version": "0.1", "bom-ref": "a"}],
    }
    with pytest.raises(bom.OutOfStep, match=r"six 0\.1 is installed, the lock says"):
        bom.only_locked(document, locked())


# --- known holes ---


def answer(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_a_known_hole_is_named_and_fails() -> None:
    hole = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}
    code, said = audit.told(answer({"name": "six", "version": "1.0", "vulns": [hole]}), "", 1)
    assert (code, said) == (1, ["six 1.0: PYSEC-1, mended in 2.0.", "1 pins asked about, 1 known holes."])


def test_no_known_hole_is_well() -> None:
    assert audit.told(answer({"name": "six", "version": "1.0", "vulns": []}), "", 1) == (
        0,
        ["1 pins asked about, 0 known holes."],
    )


def test_what_was_not_asked_is_said() -> None:
    code, said = audit.told(answer({"name": "six", "skip_reason": "no such project"}), "", 2)
    assert code == 0
    assert said[:2] == ["Not asked: six (no such project).", "Not asked: 1 pins that are for other systems."]


@pytest.mark.parametrize("out", ["", "{}", "null", "<html>"])
def test_no_answer_is_no_failure_and_no_all_clear(out: str) -> None:
    code, said = audit.told(out, "Traceback\nConnectionError: no way\n", 7)
    assert code == 0
    assert said == [
        "Not asked: the advisory database did not answer (ConnectionError: no way). Nothing is known about 7 pins."
    ]


@pytest.mark.slow
def test_without_a_network_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real pip-audit, behind a proxy that is not there."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    code, said = audit.told(*audit.asked("--vulnerability-service", "osv"), 228)
    assert (code, said[0].startswith("Not asked:")) == (0, True), said
