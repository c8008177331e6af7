"""HLD-01, HLD-02, HLD-03, HLD-08, HLD-10: which holds are of compliance, and what the outside is told of them."""

import msgspec
import pytest

from sepa.model.finding import Finding
from sepa.pipeline.status import reason
from sepa.rules.holds import held_for_compliance, stopped

STOPPED = stopped("E2E-1")


@pytest.mark.parametrize(
    ("finding", "compliance"),
    [
        pytest.param({"rule": "HLD-01"}, True, id="HLD-01 unusual"),
        pytest.param({"rule": "HLD-02"}, True, id="HLD-02 sanctions"),
        pytest.param({"rule": "HLD-02", "effect": "reject"}, False, id="refused is not held"),
        pytest.param({"rule": "HLD-03"}, True, id="HLD-03 ownership"),
        pytest.param({"rule": "HLD-08"}, True, id="HLD-08 a stop"),
        pytest.param({}, False, id="HLD-10 a person stopped it"),
        pytest.param({"rule": "BAT-04"}, False, id="BAT-04 a twin"),
    ],
)
def test_which_holds_are_of_compliance(finding: dict[str, str], compliance: bool) -> None:
    found = msgspec.structs.replace(STOPPED, **finding)
    assert held_for_compliance((found,)) is compliance


def test_of_what_stays_inside_the_outside_is_told_the_neutral_rule() -> None:
    screened: Finding = msgspec.structs.replace(STOPPED, rule="HLD-02", inside="list UN")
    assert (reason(screened).rule, screened.rule) == ("HLD-10", "HLD-02")
    assert "UN" not in reason(screened).sentence
    assert reason(msgspec.structs.replace(STOPPED, rule="HLD-02")).rule == "HLD-02"
