"""Gather every sentence of the source, and put those a language lacks into its file, to be translated there.

    python tools/sentences.py sk        brings sepa/tell/locale/sk.po up to date and names what it still lacks

A sentence is the first argument of `Phrase(...)`, a literal `expected` or `message` of `.finding(...)`, or
the message, remedy and first docstring line of a `@rule(...)`. In `sepa/rules`, where sentences also stand in
tables, every text of several words is one, unless it is a docstring or names a source.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE_FOLDER = ROOT / "sepa" / "tell" / "locale"
EXPECTED_PLACE = 3  # finding(code, element, found, expected)

_BLANK = re.compile(r"\{\w+\}")
_SOURCE = re.compile(r"(otp-sk|EPC|ISO|Regulation|profile,) ?")
_WORDLESS = re.compile(r"[A-Z0-9 .,:/+-]*", re.ASCII)


def sentences(folder: Path = ROOT / "sepa") -> dict[str, str]:
    """Return each sentence of the Python files under `folder` with the file it was first seen in."""
    seen: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        every_text = path.parent.name == "rules"
        for sentence in sentences_of(path.read_text(encoding="utf-8"), every_text=every_text):
            seen.setdefault(sentence, path.relative_to(folder.parent).as_posix())
    return seen


def sentences_of(source: str, *, every_text: bool = False) -> Iterator[str]:
    """Yield the sentences of one file. One made with an f-string cannot be translated: a ValueError."""
    tree = ast.parse(source)
    constants = dict(_constants(tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in _sentence_arguments(node):
                yield from _literals(argument, constants)
        elif isinstance(node, ast.FunctionDef) and any(map(_is_rule, node.decorator_list)):
            yield (ast.get_docstring(node) or "").splitlines()[0]
    if every_text:
        yield from _texts_of_several_words(tree)


def needs_translation(sentence: str) -> bool:
    """Say whether a sentence has words: `{found}`, `SEPA` or `12.30` are the same in every language."""
    return _WORDLESS.fullmatch(_BLANK.sub("", sentence)) is None


def update(language: str, folder: Path = LOCALE_FOLDER) -> list[str]:
    """Rewrite a language's file in the order of the source: keep known translations, drop unused ones.

    Returns the sentences that still have no translation; they stand in the file, empty.
    """
    path = folder / f"{language}.po"
    known: dict[str, str] = {}
    if path.exists():
        with path.open("rb") as file:
            known = {message.id: message.string for message in read_po(file, locale=language) if message.id}
    catalog = Catalog(locale=language, charset="utf-8")
    for sentence, place in sentences().items():
        if needs_translation(sentence):
            catalog.add(sentence, known.get(sentence, ""), auto_comments=[place])
    with path.open("wb") as file:
        write_po(file, catalog, width=0, omit_header=True)
    return [message.id for message in catalog if message.id and not message.string]


def _sentence_arguments(call: ast.Call) -> Iterator[ast.expr]:
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    name = _name(call.func)
    if name == "Phrase":
        yield from call.args[:1]
        yield from _present(named, "text")
    elif name == "finding" and isinstance(call.func, ast.Attribute):
        yield from call.args[EXPECTED_PLACE : EXPECTED_PLACE + 1]
        yield from _present(named, "expected", "message")
    elif name == "rule":
        yield from _present(named, "message", "remedy")


def _literals(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The texts an expression may stand for: literals, choices, constants and tables of the module."""
    match node:
        case ast.Constant(value=str(text)):
            if text:
                yield text
        case ast.JoinedStr():
            raise ValueError(
                f"line {node.lineno}: a sentence with values inside cannot be translated: use blanks"
            )
        case ast.IfExp():
            yield from _literals(node.body, constants)
            yield from _literals(node.orelse, constants)
        case ast.Name(id=name) if name in constants:
            yield from _literals(constants[name], constants)
        case ast.Subscript(value=ast.Name(id=name)) if name in constants:
            yield from _literals(constants[name], constants)
        case ast.Dict(values=values):
            for value in values:
                yield from _literals(value, constants)


def _texts_of_several_words(tree: ast.Module) -> Iterator[str]:
    """Texts with a blank between words, but for what no customer reads: docstrings, sources, exceptions."""
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr() | ast.JoinedStr() | ast.Raise() | ast.keyword(arg="source"):
                silent.update(ast.walk(node))
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if node not in silent:
                if " " in text.strip() and _SOURCE.match(text) is None:
                    yield text


def _constants(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _present(named: dict[str, ast.expr], *names: str) -> Iterator[ast.expr]:
    return (named[name] for name in names if name in named)


def _is_rule(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and _name(decorator.func) == "rule"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


if __name__ == "__main__":
    for language in sys.argv[1:]:
        for sentence in update(language):
            sys.stdout.write(f"{language}: {sentence}\n")
