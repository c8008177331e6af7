"""Names that are the same however they are written, and names that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.scheme.name_key import long_words, name_key


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("IVAN PETROV", id="itself"),
        pytest.param("ivan petrov", id="case"),
        pytest.param("Iván Petrøv", id="accents"),
        pytest.param("Iva\u0301n Petrov", id="an accent apart"),
        pytest.param("Petrov, Ivan", id="order and punctuation"),
        pytest.param("  Ivan   Petrov.", id="blanks"),
        pytest.param("Ivan Pet\u200brov", id="a sign nobody sees"),
        pytest.param("Ｉｖａｎ Ｐｅｔｒｏｖ", id="wide letters"),
        pytest.param("Иван Петров", id="Cyrillic"),
        pytest.param("Ivan_Petrov", id="underscore"),
        pytest.param("Ivan P’etrov", id="apostrophe"),
        pytest.param("Ivan·Petrov", id="a sign between words"),
    ],
)
def test_the_same_name(written: str) -> None:
    assert name_key(written) == "IVAN PETROV"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Holding s. r. o.", "HOLDING sro", True, id="letters apart"),
        pytest.param("J. A. Petrov", "Petrov J.A.", True, id="initials"),
        pytest.param("Ivan Petrov", "Ivan Petrova", False, id="a letter more"),
        pytest.param("Ivan Petrov", "Ivan Ivan Petrov", False, id="a word more"),
        pytest.param("李明", "王明", False, id="signs beyond the set"),
        pytest.param("李明", "明 李", False, id="their words are not cut"),
    ],
)
def test_two_names(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


@pytest.mark.parametrize("nothing", ["", " ", ".-,", "\u200b"])
def test_nothing_is_left_of_no_name(nothing: str) -> None:
    assert name_key(nothing) == ""


TRICKY = "aBč.-,'’ _·\u0301\u200b\u00a0\u3000\u2028\t\x1c\u1680ﬁ㎏½Ｉß李İ\U0001f4b0\u0308\u1100\u1161"


@given(st.text(st.sampled_from(TRICKY) | st.characters()))
def test_the_long_words_of_a_part_stand_in_the_key(name: str) -> None:
    key = name_key(name).split(" ")
    assert [word for part in name.split() for word in long_words(part) if word not in key] == []


def test_a_name_has_the_long_words_of_its_parts() -> None:
    assert long_words("Iva\u0301n") == {"IVAN"}
    assert long_words("Novák-Petrov,s.r.o.") == {"NOVAK", "PETROV", "SRO"}
    assert long_words("J.") == frozenset()
