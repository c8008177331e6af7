"""What linters cannot hold: the core stays pure, nothing lies about unused, and every word of the docs is backed."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, get_args, get_origin

import msgspec
import pytest

from sepa.model.dating import Move, Refusal
from sepa.model.profile import Profile, Section
from sepa.rules import RULES
from sepa.rules.rule import Rule
from sepa.scheme.reasons import is_permitted

ROOT = Path(__file__).resolve().parents[1]
CORE = ("scheme", "model", "rules", "schedule", "decide", "settle", "away")
LENGTH_MAX = 250


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def modules(*rooms: str) -> list[Path]:
    """The Python files of the named rooms of `sepa`, or of all of it."""
    files = sorted((ROOT / "sepa").rglob("*.py"))
    return [file for file in files if not rooms or room_of(file) in rooms]


def room_of(file: Path) -> str:
    return file.relative_to(ROOT / "sepa").parts[0].removesuffix(".py")


def dotted(file: Path) -> str:
    """The name a file is imported by."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(file: Path) -> Iterator[str]:
    """Everything a file imports, wherever the import stands: modules, and what is taken out of them."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def each(files: list[Path]) -> list[object]:
    assert files
    return [pytest.param(file, id=str(file.relative_to(ROOT))) for file in files]


# --- the core is pure ---

PURE = frozenset(
    [
        "array",
        "ast",
        "calendar",
        "collections",
        "datetime",
        "decimal",
        "functools",
        "hashlib",
        "heapq",
        "zlib",
        "itertools",
        "math",
        "operator",
        "re",
        "types",
        "typing",
        "unicodedata",
        "msgspec",
        "sepa",
    ]
)
OUT_OF_PURITY = {
    "sepa.scheme.iban": {"schwifty"},  # its tables of countries and banks, read once on import
    "sepa.schedule.clock": {"zoneinfo"},  # the rules of time zones
}
CLOCKS_AND_DOORS = frozenset(
    {"now", "today", "utcnow", "fromtimestamp", "open", "print", "input", "__import__"}
)


@pytest.mark.parametrize("file", each(modules(*CORE)))
def test_the_core_imports_nothing_of_the_world(file: Path) -> None:
    allowed = PURE | OUT_OF_PURITY.get(dotted(file), set())
    assert {name.split(".")[0] for name in imports(file)} <= allowed


@pytest.mark.parametrize("file", each(modules(*CORE)))
def test_the_core_reads_no_clock_and_opens_nothing(file: Path) -> None:
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
    }
    assert not called & CLOCKS_AND_DOORS


def test_every_room_is_in_the_contract_of_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    named = {
        name
        for contract in contracts
        for layer in contract.get("layers", ())
        for name in re.split(r"[|\s]+", layer)
    }
    rooms = {f"sepa.{room_of(file)}" for file in modules()} - {"sepa.__init__", "sepa.profiles"}
    families = {dotted(file) for file in modules("rules")} - {"sepa.rules"}
    assert (rooms | families) - named == set()
    assert {name for name in named if name} <= {dotted(file) for file in modules()}


# --- nothing lies about ---

LOADED_BY_NAME = ("sepa.store.migrations.",)  # Alembic finds these by their folder


def test_every_module_is_used() -> None:
    users = [*modules(), *sorted((ROOT / "dags").glob("*.py"))]
    used = {name for file in users for name in imports(file) if name != dotted(file)}
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    used |= {target.split(":")[0] for target in scripts.values()}
    used |= set(re.findall(r"-m (sepa[\w.]*)", (ROOT / "Makefile").read_text("utf-8")))
    names = {dotted(file) for file in modules() if file.name != "__init__.py"}
    assert names
    assert {name for name in names - used if not name.startswith(LOADED_BY_NAME)} == set()


LONGER = {
    "sepa/store/sql/connection.py": "how a transaction begins, joins another, and writes many rows, one page",
    "sepa/store/files.py": "what a file goes through on its way in and out, one page",
    "sepa/cli/tables.py": "what a person sees of each command, one page",
    "sepa/decide/judging.py": "one file, from its head to its totals",
    "sepa/model/journal.py": "the journal's lines, one record each",
    "sepa/model/profile.py": "one record a section, in the order of the YAML file",
    "sepa/rules/consents.py": "nine rules ask one consent, and settlement asks the same nine",
    "sepa/rules/days.py": "one rule for each way in which a date is refused or moved",
    "sepa/rules/identifiers.py": "each rule stands once for each side of an order",
    "sepa/rules/instrument.py": "what makes an order a SEPA order, and the short question that asks all of it at once",
    "sepa/rules/texts.py": "each rule stands once for a block and once for an order",
    "sepa/settle.py": "one window, from the choice to the postings, to be read from top to bottom",
    "sepa/store/journal.py": "the port, one page to read all that may be asked of a journal",
    "sepa/store/tables.py": "the journal's tables, one page to read them all",
    "sepa/wire/pieces.py": "the fast road, with the proof that it may be taken",
}
"""Modules that may be longer, and why."""


@pytest.mark.parametrize("file", each(modules()))
def test_a_module_is_no_longer_than_it_needs(file: Path) -> None:
    long = len(file.read_text("utf-8").splitlines()) > LENGTH_MAX
    assert long == (str(file.relative_to(ROOT)) in LONGER)


# --- rules ---

DOCUMENT = re.compile(
    r"otp-sk |EPC\d{3}-\d{2}|EPC decision of |ISO \d+|Regulation |profile, [a-z_.]+|Slovak banks' form"
)


def caches() -> list[object]:
    return [
        pytest.param(call, id=f"{dotted(file)}:{call.lineno}")
        for file in modules()
        for call in ast.walk(tree(file))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "lru_cache"
    ]


@pytest.mark.parametrize("call", caches())
def test_a_cache_stays_small_in_every_worker(call: ast.Call) -> None:
    """A large file has more accounts, names and amounts than any cache: it fills each, in each worker."""
    sizes = [each.value for each in call.keywords if each.arg == "maxsize"]
    assert [isinstance(size, ast.Constant) and size.value <= 8_192 for size in sizes] == [True]


def rules_in_code() -> list[Rule]:
    """Every Rule that any module of `sepa.rules` holds, once."""
    import importlib

    found = [
        value
        for file in modules("rules")
        for value in vars(importlib.import_module(dotted(file))).values()
        if isinstance(value, Rule)
    ]
    return list({id(value): value for value in found}.values())


def test_every_rule_is_listed_once() -> None:
    listed = [id(rule) for rule in RULES]
    assert len(set(listed)) == len(listed)
    assert [f"{rule.id} {rule.name}" for rule in rules_in_code() if id(rule) not in listed] == []


@cache
def words_of_tests() -> str:
    """All tests but this one and the one that walks the catalogue: they name rules they know nothing of."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    return "\n".join(
        file.read_text("utf-8") for file in files if file.name not in ("test_house.py", "test_catalogue.py")
    )


