"""The what-if: one file checked twice, under other terms or at another instant, and what ends differently."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from sepa.model.finding import Effect, Finding
from sepa.pipeline.check import OVERRULED, Checked, Line, block_line, file_line, message_of

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

Level = Literal["file", "payment_information", "payment"]
Ids = tuple[str, ...]

ENDS: dict[Level, tuple[str, ...]] = {
    "file": ("status",),
    "payment_information": ("status",),
    "payment": tuple(OVERRULED),
}
"""What must be the same in both checks for a thing to end alike."""

_EFFECTS: dict[str, Effect] = {
    "rejected": "reject",
    "not-executed": "reject",
    "held": "hold",
    "routed": "route",
    "rolled": "move",
}
"""The effect of the rules that bring an outcome about. Nothing has to bring `accepted` about."""


class FileChanged(Exception):
    """The two checks did not see the same bytes, so they cannot be compared."""


class Difference(msgspec.Struct, frozen=True):
    """Something that ends differently: its line in either check, and the ids of the rules that decide there.

    For an order these are the rules that brought its outcome about, its own and those of its block and its
    file; where only dates or route differ, the rules that moved a date. For a block or a file they are the
    rules that refuse it as a whole: none when its status only follows from its orders.
    """

    level: Level
    path: str
    checked: Line
    against: Line
    decided_by: Ids
    decided_by_against: Ids

    def line(self) -> Line:
        """The line of the first check, with the end and the reasons of the other under `against`."""
        ends = {name: self.against[name] for name in (*ENDS[self.level], "reasons")}
        first = {"kind": "difference", "level": self.level, "path": self.path}
        told = {"decided_by": self.decided_by, "against": ends | {"decided_by": self.decided_by_against}}
        return first | {name: value for name, value in self.checked.items() if name not in first} | told


class Comparison:
    """Two checks of one file, which kept every order. FileChanged when they did not see the same bytes.

    Once `differences` was read to its end, the counts stand: `orders` were compared, `differing` of them end
    differently, `by_other_rules` end alike though other rules decide; `rules` counts the differing orders by
    each rule that decides on either side; `differs` says whether an order, a block or the file differs.
    """

    def __init__(self, checked: Checked, against: Checked) -> None:
        if checked.sha256 != against.sha256:
            raise FileChanged(f"{checked.path} changed while it was checked; check it again")
        self.checked, self.against = checked, against
        self.orders = self.differing = self.by_other_rules = 0
        self.rules: Counter[str] = Counter()
        self.differs = False

    def differences(self) -> Iterator[Difference]:
        """What ends differently: the file, its payment blocks, its orders, in the order of the file.

        Orders are read side by side, one at a time, however many there are.
        """
        sides = _Side(self.checked), _Side(self.against)
        for found in (_of_the_file, _of_the_blocks, self._of_the_orders):
            for difference in found(*sides):
                self.differs = True
                yield difference

    def line(self) -> Line:
        """The line that sums the file up: that of the first check, what differs in the other, and the counts."""
        other = file_line(self.against)
        return file_line(self.checked) | {
            "against": {name: other[name] for name in ("status", "reasons", "not_judged")},
            "orders": self.orders,
            "differing": self.differing,
            "by_other_rules": self.by_other_rules,
            "rules": dict(self.rules.most_common()),
        }

    def _of_the_orders(self, one: "_Side", other: "_Side") -> Iterator[Difference]:
        same_above = one.above == other.above
        for raw, opposite in _order_lines(one, other):
            self.orders += 1
            if raw == opposite and same_above:
                continue
            line, against = _decode(raw), _decode(opposite)
            ids = one.deciding(line), other.deciding(against)
            if not _differ("payment", line, against):
                self.by_other_rules += set(ids[0]) != set(ids[1])
                continue
            if line["outcome"] == against["outcome"]:
                ids = one.deciding(line, "move"), other.deciding(against, "move")
            self.differing += 1
            self.rules.update(dict.fromkeys((*ids[0], *ids[1]), 1))
            yield Difference("payment", one.checked.path, line, against, *ids)


class _Side:
    """One of the two checks: `above` holds what decides over orders from their file (0) and their blocks."""

    def __init__(self, checked: Checked) -> None:
        verdict = checked.verdict
        self.checked = checked
        self.read = verdict.head is not None
        self.above: dict[int, tuple[tuple[Effect, str], ...]] = {
            position: tuple((finding.effect, finding.rule) for finding in findings)
            for position, findings in [
                (0, _refusing(verdict.findings)),
                *((block.payment_information.position, block.findings) for block in verdict.blocks),
            ]
            if findings
        }

    def block_lines(self) -> Iterator[Line]:
        name = message_of(self.checked.verdict)
        return (block_line(block, name) for block in self.checked.verdict.blocks)

    def refusing(self, position: int = 0) -> Ids:
        """Ids of the rules that refuse the block at `position` as a whole, or with it the file; 0 is the file."""
        return self._ids(position, "reject")

    def deciding(self, line: Line, effect: Effect | None = None) -> Ids:
        """Ids of the rules with `effect`, else with that of the outcome, which decide over the order of a line."""
        wanted = effect or _EFFECTS.get(line["outcome"])
        if wanted is None:
            return ()
        own = [reason["rule"] for reason in line["reasons"] if reason["effect"] == wanted]
        return tuple(dict.fromkeys((*self._ids(line["block"], wanted), *own)))

    def _ids(self, position: int, wanted: Effect) -> Ids:
        above = (*self.above.get(0, ()), *(self.above.get(position, ()) if position else ()))
        return tuple(dict.fromkeys(rule for effect, rule in above if effect == wanted))


def _refusing(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.effect == "reject"]


def _differ(level: Level, line: Line, against: Line) -> bool:
    return any(line[name] != against[name] for name in ENDS[level])


def _of_the_file(one: _Side, other: _Side) -> Iterator[Difference]:
    line, against = file_line(one.checked), file_line(other.checked)
    if _differ("file", line, against):
        yield Difference("file", one.checked.path, line, against, one.refusing(), other.refusing())


def _of_the_blocks(one: _Side, other: _Side) -> Iterator[Difference]:
    for line, against in _block_lines(one, other):
        if _differ("payment_information", line, against):
            ids = one.refusing(line["position"]), other.refusing(line["position"])
            yield Difference("payment_information", one.checked.path, line, against, *ids)


def _block_lines(one: _Side, other: _Side) -> Iterator[tuple[Line, Line]]:
    """The lines of each block in both checks. Where one could not read the file, it refused every block with it."""
    lines, against = one.block_lines(), other.block_lines()
    refused = {"status": "RJCT", "reasons": []}
    if one.read == other.read:
        yield from zip(lines, against, strict=True)
    elif one.read:
        yield from ((line, line | refused) for line in lines)
    else:
        yield from ((line | refused, line) for line in against)


def _order_lines(one: _Side, other: _Side) -> Iterator[tuple[bytes, bytes]]:
    """The lines of each order in both checks. Where one could not read the file, it refused every order with it."""
    lines, against = one.checked.payment_lines(), other.checked.payment_lines()
    if one.read == other.read:
        yield from zip(lines, against, strict=True)
    elif one.read:
        yield from ((line, _refused_unread(line)) for line in lines)
    else:
        yield from ((_refused_unread(line), line) for line in against)


def _refused_unread(line: bytes) -> bytes:
    return _encode(_decode(line) | OVERRULED | {"reasons": []})
