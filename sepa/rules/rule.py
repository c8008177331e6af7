"""The mechanism of a rule: a sentence, its source, its codes, and a pure check."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from sepa.model.authorisation import Authorisation
from sepa.model.finding import Effect, Finding, Findings, Subject
from sepa.model.limit import Allowance
from sepa.model.message import MessageHead, PaymentInformation
from sepa.model.profile import AT_CHOICE, Profile
from sepa.model.reference import Partner, Reference
from sepa.model.verdict import Dating
from sepa.scheme.phrase import Phrase

Need = Literal["accounts", "consents", "participants", "partners", "screening"]


class Case(msgspec.Struct, frozen=True):
    """All a rule may look at besides its subject.

    `received_at` is the receipt instant in the bank's zone. `block` and `dating` are None while the
    message itself is judged; `dating` is also None when the block's date could not be read.
    `uses` are consents already used by earlier transactions of the same file: consent id → booking dates.
    `first_local_instrument` is that of the message's first collection; None before it is known.
    `allowance` holds the limits of the block's orders; None where there are none.
    `authorisation` is None where nobody looked for one, which is as good as none.
    """

    profile: Profile
    reference: Reference
    received_at: Any
    head: MessageHead
    partner: Partner | None = None
    block: PaymentInformation | None = None
    dating: Dating | None = None
    uses: Mapping[str, tuple[datetime.date, ...]] = {}
    first_local_instrument: str | None = None
    allowance: Allowance | None = None
    authorisation: Authorisation | None = None


Quiet = Callable[[Any, Case], bool]


class Rule(msgspec.Struct, frozen=True):
    """One rule as `sepa rules` lists it. `check` is silent (an empty tuple) or returns findings.

    `quiet_if` is a shorter question that neighbouring rules share: where it says yes, all of them are surely
    silent, and the desk asks none of them. A no decides nothing.
    """

    id: str
    name: str
    subject: Subject
    sentence: str
    source: str
    codes: tuple[str, ...]
    message: str
    remedy: str
    check: Callable[[Any, Case], Findings]
    parameters: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    kinds: tuple[str, ...] = ("credit-transfer", "collection")
    effect: Effect = "reject"
    blames: Literal["client", "bank", "other"] = "client"
    quiet_if: Quiet | None = None

    def having(self, wanted: Effect) -> "Rule":
        """This rule as a bank has it that may choose: with findings that do `wanted`, refuse or warn (CT-06)."""
        if wanted == self.effect:
            return self
        usual, check = self.effect, self.check

        def chosen(subject: Any, case: Case) -> Findings:
            return tuple(
                replace(finding, effect=wanted) if finding.effect == usual else finding
                for finding in check(subject, case)
            )

        return replace(self, effect=wanted, check=chosen)

    def finding(
        self,
        code: str,
        element: str,
        found: str | None,
        expected: str | Phrase,
        *,
        effect: Effect | None = None,
        message: str | None = None,
        inside: str = "",
        **values: str,
    ) -> Finding:
        """Make the finding. `values` fill the blanks of message and remedy; `found`, `expected` are always there.

        `code` must be one of the rule's codes; `message` replaces the rule's own sentence where one
        rule has several faults; `inside` is what only the bank's people may read.
        """
        if code not in self.codes:
            raise ValueError(f"rule {self.id} does not list code {code}")
        shown = found if found is not None else ""
        blanks = {"found": shown, **values}
        expectation = expected if isinstance(expected, Phrase) else Phrase(expected, values)
        return Finding(
            rule=self.id,
            name=self.name,
            code=code,
            source=self.source,
            element=element,
            found=shown,
            expected=expectation,
            message=Phrase(message or self.message, blanks),
            remedy=Phrase(self.remedy, blanks),
            effect=effect or self.effect,
            blames=self.blames,
            inside=inside,
        )


def rule(
    id: str,
    *,
    subject: Subject,
    source: str,
    codes: tuple[str, ...],
    message: str,
    remedy: str,
    parameters: tuple[str, ...] = (),
    needs: tuple[Need, ...] = (),
    kinds: tuple[str, ...] = ("credit-transfer", "collection"),
    effect: Effect = "reject",
    blames: Literal["client", "bank", "other"] = "client",
    quiet_if: Quiet | None = None,
) -> Callable[[Callable[[Any, Case], Findings]], Rule]:
    """Turn a pure function into a Rule. Its first docstring line is the sentence for the customer."""

    def make(check: Callable[[Any, Case], Findings]) -> Rule:
        family = check.__module__.rsplit(".", 1)[-1]
        sentence = (check.__doc__ or "").strip().splitlines()[0]
        name = f"{family}.{check.__name__}"
        chosen = ("rejection.severity",) if name in AT_CHOICE else ()
        return Rule(
            id=id,
            name=name,
            subject=subject,
            sentence=sentence,
            source=source,
            codes=codes,
            message=message,
            remedy=remedy,
            check=check,
            parameters=parameters + chosen,
            needs=needs,
            kinds=kinds,
            effect=effect,
            blames=blames,
            quiet_if=quiet_if,
        )

    return make
