"""Guards, how each is taken away, and a source that lacks one."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import msgspec
import yaml

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).parent / "guards.yaml"


class Guard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One guard: what no longer happens without it, where it stands, what stands there instead, who must miss it.

    `change` holds for each file the texts to replace, each of which stands there once.
    """

    name: str
    of: str
    change: Mapping[str, Mapping[str, str]]
    test: str

    def sources(self) -> dict[Path, str]:
        """Each file that changes, with its text without the guard. LookupError where the guard stands no more."""
        return {ROOT / name: _without(ROOT / name, texts) for name, texts in self.change.items()}


def guards() -> list[Guard]:
    """All of the list, in its order."""
    return msgspec.convert(yaml.safe_load(LIST.read_text("utf-8")), list[Guard])


def _without(file: Path, texts: Mapping[str, str]) -> str:
    source = file.read_text("utf-8")
    for text, instead in texts.items():
        if source.count(text) != 1:
            raise LookupError(f"{file.name} holds {source.count(text)} times what is to be replaced: {text}")
        source = source.replace(text, instead)
    return source


class Lacking(importlib.abc.MetaPathFinder):
    """Finds the changed modules before anybody else does."""

    def __init__(self, sources: Mapping[Path, str]) -> None:
        self._sources = {str(path): text for path, text in sources.items()}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in ("sepa", "tools"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin in self._sources:
            spec.loader = _Changed(name, spec.origin, self._sources[spec.origin])
        return spec

    def __enter__(self) -> "Lacking":
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *_: Any) -> None:
        sys.meta_path.remove(self)


class _Changed(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._text, self.path, "exec", dont_inherit=True)
