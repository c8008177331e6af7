"""Findings as the journal keeps them: read, and told by their kind."""

import re
from functools import lru_cache, partial
from typing import Final

import msgspec
from msgspec.structs import replace

from sepa.model.alike import Found, Kind, Mark, Texts
from sepa.model.finding import Finding, Findings
from sepa.scheme.phrase import Phrase

_findings = msgspec.json.Decoder(Findings)
_AS: Final = '"found":'
_BEGINS: Final = f'{_AS}"'
_numbered: Final = re.compile(f"{_AS}([0-9]+)")


def found_in(text: str) -> Findings:
    """Findings as they were written down, with their kind where that can be told without reading them."""
    findings = _findings.decode(text)
    if "\\" in text:  # then a quote may be one of a text's own
        return findings
    kind, texts = _apart(text)
    return Found.of(findings, _kind_of(kind), texts)


def _apart(text: str) -> tuple[str, Texts]:
    """Findings as they were written down with numbers in place of what was found; and what was, by these numbers."""
    texts: list[str] = []
    while (at := text.find(_BEGINS)) >= 0:
        begin = at + len(_BEGINS)
        end = text.index('"', begin)
        texts.append(text[begin:end])
        text = text.replace(text[at : end + 1], f"{_AS}{len(texts) - 1}")
    return text, tuple(texts)


@lru_cache(maxsize=512)
def _kind_of(text: str) -> Kind:
    return Kind(partial(_marked, text))


def _marked(kind: str) -> Findings:
    """Findings with a Mark in place of each number."""
    return tuple(map(_with_marks, _findings.decode(_numbered.sub(rf'{_BEGINS}\1"', kind))))


def _with_marks(finding: Finding) -> Finding:
    return replace(
        finding,
        found=Mark.of(int(finding.found)),
        expected=_phrase(finding.expected),
        message=_phrase(finding.message),
        remedy=_phrase(finding.remedy),
    )


def _phrase(phrase: Phrase) -> Phrase:
    found = phrase.values.get("found")
    return (
        Phrase(phrase.text, phrase.values | {"found": Mark.of(int(found))}) if found is not None else phrase
    )
