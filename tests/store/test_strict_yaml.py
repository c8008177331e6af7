"""Broken and hostile YAML in the bank's own files: refused in a sentence with the file, never a crash or a flood."""

from pathlib import Path

import pytest

from sepa.store.csv_table import ReferenceFault
from sepa.store.partners import read_partners
from sepa.store.profiles import ProfileFault, load_profile
from sepa.store.strict_yaml import LEVELS_MAX

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcde", "bcdef", strict=True)
)

HOSTILE = [
    pytest.param(LAUGHS, "write the value out", id="aliases of aliases"),
    pytest.param("a: &a\n  b: *a\n", "write the value out", id="a value inside itself"),
    pytest.param("a: " + "[" * 5_000, "levels", id="five thousand lists"),
    pytest.param("a: " + "{b: " * 5_000, "levels", id="five thousand mappings"),
    pytest.param("? [a, b]\n: c\n", "a key must be a text", id="a list for a key"),
    pytest.param("a: 1\na: 2\n", "stands twice", id="a key twice"),
    pytest.param("a: !!python/object/apply:os.system [id]\n", None, id="an object of Python"),
    pytest.param("a: \0b\n", None, id="NUL"),
    pytest.param("a: [b\n", None, id="a list never closed"),
    pytest.param("%YAML 9.9\n---\na: b\n", None, id="another YAML"),
    pytest.param("a: b\n---\nc: d\n", None, id="two documents"),
]

VALUES = [
    pytest.param("2026-02-30", id="a day that is none"),
    pytest.param("2026-13-01 25:61:61", id="a moment that is none"),
    pytest.param("9" * 5_000, id="a number of five thousand digits"),
    pytest.param("!!int ''", id="no number"),
    pytest.param("!!bool perhaps", id="no truth"),
    pytest.param("!!timestamp today", id="no moment"),
    pytest.param("!!float 1e", id="no fraction"),
]


@pytest.mark.parametrize(("text", "told"), HOSTILE)
def test_it_is_refused_in_a_profile(text: str, told: str | None, tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ProfileFault, match=told or r"profile\.yaml") as refused:
        load_profile(file)
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize(("text", "told"), HOSTILE)
def test_it_is_refused_in_the_list_of_partners(text: str, told: str | None) -> None:
    with pytest.raises(ReferenceFault, match=told or r"partners\.yaml") as refused:
        read_partners("partners.yaml", text.encode())
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("value", VALUES)
def test_a_value_that_is_none_is_told_with_its_line(value: str, tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    file.write_text(f"extends: otp-sk\nbank:\n  name: {value}\n", "utf-8")
    with pytest.raises(ProfileFault, match="line 3"):
        load_profile(file)


@pytest.mark.parametrize(("levels", "told"), [(LEVELS_MAX - 2, "unknown key"), (LEVELS_MAX - 1, "levels")])
def test_so_many_levels_are_read(levels: int, told: str, tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    file.write_text("a: " + "[" * levels + "b" + "]" * levels, "utf-8")
    with pytest.raises(ProfileFault, match=told):
        load_profile(file)
