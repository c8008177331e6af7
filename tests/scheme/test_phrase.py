"""How many of something: as people say it."""

import pytest

from sepa.scheme.phrase import numbered


@pytest.mark.parametrize(("count", "said"), [(0, "0 orders"), (1, "1 order"), (2, "2 orders")])
def test_one_is_said_without_an_s(count: int, said: str) -> None:
    assert numbered(count, "order") == said
