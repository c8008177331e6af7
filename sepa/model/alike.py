"""Findings that differ in nothing but what was found: put into words once for all of their kind."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, Generic, TypeVar

from sepa.model.finding import Finding, Findings
from sepa.model.same import Same

_REMEMBERED: Final = 512
_SIGN: Final = "\0"

Made = TypeVar("Made")
Texts = tuple[str, ...]
"""What was found in one order, each text once."""
Pattern = Callable[[Texts], Made]


class Kind:
    """What findings have in common that differ in what was found alone. `marked` gives them with marks in its place."""

    def __init__(self, marked: Callable[[], Findings]) -> None:
        self._marked = marked

    @cached_property
    def findings(self) -> Findings:
        """Findings of this kind, with a `Mark` wherever one of the texts stands."""
        return self._marked()


class Found(tuple[Finding, ...]):
    """Findings that know their kind, and the texts in which they differ from others of it."""

    kind: Kind
    texts: Texts

    @classmethod
    def of(cls, findings: Findings, kind: Kind, texts: Texts) -> "Found":
        found = cls(findings)
        found.kind, found.texts = kind, texts
        return found


def common(findings: Findings) -> Findings:
    """Findings of the same kind, for whoever asks nothing of their texts: the very same ones for all of a kind."""
    return findings.kind.findings if isinstance(findings, Found) else findings


class Mark(str):
    """Stands for the text of a number, and may tell how that is to be shown. No text that is told holds its sign."""

    __slots__ = ()

    @classmethod
    def of(cls, number: int) -> "Mark":
        return cls(f"{_SIGN}{number}{_SIGN}")

    def shown(self, how: str) -> "Mark":
        """The same, to be shown as a letter `how` says."""
        return Mark(f"{self[:-1]}{how}{_SIGN}")


class Blanked:
    """A text with marks, taken apart once to be filled often. `marks` are the numbers in it, with how each is shown."""

    def __init__(self, text: str) -> None:
        self._pieces = text.split(_SIGN)
        self.marks = self._pieces[1::2]

    def filled(self, shown: Mapping[str, str]) -> str:
        """The text with what is `shown` in place of each of its marks."""
        if not self.marks:
            return self._pieces[0]
        pieces = [*self._pieces]
        pieces[1::2] = [shown[each] for each in self.marks]
        return "".join(pieces)


class Alike(Generic[Made]):
    """`make` of findings, remembered for the very same ones; those of a kind that comes again are made by its pattern.

    `pattern` takes findings with marks, and gives what makes of texts what `make` does of findings with these texts.
    """

    def __init__(
        self, make: Callable[[Findings], Made], pattern: Callable[[Findings], Pattern[Made]]
    ) -> None:
        self._make, self._pattern = make, pattern
        self._patterns: dict[Kind, Pattern[Made] | None] = {}
        self._same = Same(self._made)

    def __call__(self, findings: Findings) -> Made:
        return self._same(findings)

    def _made(self, findings: Findings) -> Made:
        if not isinstance(findings, Found):
            return self._make(findings)
        kind, patterns = findings.kind, self._patterns
        pattern = patterns.get(kind)
        if pattern is None:
            if kind not in patterns:  # perhaps it never comes again
                if len(patterns) == _REMEMBERED:
                    patterns.clear()
                patterns[kind] = None
                return self._make(findings)
            pattern = patterns[kind] = self._pattern(kind.findings)
        return pattern(findings.texts)
