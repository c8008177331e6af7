"""Orders that a person at the bank has stopped. Asked when a person orders it, not at intake."""

from sepa.model.finding import NEUTRAL, Finding, Findings
from sepa.rules.rule import Case, Rule, rule


def stopped(end_to_end_id: str) -> Finding:
    """The finding on an order that a person has stopped. The reason stays in the journal: nobody is tipped off."""
    return by_person.finding("MS03", "end_to_end_id", end_to_end_id, "an order that nobody has stopped")


def is_stopped(findings: Findings) -> bool:
    """Whether a person stopped the order and nobody has released it since."""
    return any(finding.rule == by_person.id for finding in findings)


COMPLIANCE = frozenset({"HLD-01", "HLD-02", "HLD-03", "HLD-08"})
"""Rules that hold an order for a reason of compliance: screening, whose money it is, stops of the whole bank."""


def held_for_compliance(findings: Findings) -> bool:
    """Whether one of these findings is a hold of compliance, which not everybody may lift."""
    return any(finding.effect == "hold" and finding.rule in COMPLIANCE for finding in findings)


@rule(
    NEUTRAL,
    subject="transaction",
    source="otp-sk VII.8(14)",
    codes=("MS03",),
    message="The bank has stopped this order.",
    remedy="Please ask the bank about it.",
    effect="hold",
    blames="bank",
)
def by_person(subject: str, case: Case) -> Findings:
    """The bank may stop an order before it is paid, and a person decides about it."""
    return (stopped(subject),)


RULES: tuple[Rule, ...] = (by_person,)
