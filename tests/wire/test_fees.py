"""The list of events that cost a fee, as the core system reads it."""

import datetime

import pytest

from sepa.model.fee import Charge, Fee
from sepa.wire.fees import HEAD as WRITTEN
from sepa.wire.fees import fee_lines

AT = datetime.datetime(2026, 4, 2, 8, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 4, 2)
HEAD = "charged_on;account;event;amount;currency;prices;key;rule\n"


@pytest.mark.parametrize(
    ("fee", "line"),
    [
        pytest.param(
            Fee("rejection", 105, "2026-01"), "2026-04-02;SK1;rejection;1.05;EUR;2026-01;k-1;IDN-01", id="priced"
        ),
        pytest.param(
            Fee("retry", None, "2015"), "2026-04-02;SK1;retry;;EUR;2015;k-1;IDN-01", id="the list leaves it open"
        ),
        pytest.param(Fee("retry", 0, "2015"), "2026-04-02;SK1;retry;0.00;EUR;2015;k-1;IDN-01", id="at no cost"),
        pytest.param(Fee("retry", 0, "=1+1"), "2026-04-02;SK1;retry;0.00;EUR;'=1+1;k-1;IDN-01", id="never a formula"),
    ],
)  # fmt: skip
def test_one_line_for_each_event(fee: Fee, line: str) -> None:
    charge = Charge("k-1", "SK1", fee, DAY, "IDN-01", "k", "judged", AT)
    assert WRITTEN + fee_lines([charge, charge]) == f"{HEAD}{line}\n{line}\n"