@pytest.mark.parametrize("rule", [pytest.param(rule, id=f"{rule.id} {rule.name}") for rule in RULES])
def test_a_rule_has_a_source_and_a_test(rule: Rule) -> None:
    assert DOCUMENT.search(rule.source)
    spelt = (rule.id, rule.id.lower().replace("-", "_"), rule.name)
    assert any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)|_{name}_", words_of_tests()) for name in spelt)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=f"{rule.id} {rule.name}") for rule in RULES])
def test_a_rule_speaks_in_permitted_codes(rule: Rule) -> None:
    assert [code for code in rule.codes if not is_permitted(code, "pain.002")] == []


def test_what_the_calendar_says_is_permitted() -> None:
    codes = {code for record in (Move, Refusal) for code in get_args(record.__annotations__["code"])}
    assert codes
    assert {code for code in codes if not is_permitted(code, "pain.002")} == set()


# --- profiles ---

DESCRIBES = {
    "schema_version": "the form of the file itself",
    "profile.version": "told to people; the digest of the values decides",
    "profile.customer_segment": "told to people",
    "stated": "other systems of the bank read it, or it is so by the way this desk is built",
    "profile.announced_on": "judged when the profile is loaded (GOV-01)",
    "profile.change_notice_months": "judged when the profile is loaded (GOV-01)",
}
"""Parameters nobody computes with, and why they stand in the file all the same."""


