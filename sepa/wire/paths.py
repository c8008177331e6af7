"""The tag path that a report shows for a field of our model."""

from functools import cache
from typing import Final

from sepa.model.message import Identification
from sepa.wire.fields import REFERENCE_PATHS, Field, Group, Identified, Reference, table

# What we count or derive ourselves has no element of its own; it is named by the nearest one.
_OWN_WORDS: Final = {"position": "", "block": "", "extras": "", "payment_type_at": "PmtTpInf"}
_MESSAGE: Final = {"name": "Document", "kind": "Document"}
_BLOCK_SIDE: Final = {"": "party", "_account": "account", "_agent": "agent"}


@cache
def element_path(field: str, message_name: str) -> str:
    """Return the tag path that reports show for a field of our model: `creditor_account.iban` is
    CdtrAcct/Id/IBAN.

    A bare name is looked for in the Transaction, then in the PaymentInformation. `group_header.` and
    `payment_information.` ask for those levels; their paths begin with GrpHdr and PmtInf. What a choice of
    code and own value holds is named by the choice (PmtTpInf/SvcLvl), an identification by Id, and what we
    count ourselves by its level. A creditor identifier may stand on either level, so a bare one is named
    from CdtrSchmeId on. A field or message that does not exist is a KeyError.
    """
    places = table(message_name)
    level, _, rest = field.partition(".")
    match level:
        case "group_header":
            return _joined("GrpHdr", _within(places.group_header, rest) if rest else "")
        case "payment_information":
            return _joined("PmtInf", _within(places.block, rest) if rest else "")
        case "creditor_identifier" | "creditor_identifier_scheme":
            return _within(places.block, field)
    if field in _MESSAGE:
        return _MESSAGE[field]
    if field in _OWN_WORDS:
        return _OWN_WORDS[field] or ("PmtInf" if field == "block" else places.transaction_tag)
    if level in places.transaction:
        return _within(places.transaction, field)
    # Who pays in a transfer and who collects in a collection stands on the block.
    side = "debtor" if places.kind == "credit-transfer" else "creditor"
    if level.startswith(side):
        return _within(places.block, _BLOCK_SIDE[level.removeprefix(side)] + field[len(level) :])
    return _within(places.block, field)


def _joined(*steps: str) -> str:
    return "/".join(filter(None, steps))


def _within(fields: dict[str, Field], name: str) -> str:
    """The path of a dotted name, without predicates."""
    if name in _OWN_WORDS:
        return _OWN_WORDS[name]
    first, _, rest = name.partition(".")
    field = fields[first]
    path = field.path.replace("[1]", "")
    match field:
        case _ if not rest:
            return path
        case Group():
            return _joined(path, _within(field.fields, rest))
        case Identified() if rest in Identification.__struct_fields__:
            return path
        case Reference():
            return _joined(path, REFERENCE_PATHS[rest])
    raise KeyError(name)
