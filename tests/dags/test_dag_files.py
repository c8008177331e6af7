"""DAG files: readable for people, light to parse, and free of what only works outside a real worker."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from sepa.model.journal import Act, CorrectionCode, Initiator, RecallReason

REPOSITORY = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((REPOSITORY / "dags").glob("*.py"))
IN_WORKERS = [
    *DAG_FILES,
    REPOSITORY / "sepa/orchestration/spreading.py",
    REPOSITORY / "sepa/orchestration/steps.py",
    REPOSITORY / "sepa/orchestration/triggers.py",
]
METADATA = ("airflow.models", "airflow.utils.session", "airflow.settings", "sqlalchemy")
HEAVY = (
    "pandas",
    "matplotlib",
    "xmlschema",
    "lxml",
    "schwifty",
    "babel",
    "jinja2",
    "rich",
    "sepa.pipeline",
    "sepa.wire",
)
LINES_MAX = 60
pytestmark = pytest.mark.slow


def test_every_file_is_parsed_into_dags(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert {Path(dag.fileloc) for dag in dag_bag.dags.values()} == set(DAG_FILES)
    assert set(dag_bag.dags) == {"carry", "intake", "judge_files", "settlement", "end_of_day", "reprocess"}


def test_every_dag_tells_an_operator_what_it_is(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        assert dag.doc_md, dag.dag_id
        assert dag.doc_md.lstrip().startswith("### "), dag.dag_id
        assert "red" in dag.doc_md, dag.dag_id
        assert dag.description, dag.dag_id
        assert "sepa" in dag.tags, dag.dag_id


def test_every_field_of_a_form_has_a_title_and_an_explanation(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        for name in dag.params:
            field = dag.params.get_param(name)
            assert field.schema.get("title"), f"{dag.dag_id}.{name}"
            assert field.description, f"{dag.dag_id}.{name}"


def test_the_form_offers_every_act(dag_bag: Any) -> None:
    field = dag_bag.dags["reprocess"].params.get_param("act")
    assert set(field.schema["enum"]) == {*get_args(Act), "correct"} == set(field.schema["values_display"])


@pytest.mark.parametrize(
    ("name", "words"),
    [("recall_reason", RecallReason), ("correction_reason", CorrectionCode), ("initiator", Initiator)],
)
def test_the_form_offers_every_word_of_the_journal(dag_bag: Any, name: str, words: Any) -> None:
    field = dag_bag.dags["reprocess"].params.get_param(name)
    assert set(field.schema["enum"]) == set(get_args(words)) == set(field.schema["values_display"])


def test_every_dag_says_how_often_it_runs_and_tries(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        assert dag.catchup is False, dag.dag_id
        assert dag.max_active_runs <= 2, dag.dag_id
        assert {"retries", "retry_delay", "show_return_value_in_logs"} <= dag.default_args.keys(), dag.dag_id


def test_only_sentences_without_personal_facts_are_logged(dag_bag: Any) -> None:
    logging = {dag.dag_id for dag in dag_bag.dags.values() if dag.default_args["show_return_value_in_logs"]}
    assert logging == {"reprocess"}


@pytest.mark.parametrize("file", IN_WORKERS, ids=lambda file: file.name)
def test_no_task_touches_airflows_own_database(file: Path) -> None:
    imported = _imports(ast.walk(ast.parse(file.read_text("utf-8"))))
    assert not [name for name in imported if _is_any(name, METADATA)]


@pytest.mark.parametrize("file", IN_WORKERS, ids=lambda file: file.name)
def test_nothing_heavy_stands_at_the_top(file: Path) -> None:
    imported = _imports(ast.parse(file.read_text("utf-8")).body)
    assert not [name for name in imported if _is_any(name, HEAVY)]


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda file: file.name)
def test_a_dag_file_is_short(file: Path) -> None:
    text = file.read_text("utf-8")
    page = ast.parse(text).body[0]
    code = [line for line in text.splitlines()[page.end_lineno :] if line.strip()]
    assert len(code) <= LINES_MAX


def test_what_dag_files_import_of_ours_is_light() -> None:
    """Each task parses its file anew: the desk itself may only be imported while a task works."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, sepa.orchestration.spreading, sepa.orchestration.steps; print(*sys.modules, sep='\\n')",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert not [name for name in told if _is_any(name, HEAVY)]


def _imports(nodes: Any) -> list[str]:
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def _is_any(name: str, forbidden: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in forbidden)
