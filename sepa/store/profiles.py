"""Reading a bank's profile: one YAML file, laid over the one it extends, and refused at the first doubt.

A profile is ours: whatever is wrong with it is a ProfileFault that names file, key and what is allowed.
"""

import hashlib
from collections.abc import Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import yaml

from sepa.model.profile import Profile, WhichBank
from sepa.store.profile_faults import (
    Layer,
    ProfileFault,
    contradictions,
    file_of,
    parameters,
    refuse_unknown_keys,
    refuse_unstated,
    told,
)
from sepa.store.strict_yaml import StrictLoader

NEVER_CHANGES = (
    "profile.id",
    "scope.currency",
    *(f"bank.{field}" for field in WhichBank.__struct_fields__),
)
"""What makes a bank one bank, in every version of its profile."""

__all__ = ["ProfileFault", "load_profile", "load_versions", "parameters", "profile_digest", "profile_names"]


def profile_names() -> list[str]:
    """The names of the profiles that come with the desk, in order of the alphabet."""
    folder = resources.files("sepa.profiles")
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_profile(name_or_path: str | Path) -> Profile:
    """Return the profile of that name, or the one in that YAML file, with all it extends filled in.

    A ProfileFault names file, key and what is allowed, when a key is unknown, missing or doubled, a value
    has the wrong form, or two values contradict each other.
    """
    layers = _layers(name_or_path)
    merged: dict[str, Any] = {}
    for name, layer in layers:
        refuse_unstated(name, layer, merged)
        merged = _laid_over(merged, layer)
    try:
        profile = msgspec.convert(merged, Profile)
    except msgspec.ValidationError as fault:
        raise ProfileFault(told(str(fault), merged, layers)) from fault
    contradiction = next(contradictions(profile), None)
    if contradiction is not None:
        key, sentence = contradiction
        raise ProfileFault(f"{file_of(key, layers)}: {key}: {sentence}")
    return profile


def load_versions(files: Sequence[str | Path]) -> tuple[Profile, ...]:
    """Every version of one bank's profile, by the day from which it is in force.

    A ProfileFault says so when two are in force from one day, or when they are not of one bank. Source: GOV-01.
    """
    versions = sorted((load_profile(file) for file in files), key=lambda each: each.profile.effective_from)
    for earlier, later in pairwise(versions):
        if earlier.profile.effective_from == later.profile.effective_from:
            raise ProfileFault(
                f"{' and '.join(map(str, files))}: two versions are in force from {later.profile.effective_from}"
            )
        for key in NEVER_CHANGES:
            one, other = (parameters(each).get(key) for each in (earlier, later))
            if one != other:
                raise ProfileFault(
                    f"{' and '.join(map(str, files))}: {key}: found {one} and {other}; allowed: one"
                )
    return tuple(versions)


def profile_digest(profile: Profile) -> str:
    """The SHA-256, in hex, of every value of the resolved profile: with the same digest, the same rules."""
    return hashlib.sha256(msgspec.json.encode(profile, order="sorted")).hexdigest()


def _layers(name_or_path: str | Path) -> list[Layer]:
    """The files a profile is made of, the most general first, each as name and mapping."""
    layers: list[Layer] = []
    wanted: str | Path | None = name_or_path
    folder = Path()
    while wanted is not None:
        name, text, folder = _text_of(wanted, folder)
        if any(name == earlier for earlier, _ in layers):
            raise ProfileFault(f"{name}: extends: the profile extends itself, by way of {layers[-1][0]}")
        layer = _mapping(name, text)
        wanted = layer.pop("extends", None)
        if wanted is not None and not isinstance(wanted, str):
            raise ProfileFault(f"{name}: extends: must be the name of a profile or the path of a YAML file")
        refuse_unknown_keys(name, layer, Profile, "")
        layers.append((name, layer))
    return layers[::-1]


def _text_of(name_or_path: str | Path, folder: Path) -> tuple[str, str, Path]:
    """Name, text and folder of the file meant; a relative path counts from the file that extends it."""
    if str(name_or_path) in profile_names():
        name = f"{name_or_path}.yaml"
        return name, resources.files("sepa.profiles").joinpath(name).read_text("utf-8"), folder
    path = folder / name_or_path
    if not _is_file(path):
        names = ", ".join(profile_names())
        raise ProfileFault(
            f"There is no profile {name_or_path}: give one of {names}, or the path of a YAML file."
        )
    try:
        return str(path), path.read_text("utf-8"), path.parent
    except UnicodeDecodeError as fault:
        raise ProfileFault(f"{path}: must be UTF-8 text; byte {fault.start + 1} is not") from fault


def _is_file(path: Path) -> bool:
    """Whether a file is there; a name longer than the system takes is that of none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _mapping(name: str, text: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=StrictLoader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark is not None else ""
        problem = getattr(fault, "problem", None) or "this is not YAML"
        raise ProfileFault(f"{name}:{line} {problem}") from fault
    if not isinstance(content, dict):
        raise ProfileFault(f"{name}: must hold keys and values, such as `schema_version: 1`")
    return content


def _laid_over(base: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key, everything else (lists too) is replaced whole."""
    merged = dict(base)
    for key, value in layer.items():
        below = merged.get(key)
        merged[key] = (
            _laid_over(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
        )
    return merged
