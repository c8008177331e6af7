"""requirements.lock, and what of it our own dependencies reach, by the metadata of what is installed."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
_LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; (.+?))? \\$")
_HASH = re.compile(r"^ +--hash=sha256:([0-9a-f]{64})")


class Locked(NamedTuple):
    """One line of the lock: name in its canonical form, version, the marker it is bound to, digests of its files."""

    name: str
    version: str
    marker: str
    sha256: tuple[str, ...]


def locked(text: str | None = None) -> dict[str, Locked]:
    """Every pin of the lock, by canonical name; of several for one name, that for this machine.

    ValueError for a line that pins nothing or has no digest.
    """
    found: dict[str, Locked] = {}
    name, version, marker, digests = "", "", "", [""]
    lines = (text if text is not None else (ROOT / "requirements.lock").read_text("utf-8")).splitlines()
    for line in [*lines, ""]:
        digest = _HASH.match(line)
        if not digests and digest is None:
            raise ValueError(f"the lock has a line that pins nothing with a digest: {name}=={version}")
        if match := _LINE.match(line):
            name, version, marker = canonicalize_name(match[1]), match[2], match[3] or ""
            digests = []
        elif match := digest:
            digests.append(match[1])
            if name not in found or found[name].version == version or Marker(marker).evaluate():
                found[name] = Locked(name, version, marker, tuple(digests))
        elif line.strip() and not line.lstrip().startswith("#"):
            raise ValueError(f"the lock has a line that pins nothing with a digest: {line}")
    return found


def declared() -> dict[str, list[Requirement]]:
    """Our own requirements: `core`, each extra, and `dev`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = {"core": project["project"]["dependencies"]}
    listed |= project["project"]["optional-dependencies"] | {"dev": project["dependency-groups"]["dev"]}
    return {group: [Requirement(each) for each in lines] for group, lines in listed.items()}


def running() -> set[str]:
    """Canonical names of what a desk runs with: core and every extra, and nothing that only tests need."""
    return {name for group, roots in declared().items() if group != "dev" for name in reached(roots)}


def reached(roots: Iterable[Requirement]) -> set[str]:
    """Canonical names of all that `roots` bring along on this machine, by what the installed packages require."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [each for each in roots if _counts(each, frozenset())]
    while waiting:
        requirement = waiting.pop()
        step = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if step not in seen:
            seen.add(step)
            waiting += _required(*step)
    return {name for name, _ in seen}


def _required(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in importlib.metadata.requires(name) or ():
        if not extras and "extra ==" in line:
            continue  # some have thousands of these, and asking each costs
        requirement = Requirement(line)
        if _counts(requirement, extras):
            yield requirement


def _counts(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or ("",))
