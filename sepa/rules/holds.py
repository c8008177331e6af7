"""Orders that a person at the bank has stopped. Asked when a person orders it, not at intake."""

from sepa.model.finding import NEUTRAL, Finding, Findings
from sepa.model.profile import Profile
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


_LARGE, _REPEAT = "EYE-01", "BAT-04"


def needs_two(findings: Findings, amount_cents: int | None, profile: Profile) -> bool:
    """Whether an order held by `findings` is released by two different people, or by one.

    By two: what is at least of the profile's amount, whatever holds it; possible repeats, and what was
    stopped on compliance grounds or by a person, as far as the profile says so.
    """
    eyes = profile.four_eyes
    if eyes.from_cents is not None and amount_cents is not None and amount_cents >= eyes.from_cents:
        return True
    holds = {finding.rule for finding in findings if finding.effect == "hold"}
    grave = held_for_compliance(findings) or by_person.id in holds
    return _LARGE in holds or (eyes.repeats and _REPEAT in holds) or (eyes.compliance and grave)


@rule(
    NEUTRAL,
    subject="transaction",
    source="otp-sk VII.8(14)",
    codes=("MS03",),
    message="The bank has stopped this order.",
    remedy="Please ask the bank about it.",
    parameters=("four_eyes.compliance",),
    effect="hold",
    blames="bank",
)
def by_person(subject: str, case: Case) -> Findings:
    """The bank may stop an order before it is paid, and a person decides about it."""
    return (stopped(subject),)


RULES: tuple[Rule, ...] = (by_person,)