def parameters(kind: type[Section], prefix: str = "") -> Iterator[tuple[str, object]]:
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from parameters(field.type, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, field.type


@cache
def attributes_read() -> frozenset[str]:
    """Names read off anything in `sepa`, but where profiles themselves are loaded."""
    files = [
        file for file in modules() if file.name not in ("profile.py", "profiles.py", "profile_faults.py")
    ]
    return frozenset(
        node.attr for file in files for node in ast.walk(tree(file)) if isinstance(node, ast.Attribute)
    )


def each_parameter() -> list[object]:
    paths = [path for path, _ in parameters(Profile)]
    assert set(DESCRIBES) <= set(paths)
    return [pytest.param(path, id=path) for path in paths]


@pytest.mark.parametrize("path", each_parameter())
def test_a_parameter_is_read_somewhere(path: str) -> None:
    kind = dict(parameters(Profile))[path]
    only_one_value = get_origin(kind) is Literal and len(get_args(kind)) == 1
    read = set(path.split(".")) <= attributes_read()
    assert (read or only_one_value) != (path in DESCRIBES)


# --- words ---

NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def promises() -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings of docs/promises.md with the tests named below each."""
    sections = re.split(r"^## ", (ROOT / "docs" / "promises.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [(section.splitlines()[0], NAMED_TEST.findall(section)) for section in sections]


def test_there_are_seven_promises() -> None:
    assert [heading.split(".")[0] for heading, _ in promises()] == list("1234567")


@pytest.mark.parametrize(("heading", "tests"), [pytest.param(*each, id=each[0]) for each in promises()])
def test_every_promise_has_tests_that_exist(heading: str, tests: list[tuple[str, str]]) -> None:
    assert tests
    for path, name in tests:
        functions = {node.name for node in ast.walk(tree(ROOT / path)) if isinstance(node, ast.FunctionDef)}
        assert name in functions, f"{heading}: {path} has no {name}"


@pytest.mark.parametrize("file", each(sorted((ROOT / "dags").glob("*.py"))))
def test_every_dag_is_run_by_a_test(file: Path) -> None:
    dags = [
        node.name
        for node in tree(file).body
        if isinstance(node, ast.FunctionDef) and any("dag" in ast.dump(each) for each in node.decorator_list)
    ]
    words = "\n".join(
        test.read_text("utf-8") for test in sorted((ROOT / "tests" / "dags").rglob("test_*.py"))
    )
    assert dags
    assert [dag for dag in dags if not re.search(rf"\b{dag}\b", words)] == []


def test_every_decision_is_in_the_index_under_a_number_of_its_own() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(file.name for file in folder.glob("[0-9]*.md"))
    linked = re.findall(r"\]\(([0-9]{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert linked == records
    assert len({name[:4] for name in records}) == len(records)
    for name in records:
        assert (folder / name).read_text("utf-8").startswith(f"# {int(name[:4])}. ")


def documents() -> list[Path]:
    return [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(
        (ROOT / "docs").rglob("*.md")
    )


@pytest.mark.parametrize("file", each(documents()))
def test_links_between_documents_lead_somewhere(file: Path) -> None:
    links = re.findall(r"(?:\]\(|src=\")(?!https?:|#|mailto:)([^)\"#]+)", file.read_text("utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []


OURS_ALONE = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+)/|(?:pypi|pythonhosted)[.]org|index[-]url|extra[-]index|artifactor[y]",
    re.ASCII,
)


def test_no_file_tells_of_a_machine_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a repository")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert files
    told = []
    for file in files:
        if file.is_file():
            found = OURS_ALONE.search(file.read_bytes().decode("utf-8", "replace"))
            told += [f"{file.relative_to(ROOT)}: {found[0]}"] if found else []
    assert told == []
